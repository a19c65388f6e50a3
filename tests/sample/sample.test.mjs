// @vitest-environment node
import { findMismatch } from "embedded-convex/validate";
import { describe, expect, it } from "vitest";
import schema from "../backend/convex/schema";
import { classOfKind, clubs } from "./clubs.mjs";
import { documentId } from "./ids.mjs";
import { sampleTables, tableNumbers } from "./sample.mjs";
import { sampleFiles } from "./write.mjs";

const tables = sampleTables();
const { voiceNotes, voiceNoteArtifacts } = tables;

/** The classes as an operator would explain them, one artifact and one note after the other. */
function classOf(note) {
  const linked = voiceNoteArtifacts.filter(({ voiceNoteId }) => voiceNoteId === note._id);
  if (linked.some(({ status }) => status === "completed")) return "migrated";
  if (linked.length > 0) return "unfinished";
  if (note.transcriptionStatus === undefined || note.transcriptionStatus === "failed") return "notReady";
  if (note.transcriptionStatus !== "completed") return "deferred";
  if ((note.transcription ?? "").trim() === "") return "notReady";
  if (["pending", "processing", "awaiting_confirmation"].includes(note.insightsStatus)) return "deferred";
  if (note.coachId === undefined || note.insightsStatus === "cancelled") return "blocked";
  return "eligible";
}

/** @param {string[]} values */
function tally(values) {
  const counts = {};
  for (const value of values) {
    counts[value] = (counts[value] ?? 0) + 1;
  }
  return counts;
}

describe("the sample data", () => {
  it("is the same every time", () => {
    expect(sampleFiles()).toEqual(sampleFiles());
  });

  it.each(clubs)("has the notes that $name is said to have", ({ organizationId, notes }) => {
    const planned = Object.entries(notes).flatMap(([kind, count]) => Array(count).fill(classOfKind[kind]));
    const present = voiceNotes.filter(({ orgId }) => orgId === organizationId).map(classOf);
    expect(tally(present)).toEqual(tally(planned));
    expect(present.length).toBeGreaterThanOrEqual(30);
    expect(present.length).toBeLessThanOrEqual(150);
  });

  it("has every kind of note at the first club, and so every class", () => {
    expect(Object.keys(clubs[0].notes).sort()).toEqual(Object.keys(classOfKind).sort());
  });

  it("has a note with two artifacts, and artifacts without a note", () => {
    const links = tally(voiceNoteArtifacts.map(({ voiceNoteId }) => voiceNoteId ?? "none"));
    const { none, ...linked } = links;
    expect(none).toBe(2);
    expect(Object.values(linked).filter((count) => count > 1)).toEqual([2]);
  });

  it("has one club with one flag on and the other off", () => {
    const byClub = clubs.map(({ flags }) => new Set(Object.values(flags)).size);
    expect(byClub.filter((values) => values === 2)).toHaveLength(1);
    expect(tables.featureFlags).toHaveLength(4);
  });

  it("has coaches, and one member of the staff", () => {
    expect(tables.users.filter(({ isPlatformStaff }) => isPlatformStaff)).toHaveLength(1);
    const subjects = new Set(tables.users.map(({ subject }) => subject));
    const coaches = voiceNotes.flatMap(({ coachId }) => coachId ?? []);
    expect(coaches.filter((coachId) => !subjects.has(coachId))).toEqual([]);
  });

  it("fits the schema of the stand-in backend, references and all", () => {
    const exported = JSON.parse(schema.export());
    expect(Object.keys(tables).sort()).toEqual(exported.tables.map(({ tableName }) => tableName).sort());
    const isId = (table, id) => tables[table].some(({ _id }) => _id === id);
    for (const { tableName, documentType } of exported.tables) {
      for (const { _id, _creationTime, ...fields } of tables[tableName]) {
        expect([_id, findMismatch(documentType, fields, isId)]).toEqual([_id, null]);
      }
    }
  });

  it("has ids of its own for each document, as Convex writes them", () => {
    const ids = Object.values(tables).flatMap((documents) => documents.map(({ _id }) => _id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[0-9a-hjkmnp-tv-z]{32}$/.test(id))).toBe(true);
    expect(voiceNotes.every(({ _id }) => _id.startsWith("j57"))).toBe(true);
  });
});

describe("an id", () => {
  it("is that of a real deployment, for the same table and bytes", () => {
    const own = Buffer.from("fb198371cb09d3e19bf923516be973c1", "hex");
    expect(documentId(1017, own)).toBe("z43zp6c3e75gkmz1kfwj6mbbx5sw281h");
  });

  it.each([
    [1, 31],
    [127, 31],
    [128, 32],
    [10001, 32],
  ])("of table %i has %i characters", (table, length) => {
    expect(documentId(table, new Uint8Array(16))).toHaveLength(length);
  });

  it("belongs to the number of its table", () => {
    expect(Object.values(tableNumbers)).toEqual(Object.values(tableNumbers).map((_, at) => 10001 + at));
  });
});
