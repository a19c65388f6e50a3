import Table from "cli-table3";

import type { Classes } from "../operator/answers.js";
import type { OrganizationReport } from "../operator/report.js";
import { isUnderWay } from "../operator/runs.js";
import { bold, dim, green, red, yellow } from "../terminal/color.js";
import { printLines } from "../terminal/print.js";
import { columns } from "../terminal/width.js";
import { wrap } from "../terminal/wrap.js";
import { classBar } from "./bar.js";
import { classes, verdicts } from "./classes.js";
import { counted, number } from "./numbers.js";

const { stdout } = process;

/** One column of the table beside the organization, its verdict and its bar. */
export type Column = { title: string; of: (report: OrganizationReport) => string };

/** What is on: both flags, one of them, or none; `!` where the organization's own row does not decide. */
const flags: Column = {
  title: "v2",
  of: ({ status }) => {
    if (status === null) return "";
    const both = [status.effective.voice_notes_v2, status.effective.entity_resolution_v2];
    const on = both.filter(({ enabled }) => enabled).length;
    const mark = both.some(({ reason }) => reason === "ENVIRONMENT" || reason === "PLATFORM") ? "!" : "";
    return on === 2 ? green(stdout, `on${mark}`) : on === 1 ? yellow(stdout, `half${mark}`) : `off${mark}`;
  },
};

const migrated: Column = {
  title: "migrated",
  of: ({ status }) =>
    status === null ? "" : `${number(status.migration.migrated)}/${number(status.voiceNotes.total)}`,
};

/** Runs that are under way. */
export const runColumn: Column = {
  title: "run",
  of: ({ status }) => (status?.run && isUnderWay(status.run) ? status.run.state : ""),
};

/** Whether the flags' rows were written. */
export const changedColumn: Column = {
  title: "changed",
  of: ({ ending, change }) => {
    if (ending !== "done") return "";
    return change === null ? "lost answer" : change.changed.length > 0 ? "yes" : "no need";
  },
};

/** Many organizations, those first that need attention, and what went wrong below. */
export function printFleet(reports: readonly OrganizationReport[], more: readonly Column[] = []): void {
  const sorted = [...reports].sort((a, b) => rank(a) - rank(b) || left(b) - left(a));
  const others = [flags, migrated, ...more];
  const rows = sorted.map((report) => others.map(({ of }) => of(report)));
  const widths = others.map(({ title }, at) =>
    Math.max(title.length, ...rows.map((row) => plain(row[at] ?? "").length)),
  );
  const taken = widths.reduce((sum, width) => sum + width + 2, 0) + VERDICT_WIDTH + 2;
  const room = Math.min(columns(), 140) - taken;
  const fullWidth = Math.max(12, ...sorted.map((report) => fullTitleOf(report).length));
  const titleOf = room - fullWidth - 2 >= BAR_LEAST ? fullTitleOf : shortTitleOf;
  const longest = Math.max(12, ...sorted.map((report) => titleOf(report).length));
  const nameWidth = Math.min(longest, Math.max(12, room - 2 - BAR_LEAST));
  const barWidth = Math.max(0, Math.min(30, room - nameWidth - 4));
  const table = new Table({
    head: ["organization", "verdict", "", ...others.map(({ title }) => title)].map((text) =>
      dim(stdout, text),
    ),
    chars: bare,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2, compact: true },
    colWidths: [nameWidth, VERDICT_WIDTH, barWidth, ...widths].map((width) => width + 2),
    colAligns: ["left", "left", "left", "left", ...others.slice(1).map(() => "right" as const)],
  });
  for (const [at, report] of sorted.entries()) {
    const bar = report.status === null || barWidth < 4 ? "" : classBar(report.status.migration, barWidth);
    table.push([titleOf(report), verdictOf(report), bar, ...(rows[at] ?? [])]);
  }
  printLines(
    ...table
      .toString()
      .split("\n")
      .map((line) => line.trimEnd()),
  );
  const isPresent = (key: keyof Classes): boolean =>
    reports.some(({ status }) => (status?.migration[key] ?? 0) > 0);
  const signs = classes
    .filter(({ key }) => isPresent(key))
    .map(({ sign, label, paint }) => `${paint(stdout, sign)} ${label}`);
  if (signs.length > 0) printLines("", signs.join("   "));
  printFailures(sorted);
}

const VERDICT_WIDTH = 11;
const BAR_LEAST = 14;

const fullTitleOf = ({ organizationId, name }: OrganizationReport): string =>
  name === null ? organizationId : `${organizationId} ${name}`;

/** A name does as well as an id wherever there is one. */
const shortTitleOf = ({ organizationId, name }: OrganizationReport): string => name ?? organizationId;

function verdictOf({ ending, status }: OrganizationReport): string {
  if (ending === "failed") return bold(stdout, red(stdout, "failed"));
  if (ending === "overruled") return bold(stdout, red(stdout, "overruled"));
  const verdict = status?.verdict ?? null;
  if (verdict === null) return yellow(stdout, "not counted");
  const { label, paint } = verdicts[verdict];
  return paint(stdout, label);
}

function rank({ ending, status }: OrganizationReport): number {
  if (ending === "failed" || ending === "overruled") return 0;
  const verdict = status?.verdict ?? null;
  return verdict === null ? 1 : verdicts[verdict].rank;
}

const left = ({ status }: OrganizationReport): number =>
  status === null ? 0 : status.voiceNotes.total - status.migration.migrated - status.migration.notReady;

/** Why those failed that did, each with what to do. */
function printFailures(reports: readonly OrganizationReport[]): void {
  for (const { organizationId, name, ending, error } of reports) {
    if (error === null || ending === "notComplete") continue;
    const title = name === null ? organizationId : `${organizationId} ${name}`;
    const width = Math.min(columns(), 120);
    printLines("", `${red(stdout, title)}: ${wrap(error.message, 2, width - title.length)}`);
    if (error.hint !== null) printLines(`  ${wrap(error.hint, 2, width)}`);
  }
}

/** `50 organizations: 3 failed, 2 blocked, 45 complete` */
export function fleetLine(reports: readonly OrganizationReport[]): string {
  const counts = new Map<string, number>();
  for (const report of [...reports].sort((a, b) => rank(a) - rank(b))) {
    const word = plain(verdictOf(report));
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const parts = [...counts].map(([word, count]) => `${number(count)} ${word}`);
  return `${counted(reports.length, "organization")}: ${parts.join(", ")}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colors are made of
const plain = (text: string): string => text.replaceAll(/\u001b\[\d+m/g, "");

/** A table without lines. */
export const bare = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
};
