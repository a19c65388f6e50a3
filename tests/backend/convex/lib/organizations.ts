import { v } from "convex/values";
import { internalQuery } from "../_generated/server";

export const find = internalQuery({
  args: { organizationId: v.string() },
  returns: v.union(v.object({ name: v.string() }), v.null()),
  handler: async (ctx, { organizationId }) => {
    const organization = await ctx.db
      .query("organizations")
      .withIndex("by_organizationId", (q) => q.eq("organizationId", organizationId))
      .first();
    return organization && { name: organization.name };
  },
});

export const list = internalQuery({
  args: {},
  returns: v.array(v.object({ organizationId: v.string(), name: v.string(), slug: v.string() })),
  handler: async (ctx) => {
    const organizations = await ctx.db.query("organizations").collect();
    return organizations.map(({ organizationId, name, slug }) => ({ organizationId, name, slug }));
  },
});
