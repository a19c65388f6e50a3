/** The transactions of a migration: a page that is read and judged, and notes that are judged and written. */

import { internalMutationGeneric, internalQueryGeneric } from "convex/server";
import { type Infer, v } from "convex/values";

import {
  decideRun,
  type MigrationBatch,
  type MigrationPage,
  type NoteRows,
  notesThatFit,
  recordBatch,
} from "../core.js";
import type { Host, MutationCtx, QueryCtx } from "../host.js";
import { carryOut, ledgerOf, readRun } from "../ledger/store.js";
import type { StoredDocument } from "../reading/documents.js";
import {
  type Database,
  type DocumentPage,
  everyDocument,
  positionOf,
  readBehind,
  type Source,
  source,
} from "../reading/keyset.js";
import { Meter, valueBytes } from "../reading/meter.js";
import { type JudgedDocument, type Judging, judgeNotes } from "../reading/notes.js";
import { forEach, withReaders } from "../reading/readers.js";
import { type FailurePage, legArgs } from "../validators/ledger.js";
import {
  migrationBatch,
  migrationPage,
  type NotWritten,
  notWritten,
  recording,
} from "../validators/transactions.js";
import { artifactRow, claimRows, type Note, transcriptRow } from "./convert.js";

/** The organization is that of a run; without one it is a run of all. */
const judging = {
  organizationId: v.optional(v.string()),
  repair: v.boolean(),
  deferredDays: v.optional(v.number()),
  nowMs: v.number(),
  runMs: v.number(),
  isRetry: v.boolean(),
};

/** The next notes of a run, behind a position. */
const stretch = { after: v.union(v.string(), v.null()), most: v.number() };
const stretchObject = v.object(stretch);
type Stretch = Infer<typeof stretchObject>;

/** The range of all notes in reach of a run. */
const reachOf = (host: Host, organizationId: string | undefined): Source =>
  organizationId === undefined
    ? everyDocument("voiceNotes")
    : source("voiceNotes", host.indexes.notesByOrganization, organizationId);

/** Reads the next notes, as many as there is room for. */
async function readStretch(
  host: Host,
  db: Database,
  organizationId: string | undefined,
  { after, most }: Stretch,
  meter: Meter,
): Promise<DocumentPage> {
  const { documents, bytes } = (await meter.told()).room("noteRange");
  const reach = reachOf(host, organizationId);
  return await withReaders({ documents: Math.min(most, documents), bytes }, meter, (readers) =>
    readBehind(db, reach, after, readers, meter),
  );
}

/** Reads notes by id, as many from the first as there is room for. Those that are gone are null. */
async function readNotes(
  { db }: Pick<QueryCtx, "db">,
  ids: readonly string[],
  meter: Meter,
): Promise<(StoredDocument | null)[]> {
  const room = (await meter.told()).room("notesById");
  const notes: (StoredDocument | null)[] = [];
  const through = await withReaders(room, meter, (readers) =>
    forEach(ids.slice(0, room.notes), room.width, async (id, at) => {
      if (!(await readers.mayRead())) return false;
      meter.range();
      const note = (await db.get(id as never)) as StoredDocument | null;
      readers.read(note);
      notes[at] = note;
      return true;
    }),
  );
  return notes.slice(0, through);
}

const idsOf = (notes: readonly StoredDocument[]): string[] => notes.map(({ _id }) => _id);

/** Reads and judges a page of notes, as many as there is room for. */
export function migrationPageFunction(host: Host) {
  return internalQueryGeneric({
    args: { ...judging, ...stretch, dryRun: v.boolean(), retryOf: v.optional(v.string()) },
    returns: migrationPage,
    handler: async (ctx, args): Promise<MigrationPage> => {
      const meter = new Meter(ctx);
      const { ids, documents, isLast } = await (args.retryOf === undefined
        ? readPage(host, ctx, args, meter)
        : readFailed(host, ctx, args.retryOf, args, meter));
      const call = { ...args, endsAtMalformed: false };
      const judged = await judgeNotes(host, ctx.db, ids, documents, call, meter);
      const reach = reachOf(host, args.organizationId);
      const notes: MigrationPage["notes"] = [];
      for (const document of judged) {
        const { id, note, verdict } = document;
        // Of the notes that failed in another run some may be gone: the run gets past them, too.
        const position = args.retryOf === undefined && note !== null ? positionOf(reach, note) : id;
        // Only a dry run reckons with what would be written, and a run that lost an answer with what was.
        const isReckoned = args.dryRun || document.missing?.areWritten;
        const rows = isReckoned ? (rowsOf(document, args.runMs)?.described ?? null) : null;
        notes.push({ id, position, createdMs: note?._creationTime ?? 0, verdict, rows });
      }
      meter.free();
      return {
        notes,
        malformed: malformedOf(judged),
        isLast: isLast && judged.length === documents.length,
      };
    },
  });
}

/**
 * Writes the v2 rows of notes, as many from the first as there is room for, all in this transaction: of a batch,
 * whose notes are judged anew, as one that got an artifact since the page was read is left alone; or of the next
 * notes behind a position, which is a sweep.
 */
export function migrationBatchFunction(host: Host) {
  return internalMutationGeneric({
    args: {
      ...judging,
      notes: v.union(v.array(v.string()), stretchObject),
      run: v.optional(legOfRun),
    },
    returns: v.union(migrationBatch, notWritten),
    handler: async (ctx, { run, ...args }): Promise<MigrationBatch | NotWritten> => {
      const write = async (): Promise<MigrationBatch> => {
        const meter = new Meter(ctx);
        const batch = await (Array.isArray(args.notes)
          ? writeBatch(host, ctx, args.notes, args, meter)
          : sweep(host, ctx, args.notes, args, meter));
        meter.free();
        return batch;
      };
      return await (run === undefined ? write() : recorded(host, ctx, run, write));
    },
  });
}

/** The leg that a transaction belongs to, and what it records. */
const legOfRun = v.object({ ...legArgs, recording });
type LegOfRun = Infer<typeof legOfRun>;

/** Writes notes and records that in the run's row, in one transaction, where the row says that they are to be written. */
async function recorded(
  host: Host,
  ctx: MutationCtx,
  { runId, generation, recording }: LegOfRun,
  write: () => Promise<MigrationBatch>,
): Promise<MigrationBatch | NotWritten> {
  const ledger = ledgerOf(host, "a run");
  const nowMs = Date.now();
  const { number } = recording.before;
  const run = await readRun(ledger, ctx, runId);
  const asked = decideRun(run, { kind: "batchAsked", generation, number }, nowMs);
  const [effect] = asked.effects;
  if (effect?.kind === "alreadyWritten" || effect?.kind === "writeNothing") {
    await carryOut(host, ledger, ctx, asked);
    return { notWritten: effect.kind };
  }
  const batch = await write();
  const decision = recordBatch(asked.run, generation, recording, batch, nowMs);
  await carryOut(host, ledger, ctx, decision);
  return { ...batch, bytesPerSecond: decision.bytesPerSecond };
}

/** Notes to be judged: those that are gone are null. */
type Notes = { ids: string[]; documents: readonly (StoredDocument | null)[]; isLast: boolean };

async function readPage(
  host: Host,
  { db }: QueryCtx,
  { organizationId, ...page }: Stretch & { organizationId?: string },
  meter: Meter,
): Promise<Notes> {
  const { documents, isLast } = await readStretch(host, db, organizationId, page, meter);
  return { ids: idsOf(documents), documents, isLast };
}

/** Reads notes that failed in another run. */
async function readFailed(
  host: Host,
  ctx: QueryCtx,
  runId: string,
  { after, most }: Stretch,
  meter: Meter,
): Promise<Notes> {
  const { notes } = (await meter.told()).room("notesById");
  const ledger = ledgerOf(host, "a run");
  // If it was pruned meanwhile, none of its notes would be found.
  await readRun(ledger, ctx, runId);
  const { store } = ledger;
  const page: FailurePage = await ctx.runQuery(store.failures, { runId, after, most: Math.min(most, notes) });
  const ids = page.failures.map(({ voiceNoteId }) => voiceNoteId);
  const documents = await readNotes(ctx, ids, meter);
  return { ids, documents, isLast: page.isLast && documents.length === ids.length };
}

async function writeBatch(
  host: Host,
  ctx: MutationCtx,
  ids: readonly string[],
  call: Judging,
  meter: Meter,
): Promise<MigrationBatch> {
  const notes = await readNotes(ctx, ids, meter);
  const judged = await judgeNotes(host, ctx.db, ids, notes, { ...call, endsAtMalformed: false }, meter);
  const written = await writeNotes(ctx, judged, call.runMs, meter);
  return { ...written, ids: [], position: null, isLast: false, bytesPerSecond: null };
}

async function sweep(
  host: Host,
  ctx: MutationCtx,
  notes: Stretch,
  call: Judging,
  meter: Meter,
): Promise<MigrationBatch> {
  const { documents, isLast } = await readStretch(host, ctx.db, call.organizationId, notes, meter);
  const judgeCall = { ...call, endsAtMalformed: true };
  const judged = await judgeNotes(host, ctx.db, idsOf(documents), documents, judgeCall, meter);
  const written = await writeNotes(ctx, judged, call.runMs, meter);
  const last = documents[written.verdicts.length - 1];
  return {
    ...written,
    ids: idsOf(documents.slice(0, written.verdicts.length)),
    position: last === undefined ? null : positionOf(reachOf(host, call.organizationId), last),
    isLast: isLast && written.verdicts.length === documents.length,
    bytesPerSecond: null,
  };
}

/** The rows that hang on a note's artifact. */
type Rows = {
  transcripts: ReturnType<typeof transcriptRow>[];
  claims: ReturnType<typeof claimRows>;
  described: NoteRows;
};

/** What is inserted for a note beside its artifact, now or in an attempt whose answer was lost; undefined where nothing
 * is. */
function rowsOf({ note, missing, repaired }: JudgedDocument, runMs: number): Rows | undefined {
  if (missing === undefined) return undefined;
  const transcripts = missing.transcript ? [transcriptRow(note as Note, runMs)] : [];
  const claims = missing.claims ? claimRows(note as Note, runMs) : [];
  const described = {
    areWritten: missing.areWritten,
    transcripts: transcripts.length,
    claims: claims.length,
    bytes: valueBytes(transcripts) + valueBytes(claims),
    repairedBytes: repaired && valueBytes(repaired),
  };
  return { transcripts, claims, described };
}

/** Those whose verdict says that they are malformed. */
const malformedOf = (notes: readonly JudgedDocument[]): MigrationPage["malformed"] =>
  notes.flatMap(({ id, verdict, malformedField }, row) =>
    verdict === "malformed" ? [{ row, id, field: malformedField ?? "" }] : [],
  );

/** Writes what notes lack, as many from the first as were judged and have room. */
async function writeNotes(
  ctx: MutationCtx,
  judged: readonly JudgedDocument[],
  runMs: number,
  meter: Meter,
): Promise<Omit<MigrationBatch, "ids" | "position" | "isLast" | "bytesPerSecond">> {
  const rows = judged.map((note) => rowsOf(note, runMs));
  const descriptions = rows.map((ofNote) => ofNote?.described ?? null);
  const { notes: count, inserted } = notesThatFit(await meter.told(), descriptions);
  const written = judged.slice(0, count);
  // One note after the other: writes stay in memory until the commit, and all at once would keep more of it.
  for (const [at, note] of written.entries()) {
    const ofNote = rows[at];
    if (ofNote !== undefined && !ofNote.described.areWritten)
      await writeNote(ctx, note, ofNote, runMs, meter);
  }
  return {
    verdicts: written.map(({ verdict }) => verdict),
    malformed: malformedOf(written),
    inserted,
    metrics: (await meter.told()).metrics(),
    createdMs: written[written.length - 1]?.note?._creationTime ?? null,
  };
}

async function writeNote(
  { db }: MutationCtx,
  { note, repaired }: JudgedDocument,
  { transcripts, claims }: Rows,
  runMs: number,
  meter: Meter,
): Promise<void> {
  const insert = async (table: string, row: object): Promise<string> => {
    meter.insert(row);
    return (await db.insert(table, row as never)) as string;
  };
  let artifactId: string;
  if (repaired === null) {
    artifactId = await insert("voiceNoteArtifacts", artifactRow(note as Note, runMs));
  } else {
    artifactId = repaired._id;
    meter.patch(valueBytes(repaired));
    await db.patch(artifactId as never, { status: "completed", updatedAt: runMs } as never);
  }
  for (const row of transcripts) await insert("voiceNoteTranscripts", { ...row, artifactId });
  for (const row of claims) await insert("voiceNoteClaims", { ...row, artifactId });
}
