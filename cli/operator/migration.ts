import type { NoteFailure, Outcome } from "./answers.js";

/** What a migration came to, over all of its windows. */
export type Migration = {
  dryRun: boolean;
  done: boolean;
  /** Why it ended before it was done. */
  stopped: "limit" | "interrupted" | "failures" | "error" | null;
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
  /** In a dry run, what the real run takes. */
  estimate: { batches: number; bytesWritten: number; seconds: number } | null;
};
