import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

const channel = v.union(
  v.literal("whatsapp_audio"),
  v.literal("whatsapp_text"),
  v.literal("app_recorded"),
  v.literal("app_typed"),
  v.literal("voicemail"),
);

const topic = v.union(
  v.literal("injury"),
  v.literal("skill_rating"),
  v.literal("skill_progress"),
  v.literal("behavior"),
  v.literal("performance"),
  v.literal("attendance"),
  v.literal("wellbeing"),
  v.literal("recovery"),
  v.literal("development_milestone"),
  v.literal("physical_development"),
  v.literal("parent_communication"),
  v.literal("tactical"),
  v.literal("team_culture"),
  v.literal("todo"),
  v.literal("session_plan"),
);

const insight = v.object({
  id: v.string(),
  title: v.string(),
  description: v.string(),
  category: v.optional(v.string()),
  recommendedUpdate: v.optional(v.string()),
  confidence: v.optional(v.number()),
  status: v.union(
    v.literal("pending"),
    v.literal("applied"),
    v.literal("dismissed"),
    v.literal("auto_applied"),
  ),
  playerIdentityId: v.optional(v.string()),
  playerName: v.optional(v.string()),
  teamId: v.optional(v.string()),
  teamName: v.optional(v.string()),
  assigneeUserId: v.optional(v.string()),
  assigneeName: v.optional(v.string()),
});

export default defineSchema({
  voiceNotes: defineTable({
    orgId: v.string(),
    coachId: v.optional(v.string()),
    date: v.string(),
    type: v.union(v.literal("training"), v.literal("match"), v.literal("general")),
    source: v.optional(channel),
    audioStorageId: v.optional(v.id("_storage")),
    transcription: v.optional(v.string()),
    transcriptionStatus: v.optional(
      v.union(v.literal("pending"), v.literal("processing"), v.literal("completed"), v.literal("failed")),
    ),
    insights: v.array(insight),
    insightsStatus: v.optional(
      v.union(
        v.literal("pending"),
        v.literal("processing"),
        v.literal("completed"),
        v.literal("failed"),
        v.literal("awaiting_confirmation"),
        v.literal("cancelled"),
      ),
    ),
  })
    .index("by_orgId", ["orgId"])
    .index("by_orgId_and_coachId", ["orgId", "coachId"]),

  voiceNoteArtifacts: defineTable({
    artifactId: v.string(),
    sourceChannel: channel,
    senderUserId: v.string(),
    orgContextCandidates: v.array(v.object({ organizationId: v.string(), confidence: v.number() })),
    status: v.union(
      v.literal("received"),
      v.literal("transcribing"),
      v.literal("transcribed"),
      v.literal("processing"),
      v.literal("completed"),
      v.literal("failed"),
    ),
    voiceNoteId: v.optional(v.id("voiceNotes")),
    rawMediaStorageId: v.optional(v.id("_storage")),
    metadata: v.optional(v.any()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_artifactId", ["artifactId"])
    .index("by_senderUserId_and_createdAt", ["senderUserId", "createdAt"])
    .index("by_voiceNoteId", ["voiceNoteId"])
    .index("by_status_and_createdAt", ["status", "createdAt"]),

  voiceNoteTranscripts: defineTable({
    artifactId: v.id("voiceNoteArtifacts"),
    fullText: v.string(),
    segments: v.array(
      v.object({
        text: v.string(),
        startTime: v.number(),
        endTime: v.number(),
        confidence: v.number(),
      }),
    ),
    modelUsed: v.string(),
    language: v.string(),
    duration: v.number(),
    createdAt: v.number(),
  }).index("by_artifactId", ["artifactId"]),

  voiceNoteClaims: defineTable({
    claimId: v.string(),
    artifactId: v.id("voiceNoteArtifacts"),
    sourceText: v.string(),
    topic,
    title: v.string(),
    description: v.string(),
    recommendedAction: v.optional(v.string()),
    entityMentions: v.array(v.object({ mentionType: v.string(), rawText: v.string(), position: v.number() })),
    resolvedPlayerIdentityId: v.optional(v.string()),
    resolvedPlayerName: v.optional(v.string()),
    resolvedTeamId: v.optional(v.string()),
    resolvedTeamName: v.optional(v.string()),
    resolvedAssigneeUserId: v.optional(v.string()),
    resolvedAssigneeName: v.optional(v.string()),
    extractionConfidence: v.number(),
    organizationId: v.string(),
    coachUserId: v.string(),
    status: v.union(
      v.literal("extracted"),
      v.literal("resolving"),
      v.literal("resolved"),
      v.literal("needs_disambiguation"),
      v.literal("merged"),
      v.literal("discarded"),
      v.literal("failed"),
    ),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_artifactId", ["artifactId"])
    .index("by_claimId", ["claimId"])
    .index("by_org_and_coach", ["organizationId", "coachUserId"])
    .index("by_org_and_status", ["organizationId", "status"]),

  voiceNoteEntityResolutions: defineTable({
    claimId: v.id("voiceNoteClaims"),
    artifactId: v.id("voiceNoteArtifacts"),
    mentionIndex: v.number(),
    mentionType: v.union(
      v.literal("player_name"),
      v.literal("team_name"),
      v.literal("group_reference"),
      v.literal("coach_name"),
    ),
    rawText: v.string(),
    candidates: v.array(v.any()),
    status: v.union(
      v.literal("auto_resolved"),
      v.literal("needs_disambiguation"),
      v.literal("user_resolved"),
      v.literal("unresolved"),
    ),
    resolvedEntityId: v.optional(v.string()),
    resolvedEntityName: v.optional(v.string()),
    resolvedAt: v.optional(v.number()),
    organizationId: v.string(),
    createdAt: v.number(),
  })
    .index("by_claimId", ["claimId"])
    .index("by_artifactId", ["artifactId"]),

  insightDrafts: defineTable({
    draftId: v.string(),
    artifactId: v.id("voiceNoteArtifacts"),
    claimId: v.id("voiceNoteClaims"),
    insightType: topic,
    title: v.string(),
    description: v.string(),
    evidence: v.object({ transcriptSnippet: v.string() }),
    displayOrder: v.number(),
    aiConfidence: v.number(),
    resolutionConfidence: v.number(),
    overallConfidence: v.number(),
    requiresConfirmation: v.boolean(),
    status: v.union(
      v.literal("pending"),
      v.literal("confirmed"),
      v.literal("rejected"),
      v.literal("applied"),
      v.literal("expired"),
    ),
    organizationId: v.string(),
    coachUserId: v.string(),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index("by_artifactId", ["artifactId"])
    .index("by_org_and_coach_and_status", ["organizationId", "coachUserId", "status"]),

  featureFlags: defineTable({
    featureKey: v.string(),
    scope: v.union(v.literal("platform"), v.literal("organization"), v.literal("user")),
    organizationId: v.optional(v.string()),
    userId: v.optional(v.string()),
    enabled: v.boolean(),
    updatedBy: v.optional(v.string()),
    updatedAt: v.number(),
    notes: v.optional(v.string()),
  })
    .index("by_featureKey_and_scope", ["featureKey", "scope"])
    .index("by_featureKey_scope_org", ["featureKey", "scope", "organizationId"])
    .index("by_featureKey_scope_user", ["featureKey", "scope", "userId"]),

  // Only in this stand-in; in real hosts both live in another component.
  organizations: defineTable({
    organizationId: v.string(),
    name: v.string(),
    slug: v.string(),
  }).index("by_organizationId", ["organizationId"]),
  users: defineTable({
    subject: v.string(),
    name: v.string(),
    isPlatformStaff: v.boolean(),
  }).index("by_subject", ["subject"]),
});
