import { ConvexError } from "convex/values";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";

import type { MigrationAnswer } from "../../js-shims/validators";
import { internal } from "../backend/convex/_generated/api";
import { type Backend, backend, readAll } from "./backend";
import * as make from "./documents";
import { type Hook, host, Killed, migrate, notesIn, rowsByNote } from "./migrate";
import { model } from "./model";
import { seed } from "./seed";
import { build, world } from "./world";

/** What a run says that does not depend on how it went about it. */
const numbers = ({
  batches: _,
  estimate: __,
  dryRun: ______,
  batchSize: ___,
  cursor: ____,
  next: _____,
  ...rest
}: MigrationAnswer) => rest;

const conflict =
  'Documents read from or written to the "voiceNotes" table changed while this mutation was being run';

const insertNotes = async (
  t: Backend,
  count: number,
  fields: (n: number) => Record<string, unknown> = () => ({}),
) => {
  const ids: string[] = [];
  for (let from = 0; from < count; from += 100) {
    await t.run(async ({ db }) => {
      for (let n = from; n < Math.min(from + 100, count); n++) {
        ids.push(await db.insert("voiceNotes", make.note(fields(n)) as never));
      }
    });
  }
  return ids;
};

describe("runMigration", () => {
  test("makes of a note exactly the rows that the specification says", async () => {
    const t = backend();
    const noteId = await t.run(
      async ({ db }) =>
        await db.insert(
          "voiceNotes",
          make.note({
            source: "whatsapp_audio",
            transcription: " Said \n",
            insights: [
              make.insight({
                category: "skill",
                confidence: 0.5,
                recommendedUpdate: "Practise",
                playerIdentityId: "p1",
                playerName: "Aoife",
                teamId: "t1",
                teamName: "U12",
                assigneeUserId: "u1",
                assigneeName: "Coach",
              }),
              make.insight({ title: "", category: "mental_health" }),
              make.insight({ id: "insight_3", title: "", category: undefined }),
              ...["team", "action_item", "attendance", "nonsense", "constructor"].map((category, n) =>
                make.insight({ id: `more_${n}`, category }),
              ),
            ].map((row) => JSON.parse(JSON.stringify(row))),
          }) as never,
        ),
    );
    const answer = await migrate(t, { organizationId: "org_a", dryRun: false });
    expect(answer).toMatchObject({
      processed: 1,
      artifacts: 1,
      transcripts: 1,
      claims: 8,
      errors: 0,
      skipped: 0,
      done: true,
      cursor: null,
      stopped: null,
      next: null,
    });
    const all = await readAll(t);
    const note = all.voiceNotes[0];
    const [artifact] = all.voiceNoteArtifacts;
    expect(artifact).toEqual({
      _id: artifact?._id,
      _creationTime: artifact?._creationTime,
      artifactId: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      sourceChannel: "whatsapp_audio",
      senderUserId: "coach_1",
      orgContextCandidates: [{ organizationId: "org_a", confidence: 1 }],
      status: "completed",
      voiceNoteId: noteId,
      createdAt: note?._creationTime,
      updatedAt: expect.any(Number),
    });
    expect(all.voiceNoteTranscripts).toEqual([
      {
        _id: expect.any(String),
        _creationTime: expect.any(Number),
        artifactId: artifact?._id,
        fullText: " Said \n",
        segments: [],
        modelUsed: "migration",
        language: "en",
        duration: 0,
        createdAt: expect.any(Number),
      },
    ]);
    const [first, second, third, ...more] = all.voiceNoteClaims;
    expect(first).toEqual({
      _id: expect.any(String),
      _creationTime: expect.any(Number),
      claimId: "insight_1",
      artifactId: artifact?._id,
      sourceText: "Strikes the ball well off her left",
      description: "Strikes the ball well off her left",
      title: "Striking",
      topic: "skill_rating",
      recommendedAction: "Practise",
      entityMentions: [],
      extractionConfidence: 0.5,
      organizationId: "org_a",
      coachUserId: "coach_1",
      resolvedPlayerIdentityId: "p1",
      resolvedPlayerName: "Aoife",
      resolvedTeamId: "t1",
      resolvedTeamName: "U12",
      resolvedAssigneeUserId: "u1",
      resolvedAssigneeName: "Coach",
      status: "resolved",
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
    });
    expect(second).toMatchObject({
      claimId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      title: "mental_health",
      topic: "wellbeing",
      status: "extracted",
      extractionConfidence: 0.8,
    });
    expect(third).toMatchObject({ claimId: "insight_3", title: "Note", topic: "performance" });
    expect(more.map((claim) => claim.topic)).toEqual([
      "team_culture",
      "todo",
      "attendance",
      "performance",
      "performance",
    ]);
  });

  test("does what its dry run promised, once, for one organization and for all", async () => {
    await fc.assert(
      fc.asyncProperty(
        world,
        fc.constantFrom("org_a", undefined),
        fc.boolean(),
        fc.constantFrom(undefined, 1, 3),
        async (data, organizationId, repair, limit) => {
          const t = backend();
          await build(t, data);
          const args = {
            repair,
            ...(limit === undefined ? {} : { limit }),
            ...(organizationId === undefined ? {} : { organizationId }),
          };
          const before = await readAll(t);
          const promised = await migrate(t, { ...args, dryRun: true });
          expect(await readAll(t)).toEqual(before);
          const first = await migrate(t, { ...args, dryRun: false });
          expect(numbers(first)).toEqual(numbers(promised));
          const { outcome } = first;
          expect(first.processed).toBe(Object.values(outcome).reduce((a, b) => a + b));
          expect(first.skipped + first.errors + outcome.migrated + outcome.repaired).toBe(first.processed);
          const after = await readAll(t);
          expect(after.voiceNoteArtifacts.length - before.voiceNoteArtifacts.length).toBe(first.artifacts);
          expect(after.voiceNoteTranscripts.length - before.voiceNoteTranscripts.length).toBe(
            first.transcripts,
          );
          expect(after.voiceNoteClaims.length - before.voiceNoteClaims.length).toBe(first.claims);
          if (limit === undefined) {
            for (const id of organizationId ? [organizationId] : ["org_a", "org_b"]) {
              const was = model(before, id, Date.now()).migration;
              const is = model(after, id, Date.now()).migration;
              const repaired = was.unfinished - is.unfinished;
              expect(is).toEqual({
                ...was,
                eligible: 0,
                unfinished: was.unfinished - repaired,
                migrated: was.migrated + was.eligible + repaired,
              });
              if (!repair) expect(repaired).toBe(0);
              else if (organizationId) expect(repaired).toBe(outcome.repaired);
            }
            const second = await migrate(t, { ...args, dryRun: false });
            expect(await readAll(t)).toEqual(after);
            expect(second).toMatchObject({ artifacts: 0, transcripts: 0, claims: 0, batches: 0, done: true });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each([
    { repair: false, batchSize: 3 },
    { repair: true, batchSize: 3 },
    { repair: false, batchSize: 8 },
    { repair: true, batchSize: 8 },
  ])(
    "a run killed at any call leaves nothing that a second one does not finish; $batchSize notes at once, repair: $repair",
    async ({ repair, batchSize }) => {
      const args = { dryRun: false, batchSize, repair };
      const plant = async () => {
        const t = backend();
        await seed(t);
        const ids = await insertNotes(t, 20, (n) => ({
          orgId: n % 3 ? "org_a" : "org_b",
          insights: [make.insight({ id: `i${n}` })],
        }));
        // Left by an old run, long ago: one without a transcript, one without claims.
        await t.run(async ({ db }) => {
          const insert = async (table: string, row: object) =>
            await db.insert(table as "users", row as never);
          for (const id of [ids[2], ids[7]]) {
            await insert("voiceNoteArtifacts", make.artifact({ voiceNoteId: id, status: "transcribed" }));
          }
          const [artifact] = await db.query("voiceNoteArtifacts").take(1);
          await insert("voiceNoteTranscripts", make.transcript(artifact?._id ?? ""));
        });
        return t;
      };
      const undisturbed = await plant();
      let calls = 0;
      await migrate(undisturbed, args, {
        hook: (_, moment) => {
          if (moment === "before") calls += 1;
        },
      });
      const expected = await rowsByNote(undisturbed);
      expect(calls).toBeGreaterThanOrEqual(3);
      for (let nth = 0; nth < calls; nth++) {
        for (const moment of ["before", "after"] as const) {
          const t = await plant();
          const hook = (_: string, at: string, call: number) => {
            if (call === nth && at === moment) throw new Killed();
          };
          await expect(migrate(t, args, { hook })).rejects.toThrow(Killed);
          const again = await migrate(t, args);
          expect(again.done).toBe(true);
          expect(await rowsByNote(t)).toEqual(expected);
        }
      }
    },
  );

  test("two runs at once, while notes come, go and are picked up, leave no duplicate and no half note", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { minLength: 8, maxLength: 20 }),
        fc.constantFrom(1, 2, 5, 8, 10),
        async (turns, batchSize) => {
          const t = backend();
          await seed(t);
          const ids = await insertNotes(t, 20, (n) => ({ insights: [make.insight({ id: `i${n}` })] }));
          // Each call waits for its turn; the turns are drawn.
          const waiting: (() => void)[] = [];
          const hook = async () => await new Promise<void>((resolve) => waiting.push(resolve));
          const args = { organizationId: "org_a", dryRun: false, batchSize };
          const runs = [migrate(t, args, { hook }), migrate(t, args, { hook })];
          let isDone = false;
          const all = Promise.all(runs).finally(() => (isDone = true));
          let turn = 0;
          let picked: string | undefined;
          while (!isDone) {
            await new Promise((resolve) => setTimeout(resolve, 0));
            const pick = turns[turn++ % turns.length] ?? 0;
            waiting.splice(pick % Math.max(waiting.length, 1), 1)[0]?.();
            if (turn === 5) await t.run(async ({ db }) => await db.delete(ids[19] as never));
            if (turn === 6) {
              await t.run(async ({ db }) => {
                if (
                  (await db.query("voiceNoteArtifacts").collect()).some((row) => row.voiceNoteId === ids[18])
                )
                  return;
                picked = ids[18];
                await db.insert(
                  "voiceNoteArtifacts",
                  make.artifact({ voiceNoteId: ids[18], status: "processing" }) as never,
                );
              });
            }
            if (turn === 7) await insertNotes(t, 1);
          }
          const answers = await all;
          await migrate(t, args);
          const rows = await rowsByNote(t);
          for (const [id, artifacts] of Object.entries(rows) as [
            string,
            { status: string; transcripts: unknown[]; claims: unknown[] }[],
          ][]) {
            expect(artifacts).toHaveLength(1);
            if (id === picked)
              expect(artifacts[0]).toMatchObject({ status: "processing", transcripts: [], claims: [] });
            else expect(artifacts[0]).toMatchObject({ status: "completed", transcripts: [{}] });
          }
          expect(answers.every((answer) => answer.errors === 0)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  /** An old path where the schema wants a file's id: only writing the artifact shows it. */
  const breakNotes = async (
    t: Backend,
    ids: readonly string[],
    audioStorageId: string | null = "an old path",
  ) =>
    await t.run(async ({ db }) => {
      for (const id of ids)
        await db.patch(id as never, { audioStorageId: audioStorageId ?? undefined } as never);
    });

  test.each([
    { bad: 1, batchSize: undefined },
    { bad: 30, batchSize: undefined },
    { bad: 12, batchSize: 5 },
    { bad: 5, batchSize: 8 },
    { bad: 10, batchSize: 30 },
  ])(
    "of 1,000 notes, $bad that break their batch are found, and only those; batchSize $batchSize",
    async ({ bad, batchSize }) => {
      const run = async (broken: (ids: string[]) => string[]) => {
        const t = backend({ oldFiles: true });
        await seed(t);
        const ids = await insertNotes(t, 1_000);
        const brokenIds = broken(ids);
        await breakNotes(t, brokenIds);
        const calls: number[] = [];
        const hook: Hook = (_, moment, __, args) => void (moment === "before" && calls.push(notesIn(args)));
        const size = batchSize === undefined ? {} : { batchSize };
        const answer = await migrate(t, { organizationId: "org_a", dryRun: false, ...size }, { hook });
        return { t, ids, brokenIds, calls, answer };
      };
      const every = Math.floor(1_000 / bad);
      const { t, ids, brokenIds, calls, answer } = await run((ids) =>
        ids.filter((_, n) => n % every === Math.floor(every / 2)).slice(0, bad),
      );
      expect(answer).toMatchObject({
        errors: bad,
        done: true,
        stopped: null,
        outcome: { migrated: 1_000 - bad, failed: bad },
      });
      expect(answer.failures).toEqual(
        brokenIds.map((voiceNoteId) => ({
          voiceNoteId,
          code: "MALFORMED_DOCUMENT",
          message: expect.stringContaining("an old path"),
        })),
      );
      const rows = await rowsByNote(t);
      for (const id of ids) expect(rows[id]).toHaveLength(brokenIds.includes(id) ? 0 : 1);
      // Pages, too, are extra: without a bad note nearly all is done in sweeps.
      const undisturbed = await run(() => []);
      const most = 2 * Math.ceil(Math.log2(Math.max(...calls)));
      expect(calls.length - undisturbed.calls.length).toBeLessThanOrEqual(most * bad);
      if (batchSize === undefined) expect(undisturbed.calls.length).toBeLessThanOrEqual(7);
    },
  );

  test.each([
    ["of an unknown kind, twice in a row at most", 2, "out of the blue"],
    ["of writes that are refused", 7, "Too many writes per second. Your deployment is limited to 4 MiB"],
    ["of an answer that is lost", 7, "Your request couldn't be completed. Try again later."],
  ])("failures %s cost nothing but transactions", async (_, inARow, message) => {
    const history = fc.array(fc.record({ well: fc.integer({ min: 1, max: 3 }), bad: fc.nat(inARow) }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.boolean(),
        fc.constantFrom("before" as const, "after" as const),
        fc.constantFrom(6, 40),
        async (stretches, failsFirst, moment, batchSize) => {
          const fails = stretches.flatMap(({ well, bad }) => [
            ...Array(bad).fill(true),
            ...Array(well).fill(false),
          ]);
          if (!failsFirst) fails.unshift(false);
          const t = backend();
          await seed(t);
          const ids = await insertNotes(t, 60);
          let nth = 0;
          const hook: Hook = (call, when) => {
            if (call === "mutation" && when === moment && fails[nth++]) throw new Error(message);
          };
          const answer = await migrate(t, { organizationId: "org_a", dryRun: false, batchSize }, { hook });
          expect(answer).toMatchObject({
            done: true,
            stopped: null,
            failures: [],
            artifacts: 60,
            outcome: { migrated: 60, failed: 0, alreadyMigrated: 0 },
          });
          const rows = await rowsByNote(t);
          for (const id of ids) expect(rows[id]).toHaveLength(1);
        },
      ),
      { numRuns: 20 },
    );
  });

  test.each([undefined, 5])(
    "stops when more than half of at least 20 notes failed, with what was done standing; batchSize %s",
    async (batchSize) => {
      const t = backend({ oldFiles: true });
      await seed(t);
      const ids = await insertNotes(t, 100);
      await breakNotes(t, ids.slice(15));
      const args = { organizationId: "org_a", dryRun: false, ...(batchSize ? { batchSize } : {}) };
      const answer = await migrate(t, args);
      expect(answer).toMatchObject({
        done: false,
        stopped: "failures",
        outcome: { migrated: 15, failed: 16 },
      });
      expect(answer.next).toMatchObject({ args: { cursor: answer.cursor } });
      await breakNotes(t, ids.slice(15), null);
      const rest = await migrate(t, { organizationId: "org_a", dryRun: false, cursor: answer.cursor ?? "" });
      expect(rest).toMatchObject({ done: true, processed: 69, outcome: { migrated: 69 } });
    },
  );

  test.each([
    { batchSize: undefined, tried: [50, 50, 50] },
    { batchSize: 5, tried: [5, 5, 5, 5] },
  ])("a conflict is tried again before anything is split; batchSize $batchSize", async (expected) => {
    const t = backend();
    await seed(t);
    await insertNotes(t, 10);
    const tried: number[] = [];
    const hook: Hook = (call, moment, _, args) => {
      if (call !== "mutation" || moment !== "before") return;
      tried.push(notesIn(args));
      if (tried.length <= 2) throw new Error(conflict);
    };
    const size = expected.batchSize === undefined ? {} : { batchSize: expected.batchSize };
    const answer = await migrate(t, { organizationId: "org_a", dryRun: false, ...size }, { hook });
    expect(tried).toEqual(expected.tried);
    expect(answer).toMatchObject({ done: true, errors: 0, outcome: { migrated: 10 } });
  });

  test("where others write to the range all the time, notes are written by their ids", async () => {
    const t = backend();
    await seed(t);
    await insertNotes(t, 30);
    let batches = 0;
    const hook: Hook = (call, moment, _, { notes }) => {
      if (call !== "mutation" || moment !== "before") return;
      if (!Array.isArray(notes)) throw new Error(conflict);
      batches += 1;
    };
    const answer = await migrate(t, { organizationId: "org_a", dryRun: false }, { hook });
    expect(answer).toMatchObject({ done: true, errors: 0, batches, outcome: { migrated: 30 } });
  }, 20_000);

  test.each(["INVALID_CURSOR", "INTERNAL"])(
    "what is refused with %s ends the run as long as nothing was done, and is tried again later on",
    async (code) => {
      const refusal = new ConvexError({ code, message: "cursor names a place that is gone" });
      const failing =
        (at: number): Hook =>
        (_, moment, nth) => {
          if (moment === "before" && nth === at) throw refusal;
        };
      const t = backend();
      await seed(t);
      await insertNotes(t, 30);
      const args = { organizationId: "org_a", dryRun: false, batchSize: 10 };
      expect(await migrate(t, args, { hook: failing(0) }).catch((error) => error)).toBe(refusal);
      expect((await readAll(t)).voiceNoteArtifacts).toEqual([]);
      expect(await migrate(t, args, { hook: failing(2) })).toMatchObject({
        done: true,
        failures: [],
        outcome: { migrated: 30 },
      });
    },
  );

  test("a long run tells how far it is in 100 lines at the most, and what came of it in one more", async () => {
    const t = backend();
    await seed(t);
    await insertNotes(t, 220);
    const now = Date.now;
    let skippedMs = 0;
    const lines = vi.spyOn(console, "info").mockImplementation(() => undefined);
    Date.now = () => now() + skippedMs;
    try {
      const hook: Hook = (call, moment) => {
        if (call === "mutation" && moment === "before") skippedMs += 2_000;
      };
      const args = { organizationId: "org_a", dryRun: false, batchSize: 1 };
      const answer = await migrate(t, args, { hook, host: { ...host, deadlineMs: 500_000 } });
      expect(answer).toMatchObject({ done: true, outcome: { migrated: 220 } });
      const told = lines.mock.calls.map(([line]) => line);
      const summary = told.pop();
      expect(summary).toMatch(/^runMigration org_a: done, 220 migrated, /);
      expect(told.length).toBeGreaterThan(50);
      expect(told.length).toBeLessThanOrEqual(100);
      for (const line of told) expect(line).toMatch(/^runMigration org_a: \d/);
    } finally {
      Date.now = now;
      lines.mockRestore();
    }
  });

  test("a malformed note is found by the dry run too, and the others are migrated", async () => {
    const t = backend({ validate: false });
    await seed(t);
    const [id] = await insertNotes(t, 3, (n) => (n === 0 ? { insights: [{ id: "i", title: 5 }] } : {}));
    for (const dryRun of [true, false]) {
      const answer = await migrate(t, { organizationId: "org_a", dryRun });
      expect(answer).toMatchObject({ errors: 1, outcome: { migrated: 2, failed: 1 }, done: true });
      expect(answer.failures).toEqual([
        {
          voiceNoteId: id,
          code: "MALFORMED_DOCUMENT",
          message: "insights is missing, or not what the schema says",
        },
      ]);
    }
  });

  test("a note that names no organization is malformed like any other", async () => {
    const t = backend({ validate: false });
    await seed(t);
    const ids = await insertNotes(t, 4, (n) => (n < 3 ? { orgId: [7, null, undefined][n] } : {}));
    for (const dryRun of [true, false]) {
      const answer = await migrate(t, { dryRun });
      expect(answer).toMatchObject({ errors: 3, outcome: { migrated: 1, failed: 3 }, done: true });
      const message = "orgId is missing, or not what the schema says";
      expect(answer.failures).toEqual(
        ids.slice(0, 3).map((voiceNoteId) => ({ voiceNoteId, code: "MALFORMED_DOCUMENT", message })),
      );
    }
  });

  test("a limit ends the run right behind the last note, or not at all where nothing is left", async () => {
    const t = backend();
    await seed(t);
    // 0 1 2: eligible, 3 4: not ready, 5: eligible, 6: not ready
    await insertNotes(t, 7, (n) => ([3, 4, 6].includes(n) ? { transcriptionStatus: "failed" } : {}));
    const args = { organizationId: "org_a", dryRun: false };
    const first = await migrate(t, { ...args, limit: 3 });
    expect(first).toMatchObject({
      processed: 3,
      done: false,
      stopped: "limit",
      outcome: { migrated: 3, notReady: 0 },
    });
    expect(first.next).toEqual({
      function: "scripts/runMigration",
      args: { ...args, limit: 3, cursor: first.cursor },
    });
    const second = await migrate(t, { ...args, limit: 1, cursor: first.cursor ?? "" });
    expect(second).toMatchObject({
      processed: 4,
      done: true,
      stopped: null,
      cursor: null,
      outcome: { migrated: 1, notReady: 3 },
    });
  });

  test("ends itself at its deadline, with a command that goes on", async () => {
    const t = backend();
    await seed(t);
    await insertNotes(t, 30);
    let args: Parameters<typeof migrate>[1] = { organizationId: "org_a", dryRun: false, batchSize: 7 };
    const hurried = { ...host, deadlineMs: 0 };
    let migrated = 0;
    let calls = 0;
    for (;;) {
      const answer = await migrate(t, args, { host: hurried });
      calls += 1;
      migrated += answer.outcome.migrated;
      if (answer.done) break;
      expect(answer).toMatchObject({ stopped: "deadline" });
      args = { ...args, cursor: answer.cursor ?? "" };
      // The deadline comes before the first note: a run without any time gets nowhere.
      if (calls === 1) hurried.deadlineMs = 60_000;
    }
    expect(migrated).toBe(30);
  });

  test("repair finishes what an old run broke off, and only when nobody has touched it for a day", async () => {
    const t = backend();
    await seed(t);
    const day = 24 * 3_600_000;
    const ids = await insertNotes(t, 6, () => ({
      insights: [make.insight(), make.insight({ id: "insight_2" })],
    }));
    const plant = async (
      note: number,
      updatedAt: number,
      has: { transcript?: boolean; claims?: boolean } = {},
    ) =>
      await t.run(async ({ db }) => {
        const row = make.artifact({ voiceNoteId: ids[note], status: "transcribed", updatedAt });
        const id = await db.insert("voiceNoteArtifacts", row as never);
        if (has.transcript) await db.insert("voiceNoteTranscripts", make.transcript(id) as never);
        if (has.claims) await db.insert("voiceNoteClaims", make.claim(id) as never);
        return id;
      });
    const old = Date.now() - day - 1_000;
    await plant(0, old);
    await plant(1, old, { transcript: true });
    await plant(2, old, { transcript: true, claims: true });
    await plant(3, Date.now() - day + 60_000);
    const oldest = await plant(4, old);
    await plant(4, old);
    await t.run(async ({ db }) => await db.patch(ids[5] as never, { insightsStatus: "cancelled" } as never));
    await plant(5, old);
    const args = { organizationId: "org_a", repair: true };
    const untouched = await migrate(t, { ...args, repair: false, dryRun: false });
    expect(untouched).toMatchObject({ outcome: { unfinished: 6 }, batches: 0 });
    const promised = await migrate(t, { ...args, dryRun: true });
    const answer = await migrate(t, { ...args, dryRun: false });
    expect(numbers(answer)).toEqual(numbers(promised));
    expect(answer).toMatchObject({
      artifacts: 0,
      transcripts: 2,
      claims: 6,
      outcome: { repaired: 4, unfinished: 2 },
    });
    const rows = (await rowsByNote(t)) as Record<
      string,
      { status: string; transcripts: unknown[]; claims: unknown[] }[]
    >;
    const shape = (note: number) =>
      rows[ids[note] as string]?.map((row) => [row.status, row.transcripts.length, row.claims.length]);
    expect([0, 1, 2, 3, 4, 5].map(shape)).toEqual([
      [["completed", 1, 2]],
      [["completed", 1, 2]],
      [["completed", 1, 1]],
      [["transcribed", 0, 0]],
      [
        ["completed", 1, 2],
        ["transcribed", 0, 0],
      ],
      [["transcribed", 0, 0]],
    ]);
    const repaired = (await readAll(t)).voiceNoteArtifacts.filter((row) => row.status === "completed");
    expect(repaired.map((row) => row._id)).toContain(oldest);
    for (const { updatedAt } of repaired) expect(updatedAt).toBeGreaterThan(old);
    expect(await migrate(t, { ...args, dryRun: false })).toMatchObject({
      batches: 0,
      outcome: { repaired: 0, alreadyMigrated: 4 },
    });
  });

  test("repair leaves an artifact that changes after its transaction was planned", async () => {
    const t = backend();
    await seed(t);
    const [note] = await insertNotes(t, 1, () => ({ insights: [make.insight()] }));
    const day = 24 * 3_600_000;
    const now = Date.now;
    // It was created two days ago.
    Date.now = () => now() - 2 * day;
    const row = make.artifact({ voiceNoteId: note, status: "failed", updatedAt: now() - 2 * day });
    const artifact = await t.run(async ({ db }) => await db.insert("voiceNoteArtifacts", row as never));
    Date.now = now;
    const answer = await migrate(
      t,
      { organizationId: "org_a", repair: true, dryRun: false },
      {
        hook: async (call, moment) => {
          if (call !== "mutation" || moment !== "before") return;
          await new Promise((resolve) => setTimeout(resolve, 5));
          const taken = { status: "processing", updatedAt: Date.now() };
          await t.run(async ({ db }) => await db.patch(artifact, taken as never));
        },
      },
    );
    expect(answer).toMatchObject({
      outcome: { repaired: 0, unfinished: 1 },
      reasons: { changedRecently: 1 },
      transcripts: 0,
    });
  });

  test("repair leaves a young artifact that does not say when it changed", async () => {
    const t = backend({ validate: false });
    await seed(t);
    const [voiceNoteId] = await insertNotes(t, 1);
    const { updatedAt: _, ...row } = make.artifact({ voiceNoteId, status: "failed" });
    await t.run(async ({ db }) => await db.insert("voiceNoteArtifacts", row as never));
    const answer = await migrate(t, { organizationId: "org_a", repair: true, dryRun: false });
    expect(answer).toMatchObject({ outcome: { unfinished: 1, repaired: 0 }, reasons: { noTimeOfChange: 1 } });
  });

  test("deferred notes stay until the old pipeline is done with them, or is long gone", async () => {
    const t = backend();
    await seed(t);
    await insertNotes(t, 2, (n) => ({ insightsStatus: n ? "awaiting_confirmation" : "pending" }));
    const args = { organizationId: "org_a", dryRun: false };
    expect(await migrate(t, { ...args, deferredDays: 1 })).toMatchObject({
      outcome: { deferred: 2, migrated: 0 },
      reasons: { insightsInProgress: 1, awaitingConfirmation: 1 },
    });
    const now = Date.now;
    try {
      Date.now = () => now() + 24 * 3_600_000;
      expect(await migrate(t, { ...args, deferredDays: 1 })).toMatchObject({
        outcome: { deferred: 0, migrated: 2 },
      });
    } finally {
      Date.now = now;
    }
  });

  test("documents from 200 bytes to 1 MiB: no transaction above its limits, and what limits it is named", async () => {
    const t = backend();
    await seed(t);
    const sizes = [200, 2_000, 1_000_000, 200, 300_000, 900_000, 20_000];
    for (let n = 0; n < 84; n++) {
      const transcription = "x".repeat(sizes[n % sizes.length] as number);
      await t.run(async ({ db }) => await db.insert("voiceNotes", make.note({ transcription }) as never));
    }
    const answer = await migrate(t, { organizationId: "org_a", dryRun: false });
    expect(answer).toMatchObject({ errors: 0, done: true, outcome: { migrated: 84 } });
    expect(answer.batchSize.limitedBy).toMatch(/^bytes(Read|Written)$/);
  });

  test("a cursor belongs to its organization, dry run and repair", async () => {
    const t = backend();
    await seed(t);
    await insertNotes(t, 2);
    const { cursor } = await migrate(t, { organizationId: "org_a", dryRun: true, limit: 1 });
    for (const args of [
      { organizationId: "org_b", dryRun: true },
      { dryRun: true },
      { organizationId: "org_a", dryRun: false },
      { organizationId: "org_a", dryRun: true, repair: true },
    ]) {
      const call = t.action(internal.scripts.runMigration.default, { ...args, cursor: cursor ?? "" });
      await expect(call).rejects.toMatchObject({ data: { code: "INVALID_CURSOR" } });
    }
    expect(await migrate(t, { organizationId: "org_a", dryRun: true, cursor: cursor ?? "" })).toMatchObject({
      processed: 1,
      done: true,
    });
  });
});
