/** What it costs to pass documents to the core, against doing its work in TypeScript. */

import type { Bench, Outcome } from "../support/bench.js";
import { duration, table } from "../support/print.js";
import { median, timed } from "../support/timing.js";
import { buildColumns } from "./columns.js";
import {
  DOCUMENTS,
  type Filter,
  groupBy,
  type Tables,
  tables,
  tablesEndingAlike,
  tablesWithNotes,
} from "./data.js";
import * as ours from "./ours.js";
import * as plain from "./plain.js";
import { buildWholeDocuments } from "./wholeDocuments.js";

const ROUNDS = 21;
/** The first rounds compile. */
const WARM_UP = 8;
const MOST_RATIO = 1.25;
const MOST_RATIO_BY_COLUMNS = 1;

type Row = { tsMs: number; wasmMs: number; ratio: number };
type Way = "ts" | "wasm";

type Ways = Record<Way, () => () => unknown>;

/** Fresh documents for each call: what one way has looked at is quicker to look at again. */
const filters = (wasm: Filter, make: () => Tables = tables): Ways => {
  const begin = (filter: Filter) => () => {
    const made = make();
    return () => filter(made);
  };
  return { ts: begin(plain.filter), wasm: begin(wasm) };
};

const pages: Ways = {
  ts: () => {
    const tables = tablesWithNotes();
    const linked = groupBy(tables.artifacts, "voiceNoteId");
    const transcriptsOf = groupBy(tables.transcripts, "artifactId");
    return () => plain.status(tables, linked, transcriptsOf, Date.now());
  },
  wasm: () => {
    const tables = tablesWithNotes();
    const linked = groupBy(tables.artifacts, "voiceNoteId");
    const transcriptsOf = groupBy(tables.transcripts, "artifactId");
    return () => {
      const answer = ours.count({ ...tables, linked, transcriptsOf });
      const { migration, orphans, warnings } = answer;
      return {
        artifacts: answer.artifacts.total,
        transcripts: answer.transcripts,
        migration,
        orphans,
        warnings: warnings.filter((warning) => warning.includes("malformed")).length,
      };
    };
  },
};

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
  const [columns, wholeDocuments] = [await buildColumns(), await buildWholeDocuments()];
  const measureFilter = (filter: Filter | null, make?: () => Tables) =>
    filter && measure("filter", filters(filter, make));
  const byColumns = await measureFilter(columns);
  const endingAlike = await measureFilter(columns, tablesEndingAlike);
  const throughStatus = await measure("throughStatus", filters(ours.filter));
  const statusPage = await measure("statusPage", pages);
  const serde = await measureFilter(wholeDocuments);
  const nsPerDocument = byColumns && (byColumns.wasmMs * 1e6) / (2 * DOCUMENTS);
  const rowOf = (name: string, row: Row | null, most = Number.POSITIVE_INFINITY) =>
    row === null
      ? [name, "", "not built", "", ""]
      : [
          name,
          duration(row.tsMs),
          duration(row.wasmMs),
          row.ratio.toFixed(2),
          row.ratio <= most ? "" : "missed",
        ];
  const rows = [
    rowOf("filter", byColumns, MOST_RATIO_BY_COLUMNS),
    // Without a goal: the worst that may come, and what passing whole documents would cost.
    rowOf("filter, all ids end alike", endingAlike),
    rowOf("filter, whole documents", serde),
    rowOf("filter, through a status", throughStatus, MOST_RATIO),
    rowOf("statusPage", statusPage, MOST_RATIO),
  ];
  const goal = `goal: a ratio of at most ${MOST_RATIO_BY_COLUMNS}, and ${MOST_RATIO} for the status`;
  const text = `${table([["work", "plain", "wasm", "ratio", ""], ...rows])}\n\n${goal}`;
  const json = { ...byColumns, nsPerDocument, endingAlike, throughStatus, statusPage, serde };
  return { json, text, failures: [] };
}

export const filter: Bench = {
  about: "the organization filter and the work on a status's pages, against plain TypeScript",
  run,
};
