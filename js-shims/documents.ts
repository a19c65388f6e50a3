/**
 * What only a document itself can tell: bits for the core, and which field is malformed. The meaning of the
 * bits is defined in the core (`Facts`, `MALFORMED`, `COMPLETED`).
 */

import {
  draftStatuses,
  firstMalformed,
  insightsStatuses,
  type Table,
  transcriptionStatuses,
} from "./malformed.js";

export type StoredDocument = { _id: string; _creationTime: number } & Record<string, unknown>;

const MALFORMED = 2 ** 31;
const COMPLETED = 2 ** 30;
/** In the fact of a note. */
const MALFORMED_NOTE = 256;

// Columns are made in loops without a call for each document where that can be had: in the fresh context of a call
// nothing is compiled yet, and a loop is compiled while it runs.

/** The malformed among documents. */
export type Malformed = {
  rows: readonly number[];
  /** A line each: the id, and the first malformed field. */
  names: string;
};

export function malformedIn(table: Table, documents: readonly StoredDocument[]): Malformed {
  const find = firstMalformed[table];
  const rows: number[] = [];
  const names: string[] = [];
  for (let at = 0; at < documents.length; at++) {
    const document = documents[at] as StoredDocument;
    const field = find(document);
    if (field === null) continue;
    rows.push(at);
    names.push(`${document._id}: ${field}`);
  }
  return { rows, names: names.join("\n") };
}

/** A column of facts, with the malformed of the table's documents marked in it. */
export function marked(table: Table, facts: Float64Array, { rows }: Malformed): Float64Array {
  const mark = MALFORMED + (table === "voiceNotes" ? MALFORMED_NOTE : 0);
  for (let nth = 0; nth < rows.length; nth++) {
    const at = rows[nth] as number;
    facts[at] = (facts[at] ?? 0) + mark;
  }
  return facts;
}

/** `Facts` of a note. */
export function noteFacts(note: StoredDocument): number {
  const transcription = transcriptionStatuses.indexOf(note.transcriptionStatus as string) + 1;
  const insights = insightsStatuses.indexOf(note.insightsStatus as string) + 1;
  const hasCoach = typeof note.coachId === "string" && note.coachId !== "";
  const hasText = typeof note.transcription === "string" && note.transcription.trim() !== "";
  return transcription + insights * 8 + (hasCoach ? 64 : 0) + (hasText ? 128 : 0);
}

/** The same of a note that is malformed. */
export const malformedNoteFacts = (note: StoredDocument): number => noteFacts(note) + MALFORMED_NOTE;

/** The fact of an artifact that was found for a note. */
export const artifactFact = (artifact: StoredDocument): number =>
  artifact.status === "completed" ? COMPLETED : 0;

export const createdMs = (document: StoredDocument): number => document._creationTime;

/** The fact of a draft. */
export function draftFact(draft: StoredDocument): number {
  const status = draftStatuses.indexOf(draft.status as string);
  return status < 0 ? draftStatuses.length : status;
}

/** A number of each document. */
export function columnOf(
  documents: readonly StoredDocument[],
  numberOf: (document: StoredDocument) => number,
): Float64Array {
  const column = new Float64Array(documents.length);
  for (let at = 0; at < documents.length; at++) column[at] = numberOf(documents[at] as StoredDocument);
  return column;
}

/** The documents of all lists, and of which list each is. */
export function flattened(lists: readonly (readonly StoredDocument[])[]): {
  documents: StoredDocument[];
  of: number[];
} {
  const documents: StoredDocument[] = [];
  const of: number[] = [];
  for (let at = 0; at < lists.length; at++) {
    const list = lists[at] as readonly StoredDocument[];
    for (let nth = 0; nth < list.length; nth++) {
      documents.push(list[nth] as StoredDocument);
      of.push(at);
    }
  }
  return { documents, of };
}

/** The candidates of artifacts that may name the organization: those of its id's length and last two characters. */
export type Candidates = {
  /** Organizations, one a line. None holds a line break. */
  ids: string;
  /** One an id: of which artifact. */
  of: readonly number[];
};

export const noCandidates: Candidates = { ids: "", of: [] };

export function candidatesOf(artifacts: readonly StoredDocument[], organizationId: string): Candidates {
  const { length } = organizationId;
  const last = organizationId.charCodeAt(length - 1);
  const before = Math.max(length - 2, 0);
  const lastButOne = organizationId.charCodeAt(before);
  const ids: string[] = [];
  const of: number[] = [];
  for (let at = 0; at < artifacts.length; at++) {
    const candidates = artifacts[at]?.orgContextCandidates;
    if (!Array.isArray(candidates)) continue;
    for (let nth = 0; nth < candidates.length; nth++) {
      const id: unknown = candidates[nth]?.organizationId;
      if (typeof id !== "string" || id.length !== length || id.charCodeAt(length - 1) !== last) continue;
      if (id.charCodeAt(before) !== lastButOne || id.includes("\n")) continue;
      ids.push(id);
      of.push(at);
    }
  }
  return { ids: ids.join("\n"), of };
}
