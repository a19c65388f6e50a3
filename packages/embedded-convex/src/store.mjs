// @ts-check
import { TableIndexes } from "./indexes.mjs";
import { PendingWrites } from "./pending.mjs";
import { rangeAfter, rangeOf, scan } from "./scan.mjs";

/** @typedef {import("./order.mjs").Document} Document */

/** Every table's documents in the order of every index: committed, and as the transaction sees them. */
export class Store {
  /** @type {Map<string, TableIndexes>} */
  #tables = new Map();
  /** @type {PendingWrites[]} Outer transactions' writes that a stale read must not see. */
  #hidden = [];
  #pending = new PendingWrites();
  /** @type {import("./ids.mjs").IdRegistry} */
  #ids;
  /** @type {Set<string>} */
  #declared;

  /**
   * @param {readonly import("./engine.mjs").TableDefinition[]} tables
   * @param {import("./ids.mjs").IdRegistry} ids
   */
  constructor(tables, ids) {
    this.#ids = ids;
    this.#declared = new Set(tables.map(({ tableName }) => tableName));
    for (const { tableName, indexes } of tables) {
      this.#tables.set(tableName, new TableIndexes(indexes));
    }
  }

  /** @returns {string[]} The schema's tables, and others that have documents; none of Convex's own. */
  tableNames() {
    return [...this.#tables.keys()].filter(
      (table) => this.#declared.has(table) || (!table.startsWith("_") && this.committed(table).length > 0),
    );
  }

  /** @param {string} table */
  committed(table) {
    return this.#table(table).get("by_creation_time").documents;
  }

  /**
   * @param {string} table
   * @param {readonly Document[]} documents
   */
  load(table, documents) {
    this.#table(table).load(documents);
  }

  /**
   * @param {string} table
   * @param {string} indexName
   * @param {readonly import("./scan.mjs").RangeTerm[]} terms
   * @param {"asc" | "desc"} direction
   * @param {readonly any[] | null} [after] All fields of the document to begin after.
   */
  scan(table, indexName, terms, direction, after = null) {
    const { order, documents } = this.#table(table).get(indexName);
    const range = rangeOf(terms);
    const source = {
      order,
      committed: documents,
      pending: this.#pending.sorted(table, indexName, order),
      hidden: this.#pending.hiddenAsOfNow(table),
    };
    return scan(source, after === null ? range : rangeAfter(range, after, direction), direction);
  }

  /**
   * Reads a table as it was committed, without what a running transaction wrote.
   *
   * @param {string} table One that does not exist has no documents.
   * @param {"asc" | "desc"} direction
   * @param {readonly any[] | null} after `_creationTime` and `_id` of the document to begin after.
   */
  scanCommitted(table, direction, after) {
    const { order, documents } = (this.#tables.get(table) ?? new TableIndexes([])).get("by_creation_time");
    const range = rangeOf([]);
    const source = { order, committed: documents, pending: [], hidden: () => false };
    return scan(source, after === null ? range : rangeAfter(range, after, direction), direction);
  }

  /**
   * @param {string} id
   * @param {Document | null} document
   */
  write(id, document) {
    this.#pending.set(this.#tableOf(id), id, document);
  }

  /**
   * @param {string} id
   * @returns {Document | null | undefined}
   */
  written(id) {
    return this.#pending.get(this.#tableOf(id), id);
  }

  /** @param {ReadonlyMap<string, import("./indexes.mjs").Change>} changes By id. */
  commit(changes) {
    this.#pending.clear();
    /** @type {Map<string, import("./indexes.mjs").Change[]>} */
    const byTable = new Map();
    for (const [id, change] of changes) {
      const table = this.#tableOf(id);
      const list = byTable.get(table);
      if (list === undefined) {
        byTable.set(table, [change]);
      } else {
        list.push(change);
      }
    }
    for (const [table, list] of byTable) {
      this.#table(table).apply(list);
    }
  }

  /** @param {readonly Record<string, Document | null>[]} levels Writes that are left. */
  rollback(levels) {
    if (levels.length === 0) {
      this.#pending.clear();
    } else {
      this.#pending.rebuild(levels, (id) => this.#tableOf(id));
    }
  }

  hidePending() {
    this.#hidden.push(this.#pending);
    this.#pending = new PendingWrites();
  }

  showPending() {
    this.#pending = this.#hidden.pop() ?? new PendingWrites();
  }

  /** @param {string} table */
  #table(table) {
    let indexes = this.#tables.get(table);
    if (indexes === undefined) {
      // A table that the schema does not name has the two indexes that every table has.
      indexes = new TableIndexes([]);
      this.#tables.set(table, indexes);
    }
    return indexes;
  }

  /** @param {string} id */
  #tableOf(id) {
    const table = this.#ids.tableOf(id);
    if (table === null) {
      throw new Error(`no table has the ID \`${id}\``);
    }
    return table;
  }
}
