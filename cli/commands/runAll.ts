import type { Connection } from "../connection/connect.js";
import type { Run } from "../operator/answers.js";
import { migrateByLedger, startInBackground } from "../operator/migrateByLedger.js";
import { type Migration, type MigrationOptions, nothingYet, written } from "../operator/migration.js";
import { inParallel } from "../operator/parallel.js";
import type { OrganizationReport } from "../operator/report.js";
import { runInWindows } from "../operator/runInWindows.js";
import { isMoving, type Starter } from "../operator/runs.js";
import { howFarInWindows, howFarOfRun } from "../show/howFar.js";
import type { Progress } from "../show/progress.js";
import { onInterrupt } from "../terminal/interrupt.js";
import { interrupts, leftRuns, leftWindows } from "./interrupts.js";

/** What carries a migration out. */
export type Driver = "ledger" | "background" | "windows";

/** Migrates organizations, some at a time; Ctrl-C stops each in order. */
export async function runAll(
  connection: Connection,
  reports: readonly OrganizationReport[],
  driver: Driver,
  how: MigrationOptions & Starter,
  { parallel }: { parallel: number },
  progress: Progress,
): Promise<OrganizationReport[]> {
  if (driver === "background") {
    return await inParallel(reports, parallel, (report) => startInBackground(connection, report, how));
  }
  const isOnlyWatched = reports.every(({ run }) => run !== null && isMoving(run));
  const words = interrupts[driver === "windows" ? "windows" : isOnlyWatched ? "leave" : "pause"];
  const seen = new Map<string, Run>();
  progress.start(reports.length);
  const interrupt = onInterrupt(
    () => progress.stopping(words.first),
    () => progress.say(driver === "windows" ? leftWindows : leftRuns([...seen.values()], connection.command)),
  );
  progress.say(words.hint);
  const ran = await inParallel(reports, parallel, async (report): Promise<OrganizationReport> => {
    // What has not begun is left alone.
    if (interrupt.isAsked) return { ...report, migration: null, ending: "notComplete" };
    const ended =
      driver === "windows"
        ? await inWindows(connection, report, how, () => interrupt.isAsked, progress)
        : await byLedger(connection, report, how, interrupt.signal, progress, seen);
    progress.finish(ended);
    return ended;
  });
  progress.end();
  interrupt.end();
  return ran;
}

async function byLedger(
  connection: Connection,
  report: OrganizationReport,
  how: MigrationOptions & Starter,
  interrupted: AbortSignal,
  progress: Progress,
  seen: Map<string, Run>,
): Promise<OrganizationReport> {
  const { organizationId, status } = report;
  const total = status?.voiceNotes.total ?? null;
  progress.begin(organizationId, howFarInWindows(nothingYet(false), total ?? 0));
  return await migrateByLedger(connection, report, how, interrupted, (run) => {
    seen.set(run.runId, run);
    progress.update(organizationId, howFarOfRun(run, total));
  });
}

async function inWindows(
  connection: Connection,
  report: OrganizationReport,
  { by, reason, ...how }: MigrationOptions & Starter,
  isInterrupted: () => boolean,
  progress: Progress,
): Promise<OrganizationReport> {
  const { organizationId } = report;
  const total = Math.min(how.limit ?? Number.POSITIVE_INFINITY, totalOf(report));
  progress.begin(organizationId, howFarInWindows(nothingYet(false), total));
  return await runInWindows(connection, report, how, isInterrupted, (soFar) =>
    progress.update(organizationId, howFarInWindows(soFar, total)),
  );
}

const totalOf = ({ migration, status }: { migration: Migration | null } & OrganizationReport): number =>
  migration === null ? (status?.migration.eligible ?? 0) : written(migration);
