/** What a status counts, written the obvious way: everything in memory, one filter after the other. */

import type { Data } from "./backend";

// biome-ignore lint/suspicious/noExplicitAny: the model reads rows of every table, written by the tests themselves.
type Row = Record<string, any>;

const DAY = 86_400_000;
const transcriptionWords = ["pending", "processing", "completed", "failed"];
const insightsWords = ["pending", "processing", "completed", "failed", "awaiting_confirmation", "cancelled"];

/** The class of a note, in the words of the specification. */
export function classOf(note: Row, artifacts: Row[], now: number, deferredDays?: number): string {
  const linked = artifacts.filter((artifact) => artifact.voiceNoteId === note._id);
  if (linked.some((artifact) => artifact.status === "completed")) return "migrated";
  if (linked.length > 0) return "unfinished";
  // A stored null is as good as none.
  const transcription = note.transcriptionStatus ?? undefined;
  const insights = note.insightsStatus ?? undefined;
  const isUnknown =
    (transcription !== undefined && !transcriptionWords.includes(transcription)) ||
    (insights !== undefined && !insightsWords.includes(insights));
  if (transcription === "failed" || transcription === undefined) return "notReady";
  const isBlank = (note.transcription ?? "").trim() === "";
  if (transcription === "completed" && isBlank) return "notReady";
  const isTranscribing = transcription === "pending" || transcription === "processing";
  const isOpen = ["pending", "processing", "awaiting_confirmation"].includes(insights);
  if (isTranscribing || isOpen) {
    const isYoung = deferredDays === undefined || now - note._creationTime < deferredDays * DAY;
    if (isYoung) return "deferred";
    if (isTranscribing) return "notReady";
  }
  if (!note.coachId || insights === "cancelled" || isUnknown) return "blocked";
  return "eligible";
}

/** The counts of a status. */
export function model(data: Data, organizationId: string, now: number, deferredDays?: number) {
  const notes: Row[] = data.voiceNotes.filter((note) => note.orgId === organizationId);
  const artifacts: Row[] = data.voiceNoteArtifacts.filter((artifact: Row) =>
    artifact.orgContextCandidates.some((candidate: Row) => candidate.organizationId === organizationId),
  );
  const artifactIds = new Set(artifacts.map((artifact) => artifact._id));
  const claims = data.voiceNoteClaims.filter((claim) => claim.organizationId === organizationId);
  const claimIds = new Set(claims.map((claim) => claim._id));
  const noteIds = new Set(notes.map((note) => note._id));
  const drafts = data.insightDrafts.filter((draft) => draft.organizationId === organizationId);
  const migration = { migrated: 0, unfinished: 0, notReady: 0, deferred: 0, blocked: 0, eligible: 0 };
  for (const note of notes) {
    migration[classOf(note, data.voiceNoteArtifacts, now, deferredDays) as keyof typeof migration] += 1;
  }
  const byClass = (name: string) =>
    notes.filter((note) => classOf(note, data.voiceNoteArtifacts, now, deferredDays) === name);
  const sample = (rows: Row[]) => rows.slice(0, 5).map((row) => row._id);
  const linkedTo = (note: Row) =>
    data.voiceNoteArtifacts.filter((artifact) => artifact.voiceNoteId === note._id).length;
  const left = notes.length - migration.migrated - migration.notReady;
  const verdict =
    notes.length === 0
      ? "empty"
      : left === 0
        ? "complete"
        : left === migration.blocked
          ? "blocked"
          : migration.eligible === 0
            ? "waiting"
            : migration.migrated + migration.unfinished === 0
              ? "notStarted"
              : "inProgress";
  const count = (status: string) => drafts.filter((draft) => draft.status === status).length;
  return {
    voiceNotes: { total: notes.length },
    artifacts: { total: artifacts.length },
    gap: notes.length - artifacts.length,
    transcripts: data.voiceNoteTranscripts.filter((row: Row) => artifactIds.has(row.artifactId)).length,
    claims: claims.length,
    entityResolutions: {
      total: data.voiceNoteEntityResolutions.filter((row: Row) => claimIds.has(row.claimId)).length,
    },
    drafts: {
      pending: count("pending"),
      confirmed: count("confirmed"),
      rejected: count("rejected"),
      applied: count("applied"),
      expired: count("expired"),
    },
    migration,
    samples: {
      unfinished: sample(byClass("unfinished")),
      deferred: sample(byClass("deferred")),
      blocked: sample(byClass("blocked")),
      duplicates: sample(notes.filter((note) => linkedTo(note) > 1)),
    },
    duplicates: notes.filter((note) => linkedTo(note) > 1).length,
    orphans: artifacts.filter((artifact) => !noteIds.has(artifact.voiceNoteId)).length,
    verdict,
  };
}
