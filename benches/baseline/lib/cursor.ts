/** Text that carries a value, to go on with in a later call. */

import type { Value } from "convex/values";

import { refuse } from "./arguments";

const VERSION = 1;
const LIFETIME_MS = 7 * 24 * 3_600 * 1_000;

/** FNV-1a: a text that was damaged must not be read as another one. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** The value as text that belongs to what `binding` names. */
export function seal(binding: string, value: Value, nowMs: number): string {
  const text = JSON.stringify([VERSION, nowMs, binding, value]).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${btoa(text)}.${checksum(text)}`;
}

type Opened = { value: unknown } | { problem: string };

/** The value, or why there is none. */
export function open(binding: string, sealed: string, nowMs: number): Opened {
  try {
    const [encoded = "", sum, ...more] = sealed.split(".");
    const text = atob(encoded);
    // One text a value: `atob` passes over blanks, and takes bits that mean nothing.
    if (checksum(text) !== sum || btoa(text) !== encoded || more.length > 0) return { problem: "is damaged" };
    const [version, issuedMs, bound, value] = JSON.parse(text) as [number, number, string, unknown];
    if (version !== VERSION) return { problem: "is of another version of this library" };
    if (bound !== binding) return { problem: "belongs to another function, organization or arguments" };
    if (nowMs - issuedMs > LIFETIME_MS) return { problem: "is older than 7 days" };
    return { value };
  } catch {
    return { problem: "is damaged" };
  }
}

export function refuseCursor(problem: string): never {
  const hint = "start again without `cursor`: what was done stays done, and counts start at zero";
  return refuse("INVALID_CURSOR", `cursor ${problem}`, hint);
}

/** The value of a cursor. */
export function openCursor(binding: string, cursor: string, nowMs: number): unknown {
  const opened = open(binding, cursor, nowMs);
  return "problem" in opened ? refuseCursor(opened.problem) : opened.value;
}
