/**
 * The work by the core, with the columns that `js-shims/scan.ts` makes of pages and look-ups. The shims' own
 * loop reads documents one by one, which would be most of the time.
 */

import { rowsOf, StatusRun, type Step } from "../../js-shims/core/status.js";
import {
  addCandidates,
  artifactFact,
  type Candidates,
  type Columns,
  columnsOf,
  flattened,
  noCandidates,
  noteFacts,
  type StoredDocument,
} from "../../js-shims/documents.js";
import type { StatusAnswer } from "../../js-shims/validators.js";
import { type Lookup, ORGANIZATION } from "./data.js";

/** Of the core's ranges. */
const NOTES = 3;
const ARTIFACTS = 4;

const noDocuments: StoredDocument[] = [];
const noColumn = new Float64Array(0);
const noColumns = (): Columns => ({
  facts: noColumn,
  createdMs: noColumn,
  candidates: noCandidates(ORGANIZATION),
  names: "",
});
/** It is told that nothing was read: it would end the transaction long before the documents do. */
const nothing = [0, 0, 0];

type Reader = {
  page(run: StatusRun, range: number, isFirst: boolean, rows: number): Step;
  lookUp(run: StatusRun, range: number, rows: readonly number[]): Step;
};

/** Carries out the steps of a status. */
function carryOut(reader: Reader): StatusAnswer {
  const run = new StatusRun({
    organizationId: ORGANIZATION,
    deferredDays: undefined,
    cursor: undefined,
    environment: [undefined, undefined],
    limits: [],
    artifactsAreIndexed: false,
  });
  try {
    let step = run.first(nothing);
    for (;;) {
      const [kind, range, , isFirst, rows] = step as number[];
      if (kind === 2) step = reader.page(run, range, isFirst === 1, rows);
      else if (kind === 3) step = reader.lookUp(run, range, rowsOf(step));
      else if (kind === 0) return run.answer(null, nothing);
      else throw new Error("the core ended the transaction");
    }
  } finally {
    run.free();
  }
}

/** How many artifacts are the organization's, and how many transcripts belong to them: all of a table in one page,
 * and all of its look-ups in one, which is told by a map as an index would. */
export function filter(artifacts: StoredDocument[], transcripts: StoredDocument[]) {
  const answer = carryOut({
    page: (run, range) => {
      const page = range === ARTIFACTS ? artifacts : noDocuments;
      const columns = { ...noColumns(), candidates: candidatesOf(page) };
      return run.page(nothing, { rows: page.length, isLast: true, firstId: page[0]?._id ?? "" }, columns);
    },
    lookUp: (run, _, rows) =>
      foundAll(run, rows.length, belonging(artifacts, rows, transcripts), noColumns()),
  });
  return { artifacts: answer.artifacts.total, transcripts: answer.transcripts };
}

function candidatesOf(artifacts: readonly StoredDocument[]): Candidates {
  const candidates = noCandidates(ORGANIZATION);
  for (let at = 0; at < artifacts.length; at++) addCandidates(candidates, at, artifacts[at], ORGANIZATION);
  return candidates;
}

/** To which of the rows of artifacts each transcript belongs, in order; those of other artifacts are left out. */
function belonging(
  artifacts: readonly StoredDocument[],
  rows: readonly number[],
  transcripts: readonly StoredDocument[],
): number[] {
  const nthOf = new Map<unknown, number>();
  for (let nth = 0; nth < rows.length; nth++) nthOf.set(artifacts[rows[nth]]._id, nth);
  const counts = new Int32Array(rows.length);
  for (const { artifactId } of transcripts) {
    const nth = nthOf.get(artifactId);
    if (nth !== undefined) counts[nth] += 1;
  }
  const of: number[] = [];
  for (let nth = 0; nth < counts.length; nth++) {
    for (let count = counts[nth]; count > 0; count--) of.push(nth);
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
export function count({ notes, artifacts, linked, transcriptsOf }: Input): StatusAnswer {
  let page = noDocuments;
  let at = 0;
  return carryOut({
    page: (run, range, isFirst, rows) => {
      const table = range === NOTES ? notes : range === ARTIFACTS ? artifacts : noDocuments;
      if (isFirst) at = 0;
      page = table.slice(at, at + rows);
      at += page.length;
      return feedPage(run, range, page, at >= table.length);
    },
    lookUp: (run, range, rows) => {
      const lookup = range === NOTES ? linked : transcriptsOf;
      return feedFound(run, range === NOTES, belongingTo(lookup, page, rows));
    },
  });
}

function belongingTo(lookup: Lookup, page: StoredDocument[], rows: readonly number[]): StoredDocument[][] {
  const found: StoredDocument[][] = [];
  for (let nth = 0; nth < rows.length; nth++) found.push(lookup.get(page[rows[nth]]._id) ?? noDocuments);
  return found;
}

const foundAll = (run: StatusRun, complete: number, of: readonly number[], columns: Columns): Step =>
  run.found(nothing, { complete, openId: "", openAfter: undefined, of }, columns);

function feedPage(run: StatusRun, range: number, page: StoredDocument[], isLast: boolean): Step {
  const isNotes = range === NOTES;
  const table = isNotes ? "voiceNotes" : "voiceNoteArtifacts";
  const columns = columnsOf(table, page, isNotes ? noteFacts : null, ORGANIZATION);
  return run.page(nothing, { rows: page.length, isLast, firstId: page[0]?._id ?? "" }, columns);
}

function feedFound(run: StatusRun, isNotes: boolean, found: StoredDocument[][]): Step {
  const { documents, of } = flattened(found);
  const table = isNotes ? "voiceNoteArtifacts" : "voiceNoteTranscripts";
  const columns = columnsOf(table, documents, isNotes ? artifactFact : null, ORGANIZATION);
  return foundAll(run, found.length, of, columns);
}
