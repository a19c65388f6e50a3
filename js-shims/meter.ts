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

/** Bytes of a stored value as Convex counts them; never fewer. With `texts`, those of its long texts are left out, and
 * the texts added to these. */
export function valueBytes(value: unknown, texts?: string[]): number {
  switch (typeof value) {
    case "string":
      if (texts === undefined || value.length <= LONGEST_SHORT_TEXT) return 2 + textBytes(value);
      texts.push(value);
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

/** Bytes of many values. A long text is measured only once its length does not tell whether they exceed a limit: in
 * UTF-8 it has one to three bytes a unit. */
export class ByteSum {
  private bytes = 0;
  private texts: string[] = [];
  /** Of the texts that are not measured. */
  private units = 0;

  add(value: unknown): void {
    const texts: string[] = [];
    this.addMeasured(valueBytes(value, texts), texts);
  }

  /** Adds what `valueBytes` says of a value. */
  addMeasured(bytes: number, texts: readonly string[] = []): void {
    this.bytes += bytes;
    for (const text of texts) {
      this.texts.push(text);
      this.units += text.length;
    }
  }

  exceeds(limit: number): boolean {
    if (this.bytes + this.units > limit) return true;
    if (this.bytes + 3 * this.units <= limit) return false;
    return this.total() > limit;
  }

  total(): number {
    for (const text of this.texts) this.bytes += longTextBytes(text);
    this.texts = [];
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

/** Convex's limits of them, for runtimes that do not tell. */
const convexLimits = [32_000, 16 * 2 ** 20, 4_096, 16_000, 16 * 2 ** 20, 1_000, 16 * 2 ** 20];

/** What `ctx.meta` of convex 1.36 and newer tells. */
type TransactionMeta = {
  getTransactionMetrics(): Promise<Record<(typeof measures)[number], { used: number; remaining: number }>>;
};

/** Documents that are counted without asking the runtime, at most. */
const MOST_UNTOLD = 500;

/** What a transaction has used: by the runtime's own account where it gives one, else by this library's. */
export class Meter {
  /** What the runtime told last, and what this library counted since: all where the runtime tells nothing. */
  private told: number[] = measures.map(() => 0);
  private counted = measures.map(() => 0);
  /** Some of what was counted since is not measured, or it is much: the runtime may read ahead. */
  private isUnsure = false;
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
    const texts: string[] = [];
    // Measured as a whole only where the runtime does not.
    const documentBytes = valueBytes(document, this.meta && texts);
    bytes.addMeasured(documentBytes, texts);
    this.count(0, 1);
    this.count(1, documentBytes);
    this.isUnsure ||= texts.length > 0 || (this.counted[0] ?? 0) >= MOST_UNTOLD;
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
    this.told = measures.map((measure) => metrics[measure].used);
    this.counted = measures.map(() => 0);
    this.isUnsure = false;
    return {
      used: this.told,
      limits: measures.map((measure) => metrics[measure].used + metrics[measure].remaining),
    };
  }

  /** What was used so far, if nobody but this library has read since the runtime was asked last. */
  async used(): Promise<number[]> {
    return this.isUnsure ? (await this.account()).used : this.sums();
  }

  private sums(): number[] {
    return this.told.map((used, at) => used + (this.counted[at] ?? 0));
  }
}

/** Documents and bytes written, as those read are passed. */
export const writes = (column: readonly number[]): number[] => [column[3] ?? 0, column[4] ?? 0, 0];
