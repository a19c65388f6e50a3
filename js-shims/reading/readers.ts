import { Allowance, free } from "../core.js";
import type { StoredDocument } from "./documents.js";
import { type Meter, valueBytes, type Weight } from "./meter.js";

/** Readers side by side, who share what may be read. How far they may go is decided in the core. */
export class Readers {
  private readonly allowance: Allowance;
  private readonly meter: Meter;
  /** Bytes of the documents that were measured, and the others. */
  private measuredBytes = 0;
  private unmeasured: unknown[] = [];
  private readonly waiting: (() => void)[] = [];

  constructor(limit: { documents: number; bytes: number }, meter: Meter) {
    this.allowance = new Allowance(limit.documents, limit.bytes);
    this.meter = meter;
  }

  /** Asked before each document, and answered by `read`. A promise only where the reader must wait for another. */
  mayRead(): boolean | Promise<boolean> {
    const turn = this.turn();
    return turn === "wait" ? this.mayReadInTurn() : turn === "read";
  }

  private async mayReadInTurn(): Promise<boolean> {
    for (;;) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
      const turn = this.turn();
      if (turn !== "wait") return turn === "read";
    }
  }

  private turn() {
    let turn = this.allowance.turn();
    if (turn === "measure") {
      for (const document of this.unmeasured) this.measuredBytes += valueBytes(document);
      this.unmeasured = [];
      this.allowance.measured(this.measuredBytes);
      turn = this.allowance.turn();
    }
    return turn;
  }

  /** The document that was read; null where there was none. */
  read(document: StoredDocument | null): void {
    if (document === null) {
      this.allowance.foundNone();
    } else {
      const { bytes, units } = this.weigh(document);
      this.allowance.read(bytes, units);
    }
    for (const wake of this.waiting.splice(0)) wake();
  }

  /** A document that was read without asking. */
  count(document: StoredDocument): void {
    const { bytes, units } = this.weigh(document);
    this.allowance.count(bytes, units);
  }

  private weigh(document: StoredDocument): Weight {
    const weight = this.meter.read(document);
    // Stryker disable next-line ConditionalExpression,EqualityOperator: measuring what has no texts later comes to the same
    if (weight.units > 0) this.unmeasured.push(document);
    else this.measuredBytes += weight.bytes;
    return weight;
  }

  free(): void {
    free(this.allowance);
  }
}

/** Reads with an allowance of its own. */
export async function withReaders<T>(
  limit: { documents: number; bytes: number },
  meter: Meter,
  read: (readers: Readers) => Promise<T>,
): Promise<T> {
  const readers = new Readers(limit, meter);
  try {
    return await read(readers);
  } finally {
    readers.free();
  }
}

/** Runs a task for each item, so many at once, until one says that it did not get through. Answers how many of the
 * first ones did. */
export async function forEach<T>(
  items: readonly T[],
  width: number,
  task: (item: T, at: number) => Promise<boolean>,
): Promise<number> {
  let next = 0;
  let through = items.length;
  const worker = async () => {
    while (next < through) {
      const at = next++;
      if (!(await task(items[at] as T, at))) through = Math.min(through, at);
    }
  };
  const workers: Promise<void>[] = [];
  for (let nth = 0; nth < Math.min(width, items.length); nth++) workers.push(worker());
  await Promise.all(workers);
  return through;
}
