/// <reference path="../wasm.d.ts" />

/** How a shim asks the core: by the number of a question, with numbers, columns of numbers and texts in the
 * order that `src/job.rs` and the files beside it say. */

/** What each module of the core is. */
export type Core = {
  ask(question: number, numbers: Float64Array, texts: string): unknown;
  free(): void;
};

/** What goes with a question. */
export type Given = {
  numbers?: readonly (number | boolean | undefined)[];
  columns?: readonly ArrayLike<number>[];
  texts?: readonly (string | undefined)[];
};

/** Numbers before the columns. */
const NUMBERS = 7;

function numbersOf({ numbers = [], columns = [] }: Given): Float64Array {
  const length = columns.reduce((sum, column) => sum + 1 + column.length, NUMBERS);
  const all = new Float64Array(length).fill(Number.NaN, 0, NUMBERS);
  for (const [at, number] of numbers.entries()) {
    if (number !== undefined) all[at] = Number(number);
  }
  let at = NUMBERS;
  for (const column of columns) {
    all[at] = column.length;
    all.set(column, at + 1);
    at += 1 + column.length;
  }
  return all;
}

function textsOf({ texts = [] }: Given): string {
  // NUL separates texts; a caller's own is no part of anything well-formed.
  const one = (text: string) => `=${text.includes("\0") ? text.replaceAll("\0", "\ufffd") : text}`;
  return texts.map((text) => (text === undefined ? "" : one(text))).join("\0");
}

/** Asks a question. */
export const ask = <Answer>(core: Core, question: number, given: Given = {}): Answer =>
  core.ask(question, numbersOf(given), textsOf(given)) as Answer;

/** Refusals that every module of the core knows, as the data of the error to throw. */
export type Refusals = {
  forbidden(rolloutFunction: string): unknown;
  organizationNotFound(organizationId: string): unknown;
};

/** The refusals of a module, which is opened only when one of them is needed. */
export const refusalsOf = (open: () => Core): Refusals => ({
  forbidden: (rolloutFunction) => once(open, 3, { texts: [rolloutFunction] }),
  organizationNotFound: (organizationId) => once(open, 4, { texts: [organizationId] }),
});

/** Asks a question that belongs to no job. */
export function once<Answer>(open: () => Core, question: number, given: Given): Answer {
  const core = open();
  try {
    return ask(core, question, given);
  } finally {
    core.free();
  }
}
