import { v } from "convex/values";
import { internalQuery } from "../_generated/server";

export const isPlatformStaff = internalQuery({
  args: { subject: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { subject }) => {
    const user = await ctx.db
      .query("users")
      .withIndex("by_subject", (q) => q.eq("subject", subject))
      .first();
    return user?.isPlatformStaff ?? false;
  },
});
