/**
 * What only a document itself can tell: bits for the core, and which field is malformed. The meaning of the
 * bits is defined in the core (`Facts`, `MALFORMED`, `COMPLETED`).
 */

import {
  draftStatuses,
  type FirstMalformed,
  firstMalformed,
  insightsStatuses,
  type Table,
  transcriptionStatuses,
} from "./malformed.js";

export type StoredDocument = { _id: string; _creationTime: number } & Record<string, unknown>;

const MALFORMED = 2 ** 31;
const COMPLETED = 2 ** 30;

/** A column that says which documents are malformed: a bit for each, and the names of those that are. */
export class Names {
  private readonly lines: string[] = [];
  private readonly find: FirstMalformed;

  constructor(table: Table) {
    this.find = firstMalformed[table];
  }

  bit(document: StoredDocument): number {
    const field = this.find(document);
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

/** The fact of a draft. */
export function draftFact(draft: StoredDocument): number {
  const status = draftStatuses.indexOf(draft.status as string);
  return status < 0 ? draftStatuses.length : status;
}

/** Columns of artifacts: how many candidates each has, and their organizations. An id that cannot be the
 * organization's, having another length or another end, is passed as an empty one. */
export class Candidates {
  private readonly ids: string[] = [];
  private readonly length: number;
  private readonly end: number;

  constructor(organizationId: string) {
    this.length = organizationId.length;
    this.end = organizationId.charCodeAt(this.length - 1);
  }

  fact(artifact: StoredDocument): number {
    const stored = artifact.orgContextCandidates;
    const candidates: { organizationId?: unknown }[] = Array.isArray(stored) ? stored : [];
    for (let at = 0; at < candidates.length; at++) {
      const id = candidates[at]?.organizationId;
      this.ids.push(this.mayBe(id) ? id : "");
    }
    return candidates.length + (artifact.status === "completed" ? COMPLETED : 0);
  }

  column(): string {
    return this.ids.join("\n");
  }

  /** A line break would shift the column; no organization's id holds one. */
  private mayBe(id: unknown): id is string {
    return (
      typeof id === "string" &&
      id.length === this.length &&
      id.charCodeAt(this.length - 1) === this.end &&
      !id.includes("\n")
    );
  }
}
