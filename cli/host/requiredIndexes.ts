/** An index that the library reads by. */
export type RequiredIndex = {
  /** Its key in the `indexes` of `defineHost`. */
  role: string;
  table: string;
  name: string;
  fields: readonly string[];
  /** How many of the fields another index has to begin with in order to take its place. */
  needed: number;
};

export const requiredIndexes: readonly RequiredIndex[] = [
  { role: "notesByOrganization", table: "voiceNotes", name: "by_orgId", fields: ["orgId"], needed: 1 },
  {
    role: "artifactsByNote",
    table: "voiceNoteArtifacts",
    name: "by_voiceNoteId",
    fields: ["voiceNoteId"],
    needed: 1,
  },
  {
    role: "transcriptsByArtifact",
    table: "voiceNoteTranscripts",
    name: "by_artifactId",
    fields: ["artifactId"],
    needed: 1,
  },
  {
    role: "claimsByOrganization",
    table: "voiceNoteClaims",
    name: "by_org_and_coach",
    fields: ["organizationId", "coachUserId"],
    needed: 1,
  },
  {
    role: "claimsByArtifact",
    table: "voiceNoteClaims",
    name: "by_artifactId",
    fields: ["artifactId"],
    needed: 1,
  },
  {
    role: "resolutionsByClaim",
    table: "voiceNoteEntityResolutions",
    name: "by_claimId",
    fields: ["claimId"],
    needed: 1,
  },
  {
    role: "draftsByOrganization",
    table: "insightDrafts",
    name: "by_org_and_coach_and_status",
    fields: ["organizationId", "coachUserId", "status"],
    needed: 1,
  },
  {
    role: "flagsByScope",
    table: "featureFlags",
    name: "by_featureKey_and_scope",
    fields: ["featureKey", "scope"],
    needed: 2,
  },
  {
    role: "flagsByOrganization",
    table: "featureFlags",
    name: "by_featureKey_scope_org",
    fields: ["featureKey", "scope", "organizationId"],
    needed: 3,
  },
];
