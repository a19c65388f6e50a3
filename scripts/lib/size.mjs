// @ts-check
// Prints how large the WebAssembly module is and fails when it is over its budget: every call pays for it anew.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const budgetBytes = 232 * 1_024;

const wasm = readFileSync(new URL("../../pkg/v2_rollout_bg.wasm", import.meta.url));
const gzipBytes = gzipSync(wasm, { level: 9 }).length;
process.stdout.write(`${wasm.length} bytes of at most ${budgetBytes}, ${gzipBytes} with gzip\n`);
if (wasm.length > budgetBytes) {
  process.stderr.write(`size: the module is ${wasm.length - budgetBytes} bytes over its budget\n`);
  process.exitCode = 1;
}
