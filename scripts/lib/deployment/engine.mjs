// @ts-check
import { AsyncLocalStorage } from "node:async_hooks";
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
 * @typedef {object} Engine
 * @property {any} t convex-test's accessor.
 * @property {any} host The object whose syscalls convex-test answers; they may be replaced.
 * @property {any} database
 * @property {Store} store
 * @property {IdRegistry} ids
 * @property {Schema | null} schema
 * @property {Queries} queries
 * @property {() => any} tracker Usage of the running transaction; null outside of one.
 */

/**
 * convex-test with reads and writes of its database replaced: it finds documents by walking all of them,
 * and accepts ids and documents that Convex does not. How functions are called, nested, scheduled, rolled
 * back and limited stays its own.
 *
 * @param {object} options
 * @param {Schema | null} options.schema
 * @param {Record<string, () => Promise<unknown>>} options.modules
 * @param {import("./args.mjs").Limits} options.limits
 * @returns {Engine}
 */
export function createEngine({ schema, modules, limits }) {
  const tables = schema?.tables ?? [];
  const ids = new IdRegistry(tables.map(({ tableName }) => tableName));
  const store = new Store(tables, ids);
  const t = /** @type {any} */ (convexTest)({
    schema: schema === null ? undefined : definitionOf(schema),
    modules,
    transactionLimits: limits,
  });
  const host = innards(t);
  const database = host.components[""].db;
  const queries = new Queries();
  installReads(database, store, queries);
  installWrites(database, store, ids, schema);
  const tracker = () => host.transactionManager.getMetricsTracker();
  return { t, host, database, store, ids, schema, queries, tracker };
}

/**
 * @param {Schema} schema
 * @returns {unknown} What convex-test reads of a schema that was built by `defineSchema`.
 */
function definitionOf(schema) {
  const tables = schema.tables.map((table) => [table.tableName, { export: () => table }]);
  return { tables: Object.fromEntries(tables), schemaValidation: schema.schemaValidation };
}

/**
 * convex-test hands out no way to its database, but enters its state into an AsyncLocalStorage around
 * every call, which is where it can be seen.
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
