/** Runs of the migration whose every call can be counted, delayed or killed. */

import type { FunctionReference } from "convex/server";

import { type ActionCtx, endOfAction } from "../../js-shims/host";
import type { MigrationAnswer, MigrationArgs } from "../../js-shims/validators";
import { migrateNotes } from "../../js-shims/writing/migrateNotes";
import { host as wiredHost } from "../backend/convex/v2RolloutHost";
import { type Backend, type Data, readAll } from "./backend";

/** The stand-in's wiring without a pace. */
export const host = { ...wiredHost, paceBytesPerSecond: 0 };

/** What a run waits, from its shortest wait on, takes no time here: the clock is moved on instead. */
const realNow = Date.now;
const realTimeout = globalThis.setTimeout;
let skippedMs = 0;
Date.now = () => realNow() + skippedMs;
globalThis.setTimeout = ((callback: () => void, ms = 0) => {
  // A run's watchdog comes long after the test.
  if (ms > 200_000) return 0;
  const isSkipped = ms >= 100;
  if (isSkipped) skippedMs += Math.ceil(ms);
  return realTimeout(callback, isSkipped ? 0 : ms);
}) as typeof setTimeout;

type Call = "query" | "mutation";

/** Called before and after each call of a run. What it throws ends the run as a crash would. */
export type Hook = (
  call: Call,
  moment: "before" | "after",
  nth: number,
  args: { notes?: string[] | { most: number } },
) => unknown;

/** How many notes a mutation is to write: those of a batch, or of a sweep at most. */
export const notesIn = ({ notes = [] }: Parameters<Hook>[3]): number =>
  Array.isArray(notes) ? notes.length : notes.most;

export class Killed extends Error {}

/** Runs the migration in the backend's engine. */
export async function migrate(
  t: Backend,
  args: MigrationArgs,
  options: { hook?: Hook; host?: typeof host } = {},
): Promise<MigrationAnswer> {
  let killed: Killed | null = null;
  let failure: { error: unknown } | null = null as { error: unknown } | null;
  let nth = 0;
  const around = async <T>(call: Call, args: unknown, run: () => Promise<T>): Promise<T> => {
    const shown = args as Parameters<Hook>[3];
    const mine = nth++;
    // A killed run makes no more calls: whatever it does with the error, it gets no further.
    if (killed) throw killed;
    try {
      await options.hook?.(call, "before", mine, shown);
      const answer = await run();
      await options.hook?.(call, "after", mine, shown);
      return answer;
    } catch (error) {
      if (error instanceof Killed) killed = error;
      throw error;
    }
  };
  const wired = options.host ?? host;
  const answer = await t.action(async (ctx) => {
    const run = {
      runQuery: (reference: FunctionReference<"query", "internal">, call: Record<string, unknown>) =>
        around("query", call, () => ctx.runQuery(reference, call)),
      runMutation: (reference: FunctionReference<"mutation", "internal">, call: Record<string, unknown>) =>
        around("mutation", call, () => ctx.runMutation(reference, call)),
    } as Pick<ActionCtx, "runQuery" | "runMutation">;
    try {
      return await migrateNotes(wired, run, args, endOfAction(wired));
    } catch (error) {
      failure = { error };
      return null;
    }
  });
  if (killed) throw killed;
  if (answer === null) throw failure?.error;
  return answer;
}

const without = (row: Record<string, unknown>, ...fields: string[]) =>
  Object.fromEntries(Object.entries(row).filter(([field]) => !fields.includes(field)));

/** What a platform holds, without ids and times that differ from run to run: artifacts by note, with their
 * transcripts and claims. */
export async function rowsByNote(t: Backend): Promise<Record<string, unknown>> {
  const all: Data = await readAll(t);
  const of = (rows: Record<string, unknown>[], artifactId: unknown) =>
    rows
      .filter((row) => row.artifactId === artifactId)
      .map((row) => without(row, "_id", "_creationTime", "artifactId", "claimId", "createdAt", "updatedAt"))
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  return Object.fromEntries(
    all.voiceNotes.map((note) => [
      note._id,
      all.voiceNoteArtifacts
        .filter((artifact) => artifact.voiceNoteId === note._id)
        .map((artifact) => ({
          ...without(artifact, "_id", "_creationTime", "artifactId", "createdAt", "updatedAt"),
          transcripts: of(all.voiceNoteTranscripts, artifact._id),
          claims: of(all.voiceNoteClaims, artifact._id),
        })),
    ]),
  );
}
