/** What the ledger stores, and what is told of it. */

import { type Infer, v } from "convex/values";

import type { NextRunCall, NoteFailure, Run, RunAnswer, RunBatch } from "../core.js";
import { byKey, effective, flagKey, nullable, oneOf, type Same } from "./common.js";
import {
  failureRow as failureFields,
  failures,
  inserted,
  outcome,
  reasons,
  samples,
  stopped,
} from "./notes.js";

const state = () =>
  oneOf("queued", "running", "pausing", "paused", "cancelling", "cancelled", "done", "stopped");
const lastError = () => nullable(v.object({ message: v.string(), atMs: v.number() }));

const sums = v.object({
  outcome: outcome(),
  reasons: reasons(),
  inserted: inserted(),
  samples: samples(),
  batches: v.number(),
  bytesWritten: v.number(),
});

/** The row of a run. */
export const runRow = {
  runId: v.string(),
  organizationId: nullable(v.string()),
  by: v.string(),
  reason: nullable(v.string()),
  arguments: v.object({
    batchSize: nullable(v.number()),
    repair: v.boolean(),
    deferredDays: nullable(v.number()),
    retryOf: nullable(v.string()),
  }),
  mode: oneOf("foreground", "background"),
  state: state(),
  stopped: nullable(stopped()),
  generation: v.number(),
  leaseMs: v.number(),
  leaseEndsMs: nullable(v.number()),
  idleLegs: v.number(),
  commits: v.number(),
  sums,
  position: nullable(v.string()),
  limit: nullable(v.number()),
  limitLeft: nullable(v.number()),
  triedBefore: v.number(),
  failedBefore: v.number(),
  total: nullable(v.number()),
  pace: v.object({
    configuredBytesPerSecond: nullable(v.number()),
    lowered: nullable(
      v.object({
        bytesPerSecond: v.number(),
        fullBytesPerSecond: v.number(),
        halvedMs: v.number(),
        goodSinceMs: v.number(),
      }),
    ),
  }),
  lastError: lastError(),
  startedMs: v.number(),
  updatedMs: v.number(),
  endedMs: nullable(v.number()),
  heardMs: nullable(v.number()),
  workedMs: v.number(),
};
export const storedRun = v.object(runRow);
export type StoredRun = Run;
true satisfies Same<Infer<typeof storedRun>, Run>;

export const failureRow = failureFields();
export const failure = v.object(failureRow);
export type Failure = NoteFailure;
true satisfies Same<Infer<typeof failure>, NoteFailure>;

/** Failures of a run, in the order of their notes' ids. */
export const failurePage = v.object({ failures: failures(), isLast: v.boolean() });
export type FailurePage = Infer<typeof failurePage>;

/** A change of an organization's flags. */
export const changeRow = {
  organizationId: v.string(),
  function: oneOf("enableV2ForOrg", "disableV2ForOrg"),
  by: v.string(),
  reason: nullable(v.string()),
  /** It brought the rows back to what they were before an earlier change. */
  restore: v.boolean(),
  changed: v.array(flagKey()),
  before: byKey(nullable(v.boolean())),
  after: byKey(nullable(v.boolean())),
  effective: effective(),
  /** For `restore`; null where there is no way back. */
  previous: nullable(v.string()),
  atMs: v.number(),
  /** The run that was under way; null where none was. */
  runId: nullable(v.string()),
};
export const change = v.object(changeRow);
export type Change = Infer<typeof change>;

/** Rows that were deleted. */
export const pruned = v.object({
  runs: v.number(),
  failures: v.number(),
  changes: v.number(),
  /** Nothing is left to delete. */
  done: v.boolean(),
});
export type Pruned = Infer<typeof pruned>;

/** What a transaction records of its run. */
export const runBatch = v.object({
  number: v.number(),
  sums,
  failures: failures(),
  position: nullable(v.string()),
  refusals: v.number(),
  error: nullable(v.string()),
  recovered: nullable(v.string()),
});
true satisfies Same<Infer<typeof runBatch>, RunBatch>;

const nextRunCall = v.object({
  function: v.string(),
  args: v.object({ runId: v.string() }),
  why: v.string(),
});
true satisfies Same<Infer<typeof nextRunCall>, NextRunCall>;

/** A run that goes on after the answer. */
export const runStarted = v.object({ runId: v.string(), state: state(), next: v.array(nextRunCall) });
export type RunStarted = Infer<typeof runStarted>;

export const legArgs = { runId: v.string(), generation: v.number() };
const legObject = v.object(legArgs);
/** One leg of a run. */
export type Leg = Infer<typeof legObject>;

/** What a leg is told when it ends. */
export const legEnded = oneOf("ended", "alreadyWritten", "writeNothing");
export type LegEnded = Infer<typeof legEnded>;

/** A run, as operators are told of it. */
export const runAnswer = v.object({
  runId: v.string(),
  organizationId: nullable(v.string()),
  by: v.string(),
  reason: nullable(v.string()),
  background: v.boolean(),
  repair: v.boolean(),
  deferredDays: nullable(v.number()),
  retryOf: nullable(v.string()),
  state: state(),
  stopped: nullable(stopped()),
  progress: v.object({
    settled: v.number(),
    share: nullable(v.number()),
    notesPerSecond: nullable(v.number()),
    secondsLeft: nullable(v.number()),
  }),
  outcome: outcome(),
  reasons: reasons(),
  processed: v.number(),
  errors: v.number(),
  skipped: v.number(),
  artifacts: v.number(),
  transcripts: v.number(),
  claims: v.number(),
  batches: v.number(),
  bytesWritten: v.number(),
  samples: samples(),
  limit: nullable(v.number()),
  bytesPerSecond: nullable(v.number()),
  fullBytesPerSecond: nullable(v.number()),
  lastError: lastError(),
  startedMs: v.number(),
  updatedMs: v.number(),
  endedMs: nullable(v.number()),
  next: v.array(nextRunCall),
});
export type { RunAnswer };
/** With the changes of flags that were made while it was under way, from the newest on. */
export const runWithChanges = v.object({ ...runAnswer.fields, flagChanges: v.array(change) });
export type RunWithChanges = Infer<typeof runWithChanges>;

true satisfies Same<Infer<typeof runAnswer>, RunAnswer>;
