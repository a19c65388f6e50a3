// @ts-check
import { jsonToConvex } from "convex/values";

/** @typedef {import("./order.mjs").Document} Document */
/** @typedef {import("./order.mjs").IndexOrder} IndexOrder */

/** @typedef {{ type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte", fieldPath: string, value: any }} RangeTerm */

/**
 * @typedef {object} Bound A place between documents: before or past those that begin with the values.
 * @property {any[]} values
 * @property {boolean} past
 */

/**
 * @typedef {object} Range
 * @property {Bound} low
 * @property {Bound} high
 */

/**
 * @param {readonly RangeTerm[]} terms Already checked: equalities, then at most one bound a side.
 * @returns {Range}
 */
export function rangeOf(terms) {
  const equal = terms.filter(({ type }) => type === "Eq").map(({ value }) => decodeBound(value));
  /** @type {Range} */
  const range = { low: { values: equal, past: false }, high: { values: equal, past: true } };
  for (const { type, value } of terms) {
    if (type === "Gt" || type === "Gte") {
      range.low = { values: [...equal, decodeBound(value)], past: type === "Gt" };
    } else if (type === "Lt" || type === "Lte") {
      range.high = { values: [...equal, decodeBound(value)], past: type === "Lte" };
    }
  }
  return range;
}

/** @param {any} value As the query builder encodes it; a missing field has a mark of its own. */
const decodeBound = (value) =>
  typeof value === "object" && value !== null && "$undefined" in value ? undefined : jsonToConvex(value);

/**
 * @param {Range} range
 * @param {readonly any[]} position All fields of the document that was read last.
 * @param {"asc" | "desc"} direction
 * @returns {Range} What is left of the range.
 */
export function rangeAfter(range, position, direction) {
  const values = [...position];
  return direction === "asc"
    ? { low: { values, past: true }, high: range.high }
    : { low: range.low, high: { values, past: false } };
}

/**
 * Reads a range lazily: what its caller does not take costs nothing.
 *
 * @param {object} source
 * @param {IndexOrder} source.order
 * @param {readonly Document[]} source.committed In that order; stays as it is while this runs.
 * @param {readonly Document[]} source.pending In that order.
 * @param {(document: Document) => boolean} source.hidden Committed documents to pass over.
 * @param {Range} range
 * @param {"asc" | "desc"} direction
 * @returns {Generator<Document, void, void>}
 */
export function* scan({ order, committed, pending, hidden }, range, direction) {
  const [low, high] = positions(order, committed, range);
  const [pendingLow, pendingHigh] = positions(order, pending, range);
  // A copy, since the transaction may write between two steps.
  const written = pending.slice(pendingLow, pendingHigh);
  const forward = direction === "asc";
  const step = forward ? 1 : -1;
  const end = forward ? high : low - 1;
  const writtenEnd = forward ? written.length : -1;
  let at = forward ? low : high - 1;
  let writtenAt = forward ? 0 : written.length - 1;
  for (;;) {
    while (at !== end && hidden(committed[at])) {
      at += step;
    }
    if (at === end && writtenAt === writtenEnd) {
      return;
    }
    const fromCommitted =
      writtenAt === writtenEnd || (at !== end && order.compare(committed[at], written[writtenAt]) * step < 0);
    if (fromCommitted) {
      yield committed[at];
      at += step;
    } else {
      yield written[writtenAt];
      writtenAt += step;
    }
  }
}

/**
 * @param {IndexOrder} order
 * @param {readonly Document[]} documents
 * @param {Range} range
 * @returns {[number, number]}
 */
function positions(order, documents, { low, high }) {
  const from = order.position(documents, low.values, low.past);
  const to = order.position(documents, high.values, high.past);
  // A range such as `> 5 and < 3` is empty, not inside out.
  return [from, Math.max(from, to)];
}
