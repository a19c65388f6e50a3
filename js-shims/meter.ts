const encoder = new TextEncoder();

/** Where long texts are encoded into, to be counted: many times as fast as an array for each. */
let scratch: Uint8Array | undefined;

function longTextBytes(text: string): number {
  if (!("encodeInto" in encoder)) return (encoder as TextEncoder).encode(text).length;
  scratch ??= new Uint8Array(2 ** 16);
  let bytes = 0;
  for (let at = 0; at < text.length; ) {
    const { read, written } = encoder.encodeInto(at === 0 ? text : text.slice(at), scratch);
    bytes += written;
    at += read;
  }
  return bytes;
}

const LONGEST_SHORT_TEXT = 256;

function textBytes(text: string): number {
  if (text.length > LONGEST_SHORT_TEXT) return longTextBytes(text);
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate counts 2 more, its pair the other 2.
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}

/** Texts that are not measured: in UTF-8 they have one to three bytes a unit. */
type Units = { units: number };

/** Bytes of a stored value as Convex counts them; never fewer. With `texts`, what its texts hold is left out, and their
 * units are added to these. */
export function valueBytes(value: unknown, texts?: Units): number {
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
        for (let at = 0; at < value.length; at++) bytes += valueBytes(value[at], texts);
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

/** Bytes of many values. Texts are measured only once their lengths do not tell whether they exceed a limit. */
export class ByteSum {
  private bytes = 0;
  /** Values whose texts are not measured: what they have without, and with a byte a unit at least. */
  private values: unknown[] = [];
  private least = 0;
  private units = 0;

  /** Adds a value. What is changed in it later counts as it is when it is measured. */
  add(value: unknown): void {
    const texts = { units: 0 };
    this.addUnmeasured(value, valueBytes(value, texts), texts.units);
  }

  /** Adds a value that has so many bytes without its texts, and so many units of these. */
  addUnmeasured(value: unknown, bytes: number, units: number): void {
    this.values.push(value);
    this.least += bytes + units;
    this.units += units;
  }

  /** Adds bytes that are known. */
  addBytes(bytes: number): void {
    this.bytes += bytes;
  }

  exceeds(limit: number): boolean {
    const least = this.bytes + this.least;
    if (least > limit) return true;
    if (least + 2 * this.units <= limit) return false;
    return this.total() > limit;
  }

  total(): number {
    for (const value of this.values) this.bytes += valueBytes(value);
    this.values = [];
    this.least = 0;
    this.units = 0;
    return this.bytes;
  }
}

/** The measures of a transaction, in the order of the core's `MEASURES`. */
const measures = [
  "documentsRead",
  "bytesRead",
  "databaseQueries",
  "documentsWritten",
  "bytesWritten",
  "functionsScheduled",
  "scheduledFunctionArgsBytes",
] as const;

type Measure = (typeof measures)[number];

/** Convex's limits of them, for runtimes that do not tell. */
const convexLimits = [32_000, 16 * 2 ** 20, 4_096, 16_000, 16 * 2 ** 20, 1_000, 16 * 2 ** 20];

/** What `ctx.meta` of convex 1.36 and newer tells. */
type TransactionMeta = {
  getTransactionMetrics(): Promise<Record<Measure, { used: number; remaining: number }>>;
};

/** Documents that are counted without asking the runtime, at most: it may have read ahead. */
const MOST_UNTOLD = 500;
/** Units of their texts, as a share of the bytes that a transaction may read: each may be two bytes more than counted. */
const UNTOLD_SHARE = 1 / 256;

/** What a transaction has used: by the runtime's own account where it gives one, else by this library's. */
export class Meter {
  /** What the runtime told last, and what this library counted since: all where the runtime tells nothing. */
  private readonly told: number[] = new Array(measures.length).fill(0);
  private readonly counted: number[] = new Array(measures.length).fill(0);
  /** Units of texts that were counted since with a byte each, and are not measured. */
  private untoldUnits = 0;
  private mostUntoldUnits = 0;
  private readonly meta: TransactionMeta | undefined;

  constructor(ctx: object) {
    this.meta = (ctx as { meta?: TransactionMeta }).meta;
  }

  private count(at: number, n: number): void {
    this.counted[at] = (this.counted[at] ?? 0) + n;
  }

  /** Counts an index range. */
  range(): void {
    this.count(2, 1);
  }

  /** Counts a document that was read, and adds its bytes to a sum. */
  read(document: unknown, bytes: ByteSum): void {
    this.count(0, 1);
    if (!this.meta) {
      const documentBytes = valueBytes(document);
      bytes.addBytes(documentBytes);
      this.count(1, documentBytes);
      return;
    }
    const texts = { units: 0 };
    const rest = valueBytes(document, texts);
    bytes.addUnmeasured(document, rest, texts.units);
    this.count(1, rest + texts.units);
    this.untoldUnits += texts.units;
  }

  /** Counts a row that is inserted; Convex adds an id and a time. */
  insert(row: unknown): void {
    if (!this.meta) this.write(valueBytes(row) + 100);
  }

  /** Counts a document that was patched: it is read, and written as a whole. */
  patch(bytes: number): void {
    this.count(0, 1);
    this.count(1, bytes);
    this.write(bytes + 100);
  }

  private write(bytes: number): void {
    this.count(3, 1);
    this.count(4, bytes);
  }

  /** What was used so far, and the limits, measure by measure. */
  async account(): Promise<{ used: number[]; limits: number[] }> {
    const metrics = await this.meta?.getTransactionMetrics();
    if (!metrics) return { used: this.sums(), limits: convexLimits };
    const limits: number[] = [];
    for (let at = 0; at < measures.length; at++) {
      const { used, remaining } = metrics[measures[at] as Measure];
      this.told[at] = used;
      limits.push(used + remaining);
    }
    this.counted.fill(0);
    this.untoldUnits = 0;
    this.mostUntoldUnits = (limits[1] ?? 0) * UNTOLD_SHARE;
    return { used: this.sums(), limits };
  }

  /** What was used so far, if nobody but this library has read since the runtime was asked last. Texts may count for
   * less than they are, by a 128th of the limit at most. */
  async used(): Promise<number[]> {
    const isSure = this.untoldUnits <= this.mostUntoldUnits && (this.counted[0] ?? 0) < MOST_UNTOLD;
    return isSure ? this.sums() : (await this.account()).used;
  }

  private sums(): number[] {
    const sums: number[] = [];
    for (let at = 0; at < measures.length; at++) sums.push((this.told[at] ?? 0) + (this.counted[at] ?? 0));
    return sums;
  }
}

/** Documents and bytes written, as those read are passed. */
export const writes = (column: readonly number[]): number[] => [column[3] ?? 0, column[4] ?? 0, 0];
