import { internalActionGeneric, makeFunctionReference } from "convex/server";
import { v } from "convex/values";

const migrate = makeFunctionReference<"action">("actions/migration:migrateVoiceNotesToV2");

export default internalActionGeneric({
  args: {
    organizationId: v.optional(v.string()),
    dryRun: v.boolean(),
    batchSize: v.optional(v.number()),
  },
  handler: async (ctx, args) => await ctx.runAction(migrate, args),
});
