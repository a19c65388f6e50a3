/** The two transactions of a migration: a page that is read and judged, and a batch that is written. */

import { internalMutationGeneric, internalQueryGeneric } from "convex/server";
import { type Infer, v } from "convex/values";

import { artifactRow, type Note } from "./convert.js";
import { headroom, lostPosition } from "./core/migration.js";
import type { StoredDocument } from "./documents.js";
import { throwIfRefused } from "./errors.js";
import type { Host, MutationCtx } from "./host.js";
import { allowanceOf, LostPosition, positionOf, readBehind, type Source, source } from "./keyset.js";
import { Meter, writes } from "./meter.js";
import {
  forEach,
  GONE,
  type JudgedNote,
  judgeAll,
  MALFORMED,
  MIGRATE,
  REPAIR,
  readable,
  rowsFor,
} from "./migrationNotes.js";

const judgement = {
  repair: v.boolean(),
  deferredDays: v.optional(v.number()),
  nowMs: v.number(),
};

const pageArgs = {
  ...judgement,
  organizationId: v.optional(v.string()),
  dryRun: v.boolean(),
  after: v.union(v.string(), v.null()),
  notes: v.number(),
};

const pageAnswer = v.object({
  ids: v.array(v.string()),
  positions: v.array(v.string()),
  createdMs: v.array(v.number()),
  codes: v.array(v.number()),
  facts: v.array(v.number()),
  claims: v.array(v.number()),
  transcripts: v.array(v.number()),
  bytes: v.array(v.number()),
  malformed: v.array(v.string()),
  isLast: v.boolean(),
});
export type MigrationPage = Infer<typeof pageAnswer>;

const reason = ({ note, field }: JudgedNote) =>
  `${note._id}\t${field} is missing, or not what the schema says`;

/** Reads and judges a page of notes, as many as there is room for. */
export function migrationPageFunction(host: Host) {
  return internalQueryGeneric({
    args: pageArgs,
    returns: pageAnswer,
    handler: async (ctx, args): Promise<MigrationPage> => {
      const meter = new Meter(ctx);
      const reach: Source =
        args.organizationId === undefined
          ? { table: "voiceNotes", index: "by_creation_time", prefix: [], rest: [] }
          : source("voiceNotes", host.indexes.notesByOrganization, args.organizationId);
      const room = await readable(meter, 1);
      // Half of the bytes are for the artifacts that are looked up.
      const allowance = allowanceOf(
        { documents: Math.min(args.notes, room.notes), bytes: room.bytes / 2 },
        meter,
      );
      const page = await readBehind(ctx.db, reach, args.after, allowance, meter).catch((error: unknown) => {
        if (error instanceof LostPosition) throwIfRefused(lostPosition());
        throw error;
      });
      const judged = await judgeAll(host, ctx.db, page.documents, args, meter);
      // Only a dry run reckons with what would be written.
      const rows = args.dryRun ? judged.map((note) => rowsFor(note, args.nowMs)) : [];
      return {
        ids: judged.map(({ note }) => note._id),
        positions: judged.map(({ note }) => positionOf(reach, note)),
        createdMs: judged.map(({ note }) => note._creationTime),
        codes: judged.map(({ code }) => code),
        facts: judged.map(({ facts }) => facts),
        claims: rows.map(({ claims }) => claims.length),
        transcripts: rows.map(({ transcripts }) => transcripts.length),
        bytes: rows.map(({ bytes }) => bytes),
        malformed: judged.filter(({ code }) => code === MALFORMED).map(reason),
        isLast: page.isLast && judged.length === page.documents.length,
      };
    },
  });
}

const batchArgs = { ...judgement, voiceNoteIds: v.array(v.string()) };

const batchAnswer = v.object({
  codes: v.array(v.number()),
  artifacts: v.number(),
  transcripts: v.number(),
  claims: v.number(),
  malformed: v.array(v.string()),
  used: v.array(v.number()),
  limits: v.array(v.number()),
});
export type MigrationBatch = Infer<typeof batchAnswer>;

/** Reads notes by id, as many from the first as there is room for; at least one. */
async function readNotes(
  ctx: MutationCtx,
  ids: readonly string[],
  meter: Meter,
): Promise<(StoredDocument | null)[]> {
  const room = await readable(meter, 2);
  const allowance = allowanceOf({ ...room, bytes: room.bytes / 2 }, meter);
  const notes: (StoredDocument | null)[] = [];
  const wanted = ids.slice(0, room.notes);
  await forEach(wanted, room.width, async (id, at) => {
    if (!(await allowance.mayAsk())) return false;
    meter.range();
    const note = (await ctx.db.get(id as never)) as StoredDocument | null;
    allowance.onAnswered(note);
    notes[at] = note;
    return true;
  }).then((through) => notes.splice(through));
  return notes;
}

/**
 * Writes the v2 rows of notes, as many from the first as there is room for, all in this transaction. Each
 * note is judged anew: one that got an artifact since the page was read is left alone.
 */
export function migrationBatchFunction(host: Host) {
  return internalMutationGeneric({
    args: batchArgs,
    returns: batchAnswer,
    handler: async (ctx, args): Promise<MigrationBatch> => {
      const meter = new Meter(ctx);
      const read = await readNotes(ctx, args.voiceNoteIds, meter);
      const notes = read.filter((note) => note !== null);
      const judged = await judgeAll(host, ctx.db, notes, args, meter);
      const { used, limits } = await meter.account();
      const room = headroom(writes(used), writes(limits), 1);
      const answer = {
        codes: [] as number[],
        artifacts: 0,
        transcripts: 0,
        claims: 0,
        malformed: [] as string[],
      };
      // A patch reads its document once more.
      const readRoom = await readable(meter, 1);
      let patches = 0;
      let patchedBytes = 0;
      let documents = 0;
      let bytes = 0;
      const writing: Promise<void>[] = [];
      let at = 0;
      for (const note of read) {
        if (note === null) {
          answer.codes.push(GONE);
          continue;
        }
        const next = judged[at++];
        if (next === undefined) break;
        const rows = rowsFor(next, args.nowMs);
        documents += rows.claims.length + rows.transcripts.length + 1;
        bytes += rows.bytes;
        if (next.repair) {
          patches += 1;
          patchedBytes += next.repair.bytes;
        }
        const isFull =
          documents > room.documents ||
          bytes > room.bytes ||
          patches > readRoom.documents ||
          patchedBytes > readRoom.bytes;
        if (isFull && writing.length > 0) break;
        answer.codes.push(next.code);
        if (next.code === MALFORMED) answer.malformed.push(reason(next));
        if (next.code !== MIGRATE && next.code !== REPAIR) continue;
        answer.artifacts += next.code === MIGRATE ? 1 : 0;
        answer.transcripts += rows.transcripts.length;
        answer.claims += rows.claims.length;
        writing.push(write(ctx, next, rows, args.nowMs, meter));
      }
      await Promise.all(writing);
      return { ...answer, ...(await meter.account()) };
    },
  });
}

/** Writes what a note lacks. */
async function write(
  ctx: MutationCtx,
  judged: JudgedNote,
  { transcripts, claims }: ReturnType<typeof rowsFor>,
  now: number,
  meter: Meter,
): Promise<void> {
  const insert = async (table: string, row: Record<string, unknown>): Promise<string> => {
    meter.insert(row);
    return (await ctx.db.insert(table, row as never)) as string;
  };
  let artifactId: string;
  if (judged.repair === null) {
    artifactId = await insert("voiceNoteArtifacts", artifactRow(judged.note as Note, now));
  } else {
    artifactId = judged.repair.artifactId;
    meter.patch(judged.repair.bytes);
    await ctx.db.patch(artifactId as never, { status: "completed", updatedAt: now } as never);
  }
  await Promise.all([
    ...transcripts.map((row) => insert("voiceNoteTranscripts", { ...row, artifactId })),
    ...claims.map((row) => insert("voiceNoteClaims", { ...row, artifactId })),
  ]);
}
