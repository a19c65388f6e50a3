import { type Infer, v } from "convex/values";

import { byKey, effective, nullable } from "./common.js";

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
  effective: effective(),
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
