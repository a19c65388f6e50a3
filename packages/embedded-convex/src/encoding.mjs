// @ts-check
import { convexToJson, getDocumentSize } from "convex/values";

/** @typedef {import("./order.mjs").Document} Document */

/** @type {WeakMap<Document, { json: string, sizeBytes: number }>} */
const encodings = new WeakMap();

/**
 * Documents are never changed in place, so what a document is on the wire can be kept with it.
 *
 * @param {Document} document
 */
export function encodingOf(document) {
  let encoding = encodings.get(document);
  if (encoding === undefined) {
    encoding = {
      json: JSON.stringify(convexToJson(document)),
      sizeBytes: getDocumentSize(document),
    };
    encodings.set(document, encoding);
  }
  return encoding;
}
