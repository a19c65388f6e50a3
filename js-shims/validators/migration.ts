import { type Infer, v } from "convex/values";

import type { MigrationAnswer } from "../core.js";
import { errorCode, limit, nullable, oneOf, type Same } from "./common.js";

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
};
export const migrationArgsObject = v.object(migrationArgs);
export type MigrationArgs = Infer<typeof migrationArgsObject>;

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
  dryRun: v.boolean(),
  done: v.boolean(),
  cursor: nullable(v.string()),
  stopped: nullable(oneOf("limit", "deadline", "failures", "error")),
  batches: v.number(),
  outcome: v.object({
    migrated: v.number(),
    repaired: v.number(),
    alreadyMigrated: v.number(),
    unfinished: v.number(),
    notReady: v.number(),
    deferred: v.number(),
    blocked: v.number(),
    failed: v.number(),
  }),
  reasons: v.object({
    noCoach: v.number(),
    insightsCancelled: v.number(),
    unknownStatus: v.number(),
    transcribing: v.number(),
    insightsInProgress: v.number(),
    awaitingConfirmation: v.number(),
    changedRecently: v.number(),
    noTimeOfChange: v.number(),
  }),
  failures: v.array(v.object({ voiceNoteId: v.string(), code: errorCode(), message: v.string() })),
  batchSize: v.object({ notes: v.number(), limitedBy: nullable(limit()) }),
  estimate: nullable(v.object({ batches: v.number(), bytesWritten: v.number(), seconds: v.number() })),
  warnings: v.array(v.string()),
  samples: v.object({
    unfinished: v.array(v.string()),
    deferred: v.array(v.string()),
    blocked: v.array(v.string()),
  }),
  next: nullable(v.object({ function: v.literal("scripts/runMigration"), args: nextArgs })),
});
export type { MigrationAnswer };

true satisfies Same<Infer<typeof migrationAnswer>, MigrationAnswer>;

/** What a host's own old action answers, with this library's warnings. */
export const legacyMigrationAnswer = v.object({ ...sixNumbers, warnings: v.array(v.string()) });
export type LegacyMigrationAnswer = Infer<typeof legacyMigrationAnswer>;
