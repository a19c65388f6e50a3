import { readFileSync } from "node:fs";

import { defineConfig, type Plugin } from "vitest/config";

/** Loads a `.wasm` file as Convex's bundler does: as a compiled module. */
const wasm: Plugin = {
  name: "wasm-module",
  enforce: "pre",
  load(id) {
    const path = id.split("?")[0] ?? id;
    if (!path.endsWith(".wasm")) return null;
    const base64 = readFileSync(path).toString("base64");
    return `const bytes = Uint8Array.from(atob("${base64}"), (c) => c.charCodeAt(0));
export default new WebAssembly.Module(bytes);`;
  },
};

/** The tests of the shims. scripts/mutants runs them, too. */
export const shims = {
  plugins: [wasm],
  test: {
    name: "shims",
    include: ["tests/shims/**/*.test.ts"],
    environment: "edge-runtime",
    setupFiles: ["tests/properties.ts"],
    server: { deps: { inline: ["convex-test"] } },
    testTimeout: 120_000,
  },
};

export default defineConfig({
  test: {
    projects: [
      shims,
      {
        test: {
          name: "node",
          include: ["{tests,packages/*/tests}/**/*.test.{ts,mjs}"],
          exclude: ["tests/shims/**"],
          environment: "node",
          globalSetup: ["tests/build.ts"],
          setupFiles: ["tests/properties.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
