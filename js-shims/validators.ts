import { type Infer, v } from "convex/values";

const byKey = <T extends Parameters<typeof v.union>[0]>(value: T) =>
  v.object({ voice_notes_v2: value, entity_resolution_v2: value });

const effective = byKey(
  v.object({
    enabled: v.boolean(),
    reason: v.union(
      v.literal("ENVIRONMENT"),
      v.literal("PLATFORM"),
      v.literal("ORGANIZATION"),
      v.literal("DEFAULT"),
    ),
  }),
);

const nullable = <T extends Parameters<typeof v.union>[0]>(value: T) => v.union(value, v.null());

export const statusArgs = {
  organizationId: v.string(),
  /** Where an earlier answer stopped. */
  cursor: v.optional(v.string()),
  /** Fail with NOT_COMPLETE unless the verdict is complete or empty. */
  check: v.optional(v.boolean()),
  /** After how many days a note that the old pipeline left counts as abandoned. */
  deferredDays: v.optional(v.number()),
};
export const statusArgsObject = v.object(statusArgs);
export type StatusArgs = Infer<typeof statusArgsObject>;

const total = v.object({ total: v.number() });

export const statusAnswer = v.object({
  voiceNotes: total,
  artifacts: total,
  gap: v.number(),
  transcripts: v.number(),
  claims: v.number(),
  entityResolutions: total,
  drafts: v.object({
    pending: v.number(),
    confirmed: v.number(),
    rejected: v.number(),
    applied: v.number(),
    expired: v.number(),
  }),
  featureFlags: byKey(v.boolean()),
  effective,
  migration: v.object({
    migrated: v.number(),
    unfinished: v.number(),
    notReady: v.number(),
    deferred: v.number(),
    blocked: v.number(),
    eligible: v.number(),
  }),
  duplicates: v.number(),
  orphans: v.number(),
  /** empty, notStarted, inProgress, blocked or complete; null until done. */
  verdict: nullable(v.string()),
  done: v.boolean(),
  cursor: nullable(v.string()),
  warnings: v.array(v.string()),
  read: v.object({
    documents: v.number(),
    bytes: v.number(),
    ranges: v.number(),
    transactions: v.number(),
    limitedBy: nullable(v.string()),
    routes: v.record(v.string(), v.string()),
  }),
});
export type StatusAnswer = Infer<typeof statusAnswer>;

const changeArgs = {
  organizationId: v.string(),
  /** Why; kept in the rows' notes. */
  reason: v.optional(v.string()),
  /** The `previous` of an earlier answer: brings the rows back to what they were then. */
  restore: v.optional(v.string()),
};
export const enableArgs = {
  ...changeArgs,
  enabledBy: v.optional(v.string()),
  /** The organization may be one of which nothing is stored yet; asked only where the host has no look-up. */
  create: v.optional(v.boolean()),
};
export const disableArgs = { ...changeArgs, disabledBy: v.optional(v.string()) };

export const changeAnswer = v.object({
  /** Both effective values are what was asked for. */
  success: v.boolean(),
  flagsSet: v.array(v.string()),
  changed: v.array(v.string()),
  before: byKey(nullable(v.boolean())),
  after: byKey(nullable(v.boolean())),
  effective,
  /** Given back as `restore`, brings the rows back to what they were before. */
  previous: v.string(),
  warnings: v.array(v.string()),
  /** What to do next. */
  next: v.array(v.string()),
});
export type ChangeAnswer = Infer<typeof changeAnswer>;

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

export const migrationAnswer = v.object({
  ...sixNumbers,
  /** Nothing was written: the numbers are what a real run would do. */
  dryRun: v.boolean(),
  done: v.boolean(),
  cursor: nullable(v.string()),
  /** limit, deadline, failures, error, or null. */
  stopped: nullable(v.string()),
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
  /** Why notes are blocked or deferred. */
  reasons: v.object({
    noCoach: v.number(),
    insightsCancelled: v.number(),
    transcribing: v.number(),
    insightsInProgress: v.number(),
    awaitingConfirmation: v.number(),
  }),
  /** 50 at most. */
  failures: v.array(v.object({ voiceNoteId: v.string(), code: v.string(), message: v.string() })),
  /** Notes in a transaction at the end, and the measure that keeps it from being more. */
  batchSize: v.object({ notes: v.number(), limitedBy: nullable(v.string()) }),
  /** What a real run would take; null but for a dry run. */
  estimate: nullable(v.object({ batches: v.number(), bytesWritten: v.number(), seconds: v.number() })),
  warnings: v.array(v.string()),
  /** The command that goes on, or null. */
  next: nullable(v.string()),
});
export type MigrationAnswer = Infer<typeof migrationAnswer>;

/** What a host's own old action answers, with this library's warnings. */
export const legacyMigrationAnswer = v.object({ ...sixNumbers, warnings: v.array(v.string()) });
export type LegacyMigrationAnswer = Infer<typeof legacyMigrationAnswer>;
