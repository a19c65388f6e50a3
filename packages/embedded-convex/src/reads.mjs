// @ts-check
import { jsonToConvex } from "convex/values";

/** @typedef {import("./order.mjs").Document} Document */

/**
 * @typedef {object} RunningQuery
 * @property {Iterator<Document>} documents
 * @property {(document: Document) => boolean} filter
 * @property {number} left
 */

/** Queries that have begun and not ended. */
export class Queries {
  /** @type {Map<number, RunningQuery>} */
  #running = new Map();
  #next = 1;

  /**
   * @param {RunningQuery} query
   * @returns {number}
   */
  start(query) {
    const id = this.#next++;
    this.#running.set(id, query);
    return id;
  }

  /**
   * @param {number} id
   * @param {(document: Document) => void} onScan Told of documents that the filter drops, too: Convex
   *   counts them as read.
   * @returns {Document | null}
   */
  next(id, onScan) {
    const query = this.#running.get(id);
    while (query !== undefined && query.left > 0) {
      const { value, done } = query.documents.next();
      if (done) {
        break;
      }
      onScan(value);
      if (query.filter(value)) {
        query.left -= 1;
        return value;
      }
    }
    this.end(id);
    return null;
  }

  /** @param {number} id */
  end(id) {
    this.#running.delete(id);
  }

  /** Forgets what the transaction that ended left open. */
  clear() {
    this.#running.clear();
  }
}

/**
 * Reads of convex-test's database by index in place of a walk over all documents.
 *
 * @param {any} database
 * @param {import("./store.mjs").Store} store
 * @param {Queries} queries
 */
export function installReads(database, store, queries) {
  const resolve = database._resolveQuerySource.bind(database);
  const paginate = database.paginate.bind(database);
  let planning = false;
  /** @type {{ cursor: string | null, pageSize: number, endCursor: string | null } | null} */
  let page = null;

  database._iterateDocs = (/** @type {string} */ table, /** @type {(d: Document) => void} */ visit) => {
    // The original checks a query and compiles its filter; the documents are not for it to find.
    if (!planning) {
      for (const document of store.scan(table, "by_creation_time", [], "asc")) {
        visit(document);
      }
    }
  };

  const plan = (/** @type {any} */ query) => {
    planning = query.source.type !== "Search";
    try {
      return resolve(query);
    } finally {
      planning = false;
    }
  };

  const documentsOf = (/** @type {any} */ source, /** @type {any} */ planned, /** @type {any} */ after) => {
    if (source.type === "Search") {
      return planned.sortedDocs.values();
    }
    const [table, index] =
      source.type === "FullTableScan" ? [source.tableName, "by_creation_time"] : source.indexName.split(".");
    return store.scan(table, index, source.range ?? [], planned.order, after);
  };

  database._resolveQuerySource = (/** @type {any} */ query) => {
    const planned = plan(query);
    const after = page === null ? null : cursorValues(page.cursor);
    const documents = documentsOf(query.source, planned, after);
    // Past its size a page needs one document more, to know whether it is the last; a filter, or an end
    // that an earlier page fixed, may need any number.
    const enough =
      page !== null && !page.endCursor && query.operators.length === 0 ? page.pageSize + 1 : Infinity;
    return { ...planned, sortedDocs: take(documents, enough) };
  };

  database.paginate = (/** @type {any} */ options) => {
    page = options;
    try {
      return paginate(options);
    } finally {
      page = null;
    }
  };

  database.startQuery = (/** @type {any} */ query) => {
    const planned = plan(query);
    return queries.start({
      documents: documentsOf(query.source, planned, null),
      filter: planned.filterFn,
      left: planned.limit ?? Infinity,
    });
  };

  database.queryNext = (/** @type {number} */ id) => {
    const value = queries.next(id, () => {});
    return { value, done: value === null };
  };
}

/**
 * @param {string | null} cursor As convex-test writes it: one encoded value for each field.
 * @returns {any[] | null}
 */
function cursorValues(cursor) {
  if (cursor === null || cursor === "" || cursor === "_end_cursor") {
    return null;
  }
  const values = /** @type {(string | null)[]} */ (JSON.parse(cursor));
  return values.map((value) => (value === null ? undefined : jsonToConvex(JSON.parse(value))));
}

/**
 * @param {Iterable<Document>} documents
 * @param {number} count
 */
function take(documents, count) {
  /** @type {Document[]} */
  const taken = [];
  for (const document of documents) {
    if (taken.length >= count) {
      break;
    }
    taken.push(document);
  }
  return taken;
}
