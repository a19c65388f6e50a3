import { CallFailed } from "../connection/errors.js";
import { exitCodes, Failure } from "../failure.js";
import { agrees } from "../operator/consent.js";
import { lookAtAll } from "../operator/lookAt.js";
import { withRunUnderWay } from "../operator/migrateByLedger.js";
import { rehearse } from "../operator/migrateInWindows.js";
import { type MigrationOptions, written } from "../operator/migration.js";
import { inParallel, problemOf } from "../operator/parallel.js";
import { exitCodeOf, type OrganizationReport } from "../operator/report.js";
import { hasLedger, isMoving } from "../operator/runs.js";
import { deploymentOf, open, wanted } from "../operator/session.js";
import { userName } from "../operator/userName.js";
import { printJson } from "../show/json.js";
import { showBackground, showDryRunEnd, showMigrations, showRehearsal } from "../show/migrations.js";
import { counted, number } from "../show/numbers.js";
import { Progress } from "../show/progress.js";
import { print } from "../terminal/print.js";
import type { Consent, FleetOptions } from "./operatorOptions.js";
import { type Driver, runAll } from "./runAll.js";

export type MigrateOptions = FleetOptions &
  Consent &
  MigrationOptions & { dryRun?: boolean; background?: boolean; by?: string; reason?: string };

export async function migrate(named: string[], options: MigrateOptions): Promise<void> {
  const progress = new Progress();
  const connection = await open(options, (message) => progress.say(message));
  const organizations = await wanted(connection, named, options);
  const deployment = await deploymentOf(connection);
  const end = (reports: OrganizationReport[]): void => {
    const exitCode = exitCodeOf(reports);
    process.exitCode = exitCode;
    if (options.json) printJson({ command: "migrate", deployment, exitCode, organizations: reports });
  };
  const how = migrationOptions(options);
  const looked = await lookAtAll(connection, organizations, { ...how, parallel: options.parallel });
  if (organizations.length === 1 && looked[0]?.error && !options.json) throw new CallFailed(looked[0].error);
  const driver = await driverOf(connection, options);
  const found =
    driver !== "windows" && !options.dryRun
      ? looked.map((report) => withRunUnderWay(connection, report, how, options.yes !== true))
      : looked;
  // With --yes nobody looks at a rehearsal before the run.
  const isRehearsed = options.dryRun === true || options.yes !== true;
  const rehearsed = isRehearsed
    ? await inParallel(found, options.parallel, (report) => rehearseOne(report))
    : found;
  const runnable = rehearsed.filter(({ ending }) => ending === "done");
  if (!options.json && (isRehearsed || runnable.length === 0)) await showRehearsal(rehearsed);
  if (options.dryRun && !options.json && runnable.length > 0) {
    showDryRunEnd(runnable.every(isIdle), options.all ? ["--all"] : named, how, options);
  }
  if (options.dryRun || runnable.length === 0) return end(rehearsed);
  if (isRehearsed && runnable.every(isIdle)) {
    if (!options.json) print("There is nothing to migrate.");
    return end(rehearsed);
  }
  if (!(await agrees(questionOf(runnable, deployment, options), options))) {
    if (!options.json) print("Nothing was migrated.");
    return end(runnable.map((report) => ({ ...report, ending: "declined" })));
  }
  const starter = { ...options, by: options.by ?? userName() };
  const ran = await runAll(
    connection,
    runnable,
    driver,
    { ...how, ...starterOf(starter) },
    options,
    progress,
  );
  const reports = [...rehearsed.filter(({ ending }) => ending !== "done"), ...ran];
  if (!options.json) {
    if (options.background) await showBackground(reports, options);
    else await showMigrations(reports, how, options);
  }
  end(reports);

  async function rehearseOne(report: OrganizationReport): Promise<OrganizationReport> {
    if (report.ending !== "done" || report.run !== null) return report;
    try {
      return { ...report, migration: await rehearse(connection, report.organizationId, how) };
    } catch (thrown) {
      return { ...report, ending: "failed", error: problemOf(thrown) };
    }
  }
}

/** What carries the migration out: runs of the ledger, or short windows where there is none. */
async function driverOf(
  connection: Parameters<typeof hasLedger>[0],
  { background }: MigrateOptions,
): Promise<Driver> {
  if (await hasLedger(connection)) return background ? "background" : "ledger";
  if (!background) return "windows";
  throw new Failure(
    "This backend has no ledger, which --background needs.",
    "Install it with `npx v2-rollout init --ledger`, or migrate without --background.",
    exitCodes.usage,
  );
}

function migrationOptions({ limit, repair, deferredDays }: MigrateOptions): MigrationOptions {
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(repair ? { repair } : {}),
    ...(deferredDays === undefined ? {} : { deferredDays }),
  };
}

const starterOf = ({ by, reason }: { by?: string | undefined; reason?: string }) => ({
  ...(by === undefined ? {} : { by }),
  ...(reason === undefined ? {} : { reason }),
});

/** Nothing would be written, as far as the rehearsal tells, and no run is under way. */
const isIdle = ({ run, migration }: OrganizationReport): boolean =>
  run === null && migration !== null && written(migration) + migration.outcome.failed === 0;

function questionOf(runnable: readonly OrganizationReport[], deployment: string, options: MigrateOptions) {
  const [only] = runnable;
  const typed = options.all ? { typed: String(runnable.length) } : {};
  const what = "Migrating notes";
  if (runnable.length === 1 && only?.run) {
    const verb = isMoving(only.run) ? "Watch" : "Resume";
    return { what, question: `${verb} the run of ${only.organizationId} on ${deployment}?`, ...typed };
  }
  const { limit } = options;
  const notes = runnable.reduce((sum, report) => sum + notesOf(report, limit), 0);
  const whom = runnable.length === 1 ? only?.organizationId : counted(runnable.length, "organization");
  const each = runnable.length === 1 ? "" : " of each";
  const upTo = limit === undefined ? "" : `, ${number(limit)}${each} at most`;
  const runs = runnable.flatMap(({ run }) => run ?? []);
  const watched = runs.filter(isMoving).length;
  const resumed = runs.length - watched;
  const also = `${resumed === 0 ? "" : `, resuming ${counted(resumed, "run")}`}${watched === 0 ? "" : `, watching ${counted(watched, "run")} under way`}`;
  const question = `Migrate ${counted(notes, "note")} of ${whom} on ${deployment}${upTo}${also}?`;
  return { what, question, ...typed };
}

/** How many notes would be written; without a rehearsal, those that the status counted, up to the limit. */
const notesOf = ({ migration, status }: OrganizationReport, limit = Number.POSITIVE_INFINITY): number =>
  migration === null ? Math.min(status?.migration.eligible ?? 0, limit) : written(migration);
