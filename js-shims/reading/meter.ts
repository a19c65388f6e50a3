/** What the documents of a transaction weigh, and what the transaction has used. */

import { free, type Metrics, Transaction } from "../core.js";

const encoder = new TextEncoder();

/** Where long texts are encoded into, to be counted: many times as fast as an array for each. */
let scratch: Uint8Array | undefined;

function longTextBytes(text: string): number {
  // Stryker disable next-line ArithmeticOperator: a smaller one takes longer, and counts the same
  scratch ??= new Uint8Array(2 ** 16);
  let bytes = 0;
  for (let at = 0; at < text.length; ) {
    const { read, written } = encoder.encodeInto(text.slice(at), scratch);
    bytes += written;
    at += read;
  }
  return bytes;
}

const LONGEST_SHORT_TEXT = 256;

function textBytes(text: string): number {
  // Stryker disable next-line ConditionalExpression,EqualityOperator: both ways count the same; one is quicker
  if (text.length > LONGEST_SHORT_TEXT) return longTextBytes(text);
  let bytes = text.length;
  // Stryker disable next-line EqualityOperator: behind the end there is no unit
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate counts 2 more, its pair the other 2.
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}

/** What a value weighs before its texts are measured: in UTF-8 these have one to three bytes per unit. */
export type Weight = { bytes: number; units: number };

/** Bytes of a stored value as Convex counts them; never fewer. With `texts`, what its texts hold is left out, and their
 * units are added to these. */
export function valueBytes(value: unknown, texts?: { units: number }): number {
  switch (typeof value) {
    case "string":
      if (texts === undefined) return 2 + textBytes(value);
      texts.units += value.length;
      return 2;
    case "number":
    case "bigint":
      return 9;
    case "boolean":
      return 1;
    case "object": {
      if (value === null) return 1;
      if (value instanceof ArrayBuffer) return 2 + value.byteLength;
      let bytes = 2;
      if (Array.isArray(value)) {
        for (const item of value) bytes += valueBytes(item, texts);
      } else {
        for (const name in value) {
          const field = (value as Record<string, unknown>)[name];
          if (field !== undefined) bytes += name.length + 1 + valueBytes(field, texts);
        }
      }
      return bytes;
    }
    default:
      return 0;
  }
}

/** What `ctx.meta` of convex 1.36 and newer tells. */
type TransactionMeta = { getTransactionMetrics(): Promise<Metrics> };

/**
 * The account of a transaction: by the runtime where it gives one, else by this library alone. A newer client may talk to
 * a backend that knows no such call, and then the first one throws.
 */
export class Meter {
  private readonly transaction = new Transaction();
  private meta: TransactionMeta | undefined;

  constructor(ctx: object) {
    this.meta = (ctx as { meta?: TransactionMeta }).meta;
  }

  /** Counts an index range. */
  range(): void {
    this.transaction.countRange();
  }

  /** Counts a document that was read. Its texts are measured only where the runtime tells nothing: elsewhere their
   * lengths are enough until it is asked. */
  read(document: unknown): Weight {
    const texts = { units: 0 };
    const bytes = valueBytes(document, this.meta && texts);
    this.transaction.countRead(bytes, texts.units);
    return { bytes, units: texts.units };
  }

  /** Counts a row that is inserted. */
  insert(row: unknown): void {
    this.transaction.countWrite(valueBytes(row));
  }

  /** Counts a document of so many bytes that was patched: it is read, and written as a whole. */
  patch(bytes: number): void {
    this.transaction.countRead(bytes, 0);
    this.transaction.countWrite(bytes);
  }

  /** The account, by the runtime. */
  async told(): Promise<Transaction> {
    // Stryker disable next-line ConditionalExpression: without one, calling it throws, and is caught
    if (this.meta) {
      let metrics: Metrics | undefined;
      try {
        metrics = await this.meta.getTransactionMetrics();
      } catch {
        this.meta = undefined;
      }
      if (metrics) this.transaction.tell(metrics);
    }
    return this.transaction;
  }

  /** The account, if nobody but this library has read since the runtime was asked last. */
  async counted(): Promise<Transaction> {
    return this.transaction.mustBeTold() ? await this.told() : this.transaction;
  }

  free(): void {
    free(this.transaction);
  }
}
