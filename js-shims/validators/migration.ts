import { type Infer, v } from "convex/values";

import type { MigrationAnswer } from "../core.js";
import { limit, nullable, type Same } from "./common.js";
import { failures, outcome, reasons, samples, stopped } from "./notes.js";

export const migrationArgs = {
  /** The organization; all of them without it. */
  organizationId: v.optional(v.string()),
  /** Write nothing, and tell what would be done. */
  dryRun: v.boolean(),
  /** Notes in one transaction at most; 200 at the most. */
  batchSize: v.optional(v.number()),
  /** Notes to migrate or repair in this call at most. */
  limit: v.optional(v.number()),
  /** Also finish what an old run broke off. */
  repair: v.optional(v.boolean()),
  /** After how many days a note that the old pipeline left counts as abandoned. */
  deferredDays: v.optional(v.number()),
  /** Where an earlier call stopped. */
  cursor: v.optional(v.string()),
  /** The run in the ledger, where it was begun before. */
  runId: v.optional(v.string()),
  /** When it is to end, in milliseconds since 1970. */
  endMs: v.optional(v.number()),
};
export const migrationArgsObject = v.object(migrationArgs);
export type MigrationArgs = Infer<typeof migrationArgsObject>;

const { runId: _, endMs: __, ...callArgs } = migrationArgs;
/** What `runMigration` takes; `migrationArgs` is for the host's `migrateVoiceNotesToV2`. */
export const runMigrationArgs = {
  ...callArgs,
  /** Go on after the answer: needs the ledger. */
  background: v.optional(v.boolean()),
  /** Who runs it; kept in the ledger. */
  by: v.optional(v.string()),
  /** Why; kept in the ledger. */
  reason: v.optional(v.string()),
  /** Notes in reach, as a status counted them: the run tells by it how far it is. */
  total: v.optional(v.number()),
};
const runMigrationArgsObject = v.object(runMigrationArgs);
export type RunMigrationArgs = Infer<typeof runMigrationArgsObject>;

const caller = v.object({ tokenIdentifier: v.optional(v.string()), subject: v.optional(v.string()) });
/** What a run is registered with. */
export const startArgs = { ...runMigrationArgs, runId: v.string(), caller: v.optional(caller) };
const startArgsObject = v.object(startArgs);
export type StartArgs = Infer<typeof startArgsObject>;

const sixNumbers = {
  processed: v.number(),
  artifacts: v.number(),
  transcripts: v.number(),
  claims: v.number(),
  errors: v.number(),
  skipped: v.number(),
};

const nextArgs = v.object({
  organizationId: v.optional(v.string()),
  dryRun: v.boolean(),
  repair: v.optional(v.boolean()),
  batchSize: v.optional(v.number()),
  limit: v.optional(v.number()),
  deferredDays: v.optional(v.number()),
  cursor: v.string(),
});

export const migrationAnswer = v.object({
  ...sixNumbers,
  runId: nullable(v.string()),
  dryRun: v.boolean(),
  done: v.boolean(),
  cursor: nullable(v.string()),
  stopped: nullable(stopped()),
  batches: v.number(),
  outcome: outcome(),
  reasons: reasons(),
  failures: failures(),
  batchSize: v.object({ notes: v.number(), limitedBy: nullable(limit()) }),
  estimate: nullable(v.object({ batches: v.number(), bytesWritten: v.number(), seconds: v.number() })),
  warnings: v.array(v.string()),
  samples: samples(),
  next: nullable(v.object({ function: v.literal("scripts/runMigration"), args: nextArgs })),
});
export type { MigrationAnswer };

true satisfies Same<Infer<typeof migrationAnswer>, MigrationAnswer>;

/** What a host's own old action answers, with this library's warnings. */
export const legacyMigrationAnswer = v.object({ ...sixNumbers, warnings: v.array(v.string()) });
export type LegacyMigrationAnswer = Infer<typeof legacyMigrationAnswer>;
