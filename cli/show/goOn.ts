import type { MigrationOptions } from "../operator/migration.js";
import type { Suggestion } from "./suggestions.js";

/** The options of a command that goes on as this one did. */
const howWords = ({ limit, repair, deferredDays }: MigrationOptions): string[] => [
  ...(repair ? ["--repair"] : []),
  ...(limit === undefined ? [] : ["--limit", String(limit)]),
  ...(deferredDays === undefined ? [] : ["--deferred-days", String(deferredDays)]),
];

/** Migrates further what ended before it was done. */
export const goOn = (why: string, ids: readonly string[], how: MigrationOptions): Suggestion => ({
  why,
  words: ["migrate", ...ids, ...howWords(how)],
});

/** Migrates all that a limit left, as one does after a canary. */
export const theRest = (ids: readonly string[], { limit: _, ...how }: MigrationOptions): Suggestion =>
  goOn("To migrate the rest:", ids, how);

export const AS_MANY_AGAIN = "To migrate as many again:";
