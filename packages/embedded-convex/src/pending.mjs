// @ts-check

/** @typedef {import("./order.mjs").Document} Document */
/** @typedef {import("./order.mjs").IndexOrder} IndexOrder */

/**
 * @typedef {object} PendingTable
 * @property {Map<string, { document: Document | null, since: number }>} writes By id; null is a delete.
 * @property {Map<string, { order: IndexOrder, documents: Document[] }>} sorted By index, of the indexes
 *   that this transaction has read.
 */

/**
 * What the running transaction wrote and has not committed, as the innermost call sees it. Kept in
 * order as it grows, so that a mutation which looks up and writes in turns stays fast.
 */
export class PendingWrites {
  /** @type {Map<string, PendingTable>} */
  #tables = new Map();
  #clock = 0;

  /**
   * @param {string} table
   * @param {string} id
   * @param {Document | null} document
   */
  set(table, id, document) {
    const pending = this.#tableFor(table);
    const known = pending.writes.get(id);
    const before = known?.document ?? null;
    if (known === undefined) {
      pending.writes.set(id, { document, since: this.#tick() });
    } else {
      known.document = document;
    }
    for (const { order, documents } of pending.sorted.values()) {
      if (before !== null) {
        documents.splice(order.positionOf(documents, before), 1);
      }
      if (document !== null) {
        documents.splice(order.positionOf(documents, document), 0, document);
      }
    }
  }

  /**
   * @param {string} table
   * @param {string} id
   * @returns {Document | null | undefined} Null if deleted, undefined if not written.
   */
  get(table, id) {
    return this.#tables.get(table)?.writes.get(id)?.document;
  }

  clear() {
    this.#tables.clear();
  }

  /**
   * Starts again from the writes that are left after a nested call was rolled back. A document's first
   * write keeps its place in time, on which queries that have begun rely.
   *
   * @param {readonly Record<string, Document | null>[]} levels Outermost first.
   * @param {(id: string, document: Document | null) => string} tableOf
   */
  rebuild(levels, tableOf) {
    const before = this.#tables;
    this.#tables = new Map();
    for (const level of levels) {
      for (const [id, document] of Object.entries(level)) {
        const table = tableOf(id, document);
        const since = before.get(table)?.writes.get(id)?.since ?? this.#tick();
        this.#tableFor(table).writes.set(id, { document, since });
      }
    }
  }

  /**
   * @param {string} table
   * @param {string} indexName
   * @param {IndexOrder} order
   * @returns {readonly Document[]} The table's pending documents in the order of an index.
   */
  sorted(table, indexName, order) {
    const pending = this.#tables.get(table);
    if (pending === undefined) {
      return [];
    }
    let index = pending.sorted.get(indexName);
    if (index === undefined) {
      /** @type {Document[]} */
      const documents = [];
      for (const { document } of pending.writes.values()) {
        if (document !== null) {
          documents.push(document);
        }
      }
      index = { order, documents: documents.sort((a, b) => order.compare(a, b)) };
      pending.sorted.set(indexName, index);
    }
    return index.documents;
  }

  /**
   * @param {string} table
   * @returns {(document: Document) => boolean} Whether a committed document had been written over by
   *   now. A query that reads on while its caller writes sees the data as it was when it began.
   */
  hiddenAsOfNow(table) {
    const now = this.#clock;
    // Looked up each time: the table may come to have its first pending write after the query began.
    return ({ _id }) => {
      const write = this.#tables.get(table)?.writes.get(_id);
      return write !== undefined && write.since <= now;
    };
  }

  #tick() {
    this.#clock += 1;
    return this.#clock;
  }

  /** @param {string} table */
  #tableFor(table) {
    let pending = this.#tables.get(table);
    if (pending === undefined) {
      pending = { writes: new Map(), sorted: new Map() };
      this.#tables.set(table, pending);
    }
    return pending;
  }
}
