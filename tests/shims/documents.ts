/** Well-formed documents with a field or two of one's choice. */

type Fields = Record<string, unknown>;

export const note = (fields: Fields = {}) => ({
  orgId: "org_a",
  coachId: "coach_1",
  date: "2026-02-01",
  type: "training",
  transcription: "Aoife struck the ball well today",
  transcriptionStatus: "completed",
  insights: [],
  insightsStatus: "completed",
  ...fields,
});

export const insight = (fields: Fields = {}) => ({
  id: "insight_1",
  title: "Striking",
  description: "Strikes the ball well off her left",
  status: "applied",
  ...fields,
});

export const artifact = (fields: Fields = {}) => ({
  artifactId: "8b1d6a6c-5f0e-4c0e-9a47-0c1d4e7b7a10",
  sourceChannel: "app_recorded",
  senderUserId: "coach_1",
  orgContextCandidates: [{ organizationId: "org_a", confidence: 1 }],
  status: "completed",
  createdAt: 1,
  updatedAt: 1,
  ...fields,
});

export const transcript = (artifactId: string, fields: Fields = {}) => ({
  artifactId,
  fullText: "Aoife struck the ball well today",
  segments: [],
  modelUsed: "whisper",
  language: "en",
  duration: 12,
  createdAt: 1,
  ...fields,
});

export const claim = (artifactId: string, fields: Fields = {}) => ({
  claimId: "claim_1",
  artifactId,
  sourceText: "struck the ball well",
  topic: "skill_progress",
  title: "Striking",
  description: "Strikes the ball well",
  entityMentions: [],
  extractionConfidence: 0.9,
  organizationId: "org_a",
  coachUserId: "coach_1",
  status: "extracted",
  createdAt: 1,
  updatedAt: 1,
  ...fields,
});

export const resolution = (claimId: string, artifactId: string, fields: Fields = {}) => ({
  claimId,
  artifactId,
  mentionIndex: 0,
  mentionType: "player_name",
  rawText: "Aoife",
  candidates: [],
  status: "unresolved",
  organizationId: "org_a",
  createdAt: 1,
  ...fields,
});

export const draft = (claimId: string, artifactId: string, fields: Fields = {}) => ({
  draftId: "draft_1",
  artifactId,
  claimId,
  insightType: "skill_progress",
  title: "Striking",
  description: "Strikes the ball well",
  evidence: { transcriptSnippet: "struck the ball well" },
  displayOrder: 0,
  aiConfidence: 0.9,
  resolutionConfidence: 0.9,
  overallConfidence: 0.9,
  requiresConfirmation: true,
  status: "pending",
  organizationId: "org_a",
  coachUserId: "coach_1",
  createdAt: 1,
  updatedAt: 1,
  ...fields,
});

export const flag = (fields: Fields = {}) => ({
  featureKey: "voice_notes_v2",
  scope: "organization",
  organizationId: "org_a",
  enabled: true,
  updatedAt: 1,
  ...fields,
});

export const organization = (organizationId: string) => ({
  organizationId,
  name: `Club ${organizationId}`,
  slug: organizationId,
});
