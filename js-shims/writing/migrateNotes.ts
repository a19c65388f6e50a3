/** Carries out a run of the migration, from the action that it is. */

import { internalActionGeneric } from "convex/server";

import { type MigrationBatch, type MigrationCall, MigrationRun } from "../core.js";
import type { ActionCtx, Host } from "../host.js";
import {
  type MigrationAnswer,
  type MigrationArgs,
  migrationAnswer,
  migrationArgs,
} from "../validators/migration.js";

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

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function carryOut(
  host: Host,
  ctx: Calls,
  { organizationId, dryRun, repair = false, deferredDays }: MigrationArgs,
  run: MigrationRun,
): Promise<MigrationAnswer> {
  const { migrationPage, migrationBatch } = host.functions.v2Rollout;
  const reach = organizationId === undefined ? {} : { organizationId };
  const judging = { repair, ...(deferredDays === undefined ? {} : { deferredDays }) };
  /** Undefined where the transaction failed. */
  const write = async (nowMs: number, notes: unknown): Promise<MigrationBatch | undefined> => {
    try {
      return await ctx.runMutation(migrationBatch, { ...judging, nowMs, notes });
    } catch (error) {
      run.failed(messageOf(error));
      return undefined;
    }
  };
  for (;;) {
    const nowMs = Date.now();
    const step = run.next(nowMs);
    try {
      switch (step.kind) {
        case "readPage": {
          const stretch = { ...reach, after: step.after, most: step.notes };
          run.pageRead(await ctx.runQuery(migrationPage, { ...judging, ...stretch, nowMs, dryRun }));
          break;
        }
        case "writeBatch": {
          const batch = await write(nowMs, step.ids);
          if (batch) run.batchWritten(batch, Date.now() - nowMs);
          break;
        }
        case "sweep": {
          const sweep = await write(nowMs, { ...reach, after: step.after, most: step.notes });
          if (sweep) run.swept(sweep, Date.now() - nowMs);
          break;
        }
        case "wait":
          await new Promise((resolve) => setTimeout(resolve, step.ms));
          break;
        case "ended": {
          const { answer, summary } = run.answer();
          console.info(summary);
          return answer;
        }
      }
    } catch (error) {
      if (!run.broke(messageOf(error))) throw error;
    }
    const progress = run.progress();
    if (progress !== undefined) console.info(progress);
  }
}
