/** What the ledger adds to a migration: a transaction at each end, and a row read and written with each batch. */

import type { Bench, Outcome } from "../support/bench.js";
import { duration, table, whole } from "../support/print.js";
import { quietly } from "../support/quiet.js";
import { median, timed } from "../support/timing.js";
import { Deployment } from "./deployment.js";
import { migrate, migrateRecorded } from "./ours.js";
import { notesOf, ORGANIZATION, outcomeOf } from "./platform.js";

const NOTES = 10_000;
/** Notes that are stored in one transaction. */
const STORED = 500;
const ROUNDS = 5;
const MOST_TIMES = 1.1;

const ways = { without: migrate, with: migrateRecorded };
type Way = keyof typeof ways;
const wayNames: readonly Way[] = ["without", "with"];

type Row = { way: Way; notes: number; transactionsPerNote: number; ms: number };
type Run = { transactions: number; ms: number };

async function measure(way: Way): Promise<Run> {
  const deployment = new Deployment();
  const notes = notesOf(NOTES);
  for (let at = 0; at < NOTES; at += STORED) {
    await deployment.store("voiceNotes", notes.slice(at, at + STORED));
  }
  const ms = await quietly(() => timed(() => ways[way](deployment, ORGANIZATION)));
  const outcome = outcomeOf(deployment);
  if (outcome.whole !== NOTES) throw new Error(`${way} left notes: ${JSON.stringify(outcome)}`);
  return { transactions: deployment.transactions, ms };
}

async function run(): Promise<Outcome> {
  const runs: Record<Way, Run[]> = { without: [], with: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const nth of wayNames.keys()) {
      const way = wayNames[(round + nth) % wayNames.length];
      const measured = await measure(way);
      // The first round compiles.
      if (round > 0) runs[way].push(measured);
    }
  }
  const rows = wayNames.map(
    (way): Row => ({
      way,
      notes: NOTES,
      transactionsPerNote: median(runs[way].map(({ transactions }) => transactions)) / NOTES,
      ms: median(runs[way].map(({ ms }) => ms)),
    }),
  );
  const [without, recorded] = rows;
  const times = {
    transactions: recorded.transactionsPerNote / without.transactionsPerNote,
    time: recorded.ms / without.ms,
  };
  const failures = Object.entries(times)
    .filter(([, ratio]) => ratio > MOST_TIMES)
    .map(
      ([what, ratio]) => `with the ledger: ${ratio.toFixed(2)} times the ${what}, more than ${MOST_TIMES}`,
    );
  const text = table([
    ["ledger", "notes", "transactions a note", "time"],
    ...rows.map(({ way, notes, transactionsPerNote, ms }) => [
      way,
      whole(notes),
      transactionsPerNote.toFixed(4),
      duration(ms),
    ]),
    ["ratio", "", times.transactions.toFixed(3), times.time.toFixed(3)],
  ]);
  return { json: { rows, times }, text, failures };
}

export const ledger: Bench = {
  about: "ten thousand notes migrated with and without the ledger",
  run,
};
