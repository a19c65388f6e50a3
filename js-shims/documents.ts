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

/** Is it a text that is not blank? Of most the first character tells. */
function hasText(text: unknown): boolean {
  if (typeof text !== "string") return false;
  const first = text.charCodeAt(0);
  return (first > 0x20 && first < 0x7f) || text.trim() !== "";
}

/** `Facts` of a note. */
export function noteFacts(note: StoredDocument): number {
  const transcription = transcriptionStatuses.indexOf(note.transcriptionStatus as string) + 1;
  const insights = insightsStatuses.indexOf(note.insightsStatus as string) + 1;
  const hasCoach = typeof note.coachId === "string" && note.coachId !== "";
  return transcription + insights * 8 + (hasCoach ? 64 : 0) + (hasText(note.transcription) ? 128 : 0);
}

/** The same of a note that is malformed. */
export const malformedNoteFacts = (note: StoredDocument): number => noteFacts(note) + MALFORMED_NOTE;

/** The fact of an artifact that was found for a note. */
export const artifactFact = (artifact: StoredDocument): number =>
  artifact.status === "completed" ? COMPLETED : 0;

/** The fact of a draft. */
export function draftFact(draft: StoredDocument): number {
  const status = draftStatuses.indexOf(draft.status as string);
  return status < 0 ? draftStatuses.length : status;
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

/** The candidates of artifacts that may name the organization: those whose ids have its length, and its characters at
 * two places. At first these are the last two; then an id that passed and is another one tells where it differs. */
export type Candidates = {
  /** Organizations. None holds a line break. */
  ids: string[];
  /** One an id: the first of the candidates, one after the other, that name it. */
  starts: number[];
  /** The last of `ids`; to look it up there for each candidate takes a fifth longer in all. */
  lastId: string;
  /** One a candidate: of which artifact. */
  of: number[];
  /** Where ids are compared by a character. */
  place: number;
  otherPlace: number;
};

export const noCandidates = ({ length }: string): Candidates => ({
  ids: [],
  starts: [],
  lastId: "",
  of: [],
  place: length - 1,
  otherPlace: Math.max(0, length - 2),
});

/** Adds those of an artifact. */
export function addCandidates(
  all: Candidates,
  at: number,
  artifact: StoredDocument,
  organizationId: string,
): void {
  const candidates = artifact.orgContextCandidates;
  if (!Array.isArray(candidates)) return;
  const { length } = organizationId;
  for (let nth = 0; nth < candidates.length; nth++) {
    const id: unknown = candidates[nth]?.organizationId;
    if (typeof id !== "string" || id.length !== length) continue;
    if (id.charCodeAt(all.place) !== organizationId.charCodeAt(all.place)) continue;
    if (id.charCodeAt(all.otherPlace) !== organizationId.charCodeAt(all.otherPlace)) continue;
    if (id !== all.lastId) {
      if (id.includes("\n")) continue;
      all.ids.push(id);
      all.starts.push(all.of.length);
      all.lastId = id;
      // Others that differ there, too, are left out from now on.
      let place = 0;
      while (place < length && id.charCodeAt(place) === organizationId.charCodeAt(place)) place++;
      if (place < length) {
        all.otherPlace = all.place;
        all.place = place;
      }
    }
    all.of.push(at);
  }
}

/** What the core is told of documents. */
export type Columns = {
  /** One a document; empty where there are none to tell. */
  facts: Float64Array;
  /** Of notes. */
  createdMs: Float64Array;
  /** Of artifacts. */
  candidates: Candidates;
  /** A line for each malformed document: its id, and the first field that is. */
  names: string;
};

const none = new Float64Array(0);

/** Goes through documents once, whatever is asked of them: most of the time they are waited for. In one loop, as in the
 * fresh context of a call nothing is compiled yet, and a loop is compiled while it runs. */
export function columnsOf(
  table: Table,
  documents: readonly StoredDocument[],
  factOf: ((document: StoredDocument) => number) | null,
  organizationId: string,
): Columns {
  const { length } = documents;
  const find = firstMalformed[table];
  const isNotes = table === "voiceNotes";
  const isArtifacts = table === "voiceNoteArtifacts";
  const mark = MALFORMED + (isNotes ? MALFORMED_NOTE : 0);
  let facts = factOf === null ? none : new Float64Array(length);
  const createdMs = isNotes ? new Float64Array(length) : none;
  const candidates = noCandidates(organizationId);
  const names: string[] = [];
  for (let at = 0; at < length; at++) {
    const document = documents[at] as StoredDocument;
    if (factOf !== null) facts[at] = factOf(document);
    if (isNotes) createdMs[at] = document._creationTime;
    if (isArtifacts) addCandidates(candidates, at, document, organizationId);
    const field = find(document);
    if (field === null) continue;
    if (facts === none) facts = new Float64Array(length);
    facts[at] = (facts[at] ?? 0) + mark;
    names.push(`${document._id}: ${field}`);
  }
  return { facts, createdMs, candidates, names: names.join("\n") };
}
