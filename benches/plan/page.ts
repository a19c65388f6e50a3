/** The page that every query answers with: `benches/plan.rs` makes the same one. */

import type { JudgedNote, MigrationPage, NoteVerdict } from "../../js-shims/core.js";

export const PAGE = 1_000;

/** Of twenty notes one is migrated already, one has no text, and the others are migrated. */
const verdicts: Record<number, NoteVerdict> = { 0: "migrated", 1: "notReady" };

function noteOf(nth: number): JudgedNote {
  const verdict = verdicts[nth % 20] ?? "migrate";
  return {
    id: `j${String(nth).padStart(31, "0")}`,
    position: `[${nth}]`,
    createdMs: nth,
    verdict,
    rows:
      verdict === "migrate"
        ? {
            areWritten: false,
            transcripts: 1,
            claims: nth % 4,
            bytes: 1_500 + ((nth * 7_919) % 18_500),
            repairedBytes: null,
          }
        : null,
  };
}

const notes = Array.from({ length: PAGE }, (_, nth) => noteOf(nth));

export const pageOf = (isLast: boolean): MigrationPage => ({ malformed: [], notes, isLast });
