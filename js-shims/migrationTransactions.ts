/** The transactions of a migration: a page that is read and judged, and notes that are judged and written. */

import { internalMutationGeneric, internalQueryGeneric } from "convex/server";
import { type Infer, v } from "convex/values";

import { artifactRow, type Note } from "./convert.js";
import { headroom, lostPosition } from "./core/migration.js";
import type { StoredDocument } from "./documents.js";
import { throwIfRefused } from "./errors.js";
import type { Host, MutationCtx } from "./host.js";
import {
  Allowance,
  type Database,
  everyDocument,
  LostPosition,
  type Page,
  positionOf,
  readBehind,
  type Source,
  source,
} from "./keyset.js";
import { ByteSum, Meter, writes } from "./meter.js";
import {
  addBytes,
  forEach,
  GONE,
  type JudgedNote,
  judgeAll,
  MALFORMED,
  MIGRATE,
  REPAIR,
  type Rows,
  readable,
  rowsFor,
  writtenBytes,
} from "./migrationNotes.js";

const judgement = {
  repair: v.boolean(),
  deferredDays: v.optional(v.number()),
  nowMs: v.number(),
};

/** The next notes of a run: of one organization or of all, behind a position. */
const stretch = {
  organizationId: v.optional(v.string()),
  after: v.union(v.string(), v.null()),
  most: v.number(),
};
const stretchObject = v.object(stretch);
type Stretch = Infer<typeof stretchObject>;

const pageArgs = { ...judgement, ...stretch, dryRun: v.boolean() };

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

/** The range of all notes in reach of a run. */
const reachOf = (host: Host, organizationId: string | undefined): Source =>
  organizationId === undefined
    ? everyDocument("voiceNotes")
    : source("voiceNotes", host.indexes.notesByOrganization, organizationId);

/** Reads the next notes, as many as there is room for. */
async function readStretch(host: Host, db: Database, stretch: Stretch, meter: Meter): Promise<Page> {
  const room = await readable(meter, 1);
  // Half of the bytes are for the artifacts that are looked up.
  const limit = { documents: Math.min(stretch.most, room.notes), bytes: room.bytes / 2 };
  try {
    const reach = reachOf(host, stretch.organizationId);
    return await readBehind(db, reach, stretch.after, new Allowance(limit, meter), meter);
  } catch (error) {
    if (error instanceof LostPosition) throwIfRefused(lostPosition());
    throw error;
  }
}

/** Reads and judges a page of notes, as many as there is room for. */
export function migrationPageFunction(host: Host) {
  return internalQueryGeneric({
    args: pageArgs,
    returns: pageAnswer,
    handler: async (ctx, args): Promise<MigrationPage> => {
      const meter = new Meter(ctx);
      const reach = reachOf(host, args.organizationId);
      const page = await readStretch(host, ctx.db, args, meter);
      const judged = await judgeAll(host, ctx.db, page.documents, args, false, meter);
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
        bytes: rows.map((ofNote, at) => writtenBytes(judged[at] as JudgedNote, ofNote)),
        malformed: judged.filter(({ code }) => code === MALFORMED).map(reason),
        isLast: page.isLast && judged.length === page.documents.length,
      };
    },
  });
}

const batchNotes = v.union(v.array(v.string()), stretchObject);
/** The ids of a batch, or what a sweep goes through. */
export type BatchNotes = Infer<typeof batchNotes>;

const batchArgs = { ...judgement, notes: batchNotes };

const batchAnswer = v.object({
  codes: v.array(v.number()),
  facts: v.array(v.number()),
  artifacts: v.number(),
  transcripts: v.number(),
  claims: v.number(),
  malformed: v.array(v.string()),
  /** Where the last note stands, and when it was created. */
  position: v.union(v.string(), v.null()),
  createdMs: v.union(v.number(), v.null()),
  isLast: v.boolean(),
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
  const allowance = new Allowance({ ...room, bytes: room.bytes / 2 }, meter);
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
 * Writes the v2 rows of notes, as many from the first as there is room for, all in this transaction: of a batch,
 * whose notes are judged anew, as one that got an artifact since the page was read is left alone; or of the next
 * notes behind a position, which is a sweep.
 */
export function migrationBatchFunction(host: Host) {
  return internalMutationGeneric({
    args: batchArgs,
    returns: batchAnswer,
    handler: async (ctx, args): Promise<MigrationBatch> => {
      const meter = new Meter(ctx);
      const sweep = Array.isArray(args.notes) ? null : args.notes;
      const { documents, isLast } = Array.isArray(args.notes)
        ? { documents: await readNotes(ctx, args.notes, meter), isLast: false }
        : await readStretch(host, ctx.db, args.notes, meter);
      const notes = documents.filter((note) => note !== null);
      const judged = await judgeAll(host, ctx.db, notes, args, sweep !== null, meter);
      const written = await writeNotes(ctx, documents, judged, args.nowMs, meter);
      const last = documents[written.codes.length - 1] ?? null;
      return {
        ...written,
        position: sweep && last ? positionOf(reachOf(host, sweep.organizationId), last) : null,
        createdMs: last?._creationTime ?? null,
        isLast: isLast && written.codes.length === documents.length,
        ...(await meter.account()),
      };
    },
  });
}

/** Writes what notes lack, as many from the first as were judged and have room; null is one that is gone. */
async function writeNotes(
  ctx: MutationCtx,
  notes: readonly (StoredDocument | null)[],
  judged: readonly JudgedNote[],
  nowMs: number,
  meter: Meter,
) {
  const { used, limits } = await meter.account();
  const room = headroom(writes(used), writes(limits), 1);
  // A patch reads its document once more.
  const readRoom = await readable(meter, 1);
  const answer = {
    codes: [] as number[],
    facts: [] as number[],
    artifacts: 0,
    transcripts: 0,
    claims: 0,
    malformed: [] as string[],
  };
  let patches = 0;
  let patchedBytes = 0;
  let documents = 0;
  const bytes = new ByteSum();
  let hasWritten = false;
  let at = 0;
  for (const note of notes) {
    if (note === null) {
      answer.codes.push(GONE);
      answer.facts.push(0);
      continue;
    }
    const next = judged[at++];
    if (next === undefined) break;
    const rows = rowsFor(next, nowMs);
    documents += rows.claims.length + rows.transcripts.length + 1;
    addBytes(bytes, next, rows);
    if (next.repair) {
      patches += 1;
      patchedBytes += next.repair.bytes;
    }
    const isFull =
      documents > room.documents ||
      bytes.exceeds(room.bytes) ||
      patches > readRoom.documents ||
      patchedBytes > readRoom.bytes;
    if (isFull && hasWritten) break;
    answer.codes.push(next.code);
    answer.facts.push(next.facts);
    if (next.code === MALFORMED) answer.malformed.push(reason(next));
    if (next.code !== MIGRATE && next.code !== REPAIR) continue;
    answer.artifacts += next.code === MIGRATE ? 1 : 0;
    answer.transcripts += rows.transcripts.length;
    answer.claims += rows.claims.length;
    // One note after the other: writes stay in memory until the commit, and all at once would keep more of it.
    await write(ctx, next, rows, nowMs, meter);
    hasWritten = true;
  }
  return answer;
}

/** Writes what a note lacks. */
async function write(
  ctx: MutationCtx,
  judged: JudgedNote,
  { transcripts, claims }: Rows,
  now: number,
  meter: Meter,
): Promise<void> {
  const insert = async (table: string, row: object): Promise<string> => {
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
  for (const row of transcripts) {
    row.artifactId = artifactId;
    await insert("voiceNoteTranscripts", row);
  }
  for (const row of claims) {
    row.artifactId = artifactId;
    await insert("voiceNoteClaims", row);
  }
}
