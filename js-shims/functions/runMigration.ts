import { actionGeneric, internalActionGeneric } from "convex/server";
import { v } from "convex/values";

import { type Caller, checkMigrationCall } from "../core.js";
import { type ActionCtx, endOfAction, type Host } from "../host.js";
import { registerRun } from "../ledger/calls.js";
import { type RunStarted, runStarted } from "../validators/ledger.js";
import {
  type LegacyMigrationAnswer,
  legacyMigrationAnswer,
  type MigrationAnswer,
  migrationAnswer,
  type RunMigrationArgs,
  runMigrationArgs,
} from "../validators/migration.js";
import { failLeg, migrationCall } from "../writing/migrateNotes.js";
import { authorize, findOrganizationInAction } from "./access.js";
import { callerOf } from "./caller.js";
import { runLegacyMigration } from "./legacyMigration.js";

const answer = v.union(migrationAnswer, runStarted, legacyMigrationAnswer);
type Answer = MigrationAnswer | RunStarted | LegacyMigrationAnswer;

/** Who ran it, and what it was called with, for log streams. */
const logLine = ({ organizationId, dryRun, by: _, ...rest }: RunMigrationArgs, actor: string): string =>
  JSON.stringify({
    event: "v2-rollout.migration",
    by: actor,
    at: new Date().toISOString(),
    organizationId: organizationId ?? null,
    dryRun,
    ...rest,
  });

/**
 * The two functions of `runMigration`, which brings the old notes over.
 *
 * - `internal`: an internal action for the file's default export.
 * - `public`: an action that asks `authorize` first.
 *
 * Both are wrappers of the host's `internal.actions.migration.migrateVoiceNotesToV2`.
 */
export function runMigrationFunctions(host: Host) {
  const migrate = async (ctx: ActionCtx, args: RunMigrationArgs, caller?: Caller): Promise<Answer> => {
    const start = { ...args, ...(caller === undefined ? {} : { caller }) };
    const endMs = endOfAction(host);
    const actor = checkMigrationCall(migrationCall(host, start));
    if (args.organizationId !== undefined) {
      await findOrganizationInAction(host, ctx, args.organizationId, endMs);
    }
    console.info(logLine(args, actor));
    const { background, by, reason, total, ...call } = args;
    if (host.legacyMigration) return await runLegacyMigration(host, ctx, call);
    const { migrateVoiceNotesToV2 } = host.functions;
    if (host.ledger === undefined || args.dryRun)
      return await ctx.runAction(migrateVoiceNotesToV2, { ...call, endMs });
    const run = await registerRun(host, ctx, start, endMs);
    if (background) return run;
    try {
      return await ctx.runAction(migrateVoiceNotesToV2, { ...call, endMs, runId: run.runId });
    } catch (error) {
      await failLeg(host, ctx, call, endMs, { runId: run.runId, generation: 1 }, error);
      throw error;
    }
  };
  return {
    internal: internalActionGeneric({
      args: runMigrationArgs,
      returns: answer,
      handler: async (ctx, args): Promise<Answer> => await migrate(ctx, args),
    }),
    public: actionGeneric({
      args: runMigrationArgs,
      returns: answer,
      handler: async (ctx, args): Promise<Answer> => {
        await authorize(host, ctx, "runMigration", args.organizationId ?? null);
        return await migrate(ctx, args, await callerOf(ctx));
      },
    }),
  };
}
