/** The work in plain TypeScript. */

import type { StoredDocument } from "../../js-shims/documents.js";
import { check, type Malformed, malformedWarnings } from "../baseline/lib/status/malformed.js";
import { classOf } from "../baseline/lib/status/notes.js";
import type { Lookup, Tables } from "./data.js";
import { ORGANIZATION } from "./data.js";

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

const none: StoredDocument[] = [];

/** The same, notes by class, and which documents are malformed, with look-ups at hand. */
export function status({ notes, artifacts }: Tables, linked: Lookup, transcriptsOf: Lookup, nowMs: number) {
  const malformed: Malformed = {};
  const deferral = { nowMs, days: undefined };
  const migration = { migrated: 0, unfinished: 0, notReady: 0, deferred: 0, blocked: 0, eligible: 0 };
  let met = 0;
  check(malformed, "voiceNotes", notes);
  check(malformed, "voiceNoteArtifacts", artifacts);
  for (const note of notes) {
    let count = 0;
    let completed = false;
    const found = linked.get(note._id) ?? none;
    check(malformed, "voiceNoteArtifacts", found);
    for (const artifact of found) {
      count += 1;
      completed ||= artifact.status === "completed";
      if (isOurs(artifact)) met += 1;
    }
    migration[classOf(note, { artifacts: count, completed }, deferral)] += 1;
  }
  let ours = 0;
  let transcripts = 0;
  for (const artifact of artifacts) {
    if (!isOurs(artifact)) continue;
    ours += 1;
    const found = transcriptsOf.get(artifact._id) ?? none;
    check(malformed, "voiceNoteTranscripts", found);
    transcripts += found.length;
  }
  return {
    artifacts: ours,
    transcripts,
    migration,
    orphans: ours - met,
    warnings: malformedWarnings(malformed).length,
  };
}
