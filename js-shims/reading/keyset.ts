/** Reads ranges of indexes page by page, from positions that survive whatever is written or deleted meanwhile. */

import type { GenericDatabaseReader } from "convex/server";
import { convexToJson, type JSONValue, jsonToConvex, type Value } from "convex/values";

import { refusePosition } from "../core.js";
import type { AnyDataModel, Index } from "../host.js";
import type { StoredDocument } from "./documents.js";
import type { Meter } from "./meter.js";
import type { Readers } from "./readers.js";

export type Database = GenericDatabaseReader<AnyDataModel>;

/** A range of an index: the documents whose first fields have these values, in the order of the others. */
export type Source = { table: string; index: Index; values: readonly Value[] };

export const source = (table: string, index: Index, ...values: string[]): Source => ({
  table,
  index,
  values,
});

/** All documents of a table, in the order of their creation. */
export const everyDocument = (table: string): Source =>
  source(table, { name: "by_creation_time", fields: [] });

type Key = readonly (Value | undefined)[];

/** The fields that a key holds, in the order of the index. Convex appends the last two to every index. */
const keyFields = ({ index, values }: Source) => [
  ...index.fields.slice(values.length),
  "_creationTime",
  "_id",
];

/** Longest position that a cursor takes, in bytes. */
const LONGEST_POSITION_BYTES = 1_024;
const encoder = new TextEncoder();

/**
 * Where a document stands in its range, as text. A key that is too long for a cursor (an index field that
 * holds a text it should not) is represented by the document's id.
 */
export function positionOf(source: Source, document: StoredDocument): string {
  const key = keyFields(source).map((field) => {
    const value = document[field] as Value | undefined;
    return value === undefined ? { $undefined: true } : convexToJson(value);
  });
  const position = JSON.stringify(key);
  return encoder.encode(position).length <= LONGEST_POSITION_BYTES ? position : JSON.stringify(document._id);
}

function parsed(position: string): JSONValue {
  try {
    return JSON.parse(position);
  } catch {
    return null;
  }
}

/** The key at a position; throws INVALID_CURSOR where there is none, or no longer. */
async function keyAt(
  db: Database,
  source: Source,
  position: string,
  readers: Readers,
  meter: Meter,
): Promise<Key> {
  const read = parsed(position);
  const fields = keyFields(source);
  if (typeof read === "string") {
    meter.range();
    const document = (await db.get(read as never).catch(() => null)) as StoredDocument | null;
    if (document !== null) {
      readers.count(document);
      return fields.map((field) => document[field] as Value | undefined);
    }
  } else if (Array.isArray(read) && read.length === fields.length) {
    return read.map((part) => {
      const isUndefined = typeof part === "object" && part !== null && "$undefined" in part;
      return isUndefined ? undefined : jsonToConvex(part);
    });
  }
  refusePosition();
  return [];
}

/** A page of documents; `isLast` where the range ends with it. */
export type DocumentPage = { documents: StoredDocument[]; isLast: boolean };

type Step = (field: string, value: Value | undefined) => Builder;
type Builder = { eq: Step; gt: Step };

/**
 * Reads the documents of a range behind a position, as many as its readers may, and `most` at the most.
 *
 * `_creationTime` is unique within one transaction only, so that a key is all fields down to `_id`: what is
 * behind it are the documents with the same fields and a later last one, then those with the same fields but
 * the last two and a later last but one, and so on. Each of these is an index range of its own; one that is
 * not reached is not paid for.
 */
export async function readBehind(
  db: Database,
  source: Source,
  position: string | null,
  readers: Readers,
  meter: Meter,
  most = Number.POSITIVE_INFINITY,
): Promise<DocumentPage> {
  const { table, index, values } = source;
  const fields = position === null ? [] : keyFields(source);
  const key = position === null ? [] : await keyAt(db, source, position, readers, meter);
  const documents: StoredDocument[] = [];
  for (let same = Math.max(key.length - 1, 0); same >= 0; same--) {
    let iterator: AsyncIterator<unknown> | undefined;
    for (;;) {
      const mayRead = documents.length < most && readers.mayRead();
      if (!(mayRead === true || (await mayRead))) {
        await iterator?.return?.();
        return { documents, isLast: false };
      }
      if (iterator === undefined) {
        meter.range();
        const range = db.query(table).withIndex(index.name as never, (q) => {
          let builder = q as unknown as Builder;
          for (const [at, value] of values.entries()) builder = builder.eq(index.fields[at] ?? "", value);
          for (let at = 0; at < same; at++) builder = builder.eq(fields[at] ?? "", key[at]);
          if (key.length > 0) builder = builder.gt(fields[same] ?? "", key[same]);
          return builder as unknown as typeof q;
        });
        iterator = range[Symbol.asyncIterator]();
      }
      const next = await iterator.next();
      const document = next.done ? null : (next.value as StoredDocument);
      readers.read(document);
      if (document === null) break;
      documents.push(document);
    }
  }
  return { documents, isLast: true };
}
