import {
  actionGeneric as action,
  anyApi,
  componentsGeneric,
  createFunctionHandle,
  type FunctionHandle,
  internalMutationGeneric as internalMutation,
  mutationGeneric as mutation,
  queryGeneric as query,
} from "convex/server";
import { ConvexError, v } from "convex/values";

const components = componentsGeneric();
const { runs } = anyApi;

type MutationHandle = FunctionHandle<"mutation">;

export const begin = mutation({
  args: { name: v.string(), previous: v.optional(v.id("runs")) },
  returns: v.id("runs"),
  handler: async (ctx, args) => await ctx.db.insert("runs", args),
});

export const clear = mutation({
  args: {},
  handler: async (ctx) => {
    for (const { _id } of await ctx.db.query("runs").collect()) {
      await ctx.db.delete(_id);
    }
    await ctx.runMutation(components.clock.ticks.clear, {});
  },
});

/** Names in the order of an index. */
export const names = query({
  args: {},
  handler: async (ctx) => (await ctx.db.query("runs").withIndex("by_name").collect()).map(({ name }) => name),
});

export const get = query({
  args: { id: v.string() },
  handler: async (ctx, { id }) => ({
    normalized: ctx.db.normalizeId("runs", id),
    run: await ctx.db.get(id as never),
  }),
});

export const beginAndFail = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.db.insert("runs", { name });
    throw new ConvexError({ code: "NO_RUN", name });
  },
});

export const beginMany = mutation({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let at = 0; at < count; at += 1) {
      await ctx.db.insert("runs", { name: `many ${at}` });
    }
  },
});

/** Calls the host back within the same transaction. */
export const beginAndTell = mutation({
  args: { name: v.string(), tell: v.string(), fail: v.boolean() },
  handler: async (ctx, { name, tell, fail }) => {
    await ctx.db.insert("runs", { name });
    return await ctx
      .runMutation(tell as MutationHandle, { text: `began ${name}`, fail })
      .catch((error: Error) => error.message);
  },
});

export const beginLater = mutation({
  args: { name: v.string(), tell: v.string(), ms: v.number() },
  handler: async (ctx, { name, tell, ms }) => {
    await ctx.scheduler.runAfter(0, runs.record, { name });
    await ctx.scheduler.runAfter(0, tell as MutationHandle, { text: `scheduled ${name}` });
    return await ctx.scheduler.runAfter(ms, runs.record, { name: `${name} too late` });
  },
});

export const cancel = mutation({
  args: { job: v.id("_scheduled_functions") },
  handler: async (ctx, { job }) => await ctx.scheduler.cancel(job),
});

/** Not exported to the host. */
export const record = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.db.insert("runs", { name });
  },
});

export const handle = query({ args: {}, handler: async () => await createFunctionHandle(runs.record) });

export const tick = mutation({
  args: { fail: v.boolean() },
  handler: async (ctx, { fail }) => {
    const { tick } = components.clock.ticks;
    const first: number = await ctx.runMutation(tick, { by: "ledger" });
    const second = await ctx.runMutation(tick, { by: "ledger", fail }).catch((error: Error) => error.message);
    return [first, second];
  },
});

export const surroundings = query({
  args: {},
  handler: async (ctx) => ({
    env: { ...process.env },
    identity: await ctx.auth.getUserIdentity(),
    now: Date.now(),
  }),
});

export const page = query({
  args: {},
  handler: async (ctx) => await ctx.db.query("runs").paginate({ cursor: null, numItems: 1 }),
});

/** Calls its own functions by name, and schedules one. */
export const beginByAction = action({
  args: { name: v.string(), tell: v.string() },
  handler: async (ctx, { name, tell }) => {
    await ctx.runMutation(runs.record, { name });
    await ctx.runMutation(tell as MutationHandle, { text: `acted ${name}` });
    await ctx.scheduler.runAfter(0, runs.record, { name: `${name} again` });
    const { identity } = await ctx.runQuery(runs.surroundings, {});
    return { identity, names: await ctx.runQuery(runs.names, {}) };
  },
});

const state = { calls: 0 };

/** Counts in a variable of the module. */
export const calls = query({ args: {}, handler: async () => ++state.calls });
