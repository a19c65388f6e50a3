/** The migration as a user of @convex-dev/migrations writes it: the default batch size, and an index lookup,
 * so that a note is migrated once. */

import { type MigrationStatus, Migrations } from "@convex-dev/migrations";
import type { ComponentApi } from "@convex-dev/migrations/_generated/component.js";
import { componentsGeneric, makeFunctionReference } from "convex/server";

import type { DataModel } from "../../tests/backend/convex/_generated/dataModel.js";
import type { Runner } from "./engine.js";
import { artifactRow, claimRows, isFit, transcriptRow } from "./rows.js";

const component = componentsGeneric().migrations as unknown as ComponentApi;
const migrations = new Migrations<DataModel>(component);

export const voiceNotes = migrations.define({
  table: "voiceNotes",
  migrateOne: async ({ db }, note) => {
    if (!isFit(note)) return;
    const existing = await db
      .query("voiceNoteArtifacts")
      .withIndex("by_voiceNoteId", (q) => q.eq("voiceNoteId", note._id))
      .first();
    if (existing !== null) return;
    const now = Date.now();
    const artifactId = await db.insert("voiceNoteArtifacts", artifactRow(note, now));
    await db.insert("voiceNoteTranscripts", transcriptRow(note, artifactId, now));
    for (const claim of claimRows(note, artifactId, now)) await db.insert("voiceNoteClaims", claim);
  },
});

const start = makeFunctionReference<"mutation", Record<string, never>, unknown>("migrations:voiceNotes");

/** Starts it as `npx convex run migrations:voiceNotes` does, and waits until it has scheduled no more. */
export async function migrate({ t }: Runner): Promise<void> {
  await t.mutation(start, {});
  await t.finishAllScheduledFunctions(() => {}, 10_000);
}

export async function stateOf({ t }: Runner): Promise<MigrationStatus["state"] | undefined> {
  const [status] = await t.query(component.lib.getStatus as never, { names: ["migrations:voiceNotes"] });
  return (status as MigrationStatus | undefined)?.state;
}
