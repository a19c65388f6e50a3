import { actionGeneric, internalActionGeneric } from "convex/server";
import { v } from "convex/values";

import { legacyWarning, MigrationRun, refusals } from "./core/migration.js";
import { authorize, findOrganization } from "./doors.js";
import { throwIfRefused } from "./errors.js";
import type { ActionCtx, Host } from "./host.js";
import type { BatchNotes, MigrationBatch, MigrationPage } from "./migrationTransactions.js";
import { Progress } from "./progress.js";
import {
  type LegacyMigrationAnswer,
  legacyMigrationAnswer,
  type MigrationAnswer,
  type MigrationArgs,
  migrationAnswer,
  migrationArgs,
} from "./validators.js";

/** Begins a run; its arguments are accepted, the cursor included. */
function beginRun(host: Host, args: MigrationArgs): MigrationRun {
  const run = new MigrationRun(args, {
    isLegacy: host.legacyMigration ?? false,
    nowMs: Date.now(),
    deadlineMs: host.deadlineMs,
    bytesPerMs: host.paceBytesPerSecond / 1_000,
  });
  if (run.refusal !== null) run.free();
  throwIfRefused(run.refusal);
  return run;
}

/** Checks the arguments, the cursor included, and that the organization exists. */
async function admit(host: Host, ctx: ActionCtx, args: MigrationArgs): Promise<void> {
  beginRun(host, args).free();
  if (args.organizationId !== undefined) await findOrganization(host, ctx, args.organizationId, refusals);
}

const answer = v.union(migrationAnswer, legacyMigrationAnswer);
type Answer = MigrationAnswer | LegacyMigrationAnswer;

/** What an old action takes; its arguments are strict. */
function legacyArgs({ organizationId, dryRun, batchSize }: MigrationArgs): MigrationArgs {
  return {
    dryRun,
    ...(organizationId === undefined ? {} : { organizationId }),
    ...(batchSize === undefined ? {} : { batchSize }),
  };
}

function withLegacyWarning(answer: Omit<LegacyMigrationAnswer, "warnings">): LegacyMigrationAnswer {
  const { processed, artifacts, transcripts, claims, errors, skipped } = answer;
  const warning = legacyWarning(processed, skipped);
  const warnings = warning === null ? [] : [warning];
  return { processed, artifacts, transcripts, claims, errors, skipped, warnings };
}

/**
 * The doors to `runMigration`: brings the old notes over.
 *
 * - `operator`: an internal action for the file's default export.
 * - `public`: an action that asks `authorize` first.
 *
 * Both are wrappers of the host's `internal.actions.migration.migrateVoiceNotesToV2`.
 */
export function runMigrationDoors(host: Host) {
  const migrate = async (ctx: ActionCtx, args: MigrationArgs): Promise<Answer> => {
    await admit(host, ctx, args);
    const answer = await ctx.runAction(
      host.functions.migrateVoiceNotesToV2,
      host.legacyMigration ? legacyArgs(args) : args,
    );
    return host.legacyMigration ? withLegacyWarning(answer) : answer;
  };
  return {
    operator: internalActionGeneric({
      args: migrationArgs,
      returns: answer,
      handler: async (ctx, args): Promise<Answer> => await migrate(ctx, args),
    }),
    public: actionGeneric({
      args: migrationArgs,
      returns: answer,
      handler: async (ctx, args): Promise<Answer> => {
        await authorize(host, ctx, "runMigration", args.organizationId ?? null, refusals);
        return await migrate(ctx, args);
      },
    }),
  };
}

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
  const run = beginRun(host, args);
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
