/** Random platforms: notes of all classes, artifacts of several organizations, and all that can go wrong. */

import fc from "fast-check";

import type { Backend } from "./backend";
import * as make from "./documents";

const organizations = ["org_a", "org_b", "org"];
const organizationId = fc.constantFrom(...organizations);
const maybe = <T>(...values: T[]) => fc.constantFrom<T | undefined>(undefined, ...values);

const noteFields = fc.record({
  orgId: organizationId,
  coachId: maybe("coach_1", "coach_2", ""),
  transcription: maybe("said something", " \n\t\u00a0", "", "x".repeat(600)),
  transcriptionStatus: maybe("pending", "processing", "completed", "completed", "completed", "failed"),
  insightsStatus: maybe(
    "pending",
    "processing",
    "completed",
    "completed",
    "failed",
    "awaiting_confirmation",
    "cancelled",
  ),
  insights: fc.array(
    fc.record({ id: fc.constantFrom("i1", "i2"), category: maybe("skill", "medical", "nonsense") }),
    { maxLength: 3 },
  ),
});

const artifactFields = fc.record({
  /** Index of a note; past the last: no note, or one that is gone. */
  note: fc.nat(),
  hasNote: fc.boolean(),
  status: fc.constantFrom("received", "transcribing", "processing", "completed", "completed", "failed"),
  candidates: fc.array(fc.constantFrom(...organizations, "arg_a", "org_a\norg_b", ""), { maxLength: 3 }),
});

const worldFields = fc.record({
  notes: fc.array(noteFields, { maxLength: 25 }),
  artifacts: fc.array(artifactFields, { maxLength: 25 }),
  transcripts: fc.array(fc.nat(), { maxLength: 20 }),
  claims: fc.array(
    fc.record({ artifact: fc.nat(), organizationId, coach: fc.constantFrom("c1", "c2", "c3") }),
    {
      maxLength: 20,
    },
  ),
  resolutions: fc.array(fc.nat(), { maxLength: 20 }),
  drafts: fc.array(
    fc.record({
      claim: fc.nat(),
      organizationId,
      coach: fc.constantFrom("c1", "c2", "c3"),
      status: fc.constantFrom("pending", "confirmed", "rejected", "applied", "expired"),
    }),
    { maxLength: 20 },
  ),
  /** How many of the notes, artifacts and claims are deleted in the end: references to them stay. */
  gone: fc.record({ note: fc.nat(3), artifact: fc.nat(3), claim: fc.nat(3) }),
});

export type World = typeof worldFields extends fc.Arbitrary<infer T> ? T : never;

export const world: fc.Arbitrary<World> = worldFields;

const defined = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Stores a world, and the organizations. */
export async function build(t: Backend, { notes, artifacts, ...rest }: World): Promise<void> {
  await t.run(async ({ db }) => {
    const insert = async (table: string, row: Record<string, unknown>): Promise<string> =>
      await db.insert(table as "users", row as never);
    for (const id of organizations) await insert("organizations", make.organization(id));
    const noteIds: string[] = [];
    for (const { insights, ...fields } of notes) {
      const rows = insights.map((insight) => make.insight(defined(insight)));
      noteIds.push(await insert("voiceNotes", defined({ ...make.note(fields), insights: rows })));
    }
    const pick = (ids: string[], n: number) => ids[n % Math.max(ids.length, 1)];
    const artifactIds: string[] = [];
    for (const { note, hasNote, status, candidates } of artifacts) {
      const orgContextCandidates = candidates.map((id) => ({ organizationId: id, confidence: 0.5 }));
      const voiceNoteId = hasNote ? pick(noteIds, note) : undefined;
      artifactIds.push(
        await insert(
          "voiceNoteArtifacts",
          defined(make.artifact({ status, orgContextCandidates, voiceNoteId })),
        ),
      );
    }
    if (artifactIds.length > 0) {
      for (const n of rest.transcripts) {
        await insert("voiceNoteTranscripts", make.transcript(pick(artifactIds, n) as string));
      }
      const claimIds: string[] = [];
      for (const { artifact, coach, ...fields } of rest.claims) {
        const row = make.claim(pick(artifactIds, artifact) as string, { ...fields, coachUserId: coach });
        claimIds.push(await insert("voiceNoteClaims", row));
      }
      if (claimIds.length > 0) {
        for (const n of rest.resolutions) {
          const row = make.resolution(pick(claimIds, n) as string, artifactIds[0] as string);
          await insert("voiceNoteEntityResolutions", row);
        }
        for (const { claim, coach, ...fields } of rest.drafts) {
          const row = make.draft(pick(claimIds, claim) as string, artifactIds[0] as string, {
            ...fields,
            coachUserId: coach,
          });
          await insert("insightDrafts", row);
        }
      }
      for (const id of claimIds.slice(0, rest.gone.claim)) await db.delete(id as never);
    }
    for (const id of artifactIds.slice(0, rest.gone.artifact)) await db.delete(id as never);
    for (const id of noteIds.slice(0, rest.gone.note)) await db.delete(id as never);
  });
}
