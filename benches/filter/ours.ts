/**
 * The work by the core, with the columns that `js-shims/scan.ts` makes of pages and look-ups. The shims' own
 * loop reads documents one by one, which would be most of the time.
 */

import { StatusRun } from "../../js-shims/core/status.js";
import {
  artifactFact,
  type Candidates,
  candidatesOf,
  columnOf,
  createdMs,
  flattened,
  Names,
  noCandidates,
  noteFacts,
  type StoredDocument,
} from "../../js-shims/documents.js";
import type { StatusAnswer } from "../../js-shims/validators.js";
import { type Lookup, ORGANIZATION } from "./data.js";

/** Of the core's ranges. */
const NOTES = 3;
const ARTIFACTS = 4;

const EMPTY: StoredDocument[] = [];

const begin = () =>
  new StatusRun({
    organizationId: ORGANIZATION,
    deferredDays: undefined,
    cursor: undefined,
    environment: [undefined, undefined],
    limits: [],
    artifactsAreIndexed: false,
  });

// It is told that nothing was read: it would end the transaction long before the documents do.
const nextOf = (run: StatusRun) => run.next([0, 0, 0]).map(Number);

/** How many artifacts are the organization's, and how many transcripts belong to them: all of a table in one page,
 * and all of its look-ups in one, which is told by a map as an index would. */
export function filter(artifacts: StoredDocument[], transcripts: StoredDocument[]) {
  const run = begin();
  try {
    for (;;) {
      const step = nextOf(run);
      if (step[0] === 0) break;
      if (step[0] === 2) {
        feedPage(run, step[1], step[1] === ARTIFACTS ? artifacts : EMPTY, true, null);
        continue;
      }
      if (step[0] !== 3) throw new Error("the core ended the transaction");
      const of = rowsOf(
        transcripts,
        step.slice(6).map((row) => artifacts[row]._id),
      );
      foundAll(run, step.length - 6, {
        of,
        facts: new Float64Array(of.length),
        candidates: noCandidates,
        names: "",
      });
    }
    const answer = run.answer(null, [0, 0, 0]);
    return { artifacts: answer.artifacts.total, transcripts: answer.transcripts };
  } finally {
    run.free();
  }
}

/** To which of the artifacts each transcript belongs, in order; those of other artifacts are left out. */
function rowsOf(transcripts: readonly StoredDocument[], artifactIds: readonly string[]): number[] {
  const rows = new Map<unknown, number>();
  for (const id of artifactIds) rows.set(id, rows.size);
  const counts = new Int32Array(artifactIds.length);
  for (const { artifactId } of transcripts) {
    const row = rows.get(artifactId);
    if (row !== undefined) counts[row] += 1;
  }
  const of: number[] = [];
  for (const [row, count] of counts.entries()) {
    for (let nth = 0; nth < count; nth++) of.push(row);
  }
  return of;
}

export type Input = {
  notes: StoredDocument[];
  artifacts: StoredDocument[];
  linked: Lookup;
  transcriptsOf: Lookup;
};

/** The work on the pages and look-ups of a status. */
export function count(input: Input): StatusAnswer {
  const { notes, artifacts, linked, transcriptsOf } = input;
  const run = begin();
  let page = EMPTY;
  let at = 0;
  try {
    for (;;) {
      const step = nextOf(run);
      if (step[0] === 2) {
        const range = step[1];
        const table = range === NOTES ? notes : range === ARTIFACTS ? artifacts : EMPTY;
        if (step[3] === 1) at = 0;
        page = table.slice(at, at + step[4]);
        at += page.length;
        const names = new Names(range === NOTES ? "voiceNotes" : "voiceNoteArtifacts");
        feedPage(run, range, page, at >= table.length, names);
      } else if (step[0] === 3) {
        const isNotes = step[1] === NOTES;
        const lookup = isNotes ? linked : transcriptsOf;
        const found = step.slice(6).map((row) => lookup.get(page[row]._id) ?? EMPTY);
        feedFound(run, isNotes, found);
      } else if (step[0] === 0) return run.answer(null, [0, 0, 0]);
      else throw new Error("the core ended the transaction");
    }
  } finally {
    run.free();
  }
}

function foundAll(
  run: StatusRun,
  complete: number,
  found: { of: number[]; facts: ArrayLike<number>; candidates: Candidates; names: string },
): void {
  run.found({ ...found, complete, openId: "", openAfter: undefined });
}

function feedPage(
  run: StatusRun,
  range: number,
  page: StoredDocument[],
  isLast: boolean,
  names: Names | null,
): void {
  const facts = range === NOTES ? columnOf(page, noteFacts) : new Float64Array(page.length);
  names?.markIn(facts, page);
  run.page({
    isLast,
    firstId: page[0]?._id ?? "",
    facts,
    createdMs: range === NOTES ? columnOf(page, createdMs) : [],
    candidates: range === ARTIFACTS ? candidatesOf(page, ORGANIZATION) : noCandidates,
    names: names?.column() ?? "",
  });
}

function feedFound(run: StatusRun, isNotes: boolean, found: StoredDocument[][]): void {
  const { documents, of } = flattened(found);
  const facts = isNotes ? columnOf(documents, artifactFact) : new Float64Array(documents.length);
  const names = new Names(isNotes ? "voiceNoteArtifacts" : "voiceNoteTranscripts");
  names.markIn(facts, documents);
  const candidates = isNotes ? candidatesOf(documents, ORGANIZATION) : noCandidates;
  foundAll(run, found.length, { of, facts, candidates, names: names.column() });
}
