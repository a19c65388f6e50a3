// @ts-check
/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: ["js-shims/{reading,writing}/**/*.ts", "js-shims/functions/access.ts"],
  testRunner: "vitest",
  vitest: { configFile: "scripts/stryker/vitest.config.ts", related: false },
  coverageAnalysis: "perTest",
  concurrency: 2,
  tempDirName: "target/stryker/sandbox",
  reporters: ["clear-text", "progress", "json", "html"],
};
