import type { Connection } from "../connection/connect.js";
import { migrateByLedger, startInBackground } from "../operator/migrateByLedger.js";
import { type Migration, type MigrationOptions, nothingYet, written } from "../operator/migration.js";
import { inParallel } from "../operator/parallel.js";
import type { OrganizationReport } from "../operator/report.js";
import { runInWindows } from "../operator/runInWindows.js";
import { isMoving, type Starter } from "../operator/runs.js";
import { howFarInWindows, howFarOfRun } from "../show/howFar.js";
import type { Progress } from "../show/progress.js";
import { onInterrupt } from "../terminal/interrupt.js";

/** What carries a migration out. */
export type Driver = "ledger" | "background" | "windows";

/** What Ctrl-C does, and what is said of it. */
const interrupts = {
  ledger: {
    hint: "Ctrl-C stops behind the current batch, and leaves the run paused.",
    first: "Stopping behind the current batch; Ctrl-C again ends this program at once.",
    second:
      "Ended. What is not paused by now goes on by itself on the deployment: `npx v2-rollout runs` lists it, `npx v2-rollout pause` stops it.",
  },
  watched: {
    hint: "Ctrl-C ends the watching; the run goes on.",
    first: "Leaving; the run goes on.",
    second: "Ended.",
  },
  windows: {
    hint: "Ctrl-C stops after the current window.",
    first: "Stopping after the current window; Ctrl-C again ends at once.",
    second:
      "Ended. The current window may still run on the deployment for a few seconds.\nIt is safe to run the command again.",
  },
} as const;

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
  const words = interrupts[driver === "ledger" && isOnlyWatched ? "watched" : driver];
  progress.start(reports.length);
  const interrupt = onInterrupt(
    () => progress.stopping(words.first),
    () => progress.say(words.second),
  );
  progress.say(words.hint);
  const isInterrupted = (): boolean => interrupt.isAsked;
  const one = driver === "ledger" ? byLedger : inWindows;
  const ran = await inParallel(reports, parallel, async (report): Promise<OrganizationReport> => {
    // What has not begun is left alone.
    if (isInterrupted()) return { ...report, migration: null, ending: "notComplete" };
    const ended = await one(connection, report, how, isInterrupted, progress);
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
  isInterrupted: () => boolean,
  progress: Progress,
): Promise<OrganizationReport> {
  const { organizationId, status } = report;
  const total = status?.voiceNotes.total ?? null;
  progress.begin(organizationId, howFarInWindows(nothingYet(false), total ?? 0));
  return await migrateByLedger(connection, report, how, isInterrupted, (run) =>
    progress.update(organizationId, howFarOfRun(run, total)),
  );
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
