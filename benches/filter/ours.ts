/**
 * The work by the core, with the columns that `js-shims/scan.ts` makes of pages and look-ups. The shims' own
 * loop reads documents one by one, which would be most of the time.
 */

import { StatusRun } from "../../js-shims/core/status.js";
import { Candidates, Names, noteFacts, type StoredDocument } from "../../js-shims/documents.js";
import type { Table } from "../../js-shims/malformed.js";
import type { StatusAnswer } from "../../js-shims/validators.js";
import { type Lookup, ORGANIZATION } from "./data.js";

/** Of the core's ranges. */
const NOTES = 3;
const ARTIFACTS = 4;

const EMPTY: StoredDocument[] = [];

export type Input = {
  notes: StoredDocument[];
  artifacts: StoredDocument[];
  linked: Lookup;
  transcriptsOf: Lookup;
  /** Are the documents' fields checked, as a status does it? */
  isChecked: boolean;
};

type Checked = Pick<Names, "bit" | "column">;

/** In place of the names of malformed documents, where nobody looks for them. */
const unchecked: Checked = { bit: () => 0, column: () => "" };

export function count(input: Input): StatusAnswer {
  const { notes, artifacts, linked, transcriptsOf, isChecked } = input;
  const namesOf = (table: Table) => (isChecked ? new Names(table) : unchecked);
  const run = new StatusRun({
    organizationId: ORGANIZATION,
    deferredDays: undefined,
    cursor: undefined,
    environment: [undefined, undefined],
    limits: [],
    artifactsAreIndexed: false,
  });
  let page = EMPTY;
  let at = 0;
  try {
    for (;;) {
      // It is told that nothing was read: it would end the transaction long before the documents do.
      const step = run.next([0, 0, 0]).map(Number);
      if (step[0] === 2) {
        const range = step[1];
        const table = range === NOTES ? notes : range === ARTIFACTS ? artifacts : EMPTY;
        if (step[3] === 1) at = 0;
        page = table.slice(at, at + step[4]);
        at += page.length;
        feedPage(
          run,
          range,
          page,
          at >= table.length,
          namesOf(range === NOTES ? "voiceNotes" : "voiceNoteArtifacts"),
        );
      } else if (step[0] === 3) {
        const isNotes = step[1] === NOTES;
        const found: StoredDocument[][] = [];
        for (const row of step.slice(6)) {
          found.push((isNotes ? linked : transcriptsOf).get(page[row]._id) ?? EMPTY);
        }
        feedFound(run, isNotes, found, namesOf(isNotes ? "voiceNoteArtifacts" : "voiceNoteTranscripts"));
      } else if (step[0] === 0) return run.answer(null, [0, 0, 0]);
      else throw new Error("the core ended the transaction");
    }
  } finally {
    run.free();
  }
}

function feedPage(
  run: StatusRun,
  range: number,
  page: StoredDocument[],
  isLast: boolean,
  names: Checked,
): void {
  const candidates = new Candidates(ORGANIZATION);
  const facts = page.map((document) =>
    range === NOTES
      ? noteFacts(document, names.bit(document))
      : candidates.fact(document) + names.bit(document),
  );
  run.page({
    isLast,
    firstId: page[0]?._id ?? "",
    facts,
    createdMs: range === NOTES ? page.map((note) => note._creationTime) : [],
    organizationIds: range === ARTIFACTS ? candidates.column() : "",
    names: names.column(),
  });
}

function feedFound(run: StatusRun, isNotes: boolean, found: StoredDocument[][], names: Checked): void {
  const candidates = new Candidates(ORGANIZATION);
  const of: number[] = [];
  const facts: number[] = [];
  for (const [at, documents] of found.entries()) {
    for (const document of documents) {
      of.push(at);
      facts.push((isNotes ? candidates.fact(document) : 0) + names.bit(document));
    }
  }
  run.found({
    complete: found.length,
    openId: "",
    openAfter: undefined,
    of,
    facts,
    organizationIds: candidates.column(),
    names: names.column(),
  });
}
