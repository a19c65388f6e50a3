/** The migration as the old action goes about it: note by note, each step a transaction of its own. */

import {
  type GenericMutationCtx,
  type GenericQueryCtx,
  internalMutationGeneric,
  internalQueryGeneric,
  makeFunctionReference,
} from "convex/server";
import { v } from "convex/values";

import type { ActionCtx } from "../../js-shims/host.js";
import type { DataModel, Doc, Id } from "../../tests/backend/convex/_generated/dataModel.js";
import type { Runner } from "./engine.js";
import { artifactRow, claimRows, isFit, transcriptRow } from "./rows.js";

type Note = Doc<"voiceNotes">;

type QueryCtx = GenericQueryCtx<DataModel>;
type MutationCtx = GenericMutationCtx<DataModel>;

export const notes = internalQueryGeneric({
  args: { organizationId: v.string() },
  handler: async ({ db }: QueryCtx, { organizationId }) =>
    await db
      .query("voiceNotes")
      .withIndex("by_orgId", (q) => q.eq("orgId", organizationId))
      .collect(),
});

export const artifactOf = internalQueryGeneric({
  args: { voiceNoteId: v.id("voiceNotes") },
  handler: async ({ db }: QueryCtx, { voiceNoteId }) =>
    await db
      .query("voiceNoteArtifacts")
      .withIndex("by_voiceNoteId", (q) => q.eq("voiceNoteId", voiceNoteId))
      .first(),
});

const row = { row: v.any() };

export const createArtifact = internalMutationGeneric({
  args: row,
  handler: async ({ db }: MutationCtx, { row }) => await db.insert("voiceNoteArtifacts", row),
});

export const setStatus = internalMutationGeneric({
  args: { artifactId: v.id("voiceNoteArtifacts"), status: v.string() },
  handler: async ({ db }: MutationCtx, { artifactId, status }) =>
    await db.patch(artifactId, { status: status as never, updatedAt: Date.now() }),
});

export const createTranscript = internalMutationGeneric({
  args: row,
  handler: async ({ db }: MutationCtx, { row }) => await db.insert("voiceNoteTranscripts", row),
});

export const createClaim = internalMutationGeneric({
  args: row,
  handler: async ({ db }: MutationCtx, { row }) => await db.insert("voiceNoteClaims", row),
});

type Args = Record<string, unknown>;
const query = (name: string) => makeFunctionReference<"query", Args, unknown>(`old:${name}`);
const mutation = (name: string) => makeFunctionReference<"mutation", Args, unknown>(`old:${name}`);

async function migrateOne(ctx: ActionCtx, note: Note): Promise<void> {
  if (!isFit(note)) return;
  if ((await ctx.runQuery(query("artifactOf"), { voiceNoteId: note._id })) !== null) return;
  const now = Date.now();
  const received = { ...artifactRow(note, now), status: "received" };
  const artifactId = (await ctx.runMutation(mutation("createArtifact"), {
    row: received,
  })) as Id<"voiceNoteArtifacts">;
  const setStatus = async (status: string) => {
    await ctx.runMutation(mutation("setStatus"), { artifactId, status });
  };
  await ctx.runMutation(mutation("createTranscript"), { row: transcriptRow(note, artifactId, now) });
  await setStatus("transcribed");
  await setStatus("processing");
  for (const claim of claimRows(note, artifactId, now)) {
    await ctx.runMutation(mutation("createClaim"), { row: claim });
  }
  await setStatus("completed");
}

/** Runs the action to its end. It answers how many notes failed. */
export async function migrate({ t }: Runner, organizationId: string): Promise<number> {
  return await t.action(async (ctx: ActionCtx) => {
    const notes = (await ctx.runQuery(query("notes"), { organizationId })) as Note[];
    let errors = 0;
    for (const note of notes) {
      try {
        await migrateOne(ctx, note);
      } catch {
        errors += 1;
      }
    }
    return errors;
  });
}
