/** The tables of a platform, laid out as a plan says. */

import { Table } from "../database/table.js";
import { type Tables, Transaction } from "../database/transaction.js";
import { type Counts, draftStatuses, NONE, Plan } from "./plan.js";
import { insightsOf, sentenceOf, transcriptOf } from "./texts.js";

const COACHES = 8;
const USERS = 25;
/** A year ago, when the first note was recorded. */
const FIRST_MS = 1_760_000_000_000;

/** Three rows each were written in one transaction: a creation time is not unique. */
const createdMs = (row: number): number => FIRST_MS + Math.floor(row / 3) * 40;

const organizationId = (organization: number): string => `org_2f${String(organization).padStart(24, "0")}`;
const coachId = (organization: number, coach: number): string =>
  `user_${String(organization).padStart(6, "0")}_${String(coach).padStart(20, "0")}`;
const uuid = (n: number): string => `${String(n).padStart(8, "0")}-5b2e-4c1a-9d57-0242ac120002`;

export type Platform = {
  organizations: number;
  /** The organization whose status is asked for. */
  organizationId: string;
  truth: Counts;
  /** Documents that the route of `v2MigrationStatus` must read at the least: by the host's indexes, without
   * one from organizations to artifacts. */
  leastDocuments: number;
  begin(): Transaction;
};

/** Lays out a platform. */
export function platformOf(organizations: number, notes: number): Platform {
  const asked = Math.floor(organizations / 2);
  const plan = new Plan(organizations, notes, asked);
  const tables = tablesOf(plan);
  const { truth } = plan;
  const drafts = Object.values(truth.drafts).reduce((sum, n) => sum + n, 0);
  const flags = FLAG_KEYS.length * (1 + USERS);
  return {
    organizations,
    organizationId: organizationId(asked),
    truth,
    leastDocuments:
      truth.notes +
      plan.linked +
      plan.artifactNote.length +
      truth.transcripts +
      truth.claims +
      truth.resolutions +
      drafts +
      flags,
    begin: () => new Transaction(tables),
  };
}

function tablesOf(plan: Plan): Tables {
  const notes = notesOf(plan);
  const artifacts = artifactsOf(plan, notes);
  const claims = claimsOf(plan, artifacts);
  const all = [
    notes,
    artifacts,
    transcriptsOf(plan, artifacts),
    claims,
    resolutionsOf(plan, artifacts, claims),
    draftsOf(plan, artifacts, claims),
    flagsOf(plan),
  ];
  return new Map(all.map((table) => [table.name, table]));
}

function notesOf(plan: Plan): Table {
  const { organizationOf, kindOf } = plan;
  const organization = (note: number) => organizationId(organizationOf(note));
  const isTranscribed = (note: number) => kindOf(note) !== "failed" && kindOf(note) !== "blank";
  return new Table("voiceNotes", "j", plan.notes, createdMs, {
    orgId: organization,
    coachId: (note) =>
      kindOf(note) === "blocked" ? undefined : coachId(organizationOf(note), note % COACHES),
    date: () => "2026-02-08",
    type: (note) => (note % 3 === 0 ? "match" : "training"),
    source: (note) => (note % 7 === 0 ? undefined : "whatsapp_audio"),
    audioStorageId: (note) => `kg${String(note).padStart(30, "0")}`,
    transcription: (note) =>
      isTranscribed(note) ? transcriptOf(note).fullText : kindOf(note) === "blank" ? "  \n " : undefined,
    transcriptionStatus: (note) => (kindOf(note) === "failed" ? "failed" : "completed"),
    insights: insightsOf,
    insightsStatus: (note) => (kindOf(note) === "deferred" ? "awaiting_confirmation" : "completed"),
  }).index("by_orgId", ["orgId"], plan.organizations, organizationOf);
}

function artifactsOf(plan: Plan, notes: Table): Table {
  const { artifactNote, artifactOrganization, artifactIsShared, artifactIsCompleted } = plan;
  const linked = (artifact: number) => artifactNote.at(artifact);
  // Documents without the field come first in an index.
  const group = (artifact: number) => (linked(artifact) === NONE ? 0 : linked(artifact) + 1);
  return new Table("voiceNoteArtifacts", "k", artifactNote.length, createdMs, {
    artifactId: uuid,
    sourceChannel: () => "whatsapp_audio",
    senderUserId: (artifact) => coachId(artifactOrganization.at(artifact), artifact % COACHES),
    orgContextCandidates: (artifact) => {
      const own = artifactOrganization.at(artifact);
      const named = artifactIsShared.at(artifact) === 0 ? [own] : [own, plan.neighbourOf(own)];
      return named.map((organization, at) => ({
        organizationId: organizationId(organization),
        confidence: at === 0 ? 0.9 : 0.1,
      }));
    },
    status: (artifact) => (artifactIsCompleted.at(artifact) === 1 ? "completed" : "processing"),
    voiceNoteId: (artifact) => (linked(artifact) === NONE ? undefined : notes.id(linked(artifact))),
    rawMediaStorageId: (artifact) => `kg${String(artifact).padStart(30, "0")}`,
    createdAt: createdMs,
    updatedAt: createdMs,
  }).index("by_voiceNoteId", ["voiceNoteId"], plan.notes + 1, group);
}

function transcriptsOf(plan: Plan, artifacts: Table): Table {
  const artifact = plan.transcriptArtifact.at;
  const transcript = (row: number) => transcriptOf(artifact(row));
  return new Table("voiceNoteTranscripts", "m", plan.transcriptArtifact.length, createdMs, {
    artifactId: (row) => artifacts.id(artifact(row)),
    fullText: (row) => transcript(row).fullText,
    segments: (row) => transcript(row).segments,
    modelUsed: () => "whisper-1",
    language: () => "en",
    duration: (row) => transcript(row).segments.length * 9.6,
    createdAt: createdMs,
  }).index("by_artifactId", ["artifactId"], artifacts.length, artifact);
}

function claimsOf(plan: Plan, artifacts: Table): Table {
  const artifact = plan.claimArtifact.at;
  const organization = (claim: number) => plan.artifactOrganization.at(artifact(claim));
  const coach = (claim: number) => artifact(claim) % COACHES;
  const groups = plan.organizations * COACHES;
  return new Table("voiceNoteClaims", "n", plan.claimArtifact.length, createdMs, {
    claimId: uuid,
    artifactId: (claim) => artifacts.id(artifact(claim)),
    sourceText: sentenceOf,
    topic: (claim) => (claim % 2 === 0 ? "injury" : "performance"),
    title: () => "Ankle, to be looked at",
    description: sentenceOf,
    entityMentions: () => [{ mentionType: "player_name", rawText: "Aoife", position: 0 }],
    resolvedPlayerIdentityId: (claim) => (claim % 2 === 0 ? `player_${claim % 64}` : undefined),
    extractionConfidence: () => 0.9,
    organizationId: (claim) => organizationId(organization(claim)),
    coachUserId: (claim) => coachId(organization(claim), coach(claim)),
    status: (claim) => (claim % 2 === 0 ? "resolved" : "extracted"),
    createdAt: createdMs,
    updatedAt: createdMs,
  }).index(
    "by_org_and_coach",
    ["organizationId", "coachUserId"],
    groups,
    (claim) => organization(claim) * COACHES + coach(claim),
  );
}

function resolutionsOf(plan: Plan, artifacts: Table, claims: Table): Table {
  const claim = plan.resolutionClaim.at;
  const artifact = (row: number) => plan.claimArtifact.at(claim(row));
  const organization = (row: number) => plan.artifactOrganization.at(artifact(row));
  return new Table("voiceNoteEntityResolutions", "p", plan.resolutionClaim.length, createdMs, {
    claimId: (row) => claims.id(claim(row)),
    artifactId: (row) => artifacts.id(artifact(row)),
    mentionIndex: () => 0,
    mentionType: () => "player_name",
    rawText: () => "Aoife",
    candidates: (row) => [
      { entityType: "player", entityId: `player_${row % 64}`, entityName: "Aoife Ní Bhriain", score: 0.91 },
      { entityType: "player", entityId: `player_${row % 63}`, entityName: "Aoife Breen", score: 0.55 },
    ],
    status: () => "auto_resolved",
    resolvedEntityId: (row) => `player_${row % 64}`,
    resolvedEntityName: () => "Aoife Ní Bhriain",
    resolvedAt: createdMs,
    organizationId: (row) => organizationId(organization(row)),
    createdAt: createdMs,
  }).index("by_claimId", ["claimId"], claims.length, claim);
}

function draftsOf(plan: Plan, artifacts: Table, claims: Table): Table {
  const claim = plan.draftClaim.at;
  const artifact = (row: number) => plan.claimArtifact.at(claim(row));
  const organization = (row: number) => plan.artifactOrganization.at(artifact(row));
  const coach = (row: number) => artifact(row) % COACHES;
  const status = plan.draftStatus.at;
  const groups = plan.organizations * COACHES * draftStatuses.length;
  const group = (row: number) =>
    (organization(row) * COACHES + coach(row)) * draftStatuses.length + status(row);
  return new Table("insightDrafts", "q", plan.draftClaim.length, createdMs, {
    draftId: uuid,
    artifactId: (row) => artifacts.id(artifact(row)),
    claimId: (row) => claims.id(claim(row)),
    insightType: () => "injury",
    title: () => "Ankle, to be looked at",
    description: sentenceOf,
    evidence: (row) => ({ transcriptSnippet: sentenceOf(row) }),
    displayOrder: () => 1,
    aiConfidence: () => 0.9,
    resolutionConfidence: () => 0.91,
    overallConfidence: () => 0.82,
    requiresConfirmation: () => true,
    status: (row) => draftStatuses[status(row)],
    organizationId: (row) => organizationId(organization(row)),
    coachUserId: (row) => coachId(organization(row), coach(row)),
    createdAt: createdMs,
    updatedAt: createdMs,
  }).index("by_org_and_coach_and_status", ["organizationId", "coachUserId", "status"], groups, group);
}

const FLAG_KEYS = ["entity_resolution_v2", "voice_notes_v2"] as const;

/** By key: a row for each organization, then some for users. */
function flagsOf(plan: Plan): Table {
  const rowsAKey = plan.organizations + USERS;
  const key = (row: number) => Math.floor(row / rowsAKey);
  const nth = (row: number) => row % rowsAKey;
  const isUsers = (row: number) => nth(row) >= plan.organizations;
  return new Table("featureFlags", "r", rowsAKey * FLAG_KEYS.length, createdMs, {
    featureKey: (row) => FLAG_KEYS[key(row)],
    scope: (row) => (isUsers(row) ? "user" : "organization"),
    organizationId: (row) => (isUsers(row) ? undefined : organizationId(nth(row))),
    userId: (row) => (isUsers(row) ? coachId(0, nth(row)) : undefined),
    enabled: () => true,
    updatedAt: createdMs,
  })
    .index(
      "by_featureKey_and_scope",
      ["featureKey", "scope"],
      FLAG_KEYS.length * 2,
      (row) => key(row) * 2 + (isUsers(row) ? 1 : 0),
    )
    .index(
      "by_featureKey_scope_org",
      ["featureKey", "scope", "organizationId"],
      rowsAKey * FLAG_KEYS.length,
      (row) => key(row) * rowsAKey + (isUsers(row) ? plan.organizations : nth(row)),
    );
}
