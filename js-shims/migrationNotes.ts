/** Reads notes with their artifacts and has the core judge what is to be done with each. */

import { claimRows, type Note, transcriptRow } from "./convert.js";
import { headroom, judgeNotes } from "./core/migration.js";
import { malformedNoteFacts, noteFacts, type StoredDocument } from "./documents.js";
import type { Host } from "./host.js";
import { Allowance, type Database, readBehind, source } from "./keyset.js";
import { malformedForMigration } from "./malformed.js";
import { ByteSum, type Meter, valueBytes } from "./meter.js";

/** What the core answers for a note; 0 to 5 are the classes that are left alone. */
export const MIGRATE = 6;
export const REPAIR = 7;
export const MALFORMED = 8;
/** The note is gone. */
export const GONE = 9;

/** How notes are judged in a run. */
export type Judgement = { repair: boolean; deferredDays?: number; nowMs: number };

/** What the oldest artifact of a note that is repaired has already. */
export type Repair = {
  artifactId: string;
  /** Of the artifact: a patch reads and writes all of it. */
  bytes: number;
  hasTranscript: boolean;
  hasClaims: boolean;
};

export type JudgedNote = {
  note: StoredDocument;
  code: number;
  facts: number;
  /** The field that is malformed. */
  field: string | null;
  repair: Repair | null;
};

/** An artifact's time of change as the core takes it. */
function changedMs(artifact: StoredDocument): number {
  if (artifact.status === "completed") return -1;
  // A time before 1970 is no sign of completion.
  return typeof artifact.updatedAt === "number" ? Math.max(0, artifact.updatedAt) : Number.NaN;
}

/** What this transaction may still read: notes, documents, bytes, and reads side by side. */
export async function readable(meter: Meter, rangesEach: number) {
  const { used, limits } = await meter.account();
  return headroom(used, limits, rangesEach);
}

/** Runs a task for each item, several at once, until one says that there is no more room. Answers how many
 * of the first ones are through. */
export async function forEach<T>(
  items: readonly T[],
  width: number,
  task: (item: T, at: number) => Promise<boolean>,
): Promise<number> {
  const isDone = items.map(() => false);
  let next = 0;
  let isFull = false;
  const worker = async () => {
    while (next < items.length && !isFull) {
      const at = next++;
      isDone[at] = await task(items[at] as T, at);
      if (!isDone[at]) isFull = true;
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  const first = isDone.indexOf(false);
  return first < 0 ? items.length : first;
}

/** Judges notes, as many from the first as there is room for; at least one. In a sweep, none behind the first
 * malformed one. */
export async function judgeAll(
  host: Host,
  db: Database,
  notes: readonly StoredDocument[],
  judgement: Judgement,
  isSweep: boolean,
  meter: Meter,
): Promise<JudgedNote[]> {
  const room = await readable(meter, 1);
  const allowance = new Allowance(room, meter);
  const linked: StoredDocument[][] = notes.map(() => []);
  const through = await forEach(notes.slice(0, room.notes), room.width, async (note, at) => {
    const range = source("voiceNoteArtifacts", host.indexes.artifactsByNote, note._id);
    const page = await readBehind(db, range, null, allowance, meter);
    linked[at] = page.documents;
    return page.isLast;
  });
  // A first note with more artifacts than a transaction may read is judged by those that it could read.
  const count = Math.max(through, Math.min(notes.length, 1));

  const judged: JudgedNote[] = [];
  const of: number[] = [];
  const changed: number[] = [];
  for (const [at, note] of notes.slice(0, count).entries()) {
    const field = malformedForMigration(note);
    judged.push({
      note,
      code: 0,
      facts: field === null ? noteFacts(note) : malformedNoteFacts(note),
      field,
      repair: null,
    });
    for (const artifact of linked[at] ?? []) {
      of.push(at);
      changed.push(changedMs(artifact));
    }
  }
  const codes = judgeNotes({
    nowMs: judgement.nowMs,
    deferredDays: judgement.deferredDays,
    repair: judgement.repair,
    isSweep,
    facts: judged.map(({ facts }) => facts),
    createdMs: judged.map(({ note }) => note._creationTime),
    of,
    changedMs: changed,
  });
  for (const [at, code] of codes.entries()) (judged[at] as JudgedNote).code = code;
  judged.splice(codes.length);
  return await findRepairs(host, db, judged, linked, meter);
}

/** Looks up what the artifacts of notes that are repaired have. */
async function findRepairs(
  host: Host,
  db: Database,
  judged: JudgedNote[],
  linked: StoredDocument[][],
  meter: Meter,
): Promise<JudgedNote[]> {
  const repaired = judged.filter(({ code }) => code === REPAIR);
  if (repaired.length === 0) return judged;
  const room = await readable(meter, 2);
  const has = async (
    table: "voiceNoteTranscripts" | "voiceNoteClaims",
    artifactId: string,
    allowance: Allowance,
  ): Promise<boolean | null> => {
    const { transcriptsByArtifact, claimsByArtifact } = host.indexes;
    const index = table === "voiceNoteTranscripts" ? transcriptsByArtifact : claimsByArtifact;
    const page = await readBehind(db, source(table, index, artifactId), null, allowance, meter, 1);
    return page.documents.length > 0 ? true : page.isLast ? false : null;
  };
  const look = async (note: JudgedNote, allowances: readonly [Allowance, Allowance]): Promise<boolean> => {
    const artifact = linked[judged.indexOf(note)]?.[0];
    const artifactId = artifact?._id ?? "";
    const hasTranscript = await has("voiceNoteTranscripts", artifactId, allowances[0]);
    if (hasTranscript === null) return false;
    const hasClaims = await has("voiceNoteClaims", artifactId, allowances[1]);
    if (hasClaims === null) return false;
    note.repair = { artifactId, bytes: valueBytes(artifact), hasTranscript, hasClaims };
    return true;
  };
  // Whatever is left: a run gets further by one note at least.
  const one = { documents: 1, bytes: 1 };
  const [first, ...rest] = repaired;
  await look(first as JudgedNote, [new Allowance(one, meter), new Allowance(one, meter)]);
  const left = await readable(meter, 2);
  const allowance = new Allowance(left, meter);
  const through =
    1 +
    (await forEach(rest.slice(0, room.notes - 1), left.width, async (note) =>
      allowance.isSpent() ? false : await look(note, [allowance, allowance]),
    ));
  const next = repaired[through];
  return next === undefined ? judged : judged.slice(0, judged.indexOf(next));
}

/** What is written for a note: the rows that hang on its artifact. */
export type Rows = {
  transcripts: ReturnType<typeof transcriptRow>[];
  claims: ReturnType<typeof claimRows>;
};

/** Nothing where nothing is written. */
export function rowsFor({ note, code, repair }: JudgedNote, now: number): Rows {
  const isWritten = code === MIGRATE || code === REPAIR;
  return {
    transcripts: !isWritten || repair?.hasTranscript ? [] : [transcriptRow(note as Note, now)],
    claims: !isWritten || repair?.hasClaims ? [] : claimRows(note as Note, now),
  };
}

/** Adds the bytes of all that is written for a note. */
export function addBytes(bytes: ByteSum, { code, repair }: JudgedNote, rows: Rows): void {
  if (code !== MIGRATE && code !== REPAIR) return;
  // An artifact takes 600 bytes at most, and Convex adds an id and a time to each row; the artifact's id comes later.
  bytes.addBytes(600 + (repair?.bytes ?? 0) + 100 * (rows.claims.length + rows.transcripts.length));
  bytes.add(rows.transcripts);
  bytes.add(rows.claims);
}

/** Bytes of all that is written for a note. */
export function writtenBytes(note: JudgedNote, rows: Rows): number {
  const bytes = new ByteSum();
  addBytes(bytes, note, rows);
  return bytes.total();
}
