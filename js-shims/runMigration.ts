import { actionGeneric, internalActionGeneric } from "convex/server";
import { v } from "convex/values";

import { checkMigration, legacyWarning, open } from "./core/admission.js";
import { authorize, findOrganization } from "./doors.js";
import type { ActionCtx, Host } from "./host.js";
import { legacyAnswer, legacyArgs } from "./legacyMigration.js";
import {
  type LegacyMigrationAnswer,
  legacyMigrationAnswer,
  type MigrationAnswer,
  type MigrationArgs,
  migrationAnswer,
  migrationArgs,
} from "./validators/migration.js";

const answer = v.union(migrationAnswer, legacyMigrationAnswer);
type Answer = MigrationAnswer | LegacyMigrationAnswer;

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
    checkMigration(host, args);
    if (args.organizationId !== undefined) await findOrganization(host, ctx, args.organizationId, open);
    const { migrateVoiceNotesToV2 } = host.functions;
    if (!host.legacyMigration) return await ctx.runAction(migrateVoiceNotesToV2, args);
    const answer = await ctx.runAction(migrateVoiceNotesToV2, legacyArgs(args));
    return legacyAnswer(answer, legacyWarning(answer.processed, answer.skipped));
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
        await authorize(host, ctx, "runMigration", args.organizationId ?? null, open);
        return await migrate(ctx, args);
      },
    }),
  };
}
