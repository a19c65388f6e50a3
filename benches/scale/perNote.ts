/** A status in one query that looks up what belongs to each note, artifact and claim by an index. */

import type { Transaction } from "../database/transaction.js";
import type { Counts } from "./plan.js";

/** Lookups at once. */
const WIDTH = 64;

async function forEach<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += WIDTH) {
    await Promise.all(items.slice(at, at + WIDTH).map(task));
  }
}

type Migration = Counts["migration"];
type Note = Awaited<ReturnType<typeof notesOf>>[number];

const notesOf = ({ db }: Transaction, organizationId: string) =>
  db
    .query("voiceNotes")
    .withIndex("by_orgId", (q) => q.eq("orgId", organizationId))
    .collect();

function classOf(note: Note, artifacts: readonly { status: string }[]): keyof Migration {
  if (artifacts.some((artifact) => artifact.status === "completed")) return "migrated";
  if (artifacts.length > 0) return "unfinished";
  const { transcriptionStatus, transcription, insightsStatus, coachId } = note;
  if (transcriptionStatus === undefined || transcriptionStatus === "failed") return "notReady";
  if (transcriptionStatus === "completed" && !transcription?.trim()) return "notReady";
  if (transcriptionStatus !== "completed") return "deferred";
  if (["pending", "processing", "awaiting_confirmation"].includes(insightsStatus ?? "")) return "deferred";
  return !coachId || insightsStatus === "cancelled" ? "blocked" : "eligible";
}

/** It meets only the artifacts that a note is linked to, and so does not know how many there are. */
export async function countPerNote(
  transaction: Transaction,
  organizationId: string,
): Promise<Omit<Counts, "artifacts" | "transcripts" | "orphans">> {
  const { db } = transaction;
  const migration = { migrated: 0, unfinished: 0, notReady: 0, deferred: 0, blocked: 0, eligible: 0 };
  let duplicates = 0;
  const notes = await notesOf(transaction, organizationId);
  await forEach(notes, async (note) => {
    const artifacts = await db
      .query("voiceNoteArtifacts")
      .withIndex("by_voiceNoteId", (q) => q.eq("voiceNoteId", note._id))
      .collect();
    migration[classOf(note, artifacts)] += 1;
    if (artifacts.length > 1) duplicates += 1;
    for (const artifact of artifacts) {
      await db
        .query("voiceNoteTranscripts")
        .withIndex("by_artifactId", (q) => q.eq("artifactId", artifact._id))
        .collect();
    }
  });

  const claims = await db
    .query("voiceNoteClaims")
    .withIndex("by_org_and_coach", (q) => q.eq("organizationId", organizationId))
    .collect();
  let resolutions = 0;
  await forEach(claims, async (claim) => {
    const found = await db
      .query("voiceNoteEntityResolutions")
      .withIndex("by_claimId", (q) => q.eq("claimId", claim._id))
      .collect();
    resolutions += found.length;
  });

  const drafts = { applied: 0, confirmed: 0, expired: 0, pending: 0, rejected: 0 };
  for (const draft of await db
    .query("insightDrafts")
    .withIndex("by_org_and_coach_and_status", (q) => q.eq("organizationId", organizationId))
    .collect()) {
    drafts[draft.status] += 1;
  }

  for (const featureKey of ["voice_notes_v2", "entity_resolution_v2"]) {
    await db
      .query("featureFlags")
      .withIndex("by_featureKey_scope_org", (q) =>
        q.eq("featureKey", featureKey).eq("scope", "organization").eq("organizationId", organizationId),
      )
      .first();
  }
  return { notes: notes.length, claims: claims.length, resolutions, drafts, migration, duplicates };
}
