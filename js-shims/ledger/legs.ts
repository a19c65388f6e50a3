/** The legs of a run: how one begins, goes on, ends, and is watched. */

import { internalActionGeneric, internalMutationGeneric } from "convex/server";
import { v } from "convex/values";

import { decideRun, type Run, startRun, watchRun } from "../core.js";
import { type ActionCtx, endOfAction, type Host, type MutationCtx } from "../host.js";
import { nullable } from "../validators/common.js";
import {
  type Leg,
  type LegEnded,
  legArgs,
  legEnded,
  type RunStarted,
  runBatch,
  runStarted,
  storedRun,
} from "../validators/ledger.js";
import { type MigrationArgs, type StartArgs, startArgs } from "../validators/migration.js";
import { stopped } from "../validators/notes.js";
import { migrateNotes, migrationCall } from "../writing/migrateNotes.js";
import { beginLeg } from "./calls.js";
import { carryOut, carryOutStart, ledgerOf, readRun, runsInTheWay } from "./store.js";

/** Registers a run that `runMigration` begins. The same run begun twice is begun once. */
export function startRunFunction(host: Host) {
  return internalMutationGeneric({
    args: startArgs,
    returns: runStarted,
    handler: async (ctx, args): Promise<RunStarted> => {
      const run = await begin(host, ctx, args);
      return { runId: run.runId, state: run.state, next: [watchRun(run)] };
    },
  });
}

async function begin(host: Host, ctx: MutationCtx, { runId, ...args }: StartArgs): Promise<Run> {
  const ledger = ledgerOf(host, "startRun");
  // Its answer may have been lost.
  const begun: Run | null = await ctx.runQuery(ledger.store.run, { runId });
  if (begun !== null) return begun;
  const others = await runsInTheWay(ledger, ctx, args.organizationId ?? null);
  const start = startRun(runId, migrationCall(host, args), others);
  if (start === undefined) throw new Error("startRun: a dry run is not registered");
  return await carryOutStart(host, ledger, ctx, start);
}

/** A leg begins. Null where it is to do nothing. */
export function beginLegFunction(host: Host) {
  return internalMutationGeneric({
    args: legArgs,
    returns: nullable(storedRun),
    handler: async (ctx, { runId, generation }): Promise<Run | null> => {
      const ledger = ledgerOf(host, "beginLeg");
      const run = await readRun(ledger, ctx, runId);
      const decision = decideRun(run, { kind: "legBegan", generation }, Date.now());
      await carryOut(host, ledger, ctx, decision);
      return decision.effects.some(({ kind }) => kind === "writeNothing") ? null : decision.run;
    },
  });
}

/** A leg ended. Where the run's row is ahead of it, it goes on from there; where the row is paused or cancelled, or of another leg, it is told so. */
export function endLegFunction(host: Host) {
  return internalMutationGeneric({
    args: { ...legArgs, stopped: nullable(stopped()), rest: runBatch, pauseMs: v.number() },
    returns: legEnded,
    handler: async (ctx, { runId, ...ended }): Promise<LegEnded> => {
      const ledger = ledgerOf(host, "endLeg");
      const run = await readRun(ledger, ctx, runId);
      const decision = decideRun(run, { kind: "legEnded", ...ended }, Date.now());
      await carryOut(host, ledger, ctx, decision);
      for (const { kind } of decision.effects) {
        if (kind === "alreadyWritten" || kind === "writeNothing") return kind;
      }
      return "ended";
    },
  });
}

/** Looks whether a leg is still heard of. */
export function watchFunction(host: Host) {
  return internalMutationGeneric({
    args: legArgs,
    returns: v.null(),
    handler: async (ctx, { runId, generation }): Promise<null> => {
      const ledger = ledgerOf(host, "watch");
      const run: Run | null = await ctx.runQuery(ledger.store.run, { runId });
      if (run !== null) {
        await carryOut(host, ledger, ctx, decideRun(run, { kind: "watched", generation }, Date.now()));
      }
      return null;
    },
  });
}

/** A leg of a run in the background. */
export function legFunction(host: Host) {
  return internalActionGeneric({
    args: legArgs,
    returns: v.null(),
    handler: async (ctx, leg): Promise<null> => {
      await runLeg(host, ctx, leg);
      return null;
    },
  });
}

/** Carries out a leg, where it is still to be. */
export async function runLeg(
  host: Host,
  ctx: Pick<ActionCtx, "runQuery" | "runMutation">,
  leg: Leg,
): Promise<void> {
  const endMs = endOfAction(host);
  const run = await beginLeg(host, ctx, leg, endMs);
  if (run !== null) await migrateNotes(host, ctx, argsOf(run), endMs, { ...leg, run });
}

/** The arguments of a run's legs. */
function argsOf({
  organizationId,
  arguments: { batchSize, repair, deferredDays, retryOf },
}: Run): MigrationArgs & { retryOf?: string } {
  return {
    dryRun: false,
    repair,
    ...(organizationId === null ? {} : { organizationId }),
    ...(batchSize === null ? {} : { batchSize }),
    ...(deferredDays === null ? {} : { deferredDays }),
    ...(retryOf === null ? {} : { retryOf }),
  };
}
