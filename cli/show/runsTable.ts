import Table from "cli-table3";

import type { Run } from "../operator/answers.js";
import { dim } from "../terminal/color.js";
import { printLines } from "../terminal/print.js";
import { columns } from "../terminal/width.js";
import { bare } from "./fleetTable.js";
import { number } from "./numbers.js";
import { reachOf, SHORT } from "./runLine.js";
import { when } from "./times.js";

const { stdout } = process;

/** Runs, one a line, the newest first. */
export function printRuns(runs: readonly Run[]): void {
  const head = ["run", "organization", "state", "migrated", "failed", "started", "by"];
  const rows = runs.map((run) => [
    run.runId.slice(0, SHORT),
    reachOf(run),
    run.state === "stopped" ? `stopped (${run.stopped})` : run.state,
    number(run.outcome.migrated + run.outcome.repaired),
    number(run.outcome.failed),
    when(run.startedMs),
    run.by,
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  // The last column gives way first, then the name of the organization.
  let over = widths.reduce((sum, width) => sum + width + 2, -2) - columns();
  for (const [at, least] of [
    [BY, 4],
    [ORGANIZATION, 12],
  ] as const) {
    const cut = Math.min(Math.max(over, 0), Math.max(0, (widths[at] ?? 0) - least));
    widths[at] = (widths[at] ?? 0) - cut;
    over -= cut;
  }
  const table = new Table({
    head: head.map((text) => dim(stdout, text)),
    chars: bare,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2, compact: true },
    colWidths: widths.map((width) => width + 2),
    colAligns: ["left", "left", "left", "right", "right", "left", "left"],
  });
  table.push(...rows);
  const lines = table.toString().split("\n");
  printLines(...lines.map((line) => line.trimEnd()));
}

const ORGANIZATION = 1;
const BY = 6;
