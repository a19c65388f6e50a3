import { queryGeneric } from "convex/server";
import { v } from "convex/values";

type Row = Record<string, never>;
type Candidate = { organizationId: string };

/** The counts of the ADR: by an index where there is one, else whole tables and a filter. */
export const v2MigrationStatus = queryGeneric({
  args: { organizationId: v.string() },
  handler: async ({ db }, { organizationId }) => {
    const of = async (table: string, index: string, field: string) =>
      (await db
        .query(table)
        .withIndex(index, (q) => q.eq(field, organizationId as never))
        .collect()) as Row[];
    const notes = await of("voiceNotes", "by_orgId", "orgId");
    const artifacts = ((await db.query("voiceNoteArtifacts").collect()) as Row[]).filter((artifact) =>
      (artifact.orgContextCandidates as Candidate[]).some((one) => one.organizationId === organizationId),
    );
    const artifactIds = new Set(artifacts.map(({ _id }) => _id));
    const transcripts = ((await db.query("voiceNoteTranscripts").collect()) as Row[]).filter((transcript) =>
      artifactIds.has(transcript.artifactId),
    );
    const claims = await of("voiceNoteClaims", "by_org_and_coach", "organizationId");
    const claimIds = new Set(claims.map(({ _id }) => _id));
    const resolutions = ((await db.query("voiceNoteEntityResolutions").collect()) as Row[]).filter(
      (resolution) => claimIds.has(resolution.claimId),
    );
    const drafts = await of("insightDrafts", "by_org_and_coach_and_status", "organizationId");
    return {
      voiceNotes: { total: notes.length },
      artifacts: { total: artifacts.length },
      gap: notes.length - artifacts.length,
      transcripts: transcripts.length,
      claims: claims.length,
      entityResolutions: { total: resolutions.length },
      drafts: drafts.length,
    };
  },
});
