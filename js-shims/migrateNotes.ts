/** Carries out a run of the migration, from the action that it is. */

import { internalActionGeneric } from "convex/server";

import { MigrationRun } from "./core/migration.js";
import type { ActionCtx, Host } from "./host.js";
import type { BatchNotes, MigrationBatch, MigrationPage } from "./migrationTransactions.js";
import { Progress } from "./progress.js";
import {
  type MigrationAnswer,
  type MigrationArgs,
  migrationAnswer,
  migrationArgs,
} from "./validators/migration.js";

/** The migration itself, behind the host's relay. */
export function migrateFunction(host: Host) {
  return internalActionGeneric({
    args: migrationArgs,
    returns: migrationAnswer,
    handler: async (ctx, args): Promise<MigrationAnswer> => await migrateNotes(host, ctx, args),
  });
}

/** Migrates notes until all are through, or the run ends itself. */
export async function migrateNotes(
  host: Host,
  ctx: Pick<ActionCtx, "runQuery" | "runMutation">,
  args: MigrationArgs,
): Promise<MigrationAnswer> {
  const run = new MigrationRun(host, args);
  try {
    return await carryOut(host, ctx, args, run);
  } finally {
    run.free();
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A page without notes. */
const noNotes = { ids: [], positions: [], createdMs: [] };

async function carryOut(
  host: Host,
  ctx: Pick<ActionCtx, "runQuery" | "runMutation">,
  args: MigrationArgs,
  run: MigrationRun,
): Promise<MigrationAnswer> {
  const { migrationPage, migrationBatch } = host.functions.v2Rollout;
  const progress = new Progress(args, host.deadlineMs);
  const reach = args.organizationId === undefined ? {} : { organizationId: args.organizationId };
  let after = run.position();
  let page: Pick<MigrationPage, "ids" | "positions" | "createdMs"> = noNotes;
  const behind = (notes: number) => page.positions[notes - 1] ?? after;
  for (;;) {
    const step = run.next(Date.now());
    const nowMs = Date.now();
    const judgement = {
      repair: args.repair ?? false,
      nowMs,
      ...(args.deferredDays === undefined ? {} : { deferredDays: args.deferredDays }),
    };
    const write = async (notes: BatchNotes): Promise<MigrationBatch> =>
      await ctx.runMutation(migrationBatch, { ...judgement, notes });
    try {
      switch (step[0]) {
        case 1: {
          after = behind(page.ids.length);
          const read: MigrationPage = await ctx.runQuery(migrationPage, {
            ...judgement,
            ...reach,
            dryRun: args.dryRun,
            after,
            most: step[1] ?? 0,
          });
          page = read;
          run.page(read);
          break;
        }
        case 2: {
          const ids = step.slice(1).map((at) => page.ids[at] ?? "");
          const batch = await write(ids).catch((error) => run.failed(messageOf(error), ids[0] ?? ""));
          if (batch) run.written(batch, Date.now() - nowMs);
          progress.report(page.createdMs[step.at(-1) ?? 0], ids.length);
          break;
        }
        case 3:
          await new Promise((resolve) => setTimeout(resolve, step[1] ?? 0));
          break;
        case 4:
          run.mark(behind(step[1] ?? 0));
          break;
        case 5: {
          after = behind(page.ids.length);
          page = noNotes;
          const sweep = await write({ ...reach, after, most: step[1] ?? 0 }).catch((error) =>
            run.failed(messageOf(error), ""),
          );
          if (!sweep) break;
          run.swept(sweep, Date.now() - nowMs);
          after = sweep.position ?? after;
          progress.report(sweep.createdMs ?? undefined, sweep.codes.length);
          break;
        }
        default:
          return progress.end(run.answer(behind(step[1] ?? 0)));
      }
    } catch (error) {
      if (!run.error(messageOf(error))) throw error;
    }
  }
}
