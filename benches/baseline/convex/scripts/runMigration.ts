import { actionGeneric, internalActionGeneric } from "convex/server";
import { v } from "convex/values";

import type { ActionCtx } from "../../../../js-shims/host";
import { legacyAnswer, legacyArgs } from "../../../../js-shims/legacyMigration";
import {
  type LegacyMigrationAnswer,
  legacyMigrationAnswer,
  type MigrationAnswer,
  type MigrationArgs,
  migrationAnswer,
  migrationArgs,
} from "../../../../js-shims/validators/migration";
import { host } from "../../../../tests/backend/convex/v2RolloutHost";
import { authorize, findOrganization } from "../../lib/host";
import { checkMigration, legacyWarning } from "../../lib/migration";

const answer = v.union(migrationAnswer, legacyMigrationAnswer);
type Answer = MigrationAnswer | LegacyMigrationAnswer;

async function migrate(ctx: ActionCtx, args: MigrationArgs): Promise<Answer> {
  checkMigration(host, args);
  if (args.organizationId !== undefined) await findOrganization(host, ctx, args.organizationId);
  const { migrateVoiceNotesToV2 } = host.functions;
  if (!host.legacyMigration) return await ctx.runAction(migrateVoiceNotesToV2, args);
  const answer = await ctx.runAction(migrateVoiceNotesToV2, legacyArgs(args));
  return legacyAnswer(answer, legacyWarning(answer.processed, answer.skipped));
}

export default internalActionGeneric({ args: migrationArgs, returns: answer, handler: migrate });

export const runMigration = actionGeneric({
  args: migrationArgs,
  returns: answer,
  handler: async (ctx, args): Promise<Answer> => {
    await authorize(host, ctx, "runMigration", args.organizationId ?? null);
    return await migrate(ctx, args);
  },
});
