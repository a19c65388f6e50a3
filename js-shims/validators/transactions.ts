/** What the transactions of a migration tell the action around them. */

import { type Infer, v } from "convex/values";

import type { MigrationBatch, MigrationPage, NoteVerdict, Recording } from "../core.js";
import { nullable, oneOf, type Same } from "./common.js";
import { runBatch } from "./ledger.js";
import { inserted } from "./notes.js";

/** A union is checked word by word: the most frequent ones come first. */
const verdict = oneOf(
  "migrate",
  "migrated",
  "unfinished",
  "notReady",
  "transcribing",
  "insightsInProgress",
  "awaitingConfirmation",
  "noCoach",
  "insightsCancelled",
  "unknownStatus",
  "gone",
  "migratedByLostAttempt",
  "repairedByLostAttempt",
  "changedRecently",
  "noTimeOfChange",
  "repair",
  "malformed",
);
true satisfies Same<Infer<typeof verdict>, NoteVerdict>;

const malformed = v.array(v.object({ row: v.number(), id: v.string(), field: v.string() }));

/** A page of notes that was read and judged. */
export const migrationPage = v.object({
  notes: v.array(
    v.object({
      id: v.string(),
      position: v.string(),
      createdMs: v.number(),
      verdict,
      rows: nullable(
        v.object({
          areWritten: v.boolean(),
          transcripts: v.number(),
          claims: v.number(),
          bytes: v.number(),
          repairedBytes: nullable(v.number()),
        }),
      ),
    }),
  ),
  malformed,
  isLast: v.boolean(),
});
true satisfies Same<Infer<typeof migrationPage>, MigrationPage>;

const metric = v.object({ used: v.number(), remaining: v.number() });

/** What a batch or a sweep came to. */
export const migrationBatch = v.object({
  verdicts: v.array(verdict),
  malformed,
  inserted: inserted(),
  metrics: v.object({
    documentsRead: metric,
    bytesRead: metric,
    databaseQueries: metric,
    documentsWritten: metric,
    bytesWritten: metric,
    functionsScheduled: metric,
    scheduledFunctionArgsBytes: metric,
  }),
  ids: v.array(v.string()),
  position: nullable(v.string()),
  createdMs: nullable(v.number()),
  isLast: v.boolean(),
  bytesPerSecond: nullable(v.number()),
});
true satisfies Same<Infer<typeof migrationBatch>, MigrationBatch>;

/** A batch that wrote nothing, as its run's row says: an earlier attempt of it did, or its leg is to end. */
export const notWritten = v.object({ notWritten: oneOf("alreadyWritten", "writeNothing") });
export type NotWritten = Infer<typeof notWritten>;

/** What a batch or a sweep records of its run. */
export const recording = v.object({
  before: runBatch,
  notes: v.array(v.object({ id: v.string(), position: v.string(), verdict })),
  malformed,
});
true satisfies Same<Infer<typeof recording>, Recording>;
