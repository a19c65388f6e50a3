/// <reference path="../wasm.d.ts" />

/** How a shim asks the core: by the number of a question, with numbers, columns of numbers and texts in the
 * order that `src/job.rs` and the files beside it say. */

import { throwIfRefused } from "../errors.js";

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

const none: readonly never[] = [];

/** Asks a question. */
export function ask<Answer>(core: Core, question: number, given: Given = {}): Answer {
  // One function, with loops by index: nothing is compiled yet in the fresh context of a call, where each function costs
  // anew, and an iterator or a callback several times what it does.
  const { numbers = none, columns = none, texts = none } = given;
  let length = NUMBERS;
  for (let nth = 0; nth < columns.length; nth++) length += 1 + (columns[nth]?.length ?? 0);
  const allNumbers = new Float64Array(length);
  for (let at = 0; at < NUMBERS; at++) allNumbers[at] = Number(numbers[at]);
  let at = NUMBERS;
  for (let nth = 0; nth < columns.length; nth++) {
    const column = columns[nth] as ArrayLike<number>;
    allNumbers[at] = column.length;
    allNumbers.set(column, at + 1);
    at += 1 + column.length;
  }
  let allTexts = "";
  for (let nth = 0; nth < texts.length; nth++) {
    if (nth > 0) allTexts += "\0";
    const text = texts[nth];
    if (text === undefined) continue;
    // NUL separates texts; a caller's own is no part of anything well-formed.
    allTexts += `=${text.includes("\0") ? text.replaceAll("\0", "\ufffd") : text}`;
  }
  return core.ask(question, allNumbers, allTexts) as Answer;
}

/** In a text of gaps: so many numbers are left out, and none is there. */
const FAR = 0xd7ff;

/** The ascending numbers that `gaps` in `src/text.rs` tells as text. */
export function numbersOf(text: string): number[] {
  const numbers: number[] = [];
  let next = 0;
  for (let at = 0; at < text.length; at++) {
    const gap = text.charCodeAt(at);
    next += gap;
    if (gap < FAR) numbers.push(next++);
  }
  return numbers;
}

/** Opens a module of the core. */
export type Open = () => Core;

/** Throws the refusal with which a core answered, after freeing it. */
export function accept(core: Core, refusal: unknown): void {
  if (refusal !== null) core.free();
  throwIfRefused(refusal);
}

/** Asks a question that belongs to no job. */
export function once<Answer>(open: Open, question: number, given: Given): Answer {
  const core = open();
  try {
    return ask(core, question, given);
  } finally {
    core.free();
  }
}

// Refusals that every module knows, as the data of the error to throw. The module is opened for them.

export const forbidden = (open: Open, rolloutFunction: string): unknown =>
  once(open, 3, { texts: [rolloutFunction] });

export const organizationNotFound = (open: Open, organizationId: string): unknown =>
  once(open, 4, { texts: [organizationId] });
