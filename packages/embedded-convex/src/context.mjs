// @ts-check
import { webcrypto } from "node:crypto";
import { isAnyArrayBuffer } from "node:util/types";
import vm from "node:vm";
import { currentCall, currentTime, running } from "./call.mjs";
import { convexErrorMark, encodeData } from "./errors.mjs";
import { formatLine } from "./logs.mjs";
import { messageOf } from "./problem.mjs";
import { installRealm } from "./realm.mjs";

/**
 * @typedef {object} Syscalls
 * @property {(op: string, args: string) => string} syscall
 * @property {(op: string, args: string) => Promise<string>} asyncSyscall
 * @property {(op: string, args: string) => string | null} immediate Answers some of them at once: each
 *   promise between the realms costs as much as a look-up.
 * @property {(op: string, args: unknown) => unknown} jsSyscall
 */

/**
 * @typedef {object} ContextOptions
 * @property {Syscalls} syscalls
 * @property {Record<string, string>} env
 * @property {boolean} verbose
 */

// Taken at the start: while a function runs, the engine replaces the outer ones.
const { setTimeout, setInterval, clearTimeout, clearInterval, fetch } = globalThis;

/**
 * The realm of the default runtime: the language, and the web's globals that Convex has. Convex evaluates
 * modules anew for each call; here one evaluation serves all, so a module that kept state in a variable
 * would see it survive.
 *
 * @param {ContextOptions} options
 * @returns {vm.Context}
 */
export function createIsolateContext(options) {
  const context = vm.createContext({}, { name: "isolate", codeGeneration: { strings: false, wasm: true } });
  const install = new vm.Script(`(${installRealm})`, { filename: "embedded-convex:realm" });
  install.runInContext(context)(vm.runInContext("globalThis", context), hostOf(options));
  return context;
}

/** @param {ContextOptions} options */
function hostOf({ syscalls, env, verbose }) {
  const { TextEncoder, TextDecoder, atob, btoa } = globalThis;
  const { URL, URLSearchParams, Headers, FormData, AbortController, AbortSignal } = globalThis;
  const { Event, EventTarget, ReadableStream, WritableStream, TransformStream } = globalThis;
  const { Blob, Request, Response, DOMException } = globalThis;
  return {
    syscall: syscalls.syscall,
    asyncSyscall: forwardAsync(syscalls),
    jsSyscall: syscalls.jsSyscall,
    log: logTo(verbose),
    env: JSON.stringify(env),
    now: currentTime,
    elapsed: () => currentCall()?.clock?.elapsed ?? performance.now(),
    timeOrigin: performance.timeOrigin,
    timers: {
      setTimeout: inActions("setTimeout", (run, ms, ...values) => Number(setTimeout(run, ms, ...values))),
      setInterval: inActions("setInterval", (run, ms, ...values) => Number(setInterval(run, ms, ...values))),
      clearTimeout: inActions("clearTimeout", (timer) => clearTimeout(timer)),
      clearInterval: inActions("clearInterval", (timer) => clearInterval(timer)),
    },
    fetch: inActions("fetch", fetch),
    ...{ TextEncoder, TextDecoder, atob, btoa },
    fromBase64: (/** @type {string} */ text) => Buffer.from(text, "base64"),
    isBuffer: isAnyArrayBuffer,
    crypto: webcrypto,
    subtleMethods: [
      ...["digest", "sign", "verify", "encrypt", "decrypt", "generateKey", "importKey", "exportKey"],
      ...["deriveBits", "deriveKey", "wrapKey", "unwrapKey"],
    ],
    classes: {
      ...{
        URL,
        URLSearchParams,
        Headers,
        FormData,
        AbortController,
        AbortSignal,
        Event,
        EventTarget,
      },
      ...{ ReadableStream, WritableStream, TransformStream, DOMException },
    },
    bodies: { Blob, Request, Response },
  };
}

/**
 * The realm of "use node" modules, which can hold actions alone. Bytes are the outer realm's classes
 * there, since a Buffer is one of them.
 *
 * @param {ContextOptions} options
 * @returns {vm.Context}
 */
export function createNodeContext({ syscalls, env, verbose }) {
  const names = Object.getOwnPropertyNames(globalThis).filter((name) => !language.has(name));
  const globals = Object.fromEntries(names.map((name) => [name, /** @type {any} */ (globalThis)[name]]));
  const bytes = [
    ...["ArrayBuffer", "DataView", "Uint8Array", "Int8Array", "Uint16Array", "Int16Array"],
    ...["Uint32Array", "Int32Array", "Float32Array", "Float64Array", "Uint8ClampedArray"],
    ...["BigUint64Array", "BigInt64Array"],
  ];
  for (const name of bytes) {
    globals[name] = /** @type {any} */ (globalThis)[name];
  }
  const log = logTo(verbose);
  const levels = { debug: "DEBUG", info: "INFO", log: "LOG", warn: "WARN", error: "ERROR" };
  const context = vm.createContext({
    ...globals,
    ...{ setTimeout, setInterval, clearTimeout, clearInterval, fetch },
    process: Object.create(process, {
      env: { value: Object.freeze({ ...env }), enumerable: true },
    }),
    console: Object.fromEntries(
      Object.entries(levels).map(([name, level]) => [
        name,
        (/** @type {unknown[]} */ ...values) => log(level, values),
      ]),
    ),
    Convex: {
      syscall: syscalls.syscall,
      jsSyscall: syscalls.jsSyscall,
      asyncSyscall: async (/** @type {string} */ op, /** @type {string} */ args) => {
        try {
          return await syscalls.asyncSyscall(op, args);
        } catch (error) {
          const data = errorData(error);
          throw Object.assign(new Error(messageOf(error)), data === null ? {} : { data: JSON.parse(data) });
        }
      },
    },
  });
  const own = vm.runInContext("globalThis", context);
  own.global = own;
  return context;
}

/** Names that every realm has of its own. */
const language = new Set([
  ...vm.runInNewContext("Object.getOwnPropertyNames(globalThis)"),
  ...["Convex", "global", "globalThis", "require", "module", "exports"],
]);

/** @param {Syscalls} syscalls */
function forwardAsync({ immediate, asyncSyscall }) {
  return (
    /** @type {string} */ op,
    /** @type {string} */ args,
    /** @type {(result: string) => void} */ resolve,
    /** @type {(message: string, data: string | null) => void} */ reject,
  ) => {
    const fail = (/** @type {unknown} */ error) => reject(messageOf(error), errorData(error));
    try {
      const answer = immediate(op, args);
      if (answer === null) {
        asyncSyscall(op, args).then(resolve, fail);
      } else {
        resolve(answer);
      }
    } catch (error) {
      fail(error);
    }
  };
}

/**
 * @param {any} error
 * @returns {string | null} A ConvexError's data, encoded.
 */
function errorData(error) {
  const isConvexError = typeof error === "object" && error !== null && convexErrorMark in error;
  return isConvexError ? encodeData(error.data) : null;
}

/**
 * @template {(...values: any[]) => any} F
 * @param {string} name
 * @param {F} real
 */
function inActions(name, real) {
  return (/** @type {any[]} */ ...values) => {
    if (currentCall()?.kind !== "action") {
      throw new Error(
        `Can't use ${name}() in queries and mutations, or while modules are evaluated. Please consider ` +
          "using an action.",
      );
    }
    return real(...values);
  };
}

/** @param {boolean} verbose */
function logTo(verbose) {
  return (/** @type {string} */ level, /** @type {unknown[]} */ values) => {
    const store = running.getStore();
    const lines = store?.logs ?? null;
    if (lines === null && !verbose) {
      return;
    }
    const line = formatLine(level, values);
    lines?.push(line);
    if (verbose) {
      process.stderr.write(`${line}\n`);
    }
  };
}
