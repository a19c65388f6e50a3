// @ts-check
import { compareValues } from "convex/values";

/** @typedef {Record<string, any> & { _id: string, _creationTime: number }} Document */
/** @typedef {(document: Document) => any} Getter */

/**
 * Convex orders strings by their UTF-8 bytes. UTF-16 units give the same order except that surrogates,
 * which stand for the highest code points, sort below 0xE000; moving them up restores it.
 *
 * @param {string} a
 * @param {string} b
 */
export function compareStrings(a, b) {
  if (a === b) {
    return 0;
  }
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) {
      return rank(left) - rank(right);
    }
  }
  return a.length - b.length;
}

/** @param {number} unit */
const rank = (unit) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);

/**
 * The order of `compareValues`, with short ways for the two types that nearly all index fields have.
 *
 * @param {any} a
 * @param {any} b
 * @returns {number}
 */
export function compareFields(a, b) {
  if (typeof a === "string" && typeof b === "string") {
    return compareStrings(a, b);
  }
  // Zeros and NaN have an order of their own.
  if (typeof a === "number" && typeof b === "number" && a !== 0 && b !== 0) {
    if (a < b) {
      return -1;
    }
    if (a > b) {
      return 1;
    }
    if (a === b) {
      return 0;
    }
  }
  return compareValues(a, b);
}

/**
 * @param {string} path Such as `status` or `scope.organizationId`.
 * @returns {Getter}
 */
export function getterOf(path) {
  // Names that every object inherits would be found on documents without such a field.
  if (!path.includes(".") && !(path in {})) {
    return (document) => document[path];
  }
  const names = path.split(".");
  return (document) => {
    /** @type {any} */
    let value = document;
    for (const name of names) {
      const inner = typeof value === "object" && value !== null && Object.hasOwn(value, name);
      value = inner ? value[name] : undefined;
    }
    return value;
  };
}

/** The order of one index: its fields, of which the last is `_id`, so that no two documents are equal. */
export class IndexOrder {
  /** @param {readonly string[]} fields */
  constructor(fields) {
    this.fields = fields;
    this.getters = fields.map(getterOf);
  }

  /**
   * @param {Document} a
   * @param {Document} b
   */
  compare(a, b) {
    for (const get of this.getters) {
      const order = compareFields(get(a), get(b));
      if (order !== 0) {
        return order;
      }
    }
    return 0;
  }

  /**
   * @param {Document} document
   * @param {readonly any[]} values Of the first fields.
   */
  compareToValues(document, values) {
    for (let at = 0; at < values.length; at += 1) {
      const order = compareFields(this.getters[at](document), values[at]);
      if (order !== 0) {
        return order;
      }
    }
    return 0;
  }

  /**
   * @param {readonly Document[]} documents In this order.
   * @param {readonly any[]} values
   * @param {boolean} past Whether to pass documents that begin with exactly these values.
   * @returns {number} Position of the first document at or past the values.
   */
  position(documents, values, past) {
    let low = 0;
    let high = documents.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.compareToValues(documents[middle], values);
      if (order < 0 || (past && order === 0)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * @param {readonly Document[]} documents In this order.
   * @param {Document} document
   * @returns {number} Where it is, or belongs.
   */
  positionOf(documents, document) {
    let low = 0;
    let high = documents.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(documents[middle], document) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
