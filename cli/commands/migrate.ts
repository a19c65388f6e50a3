import type { Connection } from "../connection/connect.js";
import { CallFailed, type Problem } from "../connection/errors.js";
import { agrees } from "../operator/consent.js";
import { lookAtAll } from "../operator/lookAt.js";
import { Broken, type MigrationOptions, migrate as migrateOne, rehearse } from "../operator/migrate.js";
import { type Migration, written } from "../operator/migration.js";
import { statusOf } from "../operator/organizations.js";
import { inParallel, problemOf } from "../operator/parallel.js";
import { type Ending, exitCodeOf, type OrganizationReport, type Report } from "../operator/report.js";
import { deploymentOf, open, wanted } from "../operator/session.js";
import { printJson } from "../show/json.js";
import { migrationColumns, printMigration, printRehearsal } from "../show/migrationSummary.js";
import { counted, number } from "../show/numbers.js";
import { Progress } from "../show/progress.js";
import { onInterrupt } from "../terminal/interrupt.js";
import { print, printLines } from "../terminal/print.js";
import type { Consent, FleetOptions } from "./operatorOptions.js";

export type MigrateOptions = FleetOptions & Consent & MigrationOptions & { dryRun?: boolean };

export async function migrate(named: string[], options: MigrateOptions): Promise<void> {
  const progress = new Progress();
  const connection = await open(options, (message) => progress.say(message));
  const organizations = await wanted(connection, named, options);
  const deployment = await deploymentOf(connection);
  const how = migrationOptions(options);
  const looked = await lookAtAll(connection, organizations, { ...how, parallel: options.parallel });
  if (organizations.length === 1 && looked[0]?.error && !options.json) throw new CallFailed(looked[0].error);
  // With --yes nobody looks at a rehearsal before the run.
  const isRehearsed = options.dryRun === true || options.yes !== true;
  const rehearsed = isRehearsed
    ? await inParallel(looked, options.parallel, (report) => rehearseOne(connection, report, how))
    : looked;
  if (isRehearsed && !options.json) await showRehearsal(rehearsed);
  if (options.dryRun) {
    end({ command: "migrate", deployment, organizations: rehearsed }, options);
    return;
  }
  const runnable = rehearsed.filter(({ ending }) => ending === "done");
  if (runnable.length === 0) {
    if (!isRehearsed && !options.json) await showRehearsal(rehearsed);
    end({ command: "migrate", deployment, organizations: rehearsed }, options);
    return;
  }
  const isNothing = isRehearsed && runnable.every(({ migration }) => migration !== null && isIdle(migration));
  if (isNothing) {
    if (!options.json) print("There is nothing to migrate.");
    end({ command: "migrate", deployment, organizations: rehearsed }, options);
    return;
  }
  if (!(await agrees(questionOf(runnable, deployment, options), options))) {
    const declined = runnable.map((report) => ({ ...report, ending: "declined" as const }));
    print("Nothing was migrated.");
    end({ command: "migrate", deployment, organizations: declined }, options);
    return;
  }
  const ran = await run(connection, runnable, how, options, progress);
  const reports = [...rehearsed.filter(({ ending }) => ending !== "done"), ...ran];
  if (!options.json) await showRuns(reports, how, options);
  end({ command: "migrate", deployment, organizations: reports }, options);
}

function migrationOptions({ limit, repair, deferredDays }: MigrateOptions): MigrationOptions {
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(repair ? { repair } : {}),
    ...(deferredDays === undefined ? {} : { deferredDays }),
  };
}

const isIdle = (migration: Migration): boolean => written(migration) + migration.outcome.failed === 0;

async function rehearseOne(
  connection: Connection,
  report: OrganizationReport,
  how: MigrationOptions,
): Promise<OrganizationReport> {
  if (report.ending !== "done") return report;
  try {
    return { ...report, migration: await rehearse(connection, report.organizationId, how) };
  } catch (thrown) {
    return { ...report, ending: "failed", error: problemOf(thrown) };
  }
}

function questionOf(
  runnable: readonly OrganizationReport[],
  deployment: string,
  { all, limit }: MigrateOptions,
) {
  const [only] = runnable;
  const notes = runnable.reduce(
    (sum, { migration, status }) =>
      sum + (migration === null ? (status?.migration.eligible ?? 0) : written(migration)),
    0,
  );
  const whom = runnable.length === 1 ? only?.organizationId : counted(runnable.length, "organization");
  const upTo = limit === undefined || runnable.length < 2 ? "" : `, ${number(limit)} of each at most`;
  return {
    what: "Migrating notes",
    question: `Migrate ${counted(notes, "note")} of ${whom}${upTo} on ${deployment}?`,
    ...(all ? { typed: String(runnable.length) } : {}),
  };
}

/** Migrates them, some at a time; Ctrl-C stops each after its window. */
async function run(
  connection: Connection,
  reports: readonly OrganizationReport[],
  how: MigrationOptions,
  { parallel }: MigrateOptions,
  progress: Progress,
): Promise<OrganizationReport[]> {
  progress.start(reports.length);
  const interrupt = onInterrupt(
    () => progress.stopping(),
    () =>
      progress.say(
        "Ended. The current window may still run on the deployment for a few seconds.\nIt is safe to run the command again.",
      ),
  );
  progress.say("Ctrl-C stops after the current window.");
  const ran = await inParallel(reports, parallel, async (report): Promise<OrganizationReport> => {
    const { organizationId } = report;
    progress.begin(organizationId, Math.min(how.limit ?? Number.POSITIVE_INFINITY, totalOf(report)));
    const ended = await runOne(connection, report, how, () => interrupt.isAsked, progress);
    progress.finish(ended);
    return ended;
  });
  progress.end();
  interrupt.end();
  return ran;
}

const totalOf = ({ migration, status }: OrganizationReport): number =>
  migration === null ? (status?.migration.eligible ?? 0) : written(migration);

async function runOne(
  connection: Connection,
  report: OrganizationReport,
  how: MigrationOptions,
  isInterrupted: () => boolean,
  progress: Progress,
): Promise<OrganizationReport> {
  const { organizationId } = report;
  let migration: Migration | null = null;
  let error: Problem | null = null;
  try {
    migration = await migrateOne(connection, organizationId, how, isInterrupted, (soFar) =>
      progress.update(organizationId, soFar),
    );
    const { deferredDays } = how;
    const status = await statusOf(
      connection,
      organizationId,
      deferredDays === undefined ? {} : { deferredDays },
    );
    return { ...report, migration, status, ending: endingOf(migration), error: errorOf(migration) };
  } catch (thrown) {
    if (thrown instanceof Broken) migration = thrown.soFar;
    error = problemOf(thrown instanceof Broken ? thrown.cause : thrown);
    return { ...report, migration, status: null, ending: "failed", error };
  }
}

function endingOf({ done, stopped, outcome }: Migration): Ending {
  if (stopped === "failures" || stopped === "error" || outcome.failed > 0) return "failed";
  return done ? "done" : "notComplete";
}

function errorOf({ stopped, outcome, failures, warnings }: Migration): Problem | null {
  if (stopped === "error") {
    return { code: "STOPPED", message: "the deployment kept failing", hint: warnings.join("; ") || null };
  }
  if (stopped === "failures") {
    const [first] = failures;
    const hint = first === undefined ? null : `the first is ${first.voiceNoteId}: ${first.message}`;
    return { code: "STOPPED", message: "more than half of the notes that were tried failed", hint };
  }
  if (outcome.failed === 0) return null;
  const message = `${counted(outcome.failed, "note")} failed`;
  return {
    code: "NOTES_FAILED",
    message,
    hint: "see `failures` of --json, correct these notes, and run it again",
  };
}

async function showRehearsal(reports: readonly OrganizationReport[]): Promise<void> {
  const [only] = reports;
  if (reports.length === 1 && only?.migration) {
    printRehearsal(only, only.migration);
    printLines("");
    return;
  }
  const { printFleet } = await import("../show/fleetTable.js");
  const [now, failed] = migrationColumns;
  if (now && failed) printFleet(reports, [{ ...now, title: "would" }, failed]);
  printLines("");
}

async function showRuns(
  reports: readonly OrganizationReport[],
  how: MigrationOptions,
  options: MigrateOptions,
): Promise<void> {
  const [only] = reports;
  if (reports.length === 1 && only) {
    if (only.migration === null && only.error !== null) throw new CallFailed(only.error);
    printMigration(only, how, options);
    return;
  }
  const { fleetLine, printFleet } = await import("../show/fleetTable.js");
  const { shellCommand } = await import("../show/shellCommand.js");
  printFleet(reports, migrationColumns);
  printLines("", fleetLine(reports));
  const ids = reports.filter(isUnfinished).map(({ organizationId }) => organizationId);
  if (ids.length === 0) return;
  printLines("", "To continue with those that are not done:", shellCommand(["migrate", ...ids], options));
}

/** One that the same command can take further. */
const isUnfinished = ({ migration }: OrganizationReport): boolean =>
  migration !== null && !migration.done && migration.stopped !== "failures";

function end(
  parts: Pick<Report, "command" | "deployment" | "organizations">,
  { json }: MigrateOptions,
): void {
  const exitCode = exitCodeOf(parts.organizations);
  process.exitCode = exitCode;
  if (json) printJson({ version: 1, ...parts, exitCode, error: null });
}
