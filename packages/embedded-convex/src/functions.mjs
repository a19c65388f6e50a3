// @ts-check
import { convexToJson, getConvexSize, jsonToConvex } from "convex/values";
import { running } from "./call.mjs";
import { fromRealm, Refusal } from "./errors.mjs";
import { pathIn } from "./paths.mjs";
import { describeMismatch, findMismatch } from "./validate.mjs";

/** @typedef {"query" | "mutation" | "action"} Kind */
/** @typedef {import("./validate.mjs").Validator} Validator */

/**
 * @typedef {object} Registered A function that the app or a component exports.
 * @property {string} component Path of the component; empty for the app.
 * @property {string} udfPath Such as `scripts/backfill:default`, within its component.
 * @property {string} path The same after the component's path, such as `ledger/runs:begin`.
 * @property {Kind} kind
 * @property {boolean} isPublic
 * @property {any} exported In the functions' realm.
 * @property {Validator} args
 * @property {Validator | null} returns
 */

const maxTransferBytes = 16 << 20;

/** @type {Record<Kind, string>} */
const marks = { query: "isQuery", mutation: "isMutation", action: "isAction" };

/** The functions of the app and of every component, by path. */
export class Functions {
  /** @type {Map<string, Map<string, Registered>>} */
  #byComponent = new Map();

  /** @param {Iterable<string>} components Paths, with the app's, which is empty. */
  constructor(components) {
    for (const component of components) {
      this.#byComponent.set(component, new Map());
    }
  }

  /**
   * @param {string} component
   * @param {string} modulePath Such as `scripts/backfill.js`.
   * @param {Record<string, any>} exports
   */
  add(component, modulePath, exports) {
    const module = modulePath.replace(/\.js$/, "");
    for (const [name, exported] of Object.entries(exports)) {
      const kind = kindOf(exported);
      if (kind !== null) {
        const udfPath = `${module}:${name}`;
        const path = pathIn(component, udfPath);
        const args = JSON.parse(exported.exportArgs());
        const returns = JSON.parse(exported.exportReturns?.() ?? "null");
        const isPublic = exported.isPublic === true;
        const registered = { component, udfPath, path, kind, isPublic, exported, args, returns };
        this.#byComponent.get(component)?.set(udfPath, registered);
      }
    }
  }

  /** @param {string} component */
  hasComponent(component) {
    return this.#byComponent.has(component);
  }

  /**
   * @param {string} component
   * @param {string} path With or without the module's extension and `:default`.
   * @returns {Registered | undefined}
   */
  find(component, path) {
    return this.#byComponent.get(component)?.get(canonicalPath(path));
  }

  /**
   * @param {string} component
   * @returns {Registered[]}
   */
  all(component) {
    return [...(this.#byComponent.get(component)?.values() ?? [])];
  }

  /**
   * @param {string} component
   * @param {Runner} runner
   * @returns {Record<string, () => Promise<unknown>>} Modules as convex-test takes them.
   */
  modulesFor(component, runner) {
    // convex-test looks for the root of the modules where generated code lies.
    /** @type {Record<string, Record<string, unknown>>} */
    const modules = { "/convex/_generated/api.js": {} };
    for (const registered of this.all(component)) {
      const [module, name] = registered.udfPath.split(":");
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
  const { kind, path, component } = registered;
  const parent = running.getStore();
  if (parent === undefined && kind === "mutation") {
    await runner.onScheduled(registered);
  }
  /** @type {import("./call.mjs").Call} */
  const call = {
    ...{ kind, component, path, ctx },
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
