import { mutationGeneric } from "convex/server";
import { v } from "convex/values";

export const clear = mutationGeneric({
  args: {},
  handler: async (ctx) => {
    for (const { _id } of await ctx.db.query("ticks").collect()) {
      await ctx.db.delete(_id);
    }
  },
});

/** This component has no schema. */
export const tick = mutationGeneric({
  args: { by: v.string(), fail: v.optional(v.boolean()) },
  handler: async (ctx, { by, fail }) => {
    await ctx.db.insert("ticks", { by });
    if (fail) {
      throw new Error("the clock stands still");
    }
    return (await ctx.db.query("ticks").collect()).length;
  },
});
