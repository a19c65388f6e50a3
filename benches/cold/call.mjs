// @ts-check
/** One call of one script, as a deployment makes it: in a fresh context, from source to answer. */

import vm from "node:vm";
import { running } from "embedded-convex/call";
import { createIsolateContext } from "embedded-convex/context";
import { Modules } from "embedded-convex/modules";
import { scripts, syscalls } from "./documents.mjs";

/**
 * What the WebAssembly of a call takes, in milliseconds.
 *
 * @typedef {{ glueMs: number, decodeMs: number, compileMs: number, instantiateMs: number, runMs: number }} Spent
 */

/** In the one file of a bundle that holds wasm-bindgen's JavaScript and the module's bytes. */
const GLUE = "new WebAssembly.Module(";

/**
 * A bundle whose glue tells when its evaluation begins.
 *
 * @param {import("embedded-convex/bundle").Bundle} bundle
 * @returns {import("embedded-convex/bundle").Bundle}
 */
const marked = (bundle) => ({
  ...bundle,
  modules: bundle.modules.map((module) =>
    module.source.includes(GLUE) ? { ...module, source: `beginGlue();${module.source}` } : module,
  ),
});

/**
 * Makes the bundle's modules, and times the parsing of the one that holds the glue.
 *
 * @template T
 * @param {Spent} spent
 * @param {() => Promise<T>} run
 * @returns {Promise<T>}
 */
async function timingParse(spent, run) {
  const { SourceTextModule } = vm;
  vm.SourceTextModule = class extends SourceTextModule {
    /** @param {ConstructorParameters<typeof SourceTextModule>} args */
    constructor(...args) {
      const begun = performance.now();
      super(...args);
      if (args[0].includes(GLUE)) spent.glueMs += performance.now() - begun;
    }
  };
  try {
    return await run();
  } finally {
    vm.SourceTextModule = SourceTextModule;
  }
}

/**
 * Runs in the call's own context: times the decoding of base64, the compiling and instantiating of a module, and what
 * is spent in its functions, with the JavaScript that these call back.
 *
 * @param {() => number} clock
 * @param {Spent} spent
 */
function instrument(clock, spent) {
  /** @type {<T>(what: keyof Spent, run: () => T) => T} */
  const timed = (what, run) => {
    const begun = clock();
    try {
      return run();
    } finally {
      spent[what] += clock() - begun;
    }
  };
  let glueBegun = 0;
  /** @type {any} */ (globalThis).beginGlue = () => {
    glueBegun = clock();
  };
  const bytes = /** @type {any} */ (Uint8Array);
  const { fromBase64 } = bytes;
  bytes.fromBase64 = (/** @type {string} */ text) => {
    spent.glueMs += clock() - glueBegun;
    return timed("decodeMs", () => fromBase64.call(bytes, text));
  };
  let depth = 0;
  const wrapped =
    (/** @type {Function} */ run) =>
    (/** @type {unknown[]} */ ...args) => {
      if (depth > 0) return run(...args);
      depth += 1;
      try {
        return timed("runMs", () => run(...args));
      } finally {
        depth -= 1;
      }
    };
  WebAssembly.Module = new Proxy(WebAssembly.Module, {
    construct: (target, args) => timed("compileMs", () => Reflect.construct(target, args)),
  });
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct: (target, args) => {
      const { exports } = timed("instantiateMs", () => Reflect.construct(target, args));
      const all = Object.entries(exports).map(([name, value]) => [
        name,
        typeof value === "function" ? wrapped(value) : value,
      ]);
      return { exports: Object.fromEntries(all) };
    },
  });
}

/**
 * @param {import("embedded-convex/bundle").Bundle} bundle
 * @param {import("./documents.mjs").Script} script
 * @param {boolean} isInstrumented
 * @returns {Promise<{ ms: number, evaluateMs: number, spent: Spent, answer: any }>} The context itself is not in the
 *   time: Convex has it ready.
 */
export async function call(bundle, script, isInstrumented) {
  const { name, invoke, args } = scripts[script];
  const isolate = createIsolateContext({ env: {}, verbose: false, syscalls: syscalls() });
  const spent = { glueMs: 0, decodeMs: 0, compileMs: 0, instantiateMs: 0, runMs: 0 };
  if (isInstrumented) vm.runInContext(`(${instrument})`, isolate)(() => performance.now(), spent);
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
    const modules = new Modules(isInstrumented ? marked(bundle) : bundle, contexts, import.meta.dirname);
    const evaluate = async () => (await modules.evaluate(`scripts/${script}.js`))[name];
    const exported = await (isInstrumented ? timingParse(spent, evaluate) : evaluate());
    const evaluateMs = performance.now() - begun;
    const answer =
      invoke === "invokeAction"
        ? await exported[invoke]("request", encoded)
        : await exported[invoke](encoded);
    return { ms: performance.now() - begun, evaluateMs, spent, answer: JSON.parse(answer) };
  });
}
