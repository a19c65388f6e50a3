/**
 * Which documents are malformed: the fields that matter here, and what each may hold.
 *
 * Written out, so that each field is read at a place of its own: a loop over names of fields looks up every one of
 * them anew, and takes four times as long.
 */

/** A stored document of which nothing is certain. */
// biome-ignore lint/suspicious/noExplicitAny: every field is looked at before it is used, and `unknown` would take a cast for each.
type Fields = any;

/** The first field that is missing or of the wrong type; null where all are right. */
export type FirstMalformed = (document: Fields) => string | null;

export const channels = [
  "whatsapp_audio",
  "whatsapp_text",
  "app_recorded",
  "app_typed",
  "voicemail",
] as const;
export const transcriptionStatuses = ["pending", "processing", "completed", "failed"];
export const insightsStatuses = [
  "pending",
  "processing",
  "completed",
  "failed",
  "awaiting_confirmation",
  "cancelled",
];
export const draftStatuses = ["pending", "confirmed", "rejected", "applied", "expired"];
const noteTypes = ["training", "match", "general"];
const artifactStatuses = ["received", "transcribing", "transcribed", "processing", "completed", "failed"];
const claimStatuses = [
  "extracted",
  "resolving",
  "resolved",
  "needs_disambiguation",
  "merged",
  "discarded",
  "failed",
];
const resolutionStatuses = ["auto_resolved", "needs_disambiguation", "user_resolved", "unresolved"];
const mentionTypes = ["player_name", "team_name", "group_reference", "coach_name"];
const scopes = ["platform", "organization", "user"];
const topics = [
  "injury",
  "skill_rating",
  "skill_progress",
  "behavior",
  "performance",
  "attendance",
  "wellbeing",
  "recovery",
  "development_milestone",
  "physical_development",
  "parent_communication",
  "tactical",
  "team_culture",
  "todo",
  "session_plan",
];

const isText = (value: unknown): boolean => typeof value === "string";
const isNumber = (value: unknown): boolean => typeof value === "number";
const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isMaybeText = (value: unknown): boolean => value === undefined || typeof value === "string";
/** By comparing: a set would compute the hash of each fresh text. */
const isOneOf = (words: readonly string[], value: unknown): boolean => words.includes(value as string);
const isMaybeOneOf = (words: readonly string[], value: unknown): boolean =>
  value === undefined || isOneOf(words, value);

function areCandidates(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  for (let at = 0; at < value.length; at++) {
    const candidate = value[at];
    if (!isObject(candidate)) return false;
    if (!isText(candidate.organizationId) || !isNumber(candidate.confidence)) return false;
  }
  return true;
}

const isInsight = (insight: Fields): boolean =>
  isObject(insight) &&
  isMaybeText(insight.id) &&
  isMaybeText(insight.title) &&
  isText(insight.description) &&
  isMaybeText(insight.category) &&
  isMaybeText(insight.recommendedUpdate) &&
  (insight.confidence === undefined || isNumber(insight.confidence)) &&
  isMaybeText(insight.playerIdentityId) &&
  isMaybeText(insight.playerName) &&
  isMaybeText(insight.teamId) &&
  isMaybeText(insight.teamName) &&
  isMaybeText(insight.assigneeUserId) &&
  isMaybeText(insight.assigneeName);

function areInsights(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  for (let at = 0; at < value.length; at++) {
    if (!isInsight(value[at])) return false;
  }
  return true;
}

/** Of a note that is migrated: without the fields that are neither read then nor carried over. */
export const malformedForMigration: FirstMalformed = (note) => {
  if (!isText(note.orgId)) return "orgId";
  if (!isMaybeText(note.coachId)) return "coachId";
  if (!isMaybeOneOf(channels, note.source)) return "source";
  if (!isMaybeText(note.audioStorageId)) return "audioStorageId";
  if (!isMaybeText(note.transcription)) return "transcription";
  if (!isMaybeOneOf(transcriptionStatuses, note.transcriptionStatus)) return "transcriptionStatus";
  if (!areInsights(note.insights)) return "insights";
  if (!isMaybeOneOf(insightsStatuses, note.insightsStatus)) return "insightsStatus";
  return null;
};

/** By table. */
export const firstMalformed = {
  voiceNotes: (note: Fields) => {
    if (!isText(note.date)) return "date";
    if (!isOneOf(noteTypes, note.type)) return "type";
    return malformedForMigration(note);
  },
  voiceNoteArtifacts: (artifact: Fields) => {
    if (!isText(artifact.artifactId)) return "artifactId";
    if (!isOneOf(channels, artifact.sourceChannel)) return "sourceChannel";
    if (!isText(artifact.senderUserId)) return "senderUserId";
    if (!areCandidates(artifact.orgContextCandidates)) return "orgContextCandidates";
    if (!isOneOf(artifactStatuses, artifact.status)) return "status";
    if (!isMaybeText(artifact.voiceNoteId)) return "voiceNoteId";
    if (!isNumber(artifact.createdAt)) return "createdAt";
    if (!isNumber(artifact.updatedAt)) return "updatedAt";
    return null;
  },
  voiceNoteTranscripts: (transcript: Fields) => {
    if (!isText(transcript.artifactId)) return "artifactId";
    if (!isText(transcript.fullText)) return "fullText";
    if (!Array.isArray(transcript.segments)) return "segments";
    if (!isText(transcript.modelUsed)) return "modelUsed";
    if (!isText(transcript.language)) return "language";
    if (!isNumber(transcript.duration)) return "duration";
    if (!isNumber(transcript.createdAt)) return "createdAt";
    return null;
  },
  voiceNoteClaims: (claim: Fields) => {
    if (!isText(claim.claimId)) return "claimId";
    if (!isText(claim.artifactId)) return "artifactId";
    if (!isText(claim.sourceText)) return "sourceText";
    if (!isOneOf(topics, claim.topic)) return "topic";
    if (!isText(claim.title)) return "title";
    if (!isText(claim.description)) return "description";
    if (!Array.isArray(claim.entityMentions)) return "entityMentions";
    if (!isNumber(claim.extractionConfidence)) return "extractionConfidence";
    if (!isText(claim.organizationId)) return "organizationId";
    if (!isText(claim.coachUserId)) return "coachUserId";
    if (!isOneOf(claimStatuses, claim.status)) return "status";
    if (!isNumber(claim.createdAt)) return "createdAt";
    if (!isNumber(claim.updatedAt)) return "updatedAt";
    return null;
  },
  voiceNoteEntityResolutions: (resolution: Fields) => {
    if (!isText(resolution.claimId)) return "claimId";
    if (!isText(resolution.artifactId)) return "artifactId";
    if (!isNumber(resolution.mentionIndex)) return "mentionIndex";
    if (!isOneOf(mentionTypes, resolution.mentionType)) return "mentionType";
    if (!isText(resolution.rawText)) return "rawText";
    if (!Array.isArray(resolution.candidates)) return "candidates";
    if (!isOneOf(resolutionStatuses, resolution.status)) return "status";
    if (!isText(resolution.organizationId)) return "organizationId";
    if (!isNumber(resolution.createdAt)) return "createdAt";
    return null;
  },
  insightDrafts: (draft: Fields) => {
    if (!isText(draft.draftId)) return "draftId";
    if (!isText(draft.artifactId)) return "artifactId";
    if (!isText(draft.claimId)) return "claimId";
    if (!isOneOf(topics, draft.insightType)) return "insightType";
    if (!isText(draft.title)) return "title";
    if (!isText(draft.description)) return "description";
    if (!isObject(draft.evidence)) return "evidence";
    if (!isNumber(draft.displayOrder)) return "displayOrder";
    if (!isNumber(draft.aiConfidence)) return "aiConfidence";
    if (!isNumber(draft.resolutionConfidence)) return "resolutionConfidence";
    if (!isNumber(draft.overallConfidence)) return "overallConfidence";
    if (typeof draft.requiresConfirmation !== "boolean") return "requiresConfirmation";
    if (!isOneOf(draftStatuses, draft.status)) return "status";
    if (!isText(draft.organizationId)) return "organizationId";
    if (!isText(draft.coachUserId)) return "coachUserId";
    if (!isNumber(draft.createdAt)) return "createdAt";
    if (!isNumber(draft.updatedAt)) return "updatedAt";
    return null;
  },
  featureFlags: (flag: Fields) => {
    if (!isText(flag.featureKey)) return "featureKey";
    if (!isOneOf(scopes, flag.scope)) return "scope";
    if (typeof flag.enabled !== "boolean") return "enabled";
    if (!isNumber(flag.updatedAt)) return "updatedAt";
    return null;
  },
} satisfies Record<string, FirstMalformed>;

export type Table = keyof typeof firstMalformed;
