/** The migrations component as its package brings it. The package's own helper for tests needs Vite. */

export * as lib from "../../node_modules/@convex-dev/migrations/dist/component/lib.js";
export { default as schema } from "../../node_modules/@convex-dev/migrations/dist/component/schema.js";
