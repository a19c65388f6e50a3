/** A note's v2 rows, as the host's own code makes them. */

import type { Doc, Id } from "../../tests/backend/convex/_generated/dataModel.js";

type Note = Doc<"voiceNotes">;
type Topic = Doc<"voiceNoteClaims">["topic"];

/** The topics that differ from the category. */
const topicByCategory: Record<string, Topic> = {
  skill: "skill_rating",
  skills: "skill_rating",
  goal: "development_milestone",
  milestone: "development_milestone",
  medical: "wellbeing",
  mental_health: "wellbeing",
  behaviour: "behavior",
  physical: "physical_development",
  parent: "parent_communication",
  team: "team_culture",
  action_item: "todo",
  training: "session_plan",
};

const topics: readonly string[] = [
  ...["injury", "skill_rating", "skill_progress", "behavior", "performance", "attendance", "wellbeing"],
  ...["recovery", "development_milestone", "physical_development", "parent_communication", "tactical"],
  ...["team_culture", "todo", "session_plan"],
];

const topicOf = (category = "performance"): Topic =>
  topics.includes(category) ? (category as Topic) : (topicByCategory[category] ?? "performance");

/** Can it be migrated? */
export const isFit = (note: Note): note is Note & { coachId: string; transcription: string } =>
  Boolean(note.coachId) && Boolean(note.transcription?.trim());

type Fit = Note & { coachId: string; transcription: string };

export const artifactRow = (note: Fit, now: number) => ({
  artifactId: crypto.randomUUID() as string,
  sourceChannel: note.source ?? ("app_recorded" as const),
  senderUserId: note.coachId,
  orgContextCandidates: [{ organizationId: note.orgId, confidence: 1 }],
  status: "completed" as const,
  voiceNoteId: note._id,
  rawMediaStorageId: note.audioStorageId,
  createdAt: note._creationTime,
  updatedAt: now,
});

export const transcriptRow = (note: Fit, artifactId: Id<"voiceNoteArtifacts">, now: number) => ({
  artifactId,
  fullText: note.transcription,
  segments: [],
  modelUsed: "migration",
  language: "en",
  duration: 0,
  createdAt: now,
});

export const claimRows = (note: Fit, artifactId: Id<"voiceNoteArtifacts">, now: number) =>
  note.insights.map((insight) => ({
    claimId: insight.id || crypto.randomUUID(),
    artifactId,
    sourceText: insight.description,
    topic: topicOf(insight.category),
    title: insight.title || insight.category || "Note",
    description: insight.description,
    recommendedAction: insight.recommendedUpdate,
    entityMentions: [],
    resolvedPlayerIdentityId: insight.playerIdentityId,
    resolvedPlayerName: insight.playerName,
    resolvedTeamId: insight.teamId,
    resolvedTeamName: insight.teamName,
    resolvedAssigneeUserId: insight.assigneeUserId,
    resolvedAssigneeName: insight.assigneeName,
    extractionConfidence: insight.confidence ?? 0.8,
    organizationId: note.orgId,
    coachUserId: note.coachId,
    status: insight.playerIdentityId ? ("resolved" as const) : ("extracted" as const),
    createdAt: now,
    updatedAt: now,
  }));
