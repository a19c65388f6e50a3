// @ts-check
import { convexToJson, jsonToConvex } from "convex/values";
import { findFunction, handleOf } from "./addresses.mjs";
import { currentCall, running } from "./call.mjs";
import { encodingOf } from "./encoding.mjs";
import { Refusal } from "./errors.mjs";

/** @typedef {import("./engine.mjs").Engine} Engine */
/** @typedef {import("./functions.mjs").Functions} Functions */
/** @typedef {import("./functions.mjs").Registered} Registered */

const inTransactionsOnly = new Set([
  ...["1.0/get", "1.0/insert", "1.0/shallowMerge", "1.0/replace", "1.0/remove", "1.0/count"],
  ...["1.0/queryStream", "1.0/queryStreamNext", "1.0/queryPage", "1.0/getTransactionMetrics"],
  ...["1.0/runUdf", "1.0/schedule", "1.0/cancel_job"],
]);

const nested = new Set(["1.0/runUdf", "1.0/actions/query", "1.0/actions/mutation", "1.0/actions/action"]);
const scheduling = new Set(["1.0/schedule", "1.0/actions/schedule"]);

/**
 * Puts the deployment's answers before convex-test's: reads that are fast, errors and arguments as Convex
 * has them, and nothing for a function that has ended.
 *
 * @param {Engine} engine
 * @param {Functions} functions
 * @param {import("./faults.mjs").Faults} faults
 * @param {boolean} metrics Whether a transaction can ask what it has used.
 */
export function installSyscalls(engine, functions, faults, metrics) {
  const { host, queries, tracker } = engine;
  const originalSync = host.syscall;
  const original = host.asyncSyscall;
  const namespace = () => engine.namespaces.get(currentComponent()) ?? engine.app;

  host.syscall = (/** @type {string} */ op, /** @type {string} */ jsonArgs) => {
    const args = JSON.parse(jsonArgs);
    checkCaller(op);
    switch (op) {
      case "1.0/queryCleanup":
        queries.end(args.queryId);
        return "{}";
      case "1.0/db/normalizeId":
        return JSON.stringify({ id: namespace().ids.isId(args.table, args.idString) ? args.idString : null });
      default:
        return originalSync(op, jsonArgs);
    }
  };

  /** @type {Record<string, (args: any) => string>} */
  const reads = {
    "1.0/get": ({ table, id }) => {
      tracker()?.trackIndexRange();
      const document = namespace().database.get(table, id);
      if (document === null) {
        return "null";
      }
      const { json, sizeBytes } = encodingOf(document);
      tracker()?.trackRead(sizeBytes);
      return json;
    },
    "1.0/queryStreamNext": ({ queryId }) => {
      const usage = tracker();
      const document = queries.next(queryId, (scanned) => {
        usage?.trackRead(encodingOf(scanned).sizeBytes);
      });
      return document === null
        ? '{"done":true,"value":null}'
        : `{"done":false,"value":${encodingOf(document).json}}`;
    },
  };

  host.immediate = (/** @type {string} */ op, /** @type {string} */ jsonArgs) => {
    if (!Object.hasOwn(reads, op)) {
      return null;
    }
    checkCaller(op);
    return reads[op](JSON.parse(jsonArgs));
  };

  /** @type {Record<string, (args: any) => Promise<string>>} */
  const answers = {
    "1.0/getUserIdentity": async () => {
      // Who is signed in is known to the app alone.
      const call = currentComponent() === "" ? currentCall() : null;
      return JSON.stringify((await call?.ctx.auth.getUserIdentity()) ?? null);
    },
    "1.0/createFunctionHandle": async (args) =>
      JSON.stringify(handleOf(findFunction(functions, currentComponent(), args))),
    "1.0/actions/query": (args) => runFromAction("runQuery", args),
    "1.0/actions/mutation": (args) => runFromAction("runMutation", args),
    "1.0/actions/action": (args) => runFromAction("runAction", args),
  };
  if (!metrics) {
    answers["1.0/getTransactionMetrics"] = async () => {
      throw new Error("Unknown async operation 1.0/getTransactionMetrics");
    };
  }

  host.asyncSyscall = async (/** @type {string} */ op, /** @type {string} */ jsonArgs) => {
    checkCaller(op);
    const args = JSON.parse(jsonArgs);
    const callee = nested.has(op) || scheduling.has(op) ? findCallee(functions, op, args) : null;
    if (callee !== null) {
      // In place of a name, which means another function in another component.
      delete args.name;
      delete args.reference;
      args.functionHandle = handleOf(callee);
    }
    if (Object.hasOwn(reads, op)) {
      return reads[op](args);
    }
    if (Object.hasOwn(answers, op)) {
      const answer = () => answers[op](args);
      return await (callee === null ? answer() : faults.call(callee, false, answer));
    }
    if (scheduling.has(op) || op === "1.0/actions/cancel_job") {
      // The scheduled run comes later and on its own; it must not take this call for its parent. And what the engine
      // asks for in turn, in a transaction of its own, is not asked by an action.
      return await running.exit(() => original(op, JSON.stringify(args)));
    }
    if (callee === null) {
      return await original(op, jsonArgs);
    }
    const result = faults.call(callee, true, () => original(op, JSON.stringify(args)));
    const call = currentCall();
    call?.nested.add(result);
    void result.catch(() => {}).finally(() => call?.nested.delete(result));
    return await result;
  };
}

/**
 * convex-test passes arguments of calls from actions on without decoding them, so the engine's context is
 * called here with decoded ones.
 *
 * @param {"runQuery" | "runMutation" | "runAction"} method
 * @param {{ functionHandle: string, args: any }} options
 */
async function runFromAction(method, { functionHandle, args }) {
  const call = currentCall();
  if (call?.kind !== "action") {
    throw new Error("actions' calls can only be made from an action");
  }
  const result = await call.ctx[method](functionHandle, jsonToConvex(args));
  return JSON.stringify(convexToJson(result ?? null));
}

/** @param {string} op */
function checkCaller(op) {
  const call = currentCall();
  if (call?.finished) {
    throw new Error(`\`${op}\` after \`${call.path}\` has ended: an operation was not awaited`);
  }
  if (op === "1.0/queryPage" && call?.component) {
    throw new Refusal("paginate() is only supported in the app.");
  }
  if (call?.kind === "action" && inTransactionsOnly.has(op)) {
    throw new Error(`\`${op}\` is not available in actions`);
  }
}

/** @returns {string} Path of the component that the running function belongs to; empty for the app. */
const currentComponent = () => currentCall()?.component ?? "";

/**
 * @param {Functions} functions
 * @param {string} op
 * @param {any} args
 * @returns {Registered}
 */
function findCallee(functions, op, args) {
  const callee = findFunction(functions, currentComponent(), args);
  const expected = expectedKind(op, args);
  if (expected !== null && callee.kind !== expected) {
    throw new Refusal(wrongKind(callee.path, expected, callee.kind));
  }
  if (scheduling.has(op) && callee.kind === "query") {
    throw new Refusal(`\`${callee.path}\` is a query; only mutations and actions can be scheduled`);
  }
  return callee;
}

/**
 * @param {string} op
 * @param {any} args
 */
function expectedKind(op, args) {
  switch (op) {
    case "1.0/runUdf":
      return args.udfType === "snapshotQuery" ? "query" : args.udfType;
    case "1.0/actions/query":
      return "query";
    case "1.0/actions/mutation":
      return "mutation";
    case "1.0/actions/action":
      return "action";
    default:
      return null;
  }
}

/**
 * @param {string} path
 * @param {string} expected
 * @param {string} actual
 */
export function wrongKind(path, expected, actual) {
  const title = (/** @type {string} */ kind) => kind[0].toUpperCase() + kind.slice(1);
  return `Trying to execute ${path} as ${title(expected)}, but it is defined as ${title(actual)}.`;
}
