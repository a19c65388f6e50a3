// @ts-check
import { IndexOrder } from "./order.mjs";

/** @typedef {import("./order.mjs").Document} Document */

/**
 * @typedef {object} Change What a commit did to one document.
 * @property {Document | undefined} before
 * @property {Document | undefined} after
 */

// Up to here, moving the tail of an array for each change is cheaper than rebuilding it once.
const mergeFrom = 64;

/** One index of one table: its committed documents in order. */
export class Index {
  /** @type {Document[]} */
  documents = [];

  /** @param {IndexOrder} order */
  constructor(order) {
    this.order = order;
  }

  /** @param {readonly Change[]} changes */
  apply(changes) {
    /** @type {Document[]} */
    const removed = [];
    /** @type {Document[]} */
    const added = [];
    for (const { before, after } of changes) {
      if (before !== undefined && after !== undefined && this.order.compare(before, after) === 0) {
        this.documents[this.order.positionOf(this.documents, before)] = after;
        continue;
      }
      if (before !== undefined) {
        removed.push(before);
      }
      if (after !== undefined) {
        added.push(after);
      }
    }
    if (removed.length + added.length < mergeFrom) {
      this.#splice(removed, added);
    } else {
      this.#merge(removed, added);
    }
  }

  /**
   * @param {readonly Document[]} removed
   * @param {readonly Document[]} added
   */
  #splice(removed, added) {
    for (const document of removed) {
      this.documents.splice(this.order.positionOf(this.documents, document), 1);
    }
    for (const document of added) {
      this.documents.splice(this.order.positionOf(this.documents, document), 0, document);
    }
  }

  /**
   * @param {readonly Document[]} removed
   * @param {Document[]} added
   */
  #merge(removed, added) {
    const gone = new Set(removed.map(({ _id }) => _id));
    const kept = gone.size === 0 ? this.documents : this.documents.filter(({ _id }) => !gone.has(_id));
    added.sort((a, b) => this.order.compare(a, b));
    /** @type {Document[]} */
    const merged = [];
    let at = 0;
    for (const document of added) {
      while (at < kept.length && this.order.compare(kept[at], document) < 0) {
        merged.push(kept[at++]);
      }
      merged.push(document);
    }
    while (at < kept.length) {
      merged.push(kept[at++]);
    }
    this.documents = merged;
  }
}

/** All indexes of one table, over its committed documents. */
export class TableIndexes {
  /** @type {Map<string, Index>} */
  #indexes = new Map();

  /** @param {readonly { indexDescriptor: string, fields: readonly string[] }[]} declared */
  constructor(declared) {
    this.#add("by_creation_time", ["_creationTime", "_id"]);
    this.#add("by_id", ["_id"]);
    for (const { indexDescriptor, fields } of declared) {
      this.#add(indexDescriptor, [...fields, "_creationTime", "_id"]);
    }
  }

  /**
   * @param {string} name
   * @returns {Index}
   */
  get(name) {
    const index = this.#indexes.get(name);
    if (index === undefined) {
      throw new Error(`index \`${name}\` does not exist`);
    }
    return index;
  }

  /**
   * Fills an empty table. Sorting is stable, so every declared index starts from the order of creation
   * and compares its own fields alone.
   *
   * @param {readonly Document[]} documents
   */
  load(documents) {
    const byCreation = this.get("by_creation_time");
    byCreation.documents = documents.slice();
    byCreation.documents.sort((a, b) => byCreation.order.compare(a, b));
    for (const index of this.#indexes.values()) {
      if (index !== byCreation) {
        const { fields } = index.order;
        const own = new IndexOrder(fields.length === 1 ? fields : fields.slice(0, -2));
        index.documents = byCreation.documents.slice().sort((a, b) => own.compare(a, b));
      }
    }
  }

  /** @param {readonly Change[]} changes */
  apply(changes) {
    for (const index of this.#indexes.values()) {
      index.apply(changes);
    }
  }

  /**
   * @param {string} name
   * @param {readonly string[]} fields
   */
  #add(name, fields) {
    this.#indexes.set(name, new Index(new IndexOrder(fields)));
  }
}
