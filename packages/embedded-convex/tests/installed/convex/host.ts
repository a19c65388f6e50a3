import {
  actionGeneric as action,
  anyApi,
  componentsGeneric,
  createFunctionHandle,
  type FunctionHandle,
  internalMutationGeneric as internalMutation,
  internalQueryGeneric as internalQuery,
  mutationGeneric as mutation,
  queryGeneric as query,
} from "convex/server";
import { v } from "convex/values";

const components = componentsGeneric();
const { ledger, archive } = components;
const { host } = anyApi;

type MutationHandle = FunctionHandle<"mutation">;

const messageOf = (error: Error) => error.message.split("\n")[0];

/** Everything that the host and its components hold. */
export const all = internalQuery({
  args: {},
  handler: async (ctx) => ({
    notes: (await ctx.db.query("notes").collect()).map(({ text }) => text),
    runs: (await ctx.db.query("runs").collect()).map(({ name }) => name),
    ledger: await ctx.runQuery(ledger.runs.names, {}),
    archive: await ctx.runQuery(archive.runs.names, {}),
  }),
});

export const clear = internalMutation({
  args: {},
  handler: async (ctx) => {
    for (const table of ["notes", "runs"]) {
      for (const { _id } of await ctx.db.query(table).collect()) {
        await ctx.db.delete(_id);
      }
    }
    for (const component of [ledger, archive]) {
      await ctx.runMutation(component.runs.clear, {});
    }
  },
});

export const begin = mutation({
  args: { name: v.string(), fail: v.optional(v.boolean()) },
  handler: async (ctx, { name, fail }) => {
    const ledgerRun: string = await ctx.runMutation(ledger.runs.begin, { name });
    const run = await ctx.db.insert("runs", { name, ledgerRun });
    if (fail) {
      throw new Error("the host gives up");
    }
    return { run, ledgerRun };
  },
});

/** Calls a mutation of the ledger that writes and then fails, and goes on. */
export const beginCaught = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.runMutation(ledger.runs.begin, { name: `${name} before` });
    await ctx.db.insert("runs", { name });
    const caught = await ctx.runMutation(ledger.runs.beginAndFail, { name }).catch((error) => error.data);
    await ctx.runMutation(ledger.runs.begin, { name: `${name} after` });
    return { caught, seen: await ctx.runQuery(ledger.runs.names, {}) };
  },
});

export const record = internalMutation({
  args: { text: v.string(), fail: v.optional(v.boolean()) },
  handler: async (ctx, { text, fail }) => {
    await ctx.db.insert("notes", { text });
    if (fail) {
      throw new Error("the host refuses");
    }
    return (await ctx.db.query("notes").collect()).length;
  },
});

export const beginAndTell = mutation({
  args: { name: v.string(), fail: v.boolean() },
  handler: async (ctx, args) =>
    await ctx.runMutation(ledger.runs.beginAndTell, {
      ...args,
      tell: await createFunctionHandle(host.record),
    }),
});

export const beginLater = mutation({
  args: { name: v.string(), ms: v.number(), fail: v.boolean() },
  handler: async (ctx, { name, ms, fail }) => {
    const tell = await createFunctionHandle(host.record);
    const job: string = await ctx.runMutation(ledger.runs.beginLater, { name, ms, tell });
    await ctx.scheduler.runAfter(0, archive.runs.begin, { name: `${name} archived` });
    if (fail) {
      throw new Error("the host gives up");
    }
    return job;
  },
});

/** Calls whatever a handle stands for, the ledger's own functions, too. */
export const callHandle = mutation({
  args: { handle: v.optional(v.string()), args: v.any() },
  handler: async (ctx, { handle, args }) => {
    const called = handle ?? (await ctx.runQuery(ledger.runs.handle, {}));
    await ctx.runMutation(called as MutationHandle, args);
    return called;
  },
});

export const beginByAction = action({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const tell = await createFunctionHandle(host.record);
    await ctx.runMutation(ledger.runs.begin, { name: `${name} first` });
    await ctx.scheduler.runAfter(0, archive.runs.begin, { name: `${name} archived` });
    const refused = await ctx.runMutation(ledger.runs.record, { name }).catch(messageOf);
    const acted = await ctx.runAction(ledger.runs.beginByAction, { name, tell });
    return { ...acted, refused };
  },
});

/** What calls that must not be made answer. */
export const mistakes = mutation({
  args: {},
  handler: async (ctx) => {
    const nested = components.ledger.clock;
    return {
      internal: await ctx.runMutation(ledger.runs.record, { name: "n" }).catch(messageOf),
      missing: await ctx.runMutation(ledger.runs.absent, {}).catch(messageOf),
      component: await ctx.runMutation(components.absent.runs.begin, {}).catch(messageOf),
      grandchild: await ctx.runMutation(nested.ticks.tick, { by: "host" }).catch(messageOf),
      kind: await ctx.runQuery(ledger.runs.begin, { name: "n" }).catch(messageOf),
      args: await ctx.runMutation(ledger.runs.begin, { name: 5 }).catch(messageOf),
      noFunction: await ctx.runMutation(ledger as never, {}).catch(messageOf),
      handleOfMissing: await createFunctionHandle(ledger.runs.absent).catch(messageOf),
      unknownHandle: await ctx
        .runMutation("function://ledger;runs:absent" as MutationHandle, {})
        .catch(messageOf),
      scheduled: await ctx.scheduler.runAfter(0, ledger.runs.record, { name: "n" }).catch(messageOf),
      paginated: await ctx.runQuery(ledger.runs.page, {}).catch(messageOf),
    };
  },
});

/** How ids of the table `runs` look to the host and to the two ledgers. */
export const exchangeIds = mutation({
  args: {},
  handler: async (ctx) => {
    const ids: Record<string, string> = {
      host: await ctx.db.insert("runs", { name: "host" }),
      ledger: await ctx.runMutation(ledger.runs.begin, { name: "ledger" }),
      archive: await ctx.runMutation(archive.runs.begin, { name: "archive" }),
    };
    const seen: Record<string, unknown> = {};
    for (const [owner, id] of Object.entries(ids)) {
      const inHost = await ctx.db.get(id as never).then((run) => run?.["name"], messageOf);
      const inLedger = await ctx
        .runQuery(ledger.runs.get, { id })
        .then(({ run, normalized }) => [run?.name, normalized === id], messageOf);
      const asArgument = await ctx
        .runMutation(ledger.runs.begin, { name: "next", previous: id })
        .then(() => "taken", messageOf);
      seen[owner] = { inHost, normalized: ctx.db.normalizeId("runs", id) === id, inLedger, asArgument };
    }
    return { ids, seen };
  },
});

export const surroundings = query({
  args: {},
  handler: async (ctx) => ({
    app: (await ctx.auth.getUserIdentity())?.subject ?? null,
    now: Date.now(),
    ledger: await ctx.runQuery(ledger.runs.surroundings, {}),
  }),
});

export const tick = mutation({
  args: { fail: v.boolean() },
  handler: async (ctx, args) => await ctx.runMutation(ledger.runs.tick, args),
});

/** Writes through the component; the usage is of the whole transaction. */
export const beginMany = mutation({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    await ctx.db.insert("notes", { text: "many" });
    await ctx.runMutation(ledger.runs.beginMany, { count });
    return (await ctx.meta.getTransactionMetrics()).documentsWritten.used;
  },
});

export const cancel = mutation({
  args: { job: v.string() },
  handler: async (ctx, { job }) => await ctx.runMutation(ledger.runs.cancel, { job }),
});

export const cancelByAction = action({
  args: { ms: v.number() },
  handler: async (ctx, { ms }) => {
    const job = await ctx.scheduler.runAfter(ms, host.record, { text: "canceled" });
    await ctx.scheduler.cancel(job);
  },
});

export const calls = query({
  args: {},
  handler: async (ctx) => [
    await ctx.runQuery(ledger.runs.calls, {}),
    await ctx.runQuery(ledger.runs.calls, {}),
    await ctx.runQuery(archive.runs.calls, {}),
  ],
});
