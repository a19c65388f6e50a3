import { CallFailed } from "../connection/errors.js";
import type { ConnectionOptions } from "../connection/options.js";
import type { Run } from "../operator/answers.js";
import { type Migration, type MigrationOptions, written } from "../operator/migration.js";
import type { OrganizationReport } from "../operator/report.js";
import { isMoving } from "../operator/runs.js";
import { bold, green, red, yellow } from "../terminal/color.js";
import { printLines } from "../terminal/print.js";
import { columns } from "../terminal/width.js";
import { wrap } from "../terminal/wrap.js";
import { classes } from "./classes.js";
import type { Column } from "./fleetTable.js";
import { bytes, counted, duration, number } from "./numbers.js";
import { runLine, stateWord } from "./runLine.js";
import { printSteps } from "./runSummary.js";
import { keyReminder, shellCommand } from "./shellCommand.js";
import { verdictSentence } from "./statusSummary.js";

const { stdout } = process;

/** What a dry run found. */
function printRehearsal({ organizationId }: OrganizationReport, migration: Migration): void {
  const { estimate } = migration;
  const takes =
    estimate === null || written(migration) === 0
      ? ""
      : ` in ${counted(estimate.batches, "transaction")} of ${bytes(estimate.bytesWritten)}, in about ${duration(estimate.seconds)}`;
  const line = `${organizationId}: a run would migrate ${notesOf(migration)}${takes}`;
  printLines(wrap(line, 2, Math.min(columns(), 100)));
  printRest(migration);
}

const notesOf = ({ outcome }: Migration): string => {
  const repaired = outcome.repaired > 0 ? ` and finish ${number(outcome.repaired)}` : "";
  return `${counted(outcome.migrated, "note")}${repaired}`;
};

/** What a real run came to, and how to go on. */
function printMigration(
  { organizationId, migration, status, run, error }: OrganizationReport,
  how: MigrationOptions,
  options: ConnectionOptions,
): void {
  if (migration === null) return;
  const rate = Math.round(written(migration) / Math.max(migration.seconds, 0.001));
  const speed = written(migration) === 0 || migration.seconds < 1 ? "" : `, ${number(rate)} notes/s`;
  const { outcome } = migration;
  const repaired = outcome.repaired > 0 ? `, ${number(outcome.repaired)} finished` : "";
  printLines(
    `${bold(stdout, organizationId)}: ${run === null ? headOf(migration) : headOfRun(run, migration)}  ${counted(outcome.migrated, "note")} migrated${repaired} in ${duration(migration.seconds)}${speed}`,
  );
  printRest(migration);
  if (migration.lostAnswers > 0) {
    const lost = `${counted(migration.lostAnswers, "answer")} got lost: what was written then is not counted as migrated by this run`;
    printLines(`  ${wrap(lost, 2, Math.min(columns(), 100))}`);
  }
  if (error !== null && error.code !== "NOTES_FAILED") {
    printLines(
      red(
        stdout,
        `  ${wrap(`${error.message}${error.hint === null ? "" : ` ${error.hint}`}`, 2, Math.min(columns(), 100))}`,
      ),
    );
  }
  if (status !== null) printLines(`  now: ${verdictSentence(status)}`);
  if (run !== null) {
    printAfterRun(run, migration, options);
    if (run.state !== "cancelled") return;
  }
  if (migration.done) return;
  const words = ["migrate", organizationId, ...howWords(how)];
  const reminder = keyReminder(options);
  printLines("", "To continue:", shellCommand(words, options), ...(reminder === null ? [] : ["", reminder]));
}

function headOf({ done, stopped, outcome }: Migration): string {
  if (done) return outcome.failed > 0 ? red(stdout, "DONE, WITH FAILURES") : green(stdout, "DONE");
  return stopped === null ? red(stdout, "BROKE OFF") : yellow(stdout, words[stopped]);
}

/** A run that still moves was left, or is out of sight. */
function headOfRun(run: Run, migration: Migration): string {
  if (isMoving(run)) return yellow(stdout, "STILL UNDER WAY");
  return migration.stopped === "interrupted" ? yellow(stdout, "PAUSED BY YOU") : stateWord(run);
}

/** What can be done with the run now. */
function printAfterRun(run: Run, migration: Migration, options: ConnectionOptions): void {
  if (isMoving(run)) printLines("", "The run goes on by itself on the deployment.");
  if (migration.done && migration.outcome.failed === 0) return;
  printSteps(run, options);
}

const words = {
  limit: "STOPPED AT THE LIMIT",
  interrupted: "STOPPED BY YOU",
  failures: "STOPPED: TOO MANY NOTES FAIL",
  error: "STOPPED: THE DEPLOYMENT KEEPS FAILING",
  deadline: "STOPPED AT THE DEADLINE",
  paused: "PAUSED",
  cancelled: "CANCELLED",
} as const;

function printRest({ outcome, failures, warnings, estimate, stopped }: Migration): void {
  const left = classes.flatMap(({ key, label }) =>
    key !== "migrated" && key !== "eligible" && outcome[key] > 0 ? [`${number(outcome[key])} ${label}`] : [],
  );
  if (outcome.alreadyMigrated > 0) printLines(`  migrated before: ${number(outcome.alreadyMigrated)}`);
  if (left.length > 0) printLines(`  left as they are: ${left.join(", ")}`);
  if (outcome.failed > 0) printLines(red(stdout, `  failed: ${number(outcome.failed)}`));
  for (const { voiceNoteId, code, message } of failures.slice(0, SHOWN)) {
    printLines(`    ${wrap(`${voiceNoteId}  ${code}: ${message}`, 6, Math.min(columns(), 120))}`);
  }
  if (failures.length > SHOWN) printLines(`    and ${number(failures.length - SHOWN)} more: see --json`);
  // What a warning says of a limit or of failures is said above.
  const isEnded = estimate === null && stopped === null;
  for (const warning of warnings.filter((text) => !isEnded || !/could not be migrated/.test(text))) {
    printLines(`${yellow(stdout, "!")} ${wrap(warning, 2, Math.min(columns(), 100))}`);
  }
}

const SHOWN = 10;

/** What this run did, in the table of a fleet. */
export const migrationColumns: readonly Column[] = [
  { title: "run", of: ({ migration }) => (migration === null ? "" : `+${number(written(migration))}`) },
  { title: "failed", of: ({ migration }) => (migration === null ? "" : number(migration.outcome.failed)) },
];

/** What a dry run found, or what is under way. */
export async function showRehearsal(reports: readonly OrganizationReport[]): Promise<void> {
  const [only] = reports;
  if (reports.length === 1 && only?.error) throw new CallFailed(only.error);
  if (reports.length > 1) {
    const { printFleet } = await import("./fleetTable.js");
    const [now, failed] = migrationColumns;
    if (now && failed) printFleet(reports, [{ ...now, title: "would" }, failed]);
  } else if (only?.migration) printRehearsal(only, only.migration);
  const underWay = reports.filter(({ ending, run }) => ending === "done" && run !== null);
  if (reports.length > 1 && underWay.length > 0) printLines("");
  for (const { organizationId, run, status } of underWay) {
    if (run === null) continue;
    const line = `${organizationId}: a run is under way: ${runLine(run, status?.voiceNotes.total ?? null)}`;
    printLines(wrap(line, 2, Math.min(columns(), 100)));
  }
  printLines("");
}

/** How migrations ended. */
export async function showMigrations(
  reports: readonly OrganizationReport[],
  how: MigrationOptions,
  options: ConnectionOptions,
): Promise<void> {
  const [only] = reports;
  if (reports.length === 1 && only) {
    if (only.migration === null && only.error !== null) throw new CallFailed(only.error);
    printMigration(only, how, options);
    return;
  }
  const { fleetLine, printFleet } = await import("./fleetTable.js");
  printFleet(reports, migrationColumns);
  printLines("", fleetLine(reports));
  const ids = reports.filter(isUnfinished).map(({ organizationId }) => organizationId);
  if (ids.length === 0) return;
  printLines(
    "",
    "To continue with those that are not done:",
    shellCommand(["migrate", ...ids, ...howWords(how)], options),
  );
}

const howWords = ({ limit, repair, deferredDays }: MigrationOptions): string[] => [
  ...(repair ? ["--repair"] : []),
  ...(limit === undefined ? [] : ["--limit", String(limit)]),
  ...(deferredDays === undefined ? [] : ["--deferred-days", String(deferredDays)]),
];

/** One that the same command can take further. */
const isUnfinished = ({ migration, ending }: OrganizationReport): boolean =>
  ending === "notComplete" || (migration !== null && !migration.done && migration.stopped !== "failures");

/** The runs that were started, and how to watch them. */
export async function showBackground(
  reports: readonly OrganizationReport[],
  options: ConnectionOptions,
): Promise<void> {
  const [only] = reports;
  if (reports.length === 1 && only?.error) throw new CallFailed(only.error);
  const runs = reports.flatMap(({ run, ending }) => (run === null || ending === "failed" ? [] : [run]));
  for (const run of runs) printLines(`${run.organizationId}  run ${run.runId}  ${run.state}`);
  for (const { organizationId, error } of reports) {
    if (error === null) continue;
    const text = `${organizationId}: ${error.message}${error.hint === null ? "" : `; ${error.hint}`}`;
    printLines(red(stdout, wrap(text, 2, Math.min(columns(), 100))));
  }
  const [first] = runs;
  if (first === undefined) return;
  if (runs.length === 1) printSteps(first, options);
  else {
    printLines("", "To see how far they are:", shellCommand(["runs"], options));
    printLines("", "To watch the first of them:", shellCommand(["run", first.runId, "--watch"], options));
  }
}
