/** What became of the notes of a migration, as answers and the ledger tell it. */

import { v } from "convex/values";

import { errorCode, oneOf } from "./common.js";

export const stopped = () => oneOf("limit", "deadline", "failures", "error");

export const outcome = () =>
  v.object({
    migrated: v.number(),
    repaired: v.number(),
    alreadyMigrated: v.number(),
    unfinished: v.number(),
    notReady: v.number(),
    deferred: v.number(),
    blocked: v.number(),
    failed: v.number(),
  });

export const reasons = () =>
  v.object({
    noCoach: v.number(),
    insightsCancelled: v.number(),
    unknownStatus: v.number(),
    transcribing: v.number(),
    insightsInProgress: v.number(),
    awaitingConfirmation: v.number(),
    changedRecently: v.number(),
    noTimeOfChange: v.number(),
  });

/** A note that could not be migrated. */
export const failureRow = () => ({ voiceNoteId: v.string(), code: errorCode(), message: v.string() });
export const failures = () => v.array(v.object(failureRow()));

export const samples = () =>
  v.object({
    unfinished: v.array(v.string()),
    deferred: v.array(v.string()),
    blocked: v.array(v.string()),
  });

export const inserted = () =>
  v.object({ artifacts: v.number(), transcripts: v.number(), claims: v.number() });
