// @ts-check
/**
 * Calls one script in a process of its own, started with a deployment's flags: `child.mjs BUNDLES SCRIPT ROUNDS
 * VARIANT ...`. Calls the variants in turn and prints what each call took.
 */

import { readFile } from "node:fs/promises";
import { call } from "./call.mjs";

const [file, script, rounds, ...variants] = process.argv.slice(2);
/** @type {Record<string, import("embedded-convex/bundle").Bundle>} */
const bundles = JSON.parse(await readFile(file, "utf8"));

/** @type {Record<string, unknown[]>} */
const results = Object.fromEntries(variants.map((variant) => [variant, []]));
for (let round = 0; round < Number(rounds); round++) {
  for (const variant of variants) {
    globalThis.gc?.();
    const bundle = bundles[variant === "adr" ? "adr" : "ours"];
    results[variant].push(await call(bundle, /** @type {any} */ (script), variant === "instrumented"));
  }
}
process.stdout.write(JSON.stringify(results));
