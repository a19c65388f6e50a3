import type { NoteFailure, Outcome, Run } from "./answers.js";

export type MigrationOptions = { limit?: number; repair?: boolean; deferredDays?: number };

/** What a migration came to: a run of the ledger, or all of its windows. */
export type Migration = {
  dryRun: boolean;
  done: boolean;
  /** Why it ended before it was done. */
  stopped: "limit" | "interrupted" | "failures" | "error" | "deadline" | "paused" | "cancelled" | null;
  /** Calls that it took; 0 where a run of the ledger did it. */
  windows: number;
  /** Windows whose answer never came; what they migrated counts as `alreadyMigrated`. */
  lostAnswers: number;
  outcome: Outcome;
  artifacts: number;
  transcripts: number;
  claims: number;
  failures: NoteFailure[];
  warnings: string[];
  seconds: number;
  batchSize: { notes: number; limitedBy: string | null } | null;
  /** In a dry run, what the real run takes. */
  estimate: { batches: number; bytesWritten: number; seconds: number } | null;
};

export const nothingYet = (dryRun: boolean): Migration => ({
  dryRun,
  done: false,
  stopped: null,
  windows: 0,
  lostAnswers: 0,
  outcome: {
    migrated: 0,
    repaired: 0,
    alreadyMigrated: 0,
    unfinished: 0,
    notReady: 0,
    deferred: 0,
    blocked: 0,
    failed: 0,
  },
  artifacts: 0,
  transcripts: 0,
  claims: 0,
  failures: [],
  warnings: [],
  seconds: 0,
  batchSize: null,
  estimate: null,
});

/** Notes that were written, or in a dry run would be. */
export const written = ({ outcome }: Migration): number => outcome.migrated + outcome.repaired;

/** What a run of the ledger came to so far. `interrupted` is said of one that this program paused. */
export const migrationOf = (run: Run, failures: NoteFailure[], isPausedByUs: boolean): Migration => ({
  ...nothingYet(false),
  done: run.state === "done",
  stopped: stoppedOf(run, isPausedByUs),
  outcome: run.outcome,
  artifacts: run.artifacts,
  transcripts: run.transcripts,
  claims: run.claims,
  failures,
  seconds: workedSeconds(run),
});

/** How long it worked, without the time in which it was paused. */
export function workedSeconds({ progress, startedMs, updatedMs, endedMs }: Run): number {
  const { settled, notesPerSecond } = progress;
  return notesPerSecond ? settled / notesPerSecond : ((endedMs ?? updatedMs) - startedMs) / 1_000;
}

function stoppedOf({ state, stopped }: Run, isPausedByUs: boolean): Migration["stopped"] {
  if (state === "paused") return isPausedByUs ? "interrupted" : "paused";
  return state === "cancelled" ? "cancelled" : stopped;
}
