import type { GenericDatabaseReader } from "convex/server";
import { convexToJson, type JSONValue, jsonToConvex, type Value } from "convex/values";

import type { StoredDocument } from "./documents.js";
import type { AnyDataModel, Index } from "./host.js";
import { ByteSum, type Meter } from "./meter.js";

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
    if (document === null) return throwLostPosition();
    allowance.onRead(document);
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

/** The largest document that Convex stores. */
const LARGEST_DOCUMENT_BYTES = 2 ** 20;

/** How far readers side by side may go: to so many documents, and no more once so many bytes were read. It is
 * overdrawn by one document at most. */
export class Allowance {
  private readonly limit: { documents: number; bytes: number };
  private readonly meter: Meter;
  private readonly bytes = new ByteSum();
  private documents = 0;
  private asked = 0;
  private isNew = true;
  private waiting: (() => void)[] = [];

  constructor(limit: { documents: number; bytes: number }, meter: Meter) {
    this.limit = limit;
    this.meter = meter;
  }

  isSpent(): boolean {
    return this.documents + this.asked >= this.limit.documents || this.bytes.exceeds(this.limit.bytes - 1);
  }

  /** Asked before each document of a range, and answered by `onAnswered`. Waits until a document of the
   * largest size fits beside those that others asked for. False where no more may be read; of a new allowance
   * one document may always be. */
  mayAsk(): boolean | Promise<boolean> {
    return this.askNow() ?? this.askInTurn();
  }

  /** As `mayAsk`; undefined where one must wait. */
  private askNow(): boolean | undefined {
    const { documents, bytes } = this.limit;
    const isFar =
      this.documents + this.asked < documents &&
      !this.bytes.exceeds(bytes - (this.asked + 1) * LARGEST_DOCUMENT_BYTES);
    if (!isFar) {
      const isSpent = this.isSpent();
      if (isSpent && !this.isNew) return false;
      if (!isSpent && this.asked > 0) return undefined;
    }
    this.isNew = false;
    this.asked += 1;
    return true;
  }

  private async askInTurn(): Promise<boolean> {
    for (;;) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
      const answer = this.askNow();
      if (answer !== undefined) return answer;
    }
  }

  onAnswered(document: StoredDocument | null): void {
    this.asked -= 1;
    if (document !== null) this.onRead(document);
    const woken = this.waiting;
    if (woken.length === 0) return;
    this.waiting = [];
    for (const wake of woken) wake();
  }

  /** Counts a document that is read whatever is left. */
  onRead(document: StoredDocument): void {
    this.documents += 1;
    this.meter.read(document, this.bytes);
  }
}

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
  const { table, index, values } = source;
  const fields = position === null ? [] : keyFields(source);
  const key = position === null ? [] : await keyAt(db, source, position, allowance, meter);
  const documents: StoredDocument[] = [];
  for (let same = Math.max(key.length - 1, 0); same >= 0; same--) {
    if (documents.length > 0 && allowance.isSpent()) return { documents, isLast: false };
    meter.range();
    const range = db.query(table).withIndex(index.name as never, (q) => {
      type Step = (field: string, value: Value | undefined) => Builder;
      type Builder = { eq: Step; gt: Step };
      let builder = q as unknown as Builder;
      for (let at = 0; at < values.length; at++) {
        builder = builder.eq(index.fields[at] ?? "", values[at]);
      }
      for (let at = 0; at < same; at++) builder = builder.eq(fields[at] ?? "", key[at]);
      if (key.length > 0) builder = builder.gt(fields[same] ?? "", key[same]);
      return builder as unknown as typeof q;
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
