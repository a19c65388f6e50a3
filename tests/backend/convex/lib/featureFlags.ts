import { v } from "convex/values";
import { internalMutation } from "../_generated/server";

/** Sets one flag row: patches the first row it finds for the key, scope and owner, or inserts one. */
export const setFeatureFlag = internalMutation({
  args: {
    featureKey: v.string(),
    scope: v.union(v.literal("platform"), v.literal("organization"), v.literal("user")),
    organizationId: v.optional(v.string()),
    userId: v.optional(v.string()),
    enabled: v.boolean(),
    updatedBy: v.optional(v.string()),
    notes: v.optional(v.string()),
  },
  handler: async (ctx, args) => {
    const row =
      args.scope === "platform"
        ? await ctx.db
            .query("featureFlags")
            .withIndex("by_featureKey_and_scope", (q) =>
              q.eq("featureKey", args.featureKey).eq("scope", "platform"),
            )
            .first()
        : args.scope === "organization"
          ? await ctx.db
              .query("featureFlags")
              .withIndex("by_featureKey_scope_org", (q) =>
                q
                  .eq("featureKey", args.featureKey)
                  .eq("scope", "organization")
                  .eq("organizationId", args.organizationId),
              )
              .first()
          : await ctx.db
              .query("featureFlags")
              .withIndex("by_featureKey_scope_user", (q) =>
                q.eq("featureKey", args.featureKey).eq("scope", "user").eq("userId", args.userId),
              )
              .first();
    const value = { ...args, updatedAt: Date.now() };
    if (row) await ctx.db.patch(row._id, value);
    else await ctx.db.insert("featureFlags", value);
    return null;
  },
});
