/** What the core is told of stored documents: what only a document itself can tell. */

import {
  type ArtifactToJudge,
  type Candidates,
  constants,
  type DraftStatus,
  type FlagValue,
  type LinkedArtifact,
  type MalformedRow,
  type NoteFacts,
} from "../core.js";
import { firstMalformed, type Table } from "./malformed.js";

export type StoredDocument = { _id: string; _creationTime: number } & Record<string, unknown>;

/** The word, if it is one of these. */
const known = <Word extends string>(all: readonly Word[], word: unknown): Word | undefined =>
  all.find((one) => one === word);

/** A stored status; a null counts as none. */
function status<Word extends string>(all: readonly Word[], stored: unknown): Word | "unknown" | undefined {
  return stored === undefined || stored === null ? undefined : (known(all, stored) ?? "unknown");
}

/** Is it a text that is not blank? */
const hasText = (text: unknown): boolean => typeof text === "string" && text.trim() !== "";

export const noteFacts = (note: StoredDocument): NoteFacts => ({
  transcriptionStatus: status(constants.transcriptionStatuses, note.transcriptionStatus),
  insightsStatus: status(constants.insightsStatuses, note.insightsStatus),
  hasCoach: typeof note.coachId === "string" && note.coachId !== "",
  hasText: hasText(note.transcription),
  createdMs: note._creationTime,
});

export const flagValue = (row: StoredDocument): FlagValue =>
  row.enabled === true ? "on" : row.enabled === false ? "off" : "malformed";

export const draftStatus = (draft: StoredDocument): DraftStatus | null =>
  known(constants.draftStatuses, draft.status) ?? null;

export const isCompleted = (artifact: StoredDocument): boolean => artifact.status === "completed";

export const artifactToJudge = (artifact: StoredDocument, note: number): ArtifactToJudge => ({
  note,
  isCompleted: isCompleted(artifact),
  createdMs: artifact._creationTime,
  updatedMs: typeof artifact.updatedAt === "number" ? artifact.updatedAt : undefined,
  organizationIds: organizationIdsOf(artifact),
});

/** Adds the organizations that an artifact's candidates name, and answers how many these are. */
export function addOrganizationIds(all: string[], artifact: StoredDocument): number {
  const before = all.length;
  const candidates = artifact.orgContextCandidates;
  if (!Array.isArray(candidates)) return 0;
  for (const candidate of candidates) {
    const id: unknown = candidate?.organizationId;
    if (typeof id === "string") all.push(id);
  }
  return all.length - before;
}

export function organizationIdsOf(artifact: StoredDocument): string[] {
  const all: string[] = [];
  addOrganizationIds(all, artifact);
  return all;
}

/** The artifacts that were looked up for a note. */
export const linkedArtifacts = (artifacts: readonly StoredDocument[], note: number): LinkedArtifact[] =>
  artifacts.map((artifact) => ({
    note,
    isCompleted: isCompleted(artifact),
    organizationIds: organizationIdsOf(artifact),
  }));

export function candidatesOf(artifacts: readonly StoredDocument[]): Candidates {
  const organizationIds: string[] = [];
  const counts = new Uint32Array(artifacts.length);
  for (const [at, artifact] of artifacts.entries())
    counts[at] = addOrganizationIds(organizationIds, artifact);
  return { organizationIds, counts };
}

export function malformedDocuments(table: Table, documents: readonly StoredDocument[]): MalformedRow[] {
  const find = firstMalformed[table];
  const malformed: MalformedRow[] = [];
  // By index: every document of the platform's artifacts comes here, and an iterator takes longer than the check.
  for (let row = 0; row < documents.length; row++) {
    const document = documents[row] as StoredDocument;
    const field = find(document);
    if (field === null) continue;
    const { _id: id, organizationId } = document;
    malformed.push({
      row,
      id,
      field,
      organizationId: typeof organizationId === "string" ? organizationId : undefined,
    });
  }
  return malformed;
}
