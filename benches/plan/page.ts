/** The page that every query answers with: `benches/plan.rs` makes the same one. */

import type { MigrationPage } from "../../js-shims/migrationTransactions.js";

export const PAGE = 1_000;

const column = <T>(make: (nth: number) => T): T[] => Array.from({ length: PAGE }, (_, nth) => make(nth));

/** Of twenty notes one is migrated already, one has no text, and the others are migrated. */
const codes = [0, 2, ...Array.from({ length: 18 }, () => 6)];

const page: Omit<MigrationPage, "isLast"> = {
  ids: column((nth) => `j${String(nth).padStart(31, "0")}`),
  positions: column((nth) => `[${nth}]`),
  createdMs: column((nth) => nth),
  codes: column((nth) => codes[nth % codes.length]),
  facts: column(() => 0),
  claims: column((nth) => nth % 4),
  transcripts: column(() => 1),
  bytes: column((nth) => 1_500 + ((nth * 7_919) % 18_500)),
  malformed: [],
};

export const pageOf = (isLast: boolean): MigrationPage => ({ ...page, isLast });
