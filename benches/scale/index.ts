/**
 * How far each way of counting a status gets, on platforms of growing size.
 *
 * The library must end on all of them with the right counts, read little more than its route needs, and
 * leave every transaction the room that its planner promises to keep.
 */

import { getDocumentSize, type Value } from "convex/values";
import type { StatusAnswer } from "../../js-shims/core.js";
import { firstMalformed, type Table } from "../../js-shims/reading/malformed.js";
import { sizeOf } from "../database/size.js";
import { LimitError, limits, type Metric, type Transaction } from "../database/transaction.js";
import type { Bench, Outcome } from "../support/bench.js";
import { duration, mib, table, whole } from "../support/print.js";
import { median, timed } from "../support/timing.js";
import { countAsTheAdr } from "./adr.js";
import { countAsTheLibrary } from "./ours.js";
import { countPerNote } from "./perNote.js";
import type { Counts } from "./plan.js";
import { type Platform, platformOf } from "./platform.js";
import { LARGEST_DOCUMENT_BYTES } from "./texts.js";

const platforms = [
  { orgs: 10, notes: 100 },
  { orgs: 20, notes: 200 },
  { orgs: 1, notes: 3_000 },
  { orgs: 20, notes: 5_000 },
  { orgs: 1, notes: 100_000 },
  { orgs: 20, notes: 50_000 },
] as const;

/** Past what the route needs at the least, as a factor. */
const MOST_DOCUMENTS = 1.1;

/** What a transaction of the library must leave of each limit. Of bytes it keeps 2 MiB back and stops behind
 * the document that reaches them: one of these may be missing. */
const RESERVE: Record<Metric, number> = {
  documentsRead: 100,
  bytesRead: 2 * 2 ** 20 - LARGEST_DOCUMENT_BYTES,
  databaseQueries: 100,
};

/** Platforms whose rounds take no longer together are counted so many times, for a median; others once. */
const ROUNDS = 15;
const ROUNDS_MS = 10_000;

type Way = "adr" | "perNote" | "ours";

/** What a way of counting is sure of, and, of the library, what else it tells. */
type Counted = { counts: Partial<Counts>; read?: StatusAnswer["read"]; warnings?: string[] };

/** Counts in as many transactions as it takes. */
type Count = (begin: () => Transaction, organizationId: string) => Promise<Counted>;

type Row = {
  orgs: number;
  notes: number;
  way: Way;
  ok: boolean;
  failedBy: Metric | null;
  documents: number;
  bytes: number;
  ranges: number;
  transactions: number;
  ms: number;
  /** What all ways have to read at the least that go the library's route. */
  leastDocuments: number;
};

type Run = { row: Row; counted: Counted | null; closest: Record<Metric, number> };

const ways: Record<Way, Count> = {
  adr: async (begin, organizationId) => ({ counts: await countAsTheAdr(begin(), organizationId) }),
  perNote: async (begin, organizationId) => ({ counts: await countPerNote(begin(), organizationId) }),
  ours: countAsTheLibrary,
};

async function count(platform: Platform, notes: number, way: Way): Promise<Run> {
  const transactions: Transaction[] = [];
  const begin = () => {
    const transaction = platform.begin();
    transactions.push(transaction);
    return transaction;
  };
  let counted: Counted | null = null;
  let failedBy: Metric | null = null;
  const ms = await timed(async () => {
    try {
      counted = await ways[way](begin, platform.organizationId);
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      failedBy = error.metric;
    }
  });
  const sum = (metric: Metric) => transactions.reduce((sum, { used }) => sum + used[metric], 0);
  const most = (metric: Metric) => Math.max(...transactions.map(({ used }) => used[metric]));
  const row: Row = {
    orgs: platform.organizations,
    notes,
    way,
    ok: failedBy === null,
    failedBy,
    documents: sum("documentsRead"),
    bytes: sum("bytesRead"),
    ranges: sum("databaseQueries"),
    transactions: transactions.length,
    ms,
    leastDocuments: platform.leastDocuments,
  };
  const closest = {
    documentsRead: limits.documentsRead - most("documentsRead"),
    bytesRead: limits.bytesRead - most("bytesRead"),
    databaseQueries: limits.databaseQueries - most("databaseQueries"),
  };
  return { row, counted, closest };
}

/** What must hold of a run and does not. */
function faults({ row, counted, closest }: Run, truth: Counts): string[] {
  const where = `${row.orgs} x ${whole(row.notes)}, ${row.way}`;
  const found: string[] = [];
  const expect = (what: string, got: unknown, wanted: unknown) => {
    if (!isSame(got, wanted)) {
      found.push(`${where}: ${what} is ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`);
    }
  };
  for (const [key, count] of Object.entries(counted?.counts ?? {})) {
    expect(key, count, truth[key as keyof Counts]);
  }
  if (row.way !== "ours") return found;
  if (!row.ok) found.push(`${where}: ended by ${row.failedBy}`);
  const { documents, bytes, ranges, transactions } = row;
  if (documents > row.leastDocuments * MOST_DOCUMENTS) {
    found.push(`${where}: ${whole(documents)} documents where ${whole(row.leastDocuments)} are enough`);
  }
  for (const [metric, left] of Object.entries(closest)) {
    const kept = RESERVE[metric as Metric];
    if (left < kept) found.push(`${where}: a transaction left ${left} of ${metric}, less than ${kept}`);
  }
  // What it tells about itself is what the database saw.
  for (const [key, number] of Object.entries({ documents, bytes, ranges, transactions })) {
    expect(`read.${key}`, counted?.read?.[key as "documents"], number);
  }
  for (const warning of counted?.warnings ?? []) {
    if (warning.includes("malformed")) found.push(`${where}: warns of ${warning}`);
  }
  return found;
}

const isSame = (a: unknown, b: unknown): boolean =>
  typeof a === "object" && a !== null
    ? Object.entries(a).every(([key, value]) => value === (b as Record<string, unknown>)[key])
    : a === b;

/** The sizes of the stand-in database are Convex's. */
async function checkSizes(platform: Platform): Promise<void> {
  const { db } = platform.begin();
  for (const name of Object.keys(firstMalformed) as Table[]) {
    for (const document of await db.query(name).take(40)) {
      if (sizeOf(document) !== getDocumentSize(document as Record<string, Value>)) {
        throw new Error(`${name} ${document._id} has another size in Convex`);
      }
    }
  }
}

async function run(): Promise<Outcome> {
  const rows: Row[] = [];
  const lines: string[][] = [
    ["platform", "way", "ended by", "documents", "to the least", "bytes", "ranges", "transactions", "time"],
  ];
  const failures: string[] = [];
  for (const { orgs, notes } of platforms) {
    const platform = platformOf(orgs, notes);
    if (rows.length === 0) await checkSizes(platform);
    for (const { row, ...rest } of await measure(platform, notes)) {
      rows.push(row);
      failures.push(...faults({ row, ...rest }, platform.truth));
      lines.push([
        `${row.orgs} x ${whole(row.notes)}`,
        row.way,
        row.failedBy ?? "done",
        whole(row.documents),
        row.way === "ours" ? (row.documents / row.leastDocuments).toFixed(3) : "",
        mib(row.bytes),
        whole(row.ranges),
        whole(row.transactions),
        duration(row.ms),
      ]);
    }
  }
  return { json: rows, text: table(lines), failures };
}

/** All ways in turn, round by round. */
async function measure(platform: Platform, notes: number): Promise<Run[]> {
  const begun = performance.now();
  const round = async () => {
    const runs: Run[] = [];
    for (const way of Object.keys(ways) as Way[]) runs.push(await count(platform, notes, way));
    return runs;
  };
  const rounds = [await round()];
  if ((performance.now() - begun) * ROUNDS < ROUNDS_MS) {
    while (rounds.length < ROUNDS) rounds.push(await round());
  }
  return (rounds[0] ?? []).map((first, at) => ({
    ...first,
    row: { ...first.row, ms: median(rounds.map((round) => round[at]?.row.ms ?? Number.NaN)) },
  }));
}

export const scale: Bench = {
  about: "one organization's status on platforms of growing size, counted in three ways",
  run,
};
