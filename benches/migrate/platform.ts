/** The notes that are migrated, and what has become of them. */

import { insightsOf, transcriptOf } from "../scale/texts.js";
import type { Deployment } from "./deployment.js";

export const ORGANIZATION = "org_2f0000000000000000000001";

type Fields = Record<string, unknown>;

/** Notes as the old pipeline leaves them: 1 to 20 KB of transcript and two insights each. */
export const notesOf = (count: number): Fields[] =>
  Array.from({ length: count }, (_, nth) => ({
    orgId: ORGANIZATION,
    coachId: `user_${String(nth % 8).padStart(26, "0")}`,
    date: "2026-02-08",
    type: nth % 3 === 0 ? "match" : "training",
    source: "whatsapp_audio",
    transcription: transcriptOf(nth).fullText,
    transcriptionStatus: "completed",
    insights: insightsOf(nth),
    insightsStatus: "completed",
  }));

/** How many notes came out how. */
export type Outcome = {
  /** One completed artifact, one transcript, all claims. */
  whole: number;
  /** An artifact that lacks something. */
  half: number;
  /** More than one artifact. */
  twice: number;
  /** No artifact. */
  left: number;
};

type Row = Record<string, unknown>;

const groupBy = (rows: readonly Row[], field: string): Map<unknown, Row[]> => {
  const groups = new Map<unknown, Row[]>();
  for (const row of rows) {
    const group = groups.get(row[field]);
    if (group === undefined) groups.set(row[field], [row]);
    else group.push(row);
  }
  return groups;
};

export function outcomeOf(deployment: Deployment): Outcome {
  const artifacts = groupBy(deployment.rows("voiceNoteArtifacts"), "voiceNoteId");
  const transcripts = groupBy(deployment.rows("voiceNoteTranscripts"), "artifactId");
  const claims = groupBy(deployment.rows("voiceNoteClaims"), "artifactId");
  const outcome: Outcome = { whole: 0, half: 0, twice: 0, left: 0 };
  for (const note of deployment.rows("voiceNotes")) {
    const [artifact, ...more] = artifacts.get(note._id) ?? [];
    if (artifact === undefined) outcome.left += 1;
    else if (more.length > 0) outcome.twice += 1;
    else {
      const isWhole =
        artifact.status === "completed" &&
        transcripts.get(artifact._id)?.length === 1 &&
        (claims.get(artifact._id)?.length ?? 0) === (note.insights as unknown[]).length;
      outcome[isWhole ? "whole" : "half"] += 1;
    }
  }
  return outcome;
}

const volatile = new Set([
  "_id",
  "_creationTime",
  "artifactId",
  "claimId",
  "voiceNoteId",
  "createdAt",
  "updatedAt",
]);

const stable = (row: Row) =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([field]) => !volatile.has(field))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** The rows that migrating made, note by note, without what differs from run to run. */
export function rowsOf(deployment: Deployment): string {
  const artifacts = groupBy(deployment.rows("voiceNoteArtifacts"), "voiceNoteId");
  const transcripts = groupBy(deployment.rows("voiceNoteTranscripts"), "artifactId");
  const claims = groupBy(deployment.rows("voiceNoteClaims"), "artifactId");
  const notes = deployment.rows("voiceNotes").map(({ _id }) =>
    (artifacts.get(_id) ?? []).map((artifact) => ({
      artifact: stable(artifact),
      transcripts: (transcripts.get(artifact._id) ?? []).map(stable),
      claims: (claims.get(artifact._id) ?? []).map(stable),
    })),
  );
  return JSON.stringify(notes);
}
