import type { ConnectionOptions } from "../connection/options.js";
import type { Run } from "../operator/answers.js";
import { type Migration, type MigrationOptions, written } from "../operator/migration.js";
import type { OrganizationReport } from "../operator/report.js";
import { isMoving } from "../operator/runs.js";
import { bold, green, red, yellow } from "../terminal/color.js";
import { printLines } from "../terminal/print.js";
import { columns } from "../terminal/width.js";
import { widthOf, wrap } from "../terminal/wrap.js";
import { classes } from "./classes.js";
import type { Column } from "./fleetTable.js";
import { AS_MANY_AGAIN, goOn, theRest } from "./goOn.js";
import { bytes, counted, duration, number } from "./numbers.js";
import { stoppedWords } from "./runLine.js";
import { printSteps } from "./runSummary.js";
import { keyReminder, shellCommand } from "./shellCommand.js";
import { verdictSentence } from "./statusSummary.js";

const { stdout } = process;

/** What a dry run found. */
export function printRehearsal({ organizationId }: OrganizationReport, migration: Migration): void {
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
export function printMigration(
  { organizationId, migration, status, run, error }: OrganizationReport,
  how: MigrationOptions,
  options: ConnectionOptions,
): void {
  if (migration === null) return;
  const rate = Math.round(written(migration) / Math.max(migration.seconds, 0.001));
  const speed = written(migration) === 0 || migration.seconds < 1 ? "" : `, ${number(rate)} notes/s`;
  const { outcome } = migration;
  const repaired = outcome.repaired > 0 ? `, ${number(outcome.repaired)} finished` : "";
  const head = `${bold(stdout, organizationId)}: ${headOf(migration, run)}`;
  const did = `${counted(outcome.migrated, "note")} migrated${repaired} in ${duration(migration.seconds)}${speed}`;
  const isLong = widthOf(`${head}  ${did}`) > Math.min(columns(), 100);
  printLines(...(isLong ? [head, `  ${did}`] : [`${head}  ${did}`]));
  printRest(migration);
  if (migration.lostAnswers > 0) {
    const lost = `${counted(migration.lostAnswers, "answer")} got lost: what was written then is not counted as migrated by this run`;
    printLines(`  ${wrap(lost, 2, Math.min(columns(), 100))}`);
  }
  if (error !== null && error.code !== "NOTES_FAILED") {
    printLines(
      red(
        stdout,
        `  ${wrap(`${error.message}${error.hint === null ? "" : `. ${error.hint}`}`, 2, Math.min(columns(), 100))}`,
      ),
    );
  }
  if (status !== null) printLines(`  now: ${verdictSentence(status)}`);
  if (run !== null) {
    printAfterRun(run, migration, error !== null, options);
    if (run.state !== "cancelled") return;
  }
  if (migration.done) return;
  const ids = [organizationId];
  const ways =
    migration.stopped === "limit"
      ? [theRest(ids, how), goOn(AS_MANY_AGAIN, ids, how)]
      : [goOn("To continue:", ids, how)];
  for (const { why, words } of ways) printLines("", why, shellCommand(words, options));
  const reminder = keyReminder(options);
  if (reminder !== null) printLines("", reminder);
}

function headOf({ done, stopped, outcome }: Migration, run: Run | null): string {
  // It was left, or is out of sight.
  if (run !== null && isMoving(run)) return yellow(stdout, "STILL UNDER WAY");
  if (done) return outcome.failed > 0 ? red(stdout, "DONE, WITH FAILURES") : green(stdout, "DONE");
  if (stopped === null) return red(stdout, "BROKE OFF");
  if (stopped === "interrupted") return yellow(stdout, run === null ? "STOPPED BY YOU" : "PAUSED BY YOU");
  const paint = stopped === "failures" || stopped === "error" ? red : yellow;
  return paint(stdout, words[stopped]);
}

/** What can be done with the run now. */
function printAfterRun(
  run: Run,
  migration: Migration,
  isOutOfSight: boolean,
  options: ConnectionOptions,
): void {
  if (isMoving(run)) {
    printLines("", `The run ${isOutOfSight ? "may go on" : "goes on"} by itself on the deployment.`);
  }
  if (migration.done && migration.outcome.failed === 0) return;
  printSteps(run, options);
}

const words = { ...stoppedWords, paused: "PAUSED", cancelled: "CANCELLED" } as const;

function printRest({ outcome, failures, warnings, estimate, stopped }: Migration): void {
  const left = classes.flatMap(({ key, label }) =>
    key !== "migrated" && key !== "eligible" && outcome[key] > 0 ? [`${number(outcome[key])} ${label}`] : [],
  );
  if (outcome.alreadyMigrated > 0)
    printLines(`  passed over, as migrated before: ${number(outcome.alreadyMigrated)}`);
  if (left.length > 0) printLines(`  left as they are: ${left.join(", ")}`);
  if (outcome.failed > 0) printLines(red(stdout, `  failed: ${number(outcome.failed)}`));
  for (const { voiceNoteId, code, message } of failures.slice(0, SHOWN)) {
    printLines(`    ${wrap(`${voiceNoteId}  ${code}: ${message}`, 6, Math.min(columns(), 120))}`);
  }
  const more = outcome.failed - Math.min(SHOWN, failures.length);
  if (failures.length > 0 && more > 0) printLines(`    and ${number(more)} more: see --json`);
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
