import type { FunctionReference } from "convex/server";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { runMigrationFunctions } from "../../js-shims/functions/runMigration";
import { type ActionCtx, endOfAction } from "../../js-shims/host";
import type { MigrationAnswer, MigrationArgs, StatusAnswer, StatusPage } from "../../js-shims/validators";
import { migrateNotes } from "../../js-shims/writing/migrateNotes";
import { migrationBatchFunction } from "../../js-shims/writing/migrationTransactions";
import { internal } from "../backend/convex/_generated/api";
import { type Backend, backend, type Limits, readAll } from "./backend";
import * as make from "./documents";
import { host, migrate } from "./migrate";
import { model } from "./model";
import { seed } from "./seed";
import { build, world } from "./world";

const MB = 1_000_000;

/** Migrates, and notes what its mutations failed with. */
async function migrateAndNoteFailures(t: Backend, args: MigrationArgs) {
  const failures: string[] = [];
  const answer = await t.action(async (ctx) => {
    const run = {
      runQuery: ctx.runQuery,
      runMutation: async (reference: never, given: never) => {
        try {
          return await ctx.runMutation(reference, given);
        } catch (error) {
          failures.push(String(error).slice(0, 200));
          throw error;
        }
      },
    };
    return await migrateNotes(host, run as never, args, endOfAction(host));
  });
  return { answer, failures };
}

/** Migrates in transactions of these limits. */
async function migrateWithin(
  t: Backend,
  args: MigrationArgs,
  transactionLimits: Limits,
): Promise<MigrationAnswer> {
  const run = {
    runQuery: async (ref: FunctionReference<"query", "internal">, call: Record<string, unknown>) =>
      await t.query(async (ctx) => await ctx.runQuery(ref, call, { transactionLimits } as never)),
    runMutation: async (ref: FunctionReference<"mutation", "internal">, call: Record<string, unknown>) =>
      await t.mutation(async (ctx) => await ctx.runMutation(ref, call, { transactionLimits } as never)),
  } as unknown as Pick<ActionCtx, "runQuery" | "runMutation">;
  return await migrateNotes(host, run, args, endOfAction(host));
}

describe("documents of very different sizes", () => {
  test("status: 40 artifacts with transcripts of 1 MB", async () => {
    const t = backend();
    await seed(t);
    for (let n = 0; n < 40; n++) {
      await t.run(async ({ db }) => {
        const artifactId = await db.insert("voiceNoteArtifacts", make.artifact() as never);
        const transcript = make.transcript(artifactId, { fullText: "x".repeat(MB) });
        await db.insert("voiceNoteTranscripts", transcript as never);
      });
    }
    const answer: StatusAnswer = await t.action(internal.scripts.v2MigrationStatus.default, {
      organizationId: "org_a",
    });
    expect(answer.transcripts).toBe(40);
  });

  test("status: 60 artifacts with transcripts from 500 KB to 1 MB", async () => {
    const t = backend();
    await seed(t);
    for (let n = 0; n < 60; n++) {
      await t.run(async ({ db }) => {
        const artifactId = await db.insert("voiceNoteArtifacts", make.artifact() as never);
        await db.insert(
          "voiceNoteTranscripts",
          make.transcript(artifactId, { fullText: "x".repeat(n < 20 ? MB / 2 : MB) }) as never,
        );
      });
    }
    const answer: StatusAnswer = await t.action(internal.scripts.v2MigrationStatus.default, {
      organizationId: "org_a",
    });
    expect(answer.transcripts).toBe(60);
  });

  test("migration: artifacts of 1 MB linked to notes", async () => {
    const t = backend();
    await seed(t);
    for (let n = 0; n < 40; n++) {
      await t.run(async ({ db }) => {
        const id = await db.insert("voiceNotes", make.note() as never);
        if (n < 39)
          await db.insert(
            "voiceNoteArtifacts",
            make.artifact({ voiceNoteId: id, metadata: "x".repeat(MB) }) as never,
          );
      });
    }
    const answer = await migrate(t, { organizationId: "org_a", dryRun: false });
    expect(answer).toMatchObject({ done: true, outcome: { migrated: 1, alreadyMigrated: 39 } });
  });

  test("migration: notes of 500 KB then 1 MB: no batch fails for room", async () => {
    const t = backend();
    await seed(t);
    for (let n = 0; n < 60; n++) {
      await t.run(async ({ db }) => {
        await db.insert(
          "voiceNotes",
          make.note({ transcription: "x".repeat(n % 26 < 13 ? 480_000 : MB) }) as never,
        );
      });
    }
    const { answer, failures } = await migrateAndNoteFailures(t, { organizationId: "org_a", dryRun: false });
    expect(answer).toMatchObject({ done: true, outcome: { migrated: 60 } });
    expect(failures).toEqual([]);
  });
});

const limits: fc.Arbitrary<Limits> = fc.constantFrom(
  { documentsRead: 5 },
  { databaseQueries: 8 },
  { bytesRead: 20_000 },
  { documentsRead: 5, databaseQueries: 8, bytesRead: 20_000 },
  { documentsRead: 40, databaseQueries: 30 },
);

/** A repair reads a note with all of its artifacts, and what hangs on the oldest one, in one transaction. */
const repairLimits: fc.Arbitrary<Limits> = fc.constantFrom(
  { documentsRead: 40 },
  { databaseQueries: 8 },
  { bytesRead: 40_000 },
  { documentsRead: 40, databaseQueries: 30 },
);

describe("tiny limits", () => {
  test.each([false, true])("a run comes to what its dry run promised, repair %s", async (repair) => {
    await fc.assert(
      fc.asyncProperty(world, repair ? repairLimits : limits, async (data, limit) => {
        const t = backend();
        await build(t, data);
        const before = await readAll(t);
        const dry = await migrateWithin(t, { organizationId: "org_a", dryRun: true, repair }, limit);
        expect(await readAll(t)).toEqual(before);
        const answer = await migrateWithin(t, { organizationId: "org_a", dryRun: false, repair }, limit);
        expect(answer.outcome).toEqual(dry.outcome);
        const was = model(before, "org_a", Date.now()).migration;
        expect(answer.outcome.migrated).toBe(was.eligible);
        expect(answer).toMatchObject({ done: true, errors: 0 });
      }),
      { numRuns: 100 },
    );
  });
});

describe("what is out of the ordinary", () => {
  test.each([undefined, 5])(
    "a dry run stops at malformed notes where the run does, batchSize %s",
    async (batchSize) => {
      const t = backend({ validate: false });
      await seed(t);
      await t.run(async ({ db }) => {
        for (let n = 0; n < 300; n++)
          await db.insert("voiceNotes", make.note(n >= 5 && n < 105 ? { insights: 5 } : {}) as never);
      });
      const args = { organizationId: "org_a", ...(batchSize ? { batchSize } : {}) };
      const dry = await migrate(t, { ...args, dryRun: true });
      const real = await migrate(t, { ...args, dryRun: false });
      for (const answer of [dry, real]) {
        expect(answer).toMatchObject({ stopped: "failures", outcome: { migrated: 5, failed: 15 } });
      }
      expect(real.outcome).toEqual(dry.outcome);
    },
  );

  test("an artifact that changed before 1970 is unfinished like any other", async () => {
    const t = backend();
    await seed(t);
    await t.run(async ({ db }) => {
      const id = await db.insert("voiceNotes", make.note() as never);
      await db.insert(
        "voiceNoteArtifacts",
        make.artifact({ voiceNoteId: id, status: "processing", updatedAt: -1 }) as never,
      );
    });
    const status = await t.action(internal.scripts.v2MigrationStatus.default, { organizationId: "org_a" });
    expect(status.migration).toMatchObject({ unfinished: 1 });
    const dry = await migrate(t, { organizationId: "org_a", dryRun: true });
    expect(dry.outcome).toMatchObject({ unfinished: 1, alreadyMigrated: 0 });
  });

  test("cursor of long non-ascii keys stays within 8 KiB", async () => {
    const t = backend({ validate: false });
    await seed(t);
    await t.run(async ({ db }) => {
      for (let i = 0; i < 12; i++)
        await db.insert(
          "insightDrafts",
          make.draft("c", "a", { coachUserId: "あ".repeat(940), draftId: 5 }) as never,
        );
    });
    for (let i = 0; i < 4; i++)
      await t.run(async ({ db }) => void (await db.insert("voiceNotes", make.note({ type: 5 }) as never)));
    let cursor: string | undefined;
    for (let pages = 0; ; pages++) {
      expect(pages, "it ends").toBeLessThan(100);
      const page = { organizationId: "org_a", ...(cursor ? { cursor } : {}) };
      const answer: StatusPage = await t.query(
        async (ctx) =>
          await ctx.runQuery(internal.v2Rollout.statusPage, page, {
            transactionLimits: { documentsRead: 4 },
          }),
      );
      if (answer.done) {
        expect(answer).toMatchObject({ voiceNotes: { total: 4 }, drafts: { pending: 12 } });
        expect(pages).toBe(4);
        return;
      }
      cursor = answer.cursor ?? "";
      expect(cursor.length).toBeLessThanOrEqual(8_192);
    }
  });

  test("user rows beyond 1,000", async () => {
    const t = backend();
    await seed(t);
    await t.run(async ({ db }) => {
      for (let i = 0; i < 1_200; i++)
        await db.insert("featureFlags", {
          featureKey: "voice_notes_v2",
          scope: "user",
          userId: `u${i}`,
          enabled: true,
          updatedAt: 1,
        } as never);
    });
    const answer = await t.mutation(internal.scripts.enableV2ForOrg.default, { organizationId: "org_a" });
    expect(answer.warnings.join()).toContain("1,000 or more user rows");
  });
});

describe("a batch", () => {
  test.each([100, 200_000])(
    "without ctx.meta never says less than the runtime, artifacts with %i bytes",
    async (bytes) => {
      const t = backend();
      await seed(t);
      const ids: string[] = [];
      for (let n = 0; n < 20; n++) {
        await t.run(async ({ db }) => {
          const id = await db.insert("voiceNotes", make.note({ insights: [make.insight()] }) as never);
          ids.push(id);
          if (n % 2) {
            const artifactId = await db.insert(
              "voiceNoteArtifacts",
              make.artifact({
                voiceNoteId: id,
                status: "processing",
                metadata: { blob: "x".repeat(bytes) },
              }) as never,
            );
            if (n % 4 === 1) await db.insert("voiceNoteTranscripts", make.transcript(artifactId) as never);
          }
        });
      }
      // biome-ignore lint/suspicious/noExplicitAny: convex's types hide the handler.
      const handler = (migrationBatchFunction(host) as any)._handler;
      await t.mutation(async (ctx) => {
        const before = await ctx.meta.getTransactionMetrics();
        const batch = await handler(
          { ...ctx, meta: undefined },
          { repair: true, isRetry: false, nowMs: Date.now(), runMs: Date.now(), notes: ids },
        );
        const after = await ctx.meta.getTransactionMetrics();
        const names = [
          "documentsRead",
          "bytesRead",
          "databaseQueries",
          "documentsWritten",
          "bytesWritten",
        ] as const;
        for (const name of names) {
          const real = after[name].used - before[name].used;
          expect(batch.metrics[name].used, name).toBeGreaterThanOrEqual(real);
        }
      });
    },
  );

  test("is cut where the next note would go beyond a limit", async () => {
    const t = backend();
    await seed(t);
    await t.run(async ({ db }) => {
      for (let n = 0; n < 6; n++) await db.insert("voiceNotes", make.note() as never);
    });
    const ids = (await readAll(t)).voiceNotes.map((n) => n._id as string);
    await expect(
      t.mutation(
        async (ctx) =>
          // biome-ignore lint/suspicious/noExplicitAny: only convex-test takes limits.
          await (ctx.runMutation as any)(
            internal.v2Rollout.migrationBatch,
            { repair: false, isRetry: false, nowMs: Date.now(), runMs: Date.now(), notes: ids },
            { transactionLimits: { documentsRead: 0 } },
          ),
      ),
    ).rejects.toThrow();
    const batch = await t.mutation(
      async (ctx) =>
        // biome-ignore lint/suspicious/noExplicitAny: only convex-test takes limits.
        await (ctx.runMutation as any)(
          internal.v2Rollout.migrationBatch,
          { repair: false, isRetry: false, nowMs: Date.now(), runMs: Date.now(), notes: ids },
          { transactionLimits: { documentsRead: 5 } },
        ),
    );
    expect(batch.verdicts.length).toBeLessThan(6);
    const { used, remaining } = batch.metrics.documentsRead;
    expect(used + remaining).toBe(5);
  });

  test.each(["sweep", "page"])("of an organization meets no other's notes: a %s", async (kind) => {
    const t = backend();
    await seed(t);
    const own = await t.run(async ({ db }) => {
      const ids: string[] = [];
      for (let n = 0; n < 12; n++) {
        const id = await db.insert("voiceNotes", make.note({ orgId: n % 3 ? "org_b" : "org_a" }) as never);
        if (n % 3 === 0) ids.push(id);
      }
      return ids;
    });
    const { migrationBatch, migrationPage } = internal.v2Rollout;
    const call = { organizationId: "org_a", repair: false, isRetry: false, nowMs: Date.now(), runMs: 1 };
    const stretch = { after: null, most: 40 };
    if (kind === "page") {
      const page = await t.query(migrationPage, { ...call, ...stretch, dryRun: false });
      expect(page.notes.map(({ id }) => id)).toEqual(own);
    } else {
      expect(await t.mutation(migrationBatch, { ...call, notes: stretch })).toMatchObject({ ids: own });
    }
  });

  test("ends behind the first malformed note only where it is a sweep", async () => {
    const t = backend({ validate: false });
    await seed(t);
    const ids = await t.run(async ({ db }) => {
      const all: string[] = [];
      for (let n = 0; n < 4; n++)
        all.push(await db.insert("voiceNotes", make.note(n === 1 ? { insights: 5 } : {}) as never));
      return all;
    });
    const { migrationBatch, migrationPage } = internal.v2Rollout;
    const call = { organizationId: "org_a", repair: false, isRetry: false, nowMs: Date.now(), runMs: 1 };
    const stretch = { after: null, most: 40 };
    const page = await t.query(migrationPage, { ...call, ...stretch, dryRun: true });
    expect(page.notes.map(({ verdict }) => verdict)).toEqual(["migrate", "malformed", "migrate", "migrate"]);
    expect(page).toMatchObject({ malformed: [{ row: 1, id: ids[1], field: "insights" }], isLast: true });
    expect(page.notes.map(({ rows }) => rows === null)).toEqual([false, true, false, false]);
    const planned = await t.query(migrationPage, { ...call, ...stretch, dryRun: false });
    expect(planned.notes.map(({ rows }) => rows)).toEqual([null, null, null, null]);
    const swept = await t.mutation(migrationBatch, { ...call, notes: stretch });
    expect(swept).toMatchObject({ verdicts: ["migrate", "malformed"], ids: ids.slice(0, 2), isLast: false });
    const batch = await t.mutation(migrationBatch, { ...call, notes: ids });
    expect(batch).toMatchObject({
      verdicts: ["migrated", "malformed", "migrate", "migrate"],
      malformed: [{ row: 1 }],
      isLast: false,
    });
    const none = await t.mutation(migrationBatch, { ...call, organizationId: "org_b", notes: stretch });
    expect(none).toMatchObject({ verdicts: [], ids: [], position: null, isLast: true });
  });

  test.each(["batch", "sweep", "page"])("makes no more lookups than it may: a %s", async (kind) => {
    const t = backend();
    await seed(t);
    const ids: string[] = [];
    const now = Date.now;
    Date.now = () => now() - 2 * 24 * 3_600_000;
    await t.run(async ({ db }) => {
      for (let n = 0; n < 40; n++) {
        const voiceNoteId = await db.insert("voiceNotes", make.note() as never);
        ids.push(voiceNoteId);
        const broken = make.artifact({ voiceNoteId, status: "failed", updatedAt: 1 });
        if (n % 2) await db.insert("voiceNoteArtifacts", broken as never);
      }
    });
    Date.now = now;
    const { migrationBatch, migrationPage } = internal.v2Rollout;
    const call = {
      organizationId: "org_a",
      repair: true,
      isRetry: false,
      nowMs: Date.now(),
      runMs: Date.now(),
    };
    const stretch = { after: null, most: 40 };
    for (const databaseQueries of [16, 24, 32, 48, 64, 100, 256]) {
      const limited = { transactionLimits: { databaseQueries } };
      const judged = await (kind === "page"
        ? t.query(async (ctx) => {
            const args = { ...call, ...stretch, dryRun: true };
            return (await ctx.runQuery(migrationPage, args, limited)).notes.length;
          })
        : t.mutation(async (ctx) => {
            const args = { ...call, notes: kind === "batch" ? ids : stretch };
            const batch = await ctx.runMutation(migrationBatch, args, limited as never);
            return "verdicts" in batch ? batch.verdicts.length : 0;
          }));
      expect(judged).toBeGreaterThan(0);
      expect(judged).toBeLessThanOrEqual(databaseQueries);
      if (databaseQueries === 256) expect(judged).toBe(40);
    }
  });

  test("is not kept from a note by fields that it does not read", async () => {
    const t = backend({ validate: false });
    await seed(t);
    await t.run(async ({ db }) => {
      const { date: _, ...row } = make.note();
      await db.insert("voiceNotes", row as never);
      await db.insert("voiceNotes", make.note({ type: "scrimmage" }) as never);
    });
    const status = await t.action(internal.scripts.v2MigrationStatus.default, { organizationId: "org_a" });
    const dry = await migrate(t, { organizationId: "org_a", dryRun: true });
    expect(status.migration.eligible).toBe(2);
    expect(dry).toMatchObject({ failures: [], outcome: { migrated: 2 } });
  });

  test("tells no more than the beginning of a long message", async () => {
    const t = backend();
    await seed(t);
    await t.run(async ({ db }) => void (await db.insert("voiceNotes", make.note() as never)));
    const hook = (call: string, moment: string) => {
      if (call === "mutation" && moment === "before")
        throw new Error(
          `Failed to insert or update a document in table "voiceNoteTranscripts" because it does not match the schema: Object contains extra field. Object: {fullText: "${"secret words ".repeat(50_000)}"}`,
        );
    };
    const { failures } = await migrate(t, { organizationId: "org_a", dryRun: false }, { hook });
    expect(failures).toHaveLength(1);
    expect(failures[0]?.message).toMatch(/^Failed to insert or update a document in table/);
    expect(failures[0]?.message.length).toBeLessThan(1_000);
  });
});
describe("a batch of large documents", () => {
  /** Writes the notes at once by their ids, and answers how many of them fitted. */
  async function written(t: Backend, ids: readonly string[]): Promise<number> {
    const call = { repair: true, isRetry: false, nowMs: Date.now(), runMs: Date.now(), notes: [...ids] };
    const batch = await t.mutation(internal.v2Rollout.migrationBatch, call);
    if ("notWritten" in batch) throw new Error(batch.notWritten);
    return batch.verdicts.length;
  }

  /** Writes all notes, batch after batch, and answers how many each of these wrote. */
  async function writtenInBatches(t: Backend, ids: readonly string[]): Promise<number[]> {
    const counts: number[] = [];
    for (let from = 0; from < ids.length; from += counts.at(-1) as number) {
      counts.push(await written(t, ids.slice(from)));
      expect(counts.at(-1)).toBeGreaterThan(0);
    }
    return counts;
  }

  const status = async (t: Backend): Promise<StatusAnswer> =>
    await t.action(internal.scripts.v2MigrationStatus.default, { organizationId: "org_a" });

  const large = "x".repeat(900_000);

  test("is cut where notes are large", async () => {
    const t = backend();
    await seed(t);
    const ids: string[] = [];
    for (let n = 0; n < 28; n++) {
      await t.run(async ({ db }) => {
        ids.push(await db.insert("voiceNotes", make.note({ transcription: large }) as never));
      });
    }
    expect((await writtenInBatches(t, ids)).length).toBeGreaterThan(1);
    expect(await status(t)).toMatchObject({
      migration: { migrated: 28 },
      artifacts: { total: 28 },
      transcripts: 28,
    });
  });

  test.each([
    ["transcripts", { transcript: large, claim: "" }],
    ["claims", { transcript: "", claim: large }],
  ])("is cut where %s that a repair looks for are large", async (_, texts) => {
    const t = backend();
    await seed(t);
    const ids: string[] = [];
    const day = 24 * 3_600_000;
    const now = Date.now;
    Date.now = () => now() - 2 * day;
    for (let n = 0; n < 28; n++) {
      await t.run(async ({ db }) => {
        const id = await db.insert("voiceNotes", make.note({ insights: [make.insight()] }) as never);
        ids.push(id);
        const row = make.artifact({ voiceNoteId: id, status: "failed", updatedAt: 1 });
        const artifactId = await db.insert("voiceNoteArtifacts", row as never);
        const transcript = make.transcript(artifactId, { fullText: texts.transcript });
        // Half of them lack one of the two.
        if (n % 4 !== 1) await db.insert("voiceNoteTranscripts", transcript as never);
        if (n % 4 !== 3)
          await db.insert("voiceNoteClaims", make.claim(artifactId, { sourceText: texts.claim }) as never);
      });
    }
    Date.now = now;
    expect((await writtenInBatches(t, ids)).length).toBeGreaterThan(1);
    expect(await status(t)).toMatchObject({
      migration: { migrated: 28 },
      artifacts: { total: 28 },
      transcripts: 28,
      claims: 28,
    });
  });
});

describe("repair of large artifacts", () => {
  test("no batch fails for want of room", async () => {
    const t = backend();
    await seed(t);
    for (let n = 0; n < 30; n++)
      await t.run(async ({ db }) => {
        const id = await db.insert("voiceNotes", make.note() as never);
        await db.insert(
          "voiceNoteArtifacts",
          make.artifact({
            voiceNoteId: id,
            status: "processing",
            metadata: { blob: "x".repeat(600_000) },
          }) as never,
        );
      });
    const args = { organizationId: "org_a", dryRun: false, repair: true };
    const { answer, failures } = await migrateAndNoteFailures(t, args);
    expect(answer).toMatchObject({ done: true, outcome: { repaired: 30 } });
    expect(failures).toEqual([]);
  });
});
describe("a dry run that is followed cursor by cursor", () => {
  test("answers what the run answers then, whatever is malformed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          ...[
            ["ok", "ok", "bad", "bad", "skip", "broken"],
            [...Array(20).fill("ok"), "bad", "skip"],
          ].map((kinds) => fc.array(fc.constantFrom(...kinds), { minLength: 15, maxLength: 120 })),
        ),
        fc.constantFrom(undefined, 1, 3, 10, 20),
        fc.constantFrom(undefined, 1, 5, 20, 60),
        fc.boolean(),
        async (kinds, batchSize, limit, repair) => {
          const t = backend({ validate: false });
          await seed(t);
          await t.run(async ({ db }) => {
            for (const kind of kinds) {
              const id = await db.insert(
                "voiceNotes",
                make.note(
                  kind === "bad" ? { insights: 5 } : kind === "skip" ? { transcriptionStatus: "failed" } : {},
                ) as never,
              );
              if (kind === "broken")
                await db.insert(
                  "voiceNoteArtifacts",
                  make.artifact({ voiceNoteId: id, status: "failed" }) as never,
                );
            }
          });
          const args = {
            organizationId: "org_a",
            repair,
            ...(batchSize ? { batchSize } : {}),
            ...(limit ? { limit } : {}),
          };
          /** The answers until it is done, without what only one of the two kinds of runs tells. */
          const answers = async (dryRun: boolean) => {
            const all = [];
            let cursor: string | null = null;
            for (;;) {
              expect(all.length, "it ends").toBeLessThan(200);
              const answer: MigrationAnswer = await migrate(t, {
                ...args,
                dryRun,
                ...(cursor === null ? {} : { cursor }),
              });
              const { batches, estimate, dryRun: _, batchSize, cursor: behind, next, ...compared } = answer;
              all.push(compared);
              if (answer.done) return all;
              cursor = behind;
            }
          };
          const dry = await answers(true);
          expect(await answers(false)).toEqual(dry);
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);
});
describe("lookups that take several transactions", () => {
  test.each([7, 13, 20, 25, 40])(
    "are counted whole where what belongs to later rows is older, %i at once",
    async (documentsRead) => {
      const t = backend();
      await seed(t);
      await t.run(async ({ db }) => {
        const noteId = await db.insert("voiceNotes", make.note() as never);
        const artifactId = await db.insert(
          "voiceNoteArtifacts",
          make.artifact({ voiceNoteId: noteId }) as never,
        );
        const claims: string[] = [];
        for (let n = 0; n < 12; n++)
          claims.push(await db.insert("voiceNoteClaims", make.claim(artifactId) as never));
        for (const claimId of claims.reverse()) {
          for (let n = 0; n < 5; n++) {
            await db.insert("voiceNoteEntityResolutions", make.resolution(claimId, artifactId) as never);
          }
        }
      });
      let answer: StatusPage;
      let cursor: string | undefined;
      do {
        const page = { organizationId: "org_a", ...(cursor === undefined ? {} : { cursor }) };
        answer = await t.query(
          async (ctx) =>
            await ctx.runQuery(internal.v2Rollout.statusPage, page, {
              transactionLimits: { documentsRead },
            }),
        );
        cursor = answer.cursor ?? undefined;
      } while (!answer.done);
      expect(answer).toMatchObject({ claims: 12, entityResolutions: { total: 60 } });
    },
  );

  test("go on where the room ends before a row has got any", async () => {
    const t = backend({ validate: false });
    await seed(t);
    for (let n = 0; n < 60; n++) {
      await t.run(async ({ db }) => {
        const claimId = await db.insert("voiceNoteClaims", make.claim("a") as never);
        const row = make.resolution(claimId, "a", { rawText: "x".repeat(900_000) });
        if (n % 2 === 1) await db.insert("voiceNoteEntityResolutions", row as never);
      });
    }
    const answer = await t.action(internal.scripts.v2MigrationStatus.default, { organizationId: "org_a" });
    expect(answer).toMatchObject({ done: true, claims: 60, entityResolutions: { total: 30 } });
  });

  test("are counted whole: many artifacts a note, transcripts an artifact, resolutions a claim", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(14), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(14), { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(14), { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(3_200), { minLength: 1, maxLength: 6 }),
        fc.constantFrom<Limits>(
          { documentsRead: 3 },
          { documentsRead: 5, databaseQueries: 8, bytesRead: 30_000 },
          { bytesRead: 30_000 },
          { databaseQueries: 8 },
          { documentsRead: 4 },
        ),
        async (perNote, perArtifact, perClaim, sizes, transactionLimits) => {
          const t = backend();
          await t.run(async ({ db }) => {
            const put = async (table: string, row: object) =>
              (await db.insert(table as never, row as never)) as unknown as string;
            let drawn = 0;
            const text = () => "x".repeat(sizes[drawn++ % sizes.length] as number);
            const artifacts: string[] = [];
            for (const n of perNote) {
              const id = await put("voiceNotes", make.note({ transcription: text() || "a" }));
              for (let i = 0; i < n; i++)
                artifacts.push(
                  await put(
                    "voiceNoteArtifacts",
                    make.artifact({
                      voiceNoteId: id,
                      status: i % 3 === 2 ? "completed" : "failed",
                      orgContextCandidates: [{ organizationId: i % 2 ? "org_a" : "org_b", confidence: 1 }],
                    }),
                  ),
                );
            }
            for (const n of perArtifact) {
              const id = await put("voiceNoteArtifacts", make.artifact());
              for (let i = 0; i < n; i++)
                await put("voiceNoteTranscripts", make.transcript(id, { fullText: text() }));
              artifacts.push(id);
            }
            for (const n of perClaim) {
              const id = await put("voiceNoteClaims", make.claim(artifacts[0] as string));
              for (let i = 0; i < n; i++)
                await put(
                  "voiceNoteEntityResolutions",
                  make.resolution(id, artifacts[0] as string, { rawText: text() }),
                );
            }
          });
          let cursor: string | undefined;
          const all = await readAll(t);
          for (let n = 0; ; n++) {
            if (n > 3000) throw new Error("does not end");
            const page = { organizationId: "org_a", ...(cursor ? { cursor } : {}) };
            const answer: StatusPage = await t.query(
              async (ctx) => await ctx.runQuery(internal.v2Rollout.statusPage, page, { transactionLimits }),
            );
            if (answer.done) {
              expect(answer).toMatchObject(model(all, "org_a", Date.now()));
              break;
            }
            cursor = answer.cursor ?? "";
          }
        },
      ),
      { numRuns: 120 },
    );
  }, 200_000);
});

describe("what is left behind", () => {
  test("an old action with strict args gets only what it knows", async () => {
    // biome-ignore lint/suspicious/noExplicitAny: convex's types hide the handler.
    const { internal: action } = runMigrationFunctions({ ...host, legacyMigration: true }) as any;
    const given: unknown[] = [];
    const t = backend();
    await seed(t);
    await t.action(async (ctx) => {
      await action._handler(
        {
          auth: ctx.auth,
          runQuery: ctx.runQuery,
          runAction: async (_: unknown, args: unknown) => {
            given.push(args);
            return { processed: 1, artifacts: 1, transcripts: 1, claims: 0, errors: 0, skipped: 0 };
          },
        },
        { organizationId: "org_a", dryRun: true, batchSize: 5, repair: false },
      );
    });
    expect(given).toEqual([{ organizationId: "org_a", dryRun: true, batchSize: 5 }]);
  });
  test("the audit line of a restore says that it was one", async () => {
    const t = backend();
    await seed(t);
    const lines = vi.spyOn(console, "info").mockImplementation(() => undefined);
    const { previous } = await t.mutation(internal.scripts.enableV2ForOrg.default, {
      organizationId: "org_a",
    });
    await t.mutation(internal.scripts.disableV2ForOrg.default, {
      organizationId: "org_a",
      restore: previous ?? "",
    });
    const said = lines.mock.calls.map(([line]) => JSON.parse(line as string));
    lines.mockRestore();
    expect(said.map(({ restore }) => restore)).toEqual([false, true]);
  });
});
