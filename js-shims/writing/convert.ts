/** Turns one v1 note into its v2 rows. */

import type { StoredDocument } from "../reading/documents.js";
import type { channels } from "../reading/malformed.js";

type Insight = {
  id?: string;
  title?: string;
  description: string;
  category?: string;
  recommendedUpdate?: string;
  confidence?: number;
  playerIdentityId?: string;
  playerName?: string;
  teamId?: string;
  teamName?: string;
  assigneeUserId?: string;
  assigneeName?: string;
};

/** A note that was judged fit to be migrated. */
export type Note = StoredDocument & {
  orgId: string;
  coachId: string;
  source?: (typeof channels)[number];
  audioStorageId?: string;
  transcription: string;
  insights: Insight[];
};

const topics = {
  injury: "injury",
  skill_rating: "skill_rating",
  skill_progress: "skill_progress",
  behavior: "behavior",
  performance: "performance",
  attendance: "attendance",
  wellbeing: "wellbeing",
  recovery: "recovery",
  development_milestone: "development_milestone",
  physical_development: "physical_development",
  parent_communication: "parent_communication",
  tactical: "tactical",
  team_culture: "team_culture",
  todo: "todo",
  session_plan: "session_plan",
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
const topicByCategory = new Map<string | undefined, string>(Object.entries(topics));

/** The claim topic of an insight's category. */
export const topicOf = (category: string | undefined): string =>
  topicByCategory.get(category) ?? "performance";

// Convex stores no field that is undefined.

export const artifactRow = (note: Note, now: number) => ({
  artifactId: crypto.randomUUID(),
  sourceChannel: note.source ?? "app_recorded",
  senderUserId: note.coachId,
  orgContextCandidates: [{ organizationId: note.orgId, confidence: 1 }],
  status: "completed",
  voiceNoteId: note._id,
  rawMediaStorageId: note.audioStorageId,
  createdAt: Math.floor(note._creationTime),
  updatedAt: now,
});

/** Its `artifactId` is known once the artifact is written. */
export const transcriptRow = (note: Note, now: number) => ({
  artifactId: "",
  fullText: note.transcription,
  segments: [],
  modelUsed: "migration",
  language: "en",
  duration: 0,
  createdAt: now,
});

/** As `transcriptRow`. */
export function claimRows(note: Note, now: number) {
  const seen = new Set<string>();
  return note.insights.map((insight) => {
    const isUsable = insight.id !== undefined && insight.id !== "" && !seen.has(insight.id);
    const claimId = isUsable ? (insight.id as string) : crypto.randomUUID();
    seen.add(claimId);
    return {
      claimId,
      artifactId: "",
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
      status: insight.playerIdentityId ? "resolved" : "extracted",
      createdAt: now,
      updatedAt: now,
    };
  });
}
