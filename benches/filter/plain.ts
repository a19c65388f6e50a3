/** The work in plain TypeScript, the obvious way. */

import type { StatusAnswer } from "../../js-shims/core.js";
import type { StoredDocument } from "../../js-shims/reading/documents.js";
import { firstMalformed, type Table, transcriptionStatuses } from "../../js-shims/reading/malformed.js";
import { type Lookup, ORGANIZATION, type Tables } from "./data.js";

type Candidate = { organizationId: string };

const isOurs = (artifact: StoredDocument): boolean =>
  (artifact.orgContextCandidates as Candidate[]).some(
    ({ organizationId }) => organizationId === ORGANIZATION,
  );

/** How many artifacts are the organization's, and how many transcripts belong to them. */
export function filter({ artifacts, transcripts }: Tables) {
  const ids = new Set<unknown>();
  for (const artifact of artifacts) if (isOurs(artifact)) ids.add(artifact._id);
  let count = 0;
  for (const transcript of transcripts) if (ids.has(transcript.artifactId)) count += 1;
  return { artifacts: ids.size, transcripts: count };
}

type Class = keyof StatusAnswer["migration"];

const isText = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";

/** The class of a note; the old pipeline may take as long as it likes. */
function classOf(note: StoredDocument, linked: readonly StoredDocument[]): Class {
  if (linked.some(({ status }) => status === "completed")) return "migrated";
  if (linked.length > 0) return "unfinished";
  const { transcription, transcriptionStatus, insightsStatus, coachId } = note;
  if (!transcriptionStatuses.includes(transcriptionStatus as string)) return "notReady";
  if (transcriptionStatus === "failed") return "notReady";
  if (transcriptionStatus !== "completed") return "deferred";
  if (!isText(transcription)) return "notReady";
  if (["pending", "processing", "awaiting_confirmation"].includes(insightsStatus as string))
    return "deferred";
  if (typeof coachId !== "string" || coachId === "" || insightsStatus === "cancelled") return "blocked";
  return "eligible";
}

const none: StoredDocument[] = [];

/** The same, notes by class, and how many documents are malformed, with lookups at hand. */
export function status({ notes, artifacts }: Tables, linked: Lookup, transcriptsOf: Lookup) {
  let malformed = 0;
  const check = (table: Table, documents: readonly StoredDocument[]) => {
    const find = firstMalformed[table];
    for (const document of documents) if (find(document) !== null) malformed += 1;
  };
  const migration = { migrated: 0, unfinished: 0, notReady: 0, deferred: 0, blocked: 0, eligible: 0 };
  let met = 0;
  check("voiceNotes", notes);
  check("voiceNoteArtifacts", artifacts);
  for (const note of notes) {
    const found = linked.get(note._id) ?? none;
    check("voiceNoteArtifacts", found);
    for (const artifact of found) if (isOurs(artifact)) met += 1;
    migration[classOf(note, found)] += 1;
  }
  let ours = 0;
  let transcripts = 0;
  for (const artifact of artifacts) {
    if (!isOurs(artifact)) continue;
    ours += 1;
    const found = transcriptsOf.get(artifact._id) ?? none;
    check("voiceNoteTranscripts", found);
    transcripts += found.length;
  }
  return { artifacts: ours, transcripts, migration, orphans: ours - met, isSound: malformed === 0 };
}
