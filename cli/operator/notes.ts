import type { MigrationPage, NoteVerdict } from "../../pkg/v2_rollout.js";
import type { Connection } from "../connection/connect.js";

export const listedClasses = ["unfinished", "deferred", "blocked", "duplicates"] as const;

export type ListedClass = (typeof listedClasses)[number];

export type ListedNote = { id: string; reason: string };

/** What the core says of a note, by the class that it is listed under, and in words. */
const reasons: Record<Exclude<ListedClass, "duplicates">, Partial<Record<NoteVerdict, string>>> = {
  unfinished: { unfinished: "begun in v2, not completed" },
  deferred: {
    transcribing: "transcription not completed",
    insightsInProgress: "insights in progress",
    awaitingConfirmation: "insights wait for a coach",
  },
  blocked: {
    noCoach: "no coach",
    insightsCancelled: "insights were cancelled",
    unknownStatus: "a status that v1 does not know",
  },
};

const PAGE = 1_000;

/** All notes of a class, in the order of the index by which they are read. */
export async function* notesOf(
  connection: Connection,
  organizationId: string,
  which: ListedClass,
  deferredDays: number | undefined,
): AsyncGenerator<ListedNote> {
  if (which === "duplicates") {
    yield* duplicatesOf(connection, organizationId);
    return;
  }
  const words = reasons[which];
  const call = {
    organizationId,
    repair: false,
    dryRun: false,
    most: PAGE,
    nowMs: Date.now(),
    runMs: Date.now(),
    isRetry: false,
    ...(deferredDays === undefined ? {} : { deferredDays }),
  };
  let after: string | null = null;
  for (;;) {
    const page = (await connection.read("v2Rollout:migrationPage", { ...call, after })) as MigrationPage;
    for (const { id, verdict } of page.notes) {
      const reason = words[verdict];
      if (reason !== undefined) yield { id, reason };
    }
    after = page.notes.at(-1)?.position ?? null;
    if (page.isLast || after === null) return;
  }
}

type DuplicatesPage = { notes: { id: string; artifacts: number }[]; after: string | null };

async function* duplicatesOf(connection: Connection, organizationId: string): AsyncGenerator<ListedNote> {
  let after: string | null = null;
  do {
    const page = (await connection.read("v2Rollout:duplicates", { organizationId, after })) as DuplicatesPage;
    for (const { id, artifacts } of page.notes) yield { id, reason: `${artifacts} artifacts` };
    after = page.after;
  } while (after !== null);
}
