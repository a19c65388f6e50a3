// @ts-check
/**
 * Calls one script in a process of its own, started with a deployment's flags: `child.mjs BUNDLES SCRIPT ROUNDS
 * VARIANT ...`. Calls the variants in turn and prints the milliseconds of all calls and the last answers.
 */

import { readFile } from "node:fs/promises";
import { call } from "./call.mjs";

const [file, script, rounds, ...variants] = process.argv.slice(2);
/** @type {Record<string, import("embedded-convex/bundle").Bundle>} */
const bundles = JSON.parse(await readFile(file, "utf8"));

/** @type {Record<string, { ms: number[], answer: unknown }>} */
const results = Object.fromEntries(variants.map((variant) => [variant, { ms: [], answer: null }]));
for (let round = 0; round < Number(rounds); round++) {
  for (const variant of variants) {
    globalThis.gc?.();
    const { ms, answer } = await call(bundles[variant], /** @type {any} */ (script));
    results[variant].ms.push(ms);
    results[variant].answer = answer;
  }
}
process.stdout.write(JSON.stringify(results));
