/**
 * The work by the core, with what `js-shims/reading/status.ts` tells it of pages and lookups. The shims' own loop reads
 * documents one by one, which would be most of the time.
 */

import {
  type Range,
  type StatusAnswer,
  StatusScan,
  type StatusStep,
  Transaction,
} from "../../js-shims/core.js";
import {
  candidatesOf,
  linkedArtifacts,
  malformedDocuments,
  noteFacts,
  type StoredDocument,
} from "../../js-shims/reading/documents.js";
import { type Lookup, ORGANIZATION, type Tables } from "./data.js";

const nothing = { isLast: true, malformed: [] };

type LookUp = Extract<StatusStep, { kind: "lookUp" }>;

type Reader = {
  /** Feeds so many documents of a range. */
  page(scan: StatusScan, range: "notes" | "artifacts", documents: number): void;
  lookUp(scan: StatusScan, step: LookUp): void;
};

/** Carries out the steps of a status; ranges other than these two are empty. */
function carryOut(reader: Reader): StatusAnswer {
  const scan = new StatusScan({
    organizationId: ORGANIZATION,
    check: false,
    acceptBlocked: false,
    indexes: "",
    halvings: 0,
    environment: { voice_notes_v2: undefined, entity_resolution_v2: undefined },
    nowMs: Date.now(),
    artifactsAreIndexed: false,
  });
  // Nothing is counted on it: the core would pause long before the documents end.
  const transaction = new Transaction();
  try {
    for (;;) {
      const step = scan.next(transaction);
      switch (step.kind) {
        case "readPage":
          if (step.range.kind === "notes" || step.range.kind === "artifacts") {
            reader.page(scan, step.range.kind, step.documents);
          } else feedNothing(scan, step.range);
          break;
        case "lookUp":
          reader.lookUp(scan, step);
          break;
        case "done":
          return scan.answer(null, transaction);
        case "pause":
          throw new Error("the core paused");
      }
    }
  } finally {
    scan.free();
    transaction.free();
  }
}

function feedNothing(scan: StatusScan, range: Range): void {
  if (range.kind === "claims") scan.feedClaims(0, nothing);
  else if (range.kind === "drafts") scan.feedDrafts([], nothing);
  else scan.feedFlags([], nothing);
}

/** How many artifacts are the organization's, and how many transcripts belong to them: all artifacts in one page, and
 * all lookups in one, which is answered by a map as by an index. */
export function filter({ artifacts, transcripts }: Tables) {
  const answer = carryOut({
    page: (scan, range) => {
      if (range === "notes") scan.feedNotes([], nothing);
      else scan.feedArtifacts(candidatesOf(artifacts), nothing);
    },
    lookUp: (scan, { rows }) => {
      const ids = new Set<unknown>();
      for (const row of rows) ids.add(artifacts[row]._id);
      let count = 0;
      for (const transcript of transcripts) if (ids.has(transcript.artifactId)) count += 1;
      scan.feedDocuments(count, { complete: rows.length, malformed: [] });
    },
  });
  return { artifacts: answer.artifacts.total, transcripts: answer.transcripts };
}

/** The work on the pages and lookups of a status. */
export function status(tables: Tables, linked: Lookup, transcriptsOf: Lookup) {
  let page: StoredDocument[] = [];
  const at = { notes: 0, artifacts: 0 };
  const answer = carryOut({
    page: (scan, range, documents) => {
      page = tables[range].slice(at[range], at[range] + documents);
      at[range] += page.length;
      const isLast = at[range] === tables[range].length;
      const table = range === "notes" ? "voiceNotes" : "voiceNoteArtifacts";
      const told = { firstId: page[0]?._id, isLast, malformed: malformedDocuments(table, page) };
      if (range === "notes") {
        const notes = page.map((note) => ({ id: note._id, facts: noteFacts(note) }));
        scan.feedNotes(notes, told);
      } else scan.feedArtifacts(candidatesOf(page), told);
    },
    lookUp: (scan, { range, rows }) => {
      const isOfNotes = range.kind === "notes";
      const lookup = isOfNotes ? linked : transcriptsOf;
      const found = rows.map((row) => lookup.get(page[row]._id) ?? []);
      const documents = found.flat();
      const table = isOfNotes ? "voiceNoteArtifacts" : "voiceNoteTranscripts";
      const told = { complete: rows.length, malformed: malformedDocuments(table, documents) };
      if (isOfNotes) scan.feedLinkedArtifacts(found.flatMap(linkedArtifacts), told);
      else scan.feedDocuments(documents.length, told);
    },
  });
  const { migration, orphans, warnings } = answer;
  return {
    artifacts: answer.artifacts.total,
    transcripts: answer.transcripts,
    migration,
    orphans,
    isSound: !warnings.some((warning) => warning.includes("malformed")),
  };
}
