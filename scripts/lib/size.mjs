// @ts-check
// Prints how large the WebAssembly modules are and fails when one is over its budget: every call of a function
// that uses it pays for these bytes anew.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** What was reached, and a little room.
 *
 * @type {Record<string, number>}
 */
const budgets = {
  "admission_bg.wasm": 16_384,
  "flags_bg.wasm": 22_528,
  "migration_bg.wasm": 30_720,
  "status_bg.wasm": 32_768,
};

const pkg = new URL("../../pkg/", import.meta.url);
for (const name of readdirSync(pkg).filter((file) => file.endsWith(".wasm"))) {
  const wasm = readFileSync(new URL(name, pkg));
  const budgetBytes = budgets[name] ?? 0;
  const gzipBytes = gzipSync(wasm, { level: 9 }).length;
  process.stdout.write(`${name}: ${wasm.length} bytes of at most ${budgetBytes}, ${gzipBytes} with gzip\n`);
  if (wasm.length > budgetBytes) {
    process.stderr.write(`size: pkg/${name} is ${wasm.length - budgetBytes} bytes over its budget\n`);
    process.exitCode = 1;
  }
}
