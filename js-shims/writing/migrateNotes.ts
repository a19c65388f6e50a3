/** Carries out a run of the migration, from the action that it is. */

import { internalActionGeneric } from "convex/server";
import type { ConvexError } from "convex/values";

import {
  type Attempt,
  free,
  type LegEnd,
  type MigrationBatch,
  type MigrationCall,
  type MigrationPage,
  MigrationRun,
  type Recording,
  type Run,
} from "../core.js";
import { boundTo } from "../environment.js";
import { isRolloutError, messageOf, type RolloutErrorData } from "../errors.js";
import { type ActionCtx, endOfAction, type Host } from "../host.js";
import { beginLeg, endLeg, insistOnLedger, lastCallsEndMs, registerRun } from "../ledger/calls.js";
import { firstFailures, ledgerOf, readRun } from "../ledger/store.js";
import type { Leg } from "../validators/ledger.js";
import {
  type MigrationAnswer,
  type MigrationArgs,
  migrationAnswer,
  migrationArgs,
  type StartArgs,
} from "../validators/migration.js";
import type { NotWritten } from "../validators/transactions.js";
import { wait } from "../wait.js";

/** The migration itself, behind the host's relay. */
export function migrateFunction(host: Host) {
  return internalActionGeneric({
    args: migrationArgs,
    returns: migrationAnswer,
    handler: async (ctx, args): Promise<MigrationAnswer> => await migrate(host, ctx, args),
  });
}

/** A run in the foreground: the ledger, where there is one, has it from before its first note on. */
async function migrate(host: Host, ctx: Calls, args: MigrationArgs): Promise<MigrationAnswer> {
  const { runId: begunId, endMs = endOfAction(host), ...call } = args;
  if (host.ledger === undefined || args.dryRun) return await migrateNotes(host, ctx, call, endMs);
  const runId = begunId ?? (await registerRun(host, ctx, call, endMs)).runId;
  const leg = { runId, generation: 1 };
  const run = (await beginLeg(host, ctx, leg, endMs)) ?? undefined;
  return await migrateNotes(host, ctx, call, endMs, { ...leg, run });
}

/** What the core is asked for. */
export const migrationCall = (
  host: Host,
  { runId: _, ...args }: Omit<MigrationArgs, "endMs"> & Omit<StartArgs, "runId"> & { retryOf?: string },
): MigrationCall => ({
  ...args,
  ...boundTo(host),
  repair: args.repair ?? false,
  background: args.background ?? false,
  hasLedger: host.ledger !== undefined,
  isLegacy: host.legacyMigration ?? false,
  nowMs: Date.now(),
  deadlineMs: host.deadlineMs,
  paceBytesPerSecond: host.paceBytesPerSecond,
});

type Calls = Pick<ActionCtx, "runQuery" | "runMutation">;

/** A leg of a run that the ledger has, with its row; without one it is not to begin. */
type LegOfRun = Leg & { run: Run | undefined };

/** The arguments of a leg. */
type LegArgs = Omit<MigrationArgs, "runId" | "endMs"> & { retryOf?: string };

/** Migrates notes until all are through, or the run ends itself, at `endMs` at the latest. */
export async function migrateNotes(
  host: Host,
  ctx: Calls,
  args: LegArgs,
  endMs: number,
  leg?: LegOfRun,
): Promise<MigrationAnswer> {
  const call = migrationCall(host, args);
  const run = new MigrationRun({ ...call, deadlineMs: endMs - call.nowMs });
  try {
    if (leg === undefined) await carryOut(host, ctx, args, run, undefined);
    else await carryOutLeg(host, ctx, args, endMs, run, leg);
    const { answer, summary } = run.answer();
    console.info(summary);
    return answer;
  } finally {
    free(run);
  }
}

async function carryOutLeg(
  host: Host,
  ctx: Calls,
  args: LegArgs,
  endMs: number,
  run: MigrationRun,
  { run: row, ...leg }: LegOfRun,
): Promise<void> {
  const ledger = ledgerOf(host, "a run");
  /** Its row, and the first of its failures. */
  const stored = async () =>
    await insistOnLedger(lastCallsEndMs(endMs), async () => ({
      row: await readRun(ledger, ctx, leg.runId),
      failures: await firstFailures(ledger, ctx, leg.runId),
    }));
  if (row === undefined) {
    const { row, failures } = await stored();
    return run.interrupt(row, failures);
  }
  run.join(row, row.commits === 0 ? [] : (await stored()).failures);
  for (;;) {
    let ended: Ended;
    try {
      ended = await carryOut(host, ctx, args, run, leg);
    } catch (error) {
      await failLeg(host, ctx, args, endMs, leg, error);
      const told = await stored().catch(() => undefined);
      if (told === undefined || told.row.commits === 0) throw error;
      return run.interrupt(told.row, told.failures);
    }
    if (ended === "ended") ended = await endOf(host, ctx, leg, run.legEnd(), endMs);
    if (ended === "ended") return;
    const { row, failures } = await stored();
    if (ended === "writeNothing") return run.interrupt(row, failures);
    run.join(row, failures);
  }
}

/** The ledger is told of the end; where it cannot be, what was written is answered all the same, and the lease expires. */
async function endOf(host: Host, ctx: Calls, leg: Leg, end: LegEnd, endMs: number): Promise<Ended> {
  try {
    return await endLeg(host, ctx, leg, end, endMs);
  } catch (error) {
    console.error(`v2-rollout: the ledger was not told that the run ended: ${messageOf(error)}`);
    return "ended";
  }
}

/** Tells the ledger that a leg failed, which may not have begun. What it did since its last transaction is not recorded. */
export async function failLeg(
  host: Host,
  ctx: Calls,
  args: LegArgs,
  endMs: number,
  leg: Leg,
  error: unknown,
): Promise<void> {
  const run = new MigrationRun(migrationCall(host, args));
  try {
    const { rest, ...end } = run.legEnd();
    await endOf(host, ctx, leg, { ...end, rest: { ...rest, error: messageOf(error) } }, endMs);
  } finally {
    free(run);
  }
}

/** How steps came to an end: as planned, or because the ledger knows better. */
type Ended = "ended" | NotWritten["notWritten"];

async function carryOut(
  host: Host,
  ctx: Calls,
  { organizationId, dryRun, repair = false, deferredDays, retryOf }: LegArgs,
  run: MigrationRun,
  leg: Leg | undefined,
): Promise<Ended> {
  const { migrationPage, migrationBatch } = host.functions.v2Rollout;
  const judging = {
    repair,
    ...(organizationId === undefined ? {} : { organizationId }),
    ...(deferredDays === undefined ? {} : { deferredDays }),
  };
  let hasBegun = false;
  const isOfRun = (error: ConvexError<RolloutErrorData>) =>
    leg !== undefined && error.data.code !== "INVALID_CURSOR";
  /** Undefined where the transaction failed. */
  const attempt = async <T>(transaction: Promise<T>): Promise<T | undefined> => {
    try {
      const answer = await transaction;
      hasBegun = true;
      return answer;
    } catch (error) {
      // The first transaction refuses what is wrong with the caller's cursor; each one of a leg what is wrong with its run.
      if (isRolloutError(error) && (!hasBegun || isOfRun(error))) throw error;
      run.failed(messageOf(error), Date.now(), Math.random());
      return undefined;
    }
  };
  const write = (
    attempted: Attempt,
    recording: Recording | null,
    notes: unknown,
  ): Promise<MigrationBatch | NotWritten | undefined> =>
    attempt(
      ctx.runMutation(migrationBatch, {
        ...judging,
        ...attempted,
        notes,
        ...(leg === undefined ? {} : { run: { ...leg, recording } }),
      }),
    );
  for (;;) {
    const begun = Date.now();
    const step = run.next(begun);
    switch (step.kind) {
      case "readPage": {
        const stretch = { after: step.after, most: step.notes };
        const page: MigrationPage | undefined = await attempt(
          ctx.runQuery(migrationPage, {
            ...judging,
            ...step.attempt,
            ...stretch,
            dryRun,
            ...(retryOf === undefined ? {} : { retryOf }),
          }),
        );
        if (page) run.pageRead(page);
        break;
      }
      case "writeBatch": {
        const batch = await write(step.attempt, step.recording, step.ids);
        if (batch && "notWritten" in batch) return batch.notWritten;
        if (batch) run.batchWritten(batch, Date.now() - begun);
        break;
      }
      case "sweep": {
        const sweep = await write(step.attempt, step.recording, { after: step.after, most: step.notes });
        if (sweep && "notWritten" in sweep) return sweep.notWritten;
        if (sweep) run.swept(sweep, Date.now() - begun);
        break;
      }
      case "wait":
        await wait(step.ms);
        break;
      case "ended":
        return "ended";
    }
    const progress = run.progress();
    if (progress !== undefined) console.info(progress);
  }
}
