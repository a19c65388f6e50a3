import { type ComponentDefinition, defineComponent } from "convex/server";

/**
 * The ledger of migration runs and of changes of the flags: a store with tables of its own. What is stored there is decided
 * in the host's transactions.
 *
 * @example
 * ```ts
 * // convex/convex.config.ts
 * import { defineApp } from "convex/server";
 * import v2Rollout from "v2-rollout/convex.config";
 *
 * const app = defineApp();
 * app.use(v2Rollout);
 * export default app;
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: as Convex's own components declare it
const component: ComponentDefinition<any> = defineComponent("v2Rollout");
export default component;
