/** Carries out a run of the migration, from the action that it is. */

import { internalActionGeneric } from "convex/server";

import {
  type Attempt,
  type MigrationBatch,
  type MigrationCall,
  type MigrationPage,
  MigrationRun,
} from "../core.js";
import { boundTo } from "../environment.js";
import { isRolloutError, messageOf } from "../errors.js";
import type { ActionCtx, Host } from "../host.js";
import {
  type MigrationAnswer,
  type MigrationArgs,
  migrationAnswer,
  migrationArgs,
} from "../validators/migration.js";
import { wait } from "../wait.js";

/** The migration itself, behind the host's relay. */
export function migrateFunction(host: Host) {
  return internalActionGeneric({
    args: migrationArgs,
    returns: migrationAnswer,
    handler: async (ctx, args): Promise<MigrationAnswer> => await migrateNotes(host, ctx, args),
  });
}

/** What the core is asked for. */
export const migrationCall = (host: Host, args: MigrationArgs): MigrationCall => ({
  ...args,
  ...boundTo(host),
  repair: args.repair ?? false,
  isLegacy: host.legacyMigration ?? false,
  nowMs: Date.now(),
  deadlineMs: host.deadlineMs,
  paceBytesPerSecond: host.paceBytesPerSecond,
});

type Calls = Pick<ActionCtx, "runQuery" | "runMutation">;

/** Migrates notes until all are through, or the run ends itself. */
export async function migrateNotes(host: Host, ctx: Calls, args: MigrationArgs): Promise<MigrationAnswer> {
  const run = new MigrationRun(migrationCall(host, args));
  try {
    return await carryOut(host, ctx, args, run);
  } finally {
    run.free();
  }
}

async function carryOut(
  host: Host,
  ctx: Calls,
  { organizationId, dryRun, repair = false, deferredDays }: MigrationArgs,
  run: MigrationRun,
): Promise<MigrationAnswer> {
  const { migrationPage, migrationBatch } = host.functions.v2Rollout;
  const judging = {
    repair,
    ...(organizationId === undefined ? {} : { organizationId }),
    ...(deferredDays === undefined ? {} : { deferredDays }),
  };
  let hasBegun = false;
  /** Undefined where the transaction failed. */
  const attempt = async <T>(transaction: Promise<T>): Promise<T | undefined> => {
    try {
      const answer = await transaction;
      hasBegun = true;
      return answer;
    } catch (error) {
      // The first transaction refuses what is wrong with the caller's cursor.
      if (!hasBegun && isRolloutError(error)) throw error;
      run.failed(messageOf(error), Date.now(), Math.random());
      return undefined;
    }
  };
  const write = (attempted: Attempt, notes: unknown): Promise<MigrationBatch | undefined> =>
    attempt(ctx.runMutation(migrationBatch, { ...judging, ...attempted, notes }));
  for (;;) {
    const begun = Date.now();
    const step = run.next(begun);
    switch (step.kind) {
      case "readPage": {
        const stretch = { after: step.after, most: step.notes };
        const page: MigrationPage | undefined = await attempt(
          ctx.runQuery(migrationPage, { ...judging, ...step.attempt, ...stretch, dryRun }),
        );
        if (page) run.pageRead(page);
        break;
      }
      case "writeBatch": {
        const batch = await write(step.attempt, step.ids);
        if (batch) run.batchWritten(batch, Date.now() - begun);
        break;
      }
      case "sweep": {
        const sweep = await write(step.attempt, { after: step.after, most: step.notes });
        if (sweep) run.swept(sweep, Date.now() - begun);
        break;
      }
      case "wait":
        await wait(step.ms);
        break;
      case "ended": {
        const { answer, summary } = run.answer();
        console.info(summary);
        return answer;
      }
    }
    const progress = run.progress();
    if (progress !== undefined) console.info(progress);
  }
}
