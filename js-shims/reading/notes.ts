/** Reads notes with their artifacts and has the core judge what is to be done with each. */

import { type Judgement, judge, type MissingRows, missingRows } from "../core.js";
import type { Host } from "../host.js";
import { artifactToJudge, noteFacts, type StoredDocument } from "./documents.js";
import { type Database, readBehind, type Source, source } from "./keyset.js";
import { malformedForMigration } from "./malformed.js";
import type { Meter } from "./meter.js";
import { forEach, type Readers, withReaders } from "./readers.js";

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** How notes are judged in a run. */
export type Judging = {
  organizationId?: string;
  repair: boolean;
  deferredDays?: number;
  nowMs: number;
  runMs: number;
  isRetry: boolean;
};

/** A note that was judged; its document is null where it is gone. */
export type JudgedDocument = {
  id: string;
  note: StoredDocument | null;
  verdict: Judgement["verdict"];
  malformedField: string | null;
  /** The artifact that is repaired. */
  repaired: StoredDocument | null;
  /** The rows that are inserted; undefined where nothing is written. */
  missing: MissingRows | undefined;
};

/** Judges notes, as many from the first as there is room for; one at least. Those that are gone are null. */
export async function judgeNotes(
  host: Host,
  db: Database,
  ids: readonly string[],
  notes: readonly (StoredDocument | null)[],
  judging: Judging & { endsAtMalformed: boolean },
  meter: Meter,
): Promise<JudgedDocument[]> {
  const linked = await readArtifacts(host, db, notes, meter);
  const read = notes.slice(0, linked.length);
  const malformedFields = read.map((note) => note && malformedForMigration(note));
  const artifacts = linked.flat();
  // This transaction may begin well after it was planned, and again after a conflict. What changed meanwhile has not
  // changed in the future, which would count as no time at all.
  const call = { ...judging, nowMs: Math.max(judging.nowMs, Date.now()) };
  const judgements: Judgement[] = judge(call, {
    notes: read.map(
      (note, at) =>
        note && {
          organizationId: textOf(note.orgId),
          facts: noteFacts(note),
          isMalformed: malformedFields[at] !== null,
        },
    ),
    artifacts: linked.flatMap((ofNote, note) => ofNote.map((artifact) => artifactToJudge(artifact, note))),
  });
  const judged = judgements.map(({ verdict, repairedArtifact }, at) => ({
    id: ids[at] as string,
    note: read[at] ?? null,
    verdict,
    malformedField: malformedFields[at] ?? null,
    repaired: repairedArtifact === null ? null : (artifacts[repairedArtifact] as StoredDocument),
    // Stryker disable next-line ConditionalExpression: for those that are repaired, it is looked up below
    missing: repairedArtifact === null ? missingRows(verdict) : undefined,
  }));
  return await lookUpRepairs(host, db, judged, meter);
}

/** The artifacts of notes, from the oldest to the newest, of as many notes from the first as there is room for. */
export async function readArtifacts(
  host: Host,
  db: Database,
  notes: readonly (StoredDocument | null)[],
  meter: Meter,
): Promise<StoredDocument[][]> {
  const room = (await meter.told()).room("artifactsOfNotes");
  const linked: StoredDocument[][] = [];
  const through = await withReaders(room, meter, (readers) =>
    forEach(notes.slice(0, room.notes), room.width, async (note, at) => {
      linked[at] = [];
      if (note === null) return true;
      const from = source("voiceNoteArtifacts", host.indexes.artifactsByNote, note._id);
      const page = await readBehind(db, from, null, readers, meter);
      linked[at] = page.documents;
      return page.isLast;
    }),
  );
  // A first note with more artifacts than a transaction may read is judged by those that it could read.
  return linked.slice(0, Math.max(through, Math.min(notes.length, 1)));
}

/** Looks up what the artifacts have that are repaired, of as many notes from the first as there is room for. */
async function lookUpRepairs(
  host: Host,
  db: Database,
  judged: JudgedDocument[],
  meter: Meter,
): Promise<JudgedDocument[]> {
  const [first, ...rest] = judged.flatMap((note) =>
    note.repaired === null ? [] : [{ note, artifactId: note.repaired._id }],
  );
  if (first === undefined) return judged;
  const { transcriptsByArtifact, claimsByArtifact } = host.indexes;
  /** Undefined where it could not be read. */
  const has = async (from: Source, readers: Readers): Promise<boolean | undefined> => {
    const page = await readBehind(db, from, null, readers, meter, 1);
    return page.documents.length > 0 || (page.isLast ? false : undefined);
  };
  const lookUp = async (
    { note, artifactId }: { note: JudgedDocument; artifactId: string },
    ofTranscript: Readers,
    ofClaims: Readers,
  ): Promise<boolean> => {
    const transcript = await has(
      source("voiceNoteTranscripts", transcriptsByArtifact, artifactId),
      ofTranscript,
    );
    if (transcript === undefined) return false;
    const claims = await has(source("voiceNoteClaims", claimsByArtifact, artifactId), ofClaims);
    if (claims === undefined) return false;
    note.missing = missingRows(note.verdict, { transcript, claims });
    return true;
  };
  const { notes } = (await meter.told()).room("repairs");
  // Whatever is left: a run gets further by one note at least.
  const one = { documents: 1, bytes: 1 };
  await withReaders(one, meter, (ofTranscript) =>
    withReaders(one, meter, (ofClaims) => lookUp(first, ofTranscript, ofClaims)),
  );
  const room = (await meter.told()).room("repairs");
  const through = await withReaders(room, meter, (readers) =>
    forEach(rest.slice(0, notes - 1), room.width, (repair) => lookUp(repair, readers, readers)),
  );
  const next = rest[through];
  return next === undefined ? judged : judged.slice(0, judged.indexOf(next.note));
}
