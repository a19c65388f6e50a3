import type { GenericDatabaseReader } from "convex/server";
import { convexToJson, type JSONValue, jsonToConvex, type Value } from "convex/values";

import type { StoredDocument } from "./documents.js";
import type { AnyDataModel, Index } from "./host.js";
import { ByteSum, type Meter } from "./meter.js";

export type Database = GenericDatabaseReader<AnyDataModel>;

/** A range of an index: the documents whose first fields have these values, in the order of the others. */
export type Source = {
  table: string;
  index: string;
  prefix: readonly (readonly [field: string, value: Value])[];
  /** The rest of the index's fields, without `_creationTime` and `_id`, which Convex appends. */
  rest: readonly string[];
};

/** The range of an index whose first fields have these values. */
export const source = (table: string, index: Index, ...values: string[]): Source => ({
  table,
  index: index.name,
  prefix: values.map((value, at) => [index.fields[at] ?? "", value] as const),
  rest: index.fields.slice(values.length),
});

type Key = readonly (Value | undefined)[];

/** The fields that a key holds, in the order of the index. */
const keyFields = (source: Source) => [...source.rest, "_creationTime", "_id"];

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

/** A position that is not there any more. */
export class LostPosition extends Error {}

function throwLostPosition(): never {
  throw new LostPosition("the cursor's position is gone");
}

/** The key at a position; throws where there is none, or no longer. */
async function keyAt(
  db: Database,
  source: Source,
  position: string,
  allowance: Allowance,
  meter: Meter,
): Promise<Key> {
  const read = parsed(position);
  if (typeof read === "string") {
    meter.range();
    const document = (await db.get(read as never).catch(() => null)) as StoredDocument | null;
    allowance.onRead(document);
    if (document === null) return throwLostPosition();
    return keyFields(source).map((field) => document[field] as Value | undefined);
  }
  if (!Array.isArray(read) || read.length !== keyFields(source).length) return throwLostPosition();
  return read.map((part) => {
    const isUndefined = typeof part === "object" && part !== null && "$undefined" in part;
    return isUndefined ? undefined : jsonToConvex(part);
  });
}

/** A page of documents; `isLast` where the range ends with it. */
export type Page = { documents: StoredDocument[]; isLast: boolean };

/** How far readers side by side may go. */
export type Allowance = {
  isSpent(): boolean;
  /** Asked before each document of a range, and answered by `onAnswered`. Waits until a document of the
   * largest size fits beside those that others asked for. False where no more may be read; of a new allowance
   * one document may always be. */
  mayAsk(): boolean | Promise<boolean>;
  onAnswered(document: StoredDocument | null): void;
  /** Counts a document that is read whatever is left. */
  onRead(document: StoredDocument | null): void;
};

/**
 * Reads the documents of a range behind a position, until the range or the allowance ends, or there are `most`.
 * The first reader of an allowance gets one document at least.
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
  allowance: Allowance,
  meter: Meter,
  most = Number.POSITIVE_INFINITY,
): Promise<Page> {
  const fields = keyFields(source);
  const key = position === null ? [] : await keyAt(db, source, position, allowance, meter);
  const documents: StoredDocument[] = [];
  for (let same = Math.max(key.length - 1, 0); same >= 0; same--) {
    if (documents.length > 0 && allowance.isSpent()) return { documents, isLast: false };
    meter.range();
    const range = db.query(source.table).withIndex(source.index as never, (q) => {
      let builder: unknown = q;
      const step = (operator: "eq" | "gt", field: string, value: Value | undefined) => {
        const at = builder as Record<"eq" | "gt", (field: string, value: Value | undefined) => unknown>;
        builder = at[operator](field, value);
      };
      for (const [field, value] of source.prefix) step("eq", field, value);
      for (const field of fields.slice(0, same)) step("eq", field, key[fields.indexOf(field)]);
      const bound = fields[same];
      if (key.length > 0 && bound !== undefined) step("gt", bound, key[same]);
      return builder as typeof q;
    });
    const iterator = range[Symbol.asyncIterator]();
    for (;;) {
      const mayAsk = documents.length < most && allowance.mayAsk();
      if (!(mayAsk === true || (await mayAsk))) {
        await iterator.return?.();
        return { documents, isLast: false };
      }
      const next = await iterator.next();
      const document = next.done ? null : (next.value as StoredDocument);
      allowance.onAnswered(document);
      if (document === null) break;
      documents.push(document);
    }
  }
  return { documents, isLast: true };
}

/** The largest document that Convex stores. */
const LARGEST_DOCUMENT_BYTES = 2 ** 20;

/** An allowance of so many documents, and no more once so many bytes were read, for readers side by side. It
 * is overdrawn by one document at most. */
export function allowanceOf(limit: { documents: number; bytes: number }, meter: Meter): Allowance {
  let documents = 0;
  const bytes = new ByteSum();
  let asked = 0;
  let isNew = true;
  let waiting: (() => void)[] = [];
  const isSpent = () => documents + asked >= limit.documents || bytes.exceeds(limit.bytes - 1);
  const isTight = () => asked > 0 && bytes.exceeds(limit.bytes - (asked + 1) * LARGEST_DOCUMENT_BYTES);
  const ask = (): boolean => {
    if (isSpent() && !isNew) return false;
    isNew = false;
    asked += 1;
    return true;
  };
  const onRead = (document: StoredDocument | null) => {
    if (document === null) return;
    documents += 1;
    meter.read(document, bytes);
  };
  return {
    isSpent,
    onRead,
    mayAsk: () => {
      if (isSpent() || !isTight()) return ask();
      const turn = async () => {
        while (!isSpent() && isTight()) await new Promise<void>((resolve) => waiting.push(resolve));
        return ask();
      };
      return turn();
    },
    onAnswered: (document) => {
      asked -= 1;
      onRead(document);
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
  };
}
