/** What it costs to pass documents to the core, against doing its work in TypeScript. */

import type { Bench, Outcome } from "../support/bench.js";
import { duration, table } from "../support/print.js";
import { median, timed } from "../support/timing.js";
import { DOCUMENTS, groupBy, tablesOf } from "./data.js";
import * as ours from "./ours.js";
import * as plain from "./plain.js";

const ROUNDS = 21;
/** The first rounds compile. */
const WARM_UP = 8;
/** Of the filter. The other is told, and has no goal. */
const MOST_RATIO = 1.8;

type Row = { tsMs: number; wasmMs: number; ratio: number };
type Way = "ts" | "wasm";

type Ways = Record<Way, () => () => unknown>;

/** Fresh documents for each call: what one way has looked at is quicker to look at again. */
const filterBy = (filter: typeof plain.filter) => () => {
  const tables = tablesOf(false);
  return () => filter(tables);
};

const statusBy = (status: typeof plain.status) => () => {
  const tables = tablesOf(true);
  const linked = groupBy(tables.artifacts, "voiceNoteId");
  const transcriptsOf = groupBy(tables.transcripts, "artifactId");
  return () => status(tables, linked, transcriptsOf);
};

const filters: Ways = { ts: filterBy(plain.filter), wasm: filterBy(ours.filter) };
const pages: Ways = { ts: statusBy(plain.status), wasm: statusBy(ours.status) };

const stable = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    typeof inner === "object" && inner !== null
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

async function measure(name: string, ways: Ways): Promise<Row> {
  const times: Record<Way, number[]> = { ts: [], wasm: [] };
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    const answers: string[] = [];
    // Each goes first as often as the other.
    const order: Way[] = round % 2 === 0 ? ["ts", "wasm"] : ["wasm", "ts"];
    for (const way of order) {
      const task = ways[way]();
      let answer: unknown;
      const ms = await timed(() => {
        answer = task();
      });
      answers.push(stable(answer));
      if (round >= WARM_UP) times[way].push(ms);
    }
    if (answers[0] !== answers[1]) throw new Error(`${name}: ${answers[0]} is not ${answers[1]}`);
  }
  // Of pairs, one right behind the other: both see the same machine.
  const ratio = median(times.wasm.map((ms, at) => ms / times.ts[at]));
  return { tsMs: median(times.ts), wasmMs: median(times.wasm), ratio };
}

async function run(): Promise<Outcome> {
  const filter = await measure("filter", filters);
  const statusPage = await measure("statusPage", pages);
  const nsPerDocument = (filter.wasmMs * 1e6) / (2 * DOCUMENTS);
  const rowOf = (name: string, { tsMs, wasmMs, ratio }: Row) => [
    name,
    duration(tsMs),
    duration(wasmMs),
    ratio.toFixed(2),
  ];
  const rows = [
    [...rowOf("filter", filter), filter.ratio <= MOST_RATIO ? "" : "missed"],
    [...rowOf("statusPage", statusPage), ""],
  ];
  const text = `${table([["work", "plain", "wasm", "ratio", ""], ...rows])}\n\ngoal: a ratio of at most ${MOST_RATIO} for the filter`;
  return { json: { ...filter, nsPerDocument, statusPage }, text, failures: [] };
}

export const filter: Bench = {
  about: "the organization filter and the work on a status's pages, against plain TypeScript",
  run,
};
