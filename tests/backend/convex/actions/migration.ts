"use node";

import { type MigrationAnswer, migrationAnswer, migrationArgs } from "../../../../js-shims/validators";
import { internal } from "../_generated/api";
import { internalAction } from "../_generated/server";

/** Relays to the rollout's migration. A file under `actions/` must run in Node, which holds no wasm. */
export const migrateVoiceNotesToV2 = internalAction({
  args: migrationArgs,
  returns: migrationAnswer,
  handler: async (ctx, args): Promise<MigrationAnswer> =>
    await ctx.runAction(internal.v2Rollout.migrate, args),
});
