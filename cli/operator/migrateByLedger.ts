import type { Connection } from "../connection/connect.js";
import type { Problem } from "../connection/errors.js";
import type { NoteFailure, Run } from "./answers.js";
import { type MigrationOptions, migrationOf } from "./migration.js";
import { statusOf } from "./organizations.js";
import { problemOf } from "./parallel.js";
import type { Ending, OrganizationReport } from "./report.js";
import { decideRun, failuresOf, isMoving, isUnderWay, lookAtRun, type Starter, startRun } from "./runs.js";
import { watchRun } from "./watchRun.js";

/**
 * An organization whose run is under way keeps it in its report: it is watched, or resumed if it is paused. Somebody paused
 * it, so that it is resumed only where a question can be answered.
 */
export function withRunUnderWay(
  connection: Connection,
  report: OrganizationReport,
  how: MigrationOptions,
  mayResume: boolean,
): OrganizationReport {
  const run = report.status?.run ?? null;
  if (report.ending !== "done" || run === null || !isUnderWay(run)) return report;
  const reason = reasonToLeave(run, report, how, mayResume);
  if (reason !== null) return { ...report, ending: "failed", run, error: inTheWay(connection, run, reason) };
  return { ...report, run };
}

function reasonToLeave(
  run: Run,
  { organizationId }: OrganizationReport,
  how: MigrationOptions,
  mayResume: boolean,
): InTheWay | null {
  if (run.organizationId !== organizationId) return "of all organizations";
  if (run.state !== "paused") return null;
  if (!isAskedFor(run, how)) return "with other options";
  return mayResume ? null : "paused";
}

const isAskedFor = ({ limit, repair, deferredDays, retryOf }: Run, how: MigrationOptions): boolean =>
  retryOf === null &&
  limit === (how.limit ?? null) &&
  repair === (how.repair ?? false) &&
  deferredDays === (how.deferredDays ?? null);

/** Why a run is neither watched nor resumed. */
type InTheWay = "of all organizations" | "with other options" | "paused";

function inTheWay({ command }: Connection, { runId, by, state }: Run, reason: InTheWay): Problem {
  const message = {
    "of all organizations": `run \`${runId}\` of all organizations, started by \`${by}\`, is ${state}`,
    "with other options": `run \`${runId}\`, started by \`${by}\` with other options, is ${state}`,
    paused: `run \`${runId}\`, started by \`${by}\`, is paused, and --yes resumes no run`,
  }[reason];
  const hint =
    state === "paused"
      ? `go on with ${command("resume", runId)}, or end it with ${command("cancel", runId)}`
      : `watch it with ${command("run", runId, "--watch")}`;
  return { code: "RUN_EXISTS", message, hint };
}

export type OnLook = (run: Run) => void;

/** Starts a run of an organization, or takes the one that is under way, and watches it to its end. */
export async function migrateByLedger(
  connection: Connection,
  report: OrganizationReport,
  how: MigrationOptions & Starter,
  interrupted: AbortSignal,
  onLook: OnLook,
): Promise<OrganizationReport> {
  const seen: { runId: string | null; last: Run | null } = { runId: null, last: null };
  try {
    const runId = await begin(connection, report, how);
    seen.runId = runId;
    const isOnlyWatched = report.run !== null && isMoving(report.run);
    const { run, isLeft, isPausedByUs } = await watchRun(
      connection,
      runId,
      isOnlyWatched ? "leave" : "pause",
      interrupted,
      (looked) => {
        seen.last = looked;
        onLook(looked);
      },
    );
    const ended = await reportOfRun(connection, { ...report, run }, isLeft, isPausedByUs);
    const options = how.deferredDays === undefined ? {} : { deferredDays: how.deferredDays };
    return { ...ended, status: await statusOf(connection, report.organizationId, options) };
  } catch (thrown) {
    // Where it was begun, it goes on without this program.
    const { runId, last } = seen;
    const migration = last === null ? null : migrationOf(last, [], false);
    const problem = problemOf(thrown);
    const hint = runId === null || last !== null ? problem.hint : lookLater(connection, runId);
    const error = { ...problem, hint };
    return { ...report, run: last, migration, status: null, ending: "failed", error };
  }
}

const lookLater = ({ command }: Connection, runId: string): string =>
  `the run was started, and goes on by itself: watch it with ${command("run", runId, "--watch")}`;

/** Starts a run that nobody waits for. */
export async function startInBackground(
  connection: Connection,
  report: OrganizationReport,
  how: MigrationOptions & Starter,
): Promise<OrganizationReport> {
  try {
    const run = await lookAtRun(connection, await begin(connection, report, how));
    return { ...report, run };
  } catch (thrown) {
    return { ...report, ending: "failed", error: problemOf(thrown) };
  }
}

async function begin(
  connection: Connection,
  { organizationId, run, status }: OrganizationReport,
  { by, reason, ...how }: MigrationOptions & Starter,
): Promise<string> {
  const starter = {
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { reason }),
    total: status?.voiceNotes.total ?? 0,
  };
  if (run === null) return await startRun(connection, organizationId, how, starter);
  if (!isMoving(run)) await decideRun(connection, "resume", run.runId);
  return run.runId;
}

/** What became of an organization whose run moves no more, or was left. */
export async function reportOfRun(
  connection: Connection,
  report: OrganizationReport & { run: Run },
  isLeft: boolean,
  isPausedByUs: boolean,
): Promise<OrganizationReport> {
  const { run } = report;
  const failures = run.outcome.failed > 0 ? await failuresOf(connection, run.runId, "first") : [];
  const migration = migrationOf(run, failures, isPausedByUs);
  if (isLeft) return { ...report, migration, ending: "notComplete", error: null };
  return { ...report, migration, ending: endingOf(run), error: errorOf(connection, run, failures) };
}

/** How a run ended, or what it waits for. */
export function endingOf({ state, stopped, outcome }: Run): Ending {
  if (stopped === "failures" || stopped === "error") return "failed";
  if (state !== "done") return "notComplete";
  return outcome.failed > 0 ? "failed" : "done";
}

function errorOf(
  { command }: Connection,
  { runId, stopped, outcome, lastError }: Run,
  [first]: readonly NoteFailure[],
): Problem | null {
  if (stopped === "error") {
    const message = `the run stopped: ${lastError?.message ?? "the deployment kept failing"}`;
    return {
      code: "STOPPED",
      message,
      hint: `see \`npx convex logs\`, then go on with ${command("resume", runId)}`,
    };
  }
  if (stopped === "failures") {
    const named = first === undefined ? "" : `the first is ${first.voiceNoteId}: ${first.message}; `;
    const hint = `${named}see them with ${command("run", runId)}`;
    return { code: "STOPPED", message: "more than half of the notes that were tried failed", hint };
  }
  if (outcome.failed === 0) return null;
  const message = `${outcome.failed} ${outcome.failed === 1 ? "note" : "notes"} failed`;
  const hint = `correct them, then try them again with ${command("retry", runId)}`;
  return { code: "NOTES_FAILED", message, hint };
}
