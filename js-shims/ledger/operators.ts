/** What operators run by `npx convex run v2Rollout:NAME`: they look at runs, and decide about them. */

import { internalMutationGeneric, internalQueryGeneric } from "convex/server";
import { v } from "convex/values";

import {
  decideRun,
  describeRun,
  type Run,
  type RunEvent,
  resumeRun,
  retryRun,
  watchRun,
  wholeNumber,
} from "../core.js";
import type { Host, MutationCtx } from "../host.js";
import {
  type Change,
  change,
  type FailurePage,
  failurePage,
  type Pruned,
  pruned,
  type RunAnswer,
  type RunStarted,
  type RunWithChanges,
  runAnswer,
  runStarted,
  runWithChanges,
} from "../validators/ledger.js";
import { carryOut, carryOutStart, ledgerOf, readRun, runsInTheWay } from "./store.js";

/** Runs that are listed at most, and changes. */
const MOST_LISTED = 50;
/** Changes that one run tells of at most. */
const MOST_CHANGES = 10;
/** Rows that one call of `prune` deletes at most. */
const MOST_PRUNED = 1_000;
/** Failures in a page. */
const MOST_FAILURES = 100;
const DAY_MS = 24 * 60 * 60 * 1_000;

const runArgs = { runId: v.string() };

/** Runs from the newest on: of an organization, or all. */
export function runsFunction(host: Host) {
  return internalQueryGeneric({
    args: { organizationId: v.optional(v.string()) },
    returns: v.array(runAnswer),
    handler: async (ctx, args): Promise<RunAnswer[]> => {
      const { store } = ledgerOf(host, "runs");
      const runs: Run[] = await ctx.runQuery(store.runs, { ...args, most: MOST_LISTED });
      return runs.map((run) => describeRun(run));
    },
  });
}

/** One run, and the changes of flags that it saw. */
export function runFunction(host: Host) {
  return internalQueryGeneric({
    args: runArgs,
    returns: runWithChanges,
    handler: async (ctx, { runId }): Promise<RunWithChanges> => {
      const ledger = ledgerOf(host, "run");
      const run = await readRun(ledger, ctx, runId);
      const flagChanges: Change[] = await ctx.runQuery(ledger.store.changes, {
        of: { runId },
        most: MOST_CHANGES,
      });
      return { ...describeRun(run), flagChanges };
    },
  });
}

/** Notes that failed in a run, a hundred at a time, behind one of them. */
export function failuresFunction(host: Host) {
  return internalQueryGeneric({
    args: { ...runArgs, after: v.optional(v.string()) },
    returns: failurePage,
    handler: async (ctx, { runId, after }): Promise<FailurePage> => {
      const ledger = ledgerOf(host, "failures");
      await readRun(ledger, ctx, runId);
      const page = { runId, after: after ?? null, most: MOST_FAILURES };
      return await ctx.runQuery(ledger.store.failures, page);
    },
  });
}

/** A function that decides about a run, and answers with it. */
const deciding = (host: Host, name: string, event: RunEvent) =>
  internalMutationGeneric({
    args: runArgs,
    returns: runAnswer,
    handler: async (ctx, { runId }): Promise<RunAnswer> => await decide(host, ctx, name, runId, event),
  });

async function decide(
  host: Host,
  ctx: MutationCtx,
  name: string,
  runId: string,
  event: RunEvent,
): Promise<RunAnswer> {
  const ledger = ledgerOf(host, name);
  const decision = decideRun(await readRun(ledger, ctx, runId), event, Date.now());
  await carryOut(host, ledger, ctx, decision);
  return describeRun(decision.run);
}

/** A run pauses at its next batch. */
export const pauseRunFunction = (host: Host) => deciding(host, "pauseRun", { kind: "pause" });

/** A run ends for good: at its next batch, or at once where nothing is heard of it or it is asked twice. */
export const cancelRunFunction = (host: Host) => deciding(host, "cancelRun", { kind: "cancel" });

/** A run that was paused or stopped goes on in the background. */
export function resumeRunFunction(host: Host) {
  return internalMutationGeneric({
    args: runArgs,
    returns: runAnswer,
    handler: async (ctx, { runId }): Promise<RunAnswer> => {
      const ledger = ledgerOf(host, "resumeRun");
      const run = await readRun(ledger, ctx, runId);
      const others = await runsInTheWay(ledger, ctx, run.organizationId);
      const start = resumeRun(run, others, Date.now());
      return describeRun(await carryOutStart(host, ledger, ctx, start));
    },
  });
}

/** How fast a run writes: bytes per second on average; null is as fast as it can. */
export function setPaceFunction(host: Host) {
  return internalMutationGeneric({
    args: { ...runArgs, bytesPerSecond: v.union(v.number(), v.null()) },
    returns: runAnswer,
    handler: async (ctx, { runId, bytesPerSecond }): Promise<RunAnswer> =>
      await decide(host, ctx, "setPace", runId, { kind: "setPace", bytesPerSecond }),
  });
}

/** Begins a run of the notes that failed in another one. */
export function retryFailuresFunction(host: Host) {
  return internalMutationGeneric({
    args: { ...runArgs, by: v.optional(v.string()) },
    returns: runStarted,
    handler: async (ctx, { runId, by }): Promise<RunStarted> => {
      const ledger = ledgerOf(host, "retryFailures");
      const run = await readRun(ledger, ctx, runId);
      const call = {
        runId: crypto.randomUUID(),
        ...(by === undefined ? {} : { by }),
        deadlineMs: host.deadlineMs,
      };
      const others = await runsInTheWay(ledger, ctx, run.organizationId);
      const start = retryRun(run, call, others, Date.now());
      const retry = await carryOutStart(host, ledger, ctx, start);
      return { runId: retry.runId, state: retry.state, next: [watchRun(retry)] };
    },
  });
}

/** Changes of an organization's flags, from the newest on. */
export function changesFunction(host: Host) {
  return internalQueryGeneric({
    args: { organizationId: v.string() },
    returns: v.array(change),
    handler: async (ctx, { organizationId }): Promise<Change[]> => {
      const { store } = ledgerOf(host, "changes");
      return await ctx.runQuery(store.changes, { of: { organizationId }, most: MOST_LISTED });
    },
  });
}

/** Deletes what is older than so many days: runs that ended, their failures, and changes; a thousand rows per call. */
export function pruneFunction(host: Host) {
  return internalMutationGeneric({
    args: { days: v.number() },
    returns: pruned,
    handler: async (ctx, { days }): Promise<Pruned> => {
      const { store } = ledgerOf(host, "prune");
      const beforeMs = Date.now() - wholeNumber("days", days) * DAY_MS;
      return await ctx.runMutation(store.prune, { beforeMs, most: MOST_PRUNED });
    },
  });
}
