/**
 * The work by the core, with the columns that `js-shims/scan.ts` makes of pages and look-ups. The shims' own
 * loop reads documents one by one, which would be most of the time.
 */

import { StatusRun, startCore } from "../../js-shims/core.js";
import { Candidates, Names, noteFacts, type StoredDocument, type Table } from "../../js-shims/documents.js";
import type { StatusAnswer } from "../../js-shims/validators.js";
import { type Lookup, ORGANIZATION } from "./data.js";

/** Of the core's ranges. */
const NOTES = 3;
const ARTIFACTS = 4;

const NOTHING = new Uint8Array();
const EMPTY: StoredDocument[] = [];
/** Convex's own. */
const LIMITS = new Float64Array();

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
const unchecked: Checked = { bit: () => 0, column: () => NOTHING };

export function count(input: Input, nowMs: number): StatusAnswer {
  const { notes, artifacts, linked, transcriptsOf, isChecked } = input;
  const namesOf = (table: Table) => (isChecked ? new Names(table) : unchecked);
  startCore();
  const run = new StatusRun(ORGANIZATION, undefined, undefined, undefined, undefined, LIMITS, nowMs, false);
  let page = EMPTY;
  let at = 0;
  try {
    for (;;) {
      // It is told that nothing was read: it would end the transaction long before the documents do.
      const step = run.next(0, 0, 0);
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
        for (const row of step.subarray(5)) {
          found.push((isNotes ? linked : transcriptsOf).get(page[row]._id) ?? EMPTY);
        }
        feedFound(run, isNotes, found, namesOf(isNotes ? "voiceNoteArtifacts" : "voiceNoteTranscripts"));
      } else if (step[0] === 0) return run.answer(undefined);
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
  const candidates = new Candidates();
  const facts = Uint32Array.from(page, (document) =>
    range === NOTES
      ? noteFacts(document, names.bit(document))
      : candidates.fact(document) + names.bit(document),
  );
  const createdMs =
    range === NOTES ? Float64Array.from(page, (note) => note._creationTime) : new Float64Array();
  const organizationIds = range === ARTIFACTS ? candidates.column() : NOTHING;
  run.page(isLast, page[0]?._id ?? "", facts, createdMs, organizationIds, names.column());
}

function feedFound(run: StatusRun, isNotes: boolean, found: StoredDocument[][], names: Checked): void {
  const candidates = new Candidates();
  const of: number[] = [];
  const facts: number[] = [];
  for (const [at, documents] of found.entries()) {
    for (const document of documents) {
      of.push(at);
      facts.push((isNotes ? candidates.fact(document) : 0) + names.bit(document));
    }
  }
  run.found(
    found.length,
    "",
    undefined,
    Uint32Array.from(of),
    Uint32Array.from(facts),
    candidates.column(),
    names.column(),
  );
}
