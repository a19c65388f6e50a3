import { CallFailed } from "../connection/errors.js";
import type { ConnectionOptions } from "../connection/options.js";
import type { MigrationOptions } from "../operator/migration.js";
import type { OrganizationReport } from "../operator/report.js";
import { red } from "../terminal/color.js";
import { printLines } from "../terminal/print.js";
import { columns } from "../terminal/width.js";
import { wrap } from "../terminal/wrap.js";
import { AS_MANY_AGAIN, goOn, theRest } from "./goOn.js";
import { migrationColumns, printMigration, printRehearsal } from "./migrationSummary.js";
import { runLine } from "./runLine.js";
import { printSteps } from "./runSummary.js";
import { keyReminder, shellCommand } from "./shellCommand.js";

const { stdout } = process;

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

/** That a dry run wrote nothing, and the command that does. */
export function showDryRunEnd(
  isIdle: boolean,
  named: readonly string[],
  how: MigrationOptions,
  options: ConnectionOptions,
): void {
  printLines(isIdle ? "There is nothing to migrate. Nothing was written." : "Nothing was written.");
  if (isIdle) return;
  const { why, words } = goOn("To migrate them:", named, how);
  printLines("", why, shellCommand(words, options));
  const reminder = keyReminder(options);
  if (reminder !== null) printLines("", reminder);
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
  const unfinished = reports.filter(isUnfinished);
  const atLimit = unfinished.filter(isAtLimit).map(idOf);
  const others = unfinished.filter((report) => !isAtLimit(report)).map(idOf);
  const ways = [
    ...(atLimit.length === 0 ? [] : [theRest(atLimit, how), goOn(AS_MANY_AGAIN, atLimit, how)]),
    ...(others.length === 0 ? [] : [goOn("To continue with those that are not done:", others, how)]),
  ];
  for (const { why, words } of ways) printLines("", why, shellCommand(words, options));
}

const idOf = ({ organizationId }: OrganizationReport): string => organizationId;

const isAtLimit = ({ migration }: OrganizationReport): boolean => migration?.stopped === "limit";

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
