import { actionGeneric, internalActionGeneric } from "convex/server";
import { v } from "convex/values";

import { checkMigrationCall } from "../core.js";
import type { ActionCtx, Host } from "../host.js";
import {
  type LegacyMigrationAnswer,
  legacyMigrationAnswer,
  type MigrationAnswer,
  type MigrationArgs,
  migrationAnswer,
  migrationArgs,
} from "../validators/migration.js";
import { migrationCall } from "../writing/migrateNotes.js";
import { authorize, findOrganizationInAction } from "./access.js";
import { runLegacyMigration } from "./legacyMigration.js";

const answer = v.union(migrationAnswer, legacyMigrationAnswer);
type Answer = MigrationAnswer | LegacyMigrationAnswer;

/**
 * The two functions of `runMigration`, which brings the old notes over.
 *
 * - `internal`: an internal action for the file's default export.
 * - `public`: an action that asks `authorize` first.
 *
 * Both are wrappers of the host's `internal.actions.migration.migrateVoiceNotesToV2`.
 */
export function runMigrationFunctions(host: Host) {
  const migrate = async (ctx: ActionCtx, args: MigrationArgs): Promise<Answer> => {
    checkMigrationCall(migrationCall(host, args));
    if (args.organizationId !== undefined) {
      await findOrganizationInAction(host, ctx, args.organizationId);
    }
    if (host.legacyMigration) return await runLegacyMigration(host, ctx, args);
    return await ctx.runAction(host.functions.migrateVoiceNotesToV2, args);
  };
  return {
    internal: internalActionGeneric({
      args: migrationArgs,
      returns: answer,
      handler: async (ctx, args): Promise<Answer> => await migrate(ctx, args),
    }),
    public: actionGeneric({
      args: migrationArgs,
      returns: answer,
      handler: async (ctx, args): Promise<Answer> => {
        await authorize(host, ctx, "runMigration", args.organizationId ?? null);
        return await migrate(ctx, args);
      },
    }),
  };
}
