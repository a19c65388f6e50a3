// @ts-check
import { convexToJson, getConvexSize, jsonToConvex } from "convex/values";
import { running } from "./call.mjs";
import { fromRealm, Refusal } from "./errors.mjs";
import { describeMismatch, findMismatch } from "./validate.mjs";

/** @typedef {"query" | "mutation" | "action"} Kind */
/** @typedef {import("./validate.mjs").Validator} Validator */

/**
 * @typedef {object} Registered A function that the backend exports.
 * @property {string} path Such as `scripts/backfill:default`.
 * @property {Kind} kind
 * @property {boolean} isPublic
 * @property {any} exported In the functions' realm.
 * @property {Validator} args
 * @property {Validator | null} returns
 */

const maxTransferBytes = 16 << 20;

/** @type {Record<Kind, string>} */
const marks = { query: "isQuery", mutation: "isMutation", action: "isAction" };

/** The backend's functions by path. */
export class Functions {
  /** @type {Map<string, Registered>} */
  #byPath = new Map();

  /**
   * @param {string} modulePath Such as `scripts/backfill.js`.
   * @param {Record<string, any>} exports
   */
  add(modulePath, exports) {
    const module = modulePath.replace(/\.js$/, "");
    for (const [name, exported] of Object.entries(exports)) {
      const kind = kindOf(exported);
      if (kind !== null) {
        const path = `${module}:${name}`;
        const args = JSON.parse(exported.exportArgs());
        const returns = JSON.parse(exported.exportReturns?.() ?? "null");
        const isPublic = exported.isPublic === true;
        this.#byPath.set(path, { path, kind, isPublic, exported, args, returns });
      }
    }
  }

  /**
   * @param {string} path With or without the module's extension and `:default`.
   * @returns {Registered | undefined}
   */
  find(path) {
    return this.#byPath.get(canonicalPath(path));
  }

  /** @returns {Registered[]} */
  all() {
    return [...this.#byPath.values()];
  }

  /**
   * @param {Runner} runner
   * @returns {Record<string, () => Promise<unknown>>} Modules as convex-test takes them.
   */
  modulesFor(runner) {
    // convex-test looks for the root of the modules where generated code lies.
    /** @type {Record<string, Record<string, unknown>>} */
    const modules = { "/convex/_generated/api.js": {} };
    for (const registered of this.#byPath.values()) {
      const [module, name] = registered.path.split(":");
      const key = `/convex/${module}.js`;
      modules[key] = { ...modules[key], [name]: wrap(registered, runner) };
    }
    return Object.fromEntries(Object.entries(modules).map(([key, exports]) => [key, async () => exports]));
  }
}

/** @param {string} path */
export function canonicalPath(path) {
  const [module, name = "default"] = path.split(":");
  return `${module.replace(/\.js$/, "")}:${name}`;
}

/**
 * @param {any} exported
 * @returns {Kind | null}
 */
function kindOf(exported) {
  if (typeof exported !== "function" || typeof exported.exportArgs !== "function") {
    return null;
  }
  const kinds = /** @type {Kind[]} */ (Object.keys(marks));
  return kinds.find((kind) => exported[marks[kind]] === true) ?? null;
}

/**
 * @typedef {object} Runner What running a function needs of the deployment.
 * @property {boolean} limited
 * @property {import("./validate.mjs").IsId} isId
 * @property {(line: string) => string | null} frameOf
 * @property {(registered: Registered) => Promise<void>} onScheduled Called when a scheduled mutation begins.
 * @property {() => void} onTopLevelEnd Called when an outermost query or mutation has run.
 */

/**
 * An object that convex-test calls like a function of its own. It checks arguments and results here, in
 * place of convex-test, which reports them in words of its own, knows no records, and checks a
 * mutation's result only after it has committed.
 *
 * @param {Registered} registered
 * @param {Runner} runner
 */
function wrap(registered, runner) {
  return {
    [marks[registered.kind]]: true,
    [registered.isPublic ? "isPublic" : "isInternal"]: true,
    exportArgs: () => '{"type":"any"}',
    exportReturns: () => "null",
    _handler: (/** @type {any} */ ctx, /** @type {any} */ args) => run(registered, runner, ctx, args),
  };
}

/**
 * @param {Registered} registered
 * @param {Runner} runner
 * @param {any} ctx
 * @param {any} args
 */
async function run(registered, runner, ctx, args) {
  const { kind, path } = registered;
  const parent = running.getStore();
  if (parent === undefined && kind === "mutation") {
    await runner.onScheduled(registered);
  }
  /** @type {import("./call.mjs").Call} */
  const call = {
    kind,
    path,
    ctx,
    clock: kind === "action" ? null : clockFor(parent),
    logs: parent?.kind === "request" ? parent.logs : null,
    finished: false,
    nested: new Set(),
  };
  const isNested = parent?.kind === "query" || parent?.kind === "mutation";
  try {
    return await running.run(call, () => invoke(registered, runner, call, args));
  } finally {
    call.finished = true;
    if (!isNested && kind !== "action") {
      runner.onTopLevelEnd();
    }
  }
}

/**
 * @param {import("./call.mjs").Request | import("./call.mjs").Call | undefined} parent
 * @returns {import("./call.mjs").Clock}
 */
function clockFor(parent) {
  // A nested run is a part of the same transaction.
  const inherited = parent === undefined || parent.kind === "request" ? null : parent.clock;
  return inherited ?? { now: Date.now(), elapsed: performance.now() };
}

/**
 * @param {Registered} registered
 * @param {Runner} runner
 * @param {import("./call.mjs").Call} call
 * @param {any} args
 */
async function invoke({ kind, path, exported, ...validators }, runner, call, args) {
  checkSize(runner, path, "Arguments", args);
  const found = findMismatch(validators.args, args, runner.isId);
  if (found !== null) {
    const label = found.path === "" ? "Object" : "Value";
    throw new Refusal(`ArgumentValidationError: ${describeMismatch(found, label)}`);
  }
  const encoded = JSON.stringify(convexToJson([args]));
  /** @type {string} */
  let answer;
  try {
    answer = await (kind === "query"
      ? exported.invokeQuery(encoded)
      : kind === "mutation"
        ? exported.invokeMutation(encoded)
        : exported.invokeAction("", encoded));
  } catch (thrown) {
    throw fromRealm(thrown, runner.frameOf);
  } finally {
    // A nested run that was not awaited has to end inside of its parent's transaction.
    if (kind !== "action") {
      await Promise.allSettled(call.nested);
    }
  }
  const value = jsonToConvex(JSON.parse(answer));
  checkSize(runner, path, "Return value", value);
  const wrong = validators.returns && findMismatch(validators.returns, value, runner.isId);
  if (wrong) {
    throw new Refusal(`ReturnsValidationError: ${describeMismatch(wrong)}`);
  }
  return value;
}

/**
 * @param {Runner} runner
 * @param {string} path
 * @param {string} what
 * @param {any} value
 */
function checkSize({ limited }, path, what, value) {
  if (limited && getConvexSize(value) > maxTransferBytes) {
    throw new Refusal(`${what} of \`${path}\` too large (maximum size 16 MiB)`);
  }
}
