/** Reads ranges of indexes page by page, from positions that survive whatever is written or deleted meanwhile. */

import type { GenericDatabaseReader } from "convex/server";
import { convexToJson, type JSONValue, jsonToConvex, type Value } from "convex/values";

import { refuse } from "../core.js";
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
const LONGEST_POSITION_BYTES = 4 * 1_024;
/** Deepest nesting of a value that Convex takes. */
const DEEPEST = 64;
const encoder = new TextEncoder();

/**
 * Where a document stands in its range, as text. A key that is too long for a cursor (an index field that
 * holds a text it should not) is represented by the document's id, and no longer found once that is deleted.
 */
export function positionOf(source: Source, document: StoredDocument): string {
  const key = keyFields(source).map((field) => {
    const value = document[field] as Value | undefined;
    return value === undefined ? { $undefined: true } : convexToJson(value);
  });
  const position = JSON.stringify(key);
  return encoder.encode(position).length <= LONGEST_POSITION_BYTES ? position : JSON.stringify(document._id);
}

/** May it be stored: nested no deeper than Convex's values are, and without what newer clients write in place of one? */
const isStorable = (value: JSONValue, depth = DEEPEST): boolean =>
  typeof value !== "object" ||
  value === null ||
  (depth > 0 &&
    !("$commitTs" in value) &&
    Object.values(value).every((part) => isStorable(part as JSONValue, depth - 1)));

/** What a position says, which may be forged: the id of a document, or the key of one. Throws INVALID_CURSOR where it is
 * neither. */
function parsed(db: Database, source: Source, position: string): string | Key {
  const fields = keyFields(source);
  try {
    const read: JSONValue = JSON.parse(position);
    // Keys of nothing but a time and an id are never too long.
    if (typeof read === "string" && fields.length > 2) {
      const id: string | null = db.normalizeId(source.table, read);
      if (id !== null) return id;
    } else if (Array.isArray(read) && read.length === fields.length && isStorable(read)) {
      const key = read.map((part) => {
        const isUndefined = typeof part === "object" && part !== null && "$undefined" in part;
        const value: Value | undefined = isUndefined ? undefined : jsonToConvex(part);
        // What JSON can say is not always a value of Convex's.
        if (value !== undefined) convexToJson(value);
        return value;
      });
      // Whether there is such a document does not matter: its id is only compared with others.
      const [time, id] = key.slice(-2);
      if (typeof time === "number" && typeof id === "string") return key;
    }
  } catch {
    // It is no JSON, or holds what Convex cannot store.
  }
  return refuse({ kind: "lostPosition" });
}

/** The key at a position; undefined where that is the place of a document that is gone, or no longer in the range. */
async function keyAt(
  db: Database,
  source: Source,
  position: string,
  readers: Readers,
  meter: Meter,
): Promise<Key | undefined> {
  const at = parsed(db, source, position);
  if (typeof at !== "string") return at;
  meter.range();
  const document = (await db.get(at as never)) as StoredDocument | null;
  if (document === null) return undefined;
  readers.count(document);
  const { index, values } = source;
  const isInRange = values.every((value, nth) => document[index.fields[nth] as string] === value);
  return isInRange ? keyFields(source).map((field) => document[field] as Value | undefined) : undefined;
}

/** A page of documents; `isLast` where the range ends with it. */
export type DocumentPage = { documents: StoredDocument[]; isLast: boolean };

/** The position was that of a document, and it is gone. */
export const LOST = "lost";

type Step = (field: string, value: Value | undefined) => Builder;
type Builder = { eq: Step; gt: Step };

/**
 * Reads the documents of a range behind a position, as many as its readers may, and `most` at the most. Throws
 * INVALID_CURSOR where the position is none, or no longer.
 */
export async function readBehind(
  db: Database,
  source: Source,
  position: string | null,
  readers: Readers,
  meter: Meter,
  most = Number.POSITIVE_INFINITY,
): Promise<DocumentPage> {
  const page = await findBehind(db, source, position, readers, meter, most);
  if (page !== LOST) return page;
  return refuse({ kind: "lostPosition" });
}

/**
 * Reads the documents of a range behind a position, where that can be found again.
 *
 * `_creationTime` is unique within one transaction only, so that a key is all fields down to `_id`: what is
 * behind it are the documents with the same fields and a later last one, then those with the same fields but
 * the last two and a later last but one, and so on. Each of these is an index range of its own; one that is
 * not reached is not paid for.
 */
export async function findBehind(
  db: Database,
  source: Source,
  position: string | null,
  readers: Readers,
  meter: Meter,
  most = Number.POSITIVE_INFINITY,
): Promise<DocumentPage | typeof LOST> {
  const { table, index, values } = source;
  const fields = keyFields(source);
  const key = position === null ? [] : await keyAt(db, source, position, readers, meter);
  if (key === undefined) return LOST;
  const documents: StoredDocument[] = [];
  for (let same = Math.max(key.length - 1, 0); same >= 0; same--) {
    let iterator: AsyncIterator<unknown> | undefined;
    for (;;) {
      const mayRead = documents.length < most && readers.mayRead();
      if (!(mayRead === true || (await mayRead))) {
        // Stryker disable next-line OptionalChaining: the second is for a type that does not say that Convex's have it
        await iterator?.return?.();
        return { documents, isLast: false };
      }
      if (iterator === undefined) {
        meter.range();
        const range = db.query(table).withIndex(index.name as never, (q) => {
          let builder = q as unknown as Builder;
          for (const [at, value] of values.entries()) builder = builder.eq(index.fields[at] as string, value);
          for (let at = 0; at < same; at++) builder = builder.eq(fields[at] as string, key[at]);
          if (key.length > 0) builder = builder.gt(fields[same] as string, key[same]);
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
