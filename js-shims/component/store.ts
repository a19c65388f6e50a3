/** Reads and writes rows, and decides nothing: each function runs within the transaction of the host that calls it. */

import {
  type DataModelFromSchemaDefinition,
  type MutationBuilder,
  mutationGeneric,
  type QueryBuilder,
  queryGeneric,
} from "convex/server";
import { v } from "convex/values";

import { nullable } from "../validators/common.js";
import {
  type Change,
  change,
  type Failure,
  failure,
  failurePage,
  pruned,
  type StoredRun,
  storedRun,
} from "../validators/ledger.js";
import type schema from "./schema.js";

type DataModel = DataModelFromSchemaDefinition<typeof schema>;
const query = queryGeneric as QueryBuilder<DataModel, "public">;
const mutation = mutationGeneric as MutationBuilder<DataModel, "public">;

/** A row without what the store adds to it. */
function runOf(row: DataModel["runs"]["document"]): StoredRun;
function runOf(row: DataModel["runs"]["document"] | null): StoredRun | null;
function runOf(row: DataModel["runs"]["document"] | null): StoredRun | null {
  if (row === null) return null;
  const { _id, _creationTime, excludesOthers, ...run } = row;
  return run;
}

const changeOf = ({ _id, _creationTime, ...row }: DataModel["changes"]["document"]): Change => row;

/** Runs that exclude others are few: one per organization. */
const MOST_OTHERS = 1_000;

/** A run. */
export const run = query({
  args: { runId: v.string() },
  returns: nullable(storedRun),
  handler: async ({ db }, { runId }): Promise<StoredRun | null> =>
    runOf(
      await db
        .query("runs")
        .withIndex("by_runId", (q) => q.eq("runId", runId))
        .unique(),
    ),
});

/** Runs that exclude others and whose reach meets an organization's; without one those of every reach. */
export const runsInTheWay = query({
  args: { organizationId: nullable(v.string()) },
  returns: v.array(storedRun),
  handler: async ({ db }, { organizationId }): Promise<StoredRun[]> => {
    const runs = db.query("runs");
    if (organizationId === null) {
      const all = runs.withIndex("by_excludesOthers", (q) => q.eq("excludesOthers", true));
      return (await all.take(MOST_OTHERS)).map((row) => runOf(row));
    }
    const found: StoredRun[] = [];
    for (const reach of [organizationId, null]) {
      const rows = db
        .query("runs")
        .withIndex("by_excludesOthers", (q) => q.eq("excludesOthers", true).eq("organizationId", reach));
      for (const row of await rows.take(MOST_OTHERS)) found.push(runOf(row));
    }
    return found;
  },
});

/** Runs from the newest on; with an organization, those whose reach is this one only. Null is the reach of all. */
export const runs = query({
  args: { organizationId: v.optional(nullable(v.string())), most: v.number() },
  returns: v.array(storedRun),
  handler: async ({ db }, { organizationId, most }): Promise<StoredRun[]> => {
    const rows =
      organizationId === undefined
        ? db.query("runs").order("desc")
        : db
            .query("runs")
            .withIndex("by_organizationId", (q) => q.eq("organizationId", organizationId))
            .order("desc");
    return (await rows.take(most)).map((row) => runOf(row));
  },
});

/** Stores a run, and the notes that failed in it; a note that did not fail after all is forgotten. */
export const putRun = mutation({
  args: {
    run: storedRun,
    excludesOthers: v.boolean(),
    failures: v.array(failure),
    recovered: nullable(v.string()),
  },
  returns: v.null(),
  handler: async ({ db }, { run: stored, excludesOthers, failures, recovered }): Promise<null> => {
    const { runId } = stored;
    const before = await db
      .query("runs")
      .withIndex("by_runId", (q) => q.eq("runId", runId))
      .unique();
    const row = { ...stored, excludesOthers };
    if (before === null) await db.insert("runs", row);
    else await db.replace(before._id, row);
    const failureOf = (voiceNoteId: string) =>
      db
        .query("failures")
        .withIndex("by_runId", (q) => q.eq("runId", runId).eq("voiceNoteId", voiceNoteId))
        .first();
    const forgotten = recovered === null ? null : await failureOf(recovered);
    if (forgotten !== null) await db.delete(forgotten._id);
    for (const failed of failures) {
      if ((await failureOf(failed.voiceNoteId)) === null) await db.insert("failures", { ...failed, runId });
    }
    return null;
  },
});

/** Notes that failed in a run, by their ids, behind one of them. */
export const failures = query({
  args: { runId: v.string(), after: nullable(v.string()), most: v.number() },
  returns: failurePage,
  handler: async ({ db }, { runId, after, most }) => {
    const rows = await db
      .query("failures")
      .withIndex("by_runId", (q) => {
        const ofRun = q.eq("runId", runId);
        return after === null ? ofRun : ofRun.gt("voiceNoteId", after);
      })
      .take(most);
    const found = rows.map(({ voiceNoteId, code, message }): Failure => ({ voiceNoteId, code, message }));
    return { failures: found, isLast: found.length < most };
  },
});

/** Stores a change of the flags. */
export const addChange = mutation({
  args: { change },
  returns: v.null(),
  handler: async ({ db }, args): Promise<null> => {
    await db.insert("changes", args.change);
    return null;
  },
});

/** Changes of the flags from the newest on: of an organization, or those that a run saw. */
export const changes = query({
  args: {
    of: v.union(v.object({ organizationId: v.string() }), v.object({ runId: v.string() })),
    most: v.number(),
  },
  returns: v.array(change),
  handler: async ({ db }, { of, most }): Promise<Change[]> => {
    const rows =
      "runId" in of
        ? db.query("changes").withIndex("by_runId", (q) => q.eq("runId", of.runId))
        : db
            .query("changes")
            .withIndex("by_organizationId", (q) => q.eq("organizationId", of.organizationId));
    return (await rows.order("desc").take(most)).map(changeOf);
  },
});

/** Deletes runs that ended before a time with their failures, and changes of before it: so many rows at most. */
export const prune = mutation({
  args: { beforeMs: v.number(), most: v.number() },
  returns: pruned,
  handler: async ({ db }, { beforeMs, most }) => {
    const deleted = { runs: 0, failures: 0, changes: 0 };
    let left = most;
    const ended = await db
      .query("runs")
      .withIndex("by_endedMs", (q) => q.gt("endedMs", 0).lt("endedMs", beforeMs))
      .take(left);
    for (const row of ended) {
      const failed = await db
        .query("failures")
        .withIndex("by_runId", (q) => q.eq("runId", row.runId))
        .take(left);
      for (const { _id } of failed) await db.delete(_id);
      deleted.failures += failed.length;
      left -= failed.length;
      // A run goes once none of its failures is left.
      if (left <= 0) break;
      await db.delete(row._id);
      deleted.runs += 1;
      left -= 1;
    }
    const old = await db
      .query("changes")
      .withIndex("by_atMs", (q) => q.lt("atMs", beforeMs))
      .take(Math.max(left, 0));
    for (const { _id } of old) await db.delete(_id);
    deleted.changes = old.length;
    return { ...deleted, done: left - old.length > 0 };
  },
});
