/**
 * What a migration of a thousand notes costs, in three ways and one engine, and what becomes of it in trouble.
 *
 * Convex pays for transactions: each is a round trip from the action, a commit and a slot of the deployment's
 * concurrency. In the engine they cost next to nothing, so that times here favour many small ones.
 */

import type { Bench, Outcome } from "../support/bench.js";
import { duration, table, whole } from "../support/print.js";
import { quietly } from "../support/quiet.js";
import { median, timed } from "../support/timing.js";
import { Deployment } from "./deployment.js";
import { notesOf, outcomeOf, rowsOf } from "./platform.js";
import { broken, type Trials, tryAll } from "./trials.js";
import { type Way, wayNames, ways } from "./ways.js";

const NOTES = 1_000;
const ROUNDS = 15;

/** A run that began with one note a transaction would need a whole one. */
const MOST_TRANSACTIONS_A_NOTE = 0.05;

type Row = {
  way: Way;
  notes: number;
  transactions: number;
  transactionsPerNote: number;
  ms: number;
  /** Of the rounds, how far the middle half is spread. */
  spreadMs: number;
} & Record<keyof Trials, string>;

type Run = { transactions: number; ms: number; rows: string };

async function measure(way: Way): Promise<Run> {
  const deployment = new Deployment();
  await deployment.store("voiceNotes", notesOf(NOTES));
  const ms = await quietly(() => timed(() => ways[way](deployment)));
  const outcome = outcomeOf(deployment);
  if (outcome.whole !== NOTES) throw new Error(`${way} left notes: ${JSON.stringify(outcome)}`);
  return { transactions: deployment.transactions, ms, rows: rowsOf(deployment) };
}

/** All ways in turn, round by round, each time another one first; the first round is not counted: it compiles. */
async function measureAll(): Promise<Record<Way, Run[]>> {
  const runs: Record<Way, Run[]> = { perNote: [], convexMigrations: [], ours: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const nth of wayNames.keys()) {
      const way = wayNames[(round + nth) % wayNames.length];
      const run = await measure(way);
      if (round > 0) runs[way].push(run);
    }
  }
  return runs;
}

function quartileSpread(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)];
  return at(0.75) - at(0.25);
}

async function run(): Promise<Outcome> {
  const runs = await measureAll();
  const failures: string[] = [];
  const rows: Row[] = [];
  for (const way of wayNames) {
    const trials = await tryAll(way);
    if (way === "ours") failures.push(...broken(trials));
    if (runs[way][0].rows !== runs.ours[0].rows) failures.push(`${way} makes other rows than ours`);
    const times = runs[way].map(({ ms }) => ms);
    const { transactions } = runs[way][0];
    rows.push({
      way,
      notes: NOTES,
      transactions,
      transactionsPerNote: transactions / NOTES,
      ms: median(times),
      spreadMs: quartileSpread(times),
      badDocument: trials.badDocument.words,
      concurrent: trials.concurrent.words,
      killed: trials.killed.words,
    });
  }
  const of = (way: Way) => rows.find((row) => row.way === way) as Row;
  const { transactionsPerNote, ms } = of("ours");
  if (transactionsPerNote > MOST_TRANSACTIONS_A_NOTE) {
    failures.push(
      `ours takes ${transactionsPerNote} transactions a note, more than ${MOST_TRANSACTIONS_A_NOTE}`,
    );
  }
  if (ms > of("convexMigrations").ms) {
    failures.push(`ours takes ${duration(ms)}, convexMigrations ${duration(of("convexMigrations").ms)}`);
  }
  return { json: rows, text: textOf(rows), failures };
}

function textOf(rows: readonly Row[]): string {
  const cost = table([
    ["way", "notes", "transactions", "a note", "time", "spread"],
    ...rows.map((row) => [
      row.way,
      whole(row.notes),
      whole(row.transactions),
      row.transactionsPerNote.toFixed(3),
      duration(row.ms),
      duration(row.spreadMs),
    ]),
  ]);
  const trouble = (["badDocument", "concurrent", "killed"] as const).map((trial) =>
    table([[trial, ""], ...rows.map((row) => [row.way, row[trial]])]),
  );
  return [cost, ...trouble].join("\n\n");
}

export const migrate: Bench = {
  about: "a thousand notes migrated in three ways, and what becomes of them in trouble",
  run,
};
