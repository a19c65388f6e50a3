// @ts-check
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { convexTest } from "convex-test";
import { IdRegistry } from "./ids.mjs";
import { installReads, Queries } from "./reads.mjs";
import { Store } from "./store.mjs";
import { installWrites } from "./writes.mjs";

/**
 * @typedef {object} TableDefinition
 * @property {string} tableName
 * @property {{ indexDescriptor: string, fields: string[] }[]} indexes
 * @property {import("./validate.mjs").Validator} documentType
 */

/**
 * @typedef {object} Schema
 * @property {TableDefinition[]} tables
 * @property {boolean} schemaValidation
 */

/**
 * @typedef {object} Namespace The tables of the app, or of one component.
 * @property {any} database
 * @property {Store} store
 * @property {IdRegistry} ids
 * @property {Schema | null} schema
 */

/**
 * @typedef {object} Engine
 * @property {any} t convex-test's accessor.
 * @property {any} host The object whose syscalls convex-test answers; they may be replaced.
 * @property {Namespace} app
 * @property {Map<string, Namespace>} namespaces By path of the component; the app's comes first, under the empty path.
 * @property {Queries} queries
 * @property {() => any} tracker Usage of the running transaction; null outside of one.
 * @property {(waitMs: number) => Promise<void>} restart Gives up the running outermost transaction, and begins one
 *   in its place after a while.
 * @property {(then: () => void) => void} atEnd Calls back once the running outermost transaction has ended,
 *   before another one begins.
 */

/**
 * convex-test with reads and writes of its database replaced: it finds documents by walking all of them,
 * and accepts ids and documents that Convex does not. How functions are called, nested, scheduled, rolled
 * back and limited stays its own.
 *
 * @param {object} options
 * @param {ReadonlyMap<string, EngineSource>} options.sources By path of the component; the app's, which is empty,
 *   comes first.
 * @param {import("./args.mjs").Limits} options.limits
 * @returns {Engine}
 */
export function createEngine({ sources, limits }) {
  const [[, { schema, modules }], ...components] = sources;
  const t = /** @type {any} */ (convexTest)({
    schema: definitionOf(schema),
    modules,
    transactionLimits: limits,
  });
  const host = innards(t);
  const queries = new Queries();
  const app = createNamespace(host, queries, "", schema);
  const namespaces = new Map([["", app]]);
  for (const [path, component] of components) {
    t.registerComponent(path, definitionOf(component.schema), component.modules);
    namespaces.set(path, createNamespace(host, queries, path, component.schema));
  }
  const tracker = () => host.transactionManager.getMetricsTracker();
  return {
    ...{ t, host, app, namespaces, queries, tracker },
    ...transactionsOf(host.transactionManager),
  };
}

/**
 * @typedef {object} EngineSource
 * @property {Schema | null} schema
 * @property {Record<string, () => Promise<unknown>>} modules
 */

/**
 * @param {any} host
 * @param {Queries} queries
 * @param {string} component Path; empty for the app.
 * @param {Schema | null} schema
 * @returns {Namespace}
 */
function createNamespace(host, queries, component, schema) {
  const tables = schema?.tables ?? [];
  const ids = new IdRegistry(
    tables.map(({ tableName }) => tableName),
    component,
  );
  const store = new Store(tables, ids);
  const database = host.components[component].db;
  installReads(database, store, queries);
  installWrites(database, store, ids, schema);
  return { database, store, ids, schema };
}

/**
 * @param {any} manager
 * @returns {Pick<Engine, "restart" | "atEnd">}
 */
function transactionsOf(manager) {
  /** @type {(() => void) | null} */
  let then = null;
  const end = manager._endTransaction.bind(manager);
  manager._endTransaction = (/** @type {boolean} */ isNested) => {
    if (!isNested) {
      then?.();
      then = null;
    }
    end(isNested);
  };
  return {
    restart: async (waitMs) => {
      manager.rollback(false);
      await sleep(waitMs);
      await manager.begin(false);
    },
    atEnd: (callback) => {
      then = callback;
    },
  };
}

/**
 * @param {Schema | null} schema
 * @returns {unknown} What convex-test reads of a schema that was built by `defineSchema`.
 */
function definitionOf(schema) {
  if (schema === null) {
    return null;
  }
  const tables = schema.tables.map((table) => [table.tableName, { export: () => table }]);
  return { tables: Object.fromEntries(tables), schemaValidation: schema.schemaValidation };
}

/**
 * The object that holds convex-test's database, scheduler and syscalls.
 *
 * convex-test (0.0.60) exports no way to it. It keeps the object in an AsyncLocalStorage of its own and passes it
 * to `run` at the start of every method of `t`, so this calls the method that does least, and watches `run` of all
 * storages while it does. The call is synchronous, and the original is put back before anything else runs.
 *
 * It relies on two things: that convex-test enters such a storage, and that Node.js defines `run` on the prototype
 * (tried with Node 20). A release of either for which that is not so makes this throw.
 *
 * @param {any} t
 */
function innards(t) {
  const { run } = AsyncLocalStorage.prototype;
  /** @type {any} */
  let found;
  AsyncLocalStorage.prototype.run = /** @type {any} */ (
    function (/** @type {any} */ store, /** @type {any[]} */ ...rest) {
      if (store?.transactionManager !== undefined && store.components !== undefined) {
        found = store;
      }
      // @ts-expect-error `this` is the storage.
      return run.call(this, store, ...rest);
    }
  );
  try {
    void t.finishInProgressScheduledFunctions();
  } finally {
    AsyncLocalStorage.prototype.run = run;
  }
  if (found === undefined) {
    throw new Error("this release of convex-test keeps its state elsewhere");
  }
  return found;
}
