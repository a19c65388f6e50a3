// @ts-check
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { countsOfCargo, countsOfVitest } from "./counts.mjs";

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} what For `--list`.
 * @property {boolean} rust Whether it needs more than Node.
 * @property {string[][]} commands All are run, also after one that failed. None: there is nothing to check.
 * @property {Record<string, string>} [env]
 * @property {boolean} [isRepeated] Another step does it as well: this one runs only where it is named.
 * @property {(output: string) => import("./counts.mjs").Counts} [counts] Of all commands' output; without
 *   it the step is one check.
 */

const wasmTarget = ["--target", "wasm32-unknown-unknown"];

/**
 * @param {string} root
 * @param {string} logs A directory for what a step leaves behind.
 * @param {Record<string, string>} e2e By which the step `e2e` learns of its deployment.
 * @returns {Step[]}
 */
export function stepsOf(root, logs, e2e) {
  const vitestReport = path.join(logs, "vitest.json");
  const vitest = [
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${vitestReport}`,
  ];
  return [
    {
      name: "fmt",
      what: "rustfmt",
      rust: true,
      commands: [["cargo", "fmt", "--check"]],
    },
    {
      name: "clippy",
      what: "clippy, for this machine",
      rust: true,
      commands: [["cargo", "clippy", "--locked", "--all-targets", "--", "-D", "warnings"]],
    },
    {
      name: "clippy-wasm",
      what: "clippy, for WebAssembly",
      rust: true,
      commands: [["cargo", "clippy", "--locked", ...wasmTarget, "--lib", "--", "-D", "warnings"]],
    },
    {
      name: "doc",
      what: "the crate's documentation without a warning, private items too",
      rust: true,
      commands: [[], wasmTarget].map((target) => [
        ...["cargo", "doc", "--locked", "--no-deps", "--document-private-items"],
        ...target,
      ]),
      env: { RUSTDOCFLAGS: "-D warnings" },
    },
    {
      name: "tsc",
      what: "TypeScript's types",
      rust: false,
      commands: [".", "cli", "dashboard", "tests", "scripts", "benches", "packages/embedded-convex"]
        .filter((project) => existsSync(path.join(root, project, "tsconfig.json")))
        .map((project) => ["tsc", "--pretty", "false", "-p", project]),
    },
    {
      name: "biome",
      what: "formatting and lints of TypeScript and JavaScript",
      rust: false,
      commands: [["biome", "ci", "--colors=off", "."]],
    },
    {
      name: "cargo",
      what: "Rust's tests and the documentation's examples, for this machine",
      rust: true,
      commands: [["cargo", "test", "--locked", "--no-fail-fast"]],
      counts: countsOfCargo,
    },
    {
      name: "vitest",
      what: "TypeScript's tests",
      rust: false,
      commands: [vitest],
      counts: () => countsOfVitest(readFileSync(vitestReport, "utf8")),
    },
    {
      name: "e2e",
      what: "the essential promises, against the deployment of --url; a part of `vitest`, which takes the embedded one",
      rust: false,
      commands: [[...vitest, "--project", "node", "tests/e2e/promises.test.ts"]],
      env: e2e,
      isRepeated: true,
      counts: () => countsOfVitest(readFileSync(vitestReport, "utf8")),
    },
    {
      name: "demo",
      what: "the demo does what it says",
      rust: false,
      commands: [["scripts/demo"]],
    },
    {
      name: "build",
      what: "pkg/ is what the sources make",
      rust: true,
      commands: [["scripts/build", "--check"]],
    },
    {
      name: "size",
      what: "the module's size against its budget",
      rust: false,
      commands: [["node", "scripts/lib/size.mjs"]],
    },
    {
      name: "package",
      what: "what npm pack makes fits into hosts",
      rust: false,
      commands: [["node", "scripts/lib/package.mjs"]],
    },
  ];
}
