import { actionGeneric, internalActionGeneric } from "convex/server";
import {
  type MigrationAnswer,
  type MigrationArgs,
  migrationAnswer,
  migrationArgs,
} from "../../../../js-shims/validators/migration";
import type { ActionCtx } from "../../../../tests/backend/convex/_generated/server";
import { checkOrganizationId, checkWholeNumber, open, refuse } from "../lib/arguments";
import { authorize, findOrganization, internal } from "../lib/host";

function checkArguments(args: MigrationArgs): void {
  const { organizationId, dryRun, repair = false, cursor } = args;
  if (organizationId !== undefined) checkOrganizationId(organizationId);
  checkWholeNumber("batchSize", args.batchSize);
  checkWholeNumber("limit", args.limit);
  checkWholeNumber("deferredDays", args.deferredDays);
  if (cursor === undefined) return;
  const binding = ["runMigration", organizationId ?? "", String(dryRun), String(repair)];
  if (open(binding, cursor) === undefined) {
    refuse("INVALID_CURSOR", "the cursor is damaged, too old, or of another call", "begin without a cursor");
  }
}

async function migrate(ctx: ActionCtx, args: MigrationArgs): Promise<MigrationAnswer> {
  checkArguments(args);
  if (args.organizationId !== undefined) await findOrganization(ctx, args.organizationId);
  return await ctx.runAction(internal.actions.migration.migrateVoiceNotesToV2, args);
}

export default internalActionGeneric({ args: migrationArgs, returns: migrationAnswer, handler: migrate });

export const runMigration = actionGeneric({
  args: migrationArgs,
  returns: migrationAnswer,
  handler: async (ctx: ActionCtx, args): Promise<MigrationAnswer> => {
    await authorize(ctx, "runMigration");
    return await migrate(ctx, args);
  },
});
