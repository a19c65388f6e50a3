// @ts-check
/** One call of one script, as a deployment makes it: in a fresh context, from source to answer. */

import { running } from "embedded-convex/call";
import { createIsolateContext } from "embedded-convex/context";
import { Modules } from "embedded-convex/modules";
import { scripts, syscalls } from "./documents.mjs";

/**
 * @param {import("embedded-convex/bundle").Bundle} bundle
 * @param {import("./documents.mjs").Script} script
 * @returns {Promise<{ ms: number, answer: any }>} The context itself is not in the time: Convex has it ready.
 */
export async function call(bundle, script) {
  const { name, invoke, args } = scripts[script];
  const isolate = createIsolateContext({ env: {}, verbose: false, syscalls: syscalls() });
  const contexts = { isolate, node: () => isolate };
  const encoded = JSON.stringify([args]);
  /** @type {any} */
  const caller = {
    kind: invoke === "invokeAction" ? "action" : "mutation",
    path: script,
    ctx: null,
    clock: null,
    logs: null,
    finished: false,
    nested: new Set(),
  };
  return await running.run(caller, async () => {
    const begun = performance.now();
    const modules = new Modules(bundle, contexts, import.meta.dirname);
    const exported = (await modules.evaluate(`scripts/${script}.js`))[name];
    const answer =
      invoke === "invokeAction"
        ? await exported[invoke]("request", encoded)
        : await exported[invoke](encoded);
    return { ms: performance.now() - begun, answer: JSON.parse(answer) };
  });
}
