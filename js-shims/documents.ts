/**
 * What only a document itself can tell: bits for the core, and which field is malformed. The meaning of the
 * bits is defined in the core (`Facts`, `MALFORMED`, `COMPLETED`).
 */

export type StoredDocument = { _id: string; _creationTime: number } & Record<string, unknown>;

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number";
const boolean: Check = (value) => typeof value === "boolean";
const list: Check = Array.isArray;
const object: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf = (words: readonly string[]): Check => {
  const set = new Set<unknown>(words);
  return (value) => set.has(value);
};
const listOf =
  (fields: Shape): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => object(item) && malformedField(fields, item) === null);

/** The fields that matter here, each with what it may hold. */
type Shape = readonly (readonly [field: string, check: Check])[];

export const channels = [
  "whatsapp_audio",
  "whatsapp_text",
  "app_recorded",
  "app_typed",
  "voicemail",
] as const;

const topics = oneOf([
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
]);

const transcriptionStatuses = ["pending", "processing", "completed", "failed"];
const insightsStatuses = [
  "pending",
  "processing",
  "completed",
  "failed",
  "awaiting_confirmation",
  "cancelled",
];
const draftStatuses = ["pending", "confirmed", "rejected", "applied", "expired"];

const insight: Shape = [
  ["id", maybe(text)],
  ["title", maybe(text)],
  ["description", text],
  ["category", maybe(text)],
  ["recommendedUpdate", maybe(text)],
  ["confidence", maybe(number)],
  ["playerIdentityId", maybe(text)],
  ["playerName", maybe(text)],
  ["teamId", maybe(text)],
  ["teamName", maybe(text)],
  ["assigneeUserId", maybe(text)],
  ["assigneeName", maybe(text)],
];

export const shapes = {
  voiceNotes: [
    ["orgId", text],
    ["coachId", maybe(text)],
    ["date", text],
    ["type", oneOf(["training", "match", "general"])],
    ["source", maybe(oneOf(channels))],
    ["audioStorageId", maybe(text)],
    ["transcription", maybe(text)],
    ["transcriptionStatus", maybe(oneOf(transcriptionStatuses))],
    ["insights", listOf(insight)],
    ["insightsStatus", maybe(oneOf(insightsStatuses))],
  ],
  voiceNoteArtifacts: [
    ["artifactId", text],
    ["sourceChannel", oneOf(channels)],
    ["senderUserId", text],
    [
      "orgContextCandidates",
      listOf([
        ["organizationId", text],
        ["confidence", number],
      ]),
    ],
    ["status", oneOf(["received", "transcribing", "transcribed", "processing", "completed", "failed"])],
    ["voiceNoteId", maybe(text)],
    ["createdAt", number],
    ["updatedAt", number],
  ],
  voiceNoteTranscripts: [
    ["artifactId", text],
    ["fullText", text],
    ["segments", list],
    ["modelUsed", text],
    ["language", text],
    ["duration", number],
    ["createdAt", number],
  ],
  voiceNoteClaims: [
    ["claimId", text],
    ["artifactId", text],
    ["sourceText", text],
    ["topic", topics],
    ["title", text],
    ["description", text],
    ["entityMentions", list],
    ["extractionConfidence", number],
    ["organizationId", text],
    ["coachUserId", text],
    [
      "status",
      oneOf(["extracted", "resolving", "resolved", "needs_disambiguation", "merged", "discarded", "failed"]),
    ],
    ["createdAt", number],
    ["updatedAt", number],
  ],
  voiceNoteEntityResolutions: [
    ["claimId", text],
    ["artifactId", text],
    ["mentionIndex", number],
    ["mentionType", oneOf(["player_name", "team_name", "group_reference", "coach_name"])],
    ["rawText", text],
    ["candidates", list],
    ["status", oneOf(["auto_resolved", "needs_disambiguation", "user_resolved", "unresolved"])],
    ["organizationId", text],
    ["createdAt", number],
  ],
  insightDrafts: [
    ["draftId", text],
    ["artifactId", text],
    ["claimId", text],
    ["insightType", topics],
    ["title", text],
    ["description", text],
    ["evidence", object],
    ["displayOrder", number],
    ["aiConfidence", number],
    ["resolutionConfidence", number],
    ["overallConfidence", number],
    ["requiresConfirmation", boolean],
    ["status", oneOf(draftStatuses)],
    ["organizationId", text],
    ["coachUserId", text],
    ["createdAt", number],
    ["updatedAt", number],
  ],
  featureFlags: [
    ["featureKey", text],
    ["scope", oneOf(["platform", "organization", "user"])],
    ["enabled", boolean],
    ["updatedAt", number],
  ],
} satisfies Record<string, Shape>;

/** Fields of a note that a migration neither reads nor carries over. */
const unread = new Set(["date", "type"]);

/** What a note must be like to be migrated. */
export const migratedNote: Shape = shapes.voiceNotes.filter(([field]) => !unread.has(field));

export type Table = keyof typeof shapes;

/** The first field of a document that is missing or of the wrong type; null where all are right. */
export function malformedField(shape: Shape, document: Record<string, unknown>): string | null {
  for (const [field, check] of shape) {
    if (!check(document[field])) return field;
  }
  return null;
}

const MALFORMED = 2 ** 31;
const COMPLETED = 2 ** 30;

/** A column that says which documents are malformed: a bit for each, and the names of those that are. */
export class Names {
  private readonly lines: string[] = [];
  private readonly shape: Shape;

  constructor(table: Table) {
    this.shape = shapes[table];
  }

  bit(document: StoredDocument): number {
    const field = malformedField(this.shape, document);
    if (field === null) return 0;
    this.lines.push(`${document._id}: ${field}`);
    return MALFORMED;
  }

  column(): string {
    return this.lines.join("\n");
  }
}

const isFilled = (value: unknown): value is string => typeof value === "string" && value !== "";

/** `Facts` of a note. */
export function noteFacts(note: StoredDocument, malformed: number): number {
  const transcription = transcriptionStatuses.indexOf(note.transcriptionStatus as string) + 1;
  const insights = insightsStatuses.indexOf(note.insightsStatus as string) + 1;
  const hasText = typeof note.transcription === "string" && note.transcription.trim() !== "";
  return (
    malformed +
    transcription +
    insights * 8 +
    (isFilled(note.coachId) ? 64 : 0) +
    (hasText ? 128 : 0) +
    (malformed === 0 ? 0 : 256)
  );
}

/** The fact of a flag row. */
export function flagFact(row: StoredDocument): number {
  return row.enabled === true ? 1 : row.enabled === false ? 0 : 2;
}

/** The fact of a draft. */
export function draftFact(draft: StoredDocument): number {
  const status = draftStatuses.indexOf(draft.status as string);
  return status < 0 ? draftStatuses.length : status;
}

/** Columns of artifacts: how many candidates each has, and their organizations. */
export class Candidates {
  private readonly ids: string[] = [];

  fact(artifact: StoredDocument): number {
    const candidates: unknown = artifact.orgContextCandidates;
    const before = this.ids.length;
    if (Array.isArray(candidates)) {
      for (const candidate of candidates) {
        const id: unknown = candidate?.organizationId;
        // A line break would shift the column; no organization id holds one.
        this.ids.push(typeof id === "string" && !id.includes("\n") ? id : "");
      }
    }
    return this.ids.length - before + (artifact.status === "completed" ? COMPLETED : 0);
  }

  column(): string {
    return this.ids.join("\n");
  }
}
