import { type Infer, v } from "convex/values";

import type { StatusAnswer as StatusPage } from "../core.js";
import { byKey, effective, limit, nullable, oneOf, type Same } from "./common.js";
import { change, runAnswer } from "./ledger.js";

export const statusArgs = {
  organizationId: v.string(),
  /** Where an earlier answer stopped. */
  cursor: v.optional(v.string()),
  /** Fail with NOT_COMPLETE unless the verdict is complete or empty. */
  check: v.optional(v.boolean()),
  /** A person has decided that blocked notes stay in v1: `check` lets the verdict blocked pass, too. */
  acceptBlocked: v.optional(v.boolean()),
  /** After how many days a note that the old pipeline left counts as abandoned. */
  deferredDays: v.optional(v.number()),
};
export const statusArgsObject = v.object(statusArgs);
export type StatusArgs = Infer<typeof statusArgsObject>;

/** Of one page of a status: also how often its reads are halved. */
export const statusPageArgs = { ...statusArgs, halvings: v.optional(v.number()) };
const statusPageArgsObject = v.object(statusPageArgs);
export type StatusPageArgs = Infer<typeof statusPageArgsObject>;

const total = v.object({ total: v.number() });
const route = oneOf("organizationIndex", "tableScan", "lookUpPerArtifact", "lookUpPerClaim", "flagKey");

const page = {
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
  samples: v.object({
    unfinished: v.array(v.string()),
    deferred: v.array(v.string()),
    blocked: v.array(v.string()),
    duplicates: v.array(v.string()),
  }),
  verdict: nullable(oneOf("empty", "notStarted", "inProgress", "waiting", "blocked", "complete")),
  done: v.boolean(),
  cursor: nullable(v.string()),
  stopped: nullable(oneOf("deadline", "error")),
  warnings: v.array(v.string()),
  read: v.object({
    documents: v.number(),
    bytes: v.number(),
    ranges: v.number(),
    transactions: v.number(),
    limitedBy: nullable(limit()),
    routes: v.object({
      voiceNotes: route,
      voiceNoteArtifacts: route,
      voiceNoteTranscripts: route,
      voiceNoteClaims: route,
      voiceNoteEntityResolutions: route,
      insightDrafts: route,
      featureFlags: route,
    }),
  }),
};
/** What one transaction counts. */
export const statusPage = v.object(page);
export type { StatusPage };

true satisfies Same<Infer<typeof statusPage>, StatusPage>;

export const statusAnswer = v.object({
  ...page,
  /** The run that is under way, else the last one; null where the ledger knows none. */
  run: nullable(runAnswer),
  /** The last change of the flags; null where the ledger knows none. */
  flagChange: nullable(change),
});
export type StatusAnswer = Infer<typeof statusAnswer>;
