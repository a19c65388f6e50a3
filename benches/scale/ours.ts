/** A status by the library: the real shims and the real core, page by page through the cursor. */

import type { StatusAnswer } from "../../js-shims/core.js";
import { defineHost, type QueryCtx } from "../../js-shims/host.js";
import { scanStatus } from "../../js-shims/reading/status.js";
import type { Transaction } from "../database/transaction.js";
import type { Counts } from "./plan.js";

// A scan calls none of the host's functions.
const host = defineHost({ functions: {} as Parameters<typeof defineHost>[0]["functions"] });

/** Far more than any data set takes: a status that gets no further must not run for ever. */
const MOST_TRANSACTIONS = 5_000;

export async function countAsTheLibrary(
  begin: () => Transaction,
  organizationId: string,
): Promise<{ counts: Counts; read: StatusAnswer["read"]; warnings: string[] }> {
  let cursor: string | null = null;
  for (let nth = 0; nth < MOST_TRANSACTIONS; nth++) {
    const { db, meta } = begin();
    const args = { organizationId, ...(cursor === null ? {} : { cursor }) };
    const answer: StatusAnswer = await scanStatus(host, { db, meta } as unknown as QueryCtx, args);
    if (answer.done) return { counts: countsOf(answer), read: answer.read, warnings: answer.warnings };
    cursor = answer.cursor;
  }
  throw new Error(`the status is not done after ${MOST_TRANSACTIONS} transactions`);
}

const countsOf = (answer: StatusAnswer): Counts => ({
  notes: answer.voiceNotes.total,
  artifacts: answer.artifacts.total,
  transcripts: answer.transcripts,
  claims: answer.claims,
  resolutions: answer.entityResolutions.total,
  drafts: answer.drafts,
  migration: answer.migration,
  duplicates: answer.duplicates,
  orphans: answer.orphans,
});
