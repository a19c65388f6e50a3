/**
 * A status as the table of ADR-VN2-038 says: one query; by index where there is one, else the whole table
 * and a filter in JavaScript.
 */

import type { Transaction } from "../database/transaction.js";
import type { Counts } from "./plan.js";

/** It knows nothing of how far a note is. */
export async function countAsTheAdr(
  { db }: Transaction,
  organizationId: string,
): Promise<Omit<Counts, "migration" | "duplicates" | "orphans">> {
  const notes = await db
    .query("voiceNotes")
    .withIndex("by_orgId", (q) => q.eq("orgId", organizationId))
    .collect();

  const artifacts = (await db.query("voiceNoteArtifacts").collect()).filter((artifact) =>
    artifact.orgContextCandidates.some((candidate) => candidate.organizationId === organizationId),
  );
  const artifactIds = new Set(artifacts.map((artifact) => artifact._id));
  const transcripts = (await db.query("voiceNoteTranscripts").collect()).filter((transcript) =>
    artifactIds.has(transcript.artifactId),
  );

  const claims = await db
    .query("voiceNoteClaims")
    .withIndex("by_org_and_coach", (q) => q.eq("organizationId", organizationId))
    .collect();
  const claimIds = new Set(claims.map((claim) => claim._id));
  const resolutions = (await db.query("voiceNoteEntityResolutions").collect()).filter((resolution) =>
    claimIds.has(resolution.claimId),
  );

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
  return {
    notes: notes.length,
    artifacts: artifacts.length,
    transcripts: transcripts.length,
    claims: claims.length,
    resolutions: resolutions.length,
    drafts,
  };
}
