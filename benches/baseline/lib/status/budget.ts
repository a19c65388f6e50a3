/** How much of a transaction is left, and how much to ask for next. */

import type { Reads } from "./answer";

/** The measure that ends a transaction. */
export type Limit = "documentsRead" | "bytesRead" | "databaseQueries" | "userTime";

const LARGEST_DOCUMENT_BYTES = 2 ** 20;
const USER_TIME_US = 800_000;
/** Never planned with. */
const RESERVE: Reads = { documents: 100, bytes: 2 * LARGEST_DOCUMENT_BYTES, ranges: 100 };

/** Rows of the first page of a range, and of a page at most. */
const FIRST = 32;
const MOST = 4_096;
/** A page grows at most so many times over the one before. */
const GROWTH = 8;
/** Past so many rows, older ones count half. */
const MEMORY = 8_192;
/** Reads that go on at once. */
const WIDTH = 32;

export const nothingRead = (): Reads => ({ documents: 0, bytes: 0, ranges: 0 });

export const plus = (a: Reads, b: Reads): Reads => ({
  documents: a.documents + b.documents,
  bytes: a.bytes + b.bytes,
  ranges: a.ranges + b.ranges,
});

export const minus = (a: Reads, b: Reads): Reads => ({
  documents: Math.max(0, a.documents - b.documents),
  bytes: Math.max(0, a.bytes - b.bytes),
  ranges: Math.max(0, a.ranges - b.ranges),
});

const half = ({ documents, bytes, ranges }: Reads): Reads => ({
  documents: Math.floor(documents / 2),
  bytes: Math.floor(bytes / 2),
  ranges: Math.floor(ranges / 2),
});

const userTimeUs = ({ documents, bytes, ranges }: Reads) =>
  documents * 20 + Math.floor(bytes / 100) + ranges * 20;

/** How many fit into what is left, where `count` of them used so much. */
const times = (left: number, count: number, used: number) =>
  Math.floor((left * Math.max(count, 1)) / Math.max(used, 1));

/** What one transaction may still read. */
export class Headroom {
  readonly reads: Reads;
  private readonly userTimeUs: number;

  constructor(used: Reads, limits: Reads) {
    const kept = {
      documents: Math.min(RESERVE.documents, Math.floor(limits.documents / 8)),
      bytes: Math.min(RESERVE.bytes, Math.floor(limits.bytes / 4)),
      ranges: Math.min(RESERVE.ranges, Math.floor(limits.ranges / 8)),
    };
    this.reads = minus(minus(limits, kept), used);
    this.userTimeUs = Math.max(0, USER_TIME_US - userTimeUs(used));
  }

  /** How many more fit, where `measured` is what `count` of them cost, and which limit says so. */
  fits(measured: Reads, count: number): { fits: number; limit: Limit } {
    const { documents, bytes, ranges } = this.reads;
    let fits = times(documents, count, measured.documents);
    let limit: Limit = "documentsRead";
    const byBytes = times(bytes, count, measured.bytes);
    if (byBytes < fits) [fits, limit] = [byBytes, "bytesRead"];
    const byRanges = times(ranges, count, measured.ranges);
    if (byRanges < fits) [fits, limit] = [byRanges, "databaseQueries"];
    const byTime = times(this.userTimeUs, count, userTimeUs(measured));
    if (byTime < fits) [fits, limit] = [byTime, "userTime"];
    return { fits, limit };
  }

  /** The limit that is used up, if one is. */
  spent(): Limit | null {
    const { fits, limit } = this.fits({ documents: 1, bytes: 1, ranges: 1 }, 1);
    return fits === 0 ? limit : null;
  }

  /** How many reads may go on at once so that even documents of the largest size stay within the limit. */
  width(): number {
    const { documents, bytes } = this.reads;
    return Math.max(
      1,
      Math.min(WIDTH, Math.floor(bytes / LARGEST_DOCUMENT_BYTES), Math.floor(documents / 16)),
    );
  }
}

/** What the rows of a range have cost, with the look-ups that belong to them. */
export type Pace = { rows: number; reads: Reads; lookUps: number; lookUpReads: Reads };

export const newPace = (): Pace => ({
  rows: 0,
  reads: nothingRead(),
  lookUps: 0,
  lookUpReads: nothingRead(),
});

export function pageWasRead(pace: Pace, rows: number, reads: Reads): void {
  pace.rows += rows;
  pace.reads = plus(pace.reads, reads);
  if (pace.rows <= MEMORY) return;
  pace.rows = Math.floor(pace.rows / 2);
  pace.reads = half(pace.reads);
  pace.lookUps = Math.floor(pace.lookUps / 2);
  pace.lookUpReads = half(pace.lookUpReads);
}

/** How many rows to ask for, how many would fit, and the limit that keeps it from being more. */
export function nextRows(
  pace: Pace,
  headroom: Headroom,
  looksUp: boolean,
): { rows: number; fits: number; limit: Limit } {
  if (pace.rows === 0) {
    const guess = { documents: looksUp ? 2 : 1, bytes: 1, ranges: looksUp ? 1 : 0 };
    const { fits, limit } = headroom.fits(guess, 1);
    return { rows: Math.min(fits, FIRST), fits, limit };
  }
  // The range of the page itself is paid once however many rows come of it.
  const { fits: all, limit } = headroom.fits(plus({ ...pace.reads, ranges: 0 }, pace.lookUpReads), pace.rows);
  // An eighth is kept back: rows that were read, and not looked up any more, are read again.
  let fits = all >= 8 ? all - Math.floor(all / 8) : all;
  // What is looked up for the first row must fit too.
  if (looksUp) fits = Math.min(fits, Math.max(0, headroom.reads.documents - 1));
  return { rows: Math.min(fits, MOST, pace.rows * GROWTH), fits, limit };
}

/** How many look-ups to ask for: what they read ends them anyway. */
export function nextLookUps(pace: Pace, headroom: Headroom): number {
  const { fits } = headroom.fits({ documents: 0, bytes: 0, ranges: 1 }, 1);
  return Math.min(fits, headroom.fits(pace.lookUpReads, pace.lookUps).fits);
}
