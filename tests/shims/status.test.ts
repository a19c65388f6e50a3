import type { FunctionReference } from "convex/server";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { v2MigrationStatusFunctions } from "../../js-shims/functions/v2MigrationStatus";
import { scanStatus } from "../../js-shims/reading/status";
import type { StatusAnswer, StatusArgs } from "../../js-shims/validators";
import { api, internal } from "../backend/convex/_generated/api";
import { host } from "../backend/convex/v2RolloutHost";
import { type Backend, backend, type Limits, readAll } from "./backend";
import * as make from "./documents";
import { model } from "./model";
import { codeOf, seed, staff } from "./seed";
import { build, world } from "./world";

/** Counts page by page as the internal function does, however small the pages. */
async function count(
  t: Backend,
  args: StatusArgs,
  transactionLimits: Limits = {},
  between?: () => Promise<void>,
): Promise<StatusAnswer> {
  let cursor: string | undefined;
  for (let pages = 1; pages < 2_000; pages++) {
    const page = cursor === undefined ? args : { ...args, cursor };
    const answer: StatusAnswer = await t.query(
      async (ctx) => await ctx.runQuery(internal.v2Rollout.statusPage, page, { transactionLimits }),
    );
    expect(answer.read.transactions).toBe(pages);
    const { documents, bytes, ranges } = answer.read;
    expect(documents).toBeLessThanOrEqual(pages * (transactionLimits.documentsRead ?? 32_000));
    expect(bytes).toBeLessThanOrEqual(pages * (transactionLimits.bytesRead ?? 2 ** 24));
    expect(ranges).toBeLessThanOrEqual(pages * (transactionLimits.databaseQueries ?? 4_096));
    if (answer.done) return answer;
    expect(answer.verdict).toBeNull();
    expect(answer.read.limitedBy).not.toBeNull();
    cursor = answer.cursor ?? "";
    expect(cursor.length).toBeLessThan(4_096);
    await between?.();
  }
  throw new Error("the scan does not end");
}

const limits: fc.Arbitrary<Limits> = fc.constantFrom(
  { documentsRead: 5 },
  { databaseQueries: 8 },
  { bytesRead: 20_000 },
  { documentsRead: 5, databaseQueries: 8, bytesRead: 20_000 },
  { documentsRead: 40, databaseQueries: 30 },
  {},
);

describe("v2MigrationStatus", () => {
  test("equals the naive count, whatever the data and the limits", async () => {
    await fc.assert(
      fc.asyncProperty(world, limits, fc.constantFrom(undefined, 1, 7), async (data, limit, deferredDays) => {
        const t = backend();
        await build(t, data);
        const now = Date.now();
        const all = await readAll(t);
        for (const organizationId of ["org_a", "org_b"]) {
          const args = { organizationId, ...(deferredDays === undefined ? {} : { deferredDays }) };
          const answer = await count(t, args, limit);
          expect(answer).toMatchObject(model(all, organizationId, now, deferredDays));
        }
      }),
      { numRuns: 200 },
    );
  });

  test("counts between what stayed all along and all that ever was, while others write", async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), async (data, picks) => {
        const t = backend();
        await build(t, data);
        const before = await readAll(t);
        const deleted = new Set<string>();
        let turn = 0;
        const added: string[] = [];
        const answer = await count(t, { organizationId: "org_a" }, { documentsRead: 6 }, async () => {
          const pick = picks[turn++ % picks.length] ?? 0;
          await t.run(async ({ db }) => {
            const notes = await db.query("voiceNotes").collect();
            const artifacts = await db.query("voiceNoteArtifacts").collect();
            const victim = [...notes, ...artifacts][pick % (notes.length + artifacts.length + 1)];
            if (victim) {
              await db.delete(victim._id);
              deleted.add(victim._id);
            }
            added.push(await db.insert("voiceNotes", make.note() as never));
          });
        });
        const stayed = (row: Record<string, unknown>) => !deleted.has(row._id as string);
        const rest = model(
          {
            ...before,
            voiceNotes: before.voiceNotes.filter(stayed),
            voiceNoteArtifacts: before.voiceNoteArtifacts.filter(stayed),
          },
          "org_a",
          Date.now(),
        );
        const all = model(before, "org_a", Date.now());
        for (const [counted, least, most] of [
          [answer.voiceNotes.total, rest.voiceNotes.total, all.voiceNotes.total + added.length],
          [answer.artifacts.total, rest.artifacts.total, all.artifacts.total],
          [answer.transcripts, rest.transcripts, all.transcripts],
          [answer.claims, all.claims, all.claims],
        ] as const) {
          expect(counted).toBeGreaterThanOrEqual(least);
          expect(counted).toBeLessThanOrEqual(most);
        }
        expect(Object.values(answer.migration).reduce((a, b) => a + b)).toBe(answer.voiceNotes.total);
      }),
      { numRuns: 40 },
    );
  });

  test("never ends on a malformed document, and names it", async () => {
    const t = backend({ validate: false });
    const ids = await t.run(async ({ db }) => {
      const insert = async (table: string, row: object) => await db.insert(table as "users", row as never);
      await insert("organizations", make.organization("org_a"));
      const { insights: _, ...noteWithoutInsights } = make.note({ transcriptionStatus: 7 });
      const noteId = await insert("voiceNotes", noteWithoutInsights);
      await insert("voiceNotes", { orgId: "org_a" });
      const artifactId = await insert("voiceNoteArtifacts", {
        orgContextCandidates: [null, 5, { organizationId: 3 }, { organizationId: "org_a" }],
      });
      await insert("voiceNoteArtifacts", { voiceNoteId: noteId });
      await insert("voiceNoteArtifacts", { orgContextCandidates: "org_a" });
      const transcriptId = await insert("voiceNoteTranscripts", { artifactId });
      const claimId = await insert("voiceNoteClaims", { organizationId: "org_a", artifactId: 4 });
      const resolutionId = await insert("voiceNoteEntityResolutions", { claimId });
      const draftId = await insert("insightDrafts", { organizationId: "org_a", status: "lost" });
      const flagId = await insert("featureFlags", {
        featureKey: "voice_notes_v2",
        scope: "organization",
        organizationId: "org_a",
        enabled: "yes",
      });
      return { noteId, artifactId, transcriptId, claimId, resolutionId, draftId, flagId };
    });
    const answer = await count(t, { organizationId: "org_a" });
    expect(answer).toMatchObject({
      voiceNotes: { total: 2 },
      artifacts: { total: 1 },
      transcripts: 1,
      claims: 1,
      entityResolutions: { total: 1 },
      drafts: { pending: 0, confirmed: 0, rejected: 0, applied: 0, expired: 0 },
      migration: { unfinished: 1, notReady: 1 },
      featureFlags: { voice_notes_v2: false },
    });
    const warnings = answer.warnings.join("\n");
    for (const id of Object.values(ids)) expect(warnings).toContain(id);
    // Two artifacts: the organization's own, and the one that only its note leads to. The third is nobody's.
    expect(warnings).toContain("2 malformed documents in voiceNoteArtifacts");
  });

  test("organizations that look alike are told apart", async () => {
    const t = backend();
    await seed(t);
    const ids = ["org_a", "brg_a", "org_", "org_aa", "aorg_a", "", "org\n", "\norg_a", "org_A", "örg_a", "a"];
    await t.run(async ({ db }) => {
      for (const id of ids) {
        for (const others of [[], ["org_b", id], [id, "org_b"]]) {
          const named = others.length === 0 ? [id] : others;
          const orgContextCandidates = named.map((organizationId) => ({ organizationId, confidence: 1 }));
          await db.insert("voiceNoteArtifacts", make.artifact({ orgContextCandidates }) as never);
        }
      }
    });
    expect(await count(t, { organizationId: "org_a" })).toMatchObject({ artifacts: { total: 3 } });
    expect(await count(t, { organizationId: "org_b" })).toMatchObject({ artifacts: { total: 22 } });
    expect(await count(t, { organizationId: "a" })).toMatchObject({ artifacts: { total: 3 } });
  });

  test("an organization whose artifacts come late is counted right, whatever fits", async () => {
    const t = backend();
    await seed(t);
    await t.run(async ({ db }) => {
      for (let nth = 0; nth < 300; nth++) {
        const organizationId = nth < 200 ? "org_b" : "org_a";
        const orgContextCandidates = [{ organizationId, confidence: 1 }];
        const artifact = await db.insert(
          "voiceNoteArtifacts",
          make.artifact({ orgContextCandidates }) as never,
        );
        const fullText = "é€".repeat(nth % 7 === 0 ? 2_000 : 200);
        await db.insert("voiceNoteTranscripts", make.transcript(artifact, { fullText }) as never);
      }
    });
    const inOne = await count(t, { organizationId: "org_a" });
    expect(inOne).toMatchObject({ artifacts: { total: 100 }, transcripts: 100, read: { transactions: 1 } });
    const inMany = await count(t, { organizationId: "org_a" }, { bytesRead: 150_000 });
    expect(inMany).toMatchObject({ artifacts: { total: 100 }, transcripts: 100 });
    expect(inMany.read.transactions).toBeGreaterThan(1);
    expect(inMany.read.documents).toBeLessThanOrEqual(1.5 * inOne.read.documents);
  });

  test("texts of three bytes a character do not carry a transaction over its limit", async () => {
    const t = backend();
    await seed(t);
    const insights = Array.from({ length: 10 }, () => make.insight({ description: "試合".repeat(120) }));
    await t.run(async ({ db }) => {
      for (let nth = 0; nth < 600; nth++) await db.insert("voiceNotes", make.note({ insights }) as never);
    });
    const answer = await count(t, { organizationId: "org_a" }, { bytesRead: 2 ** 20 });
    expect(answer.voiceNotes.total).toBe(600);
    expect(answer.read.documents).toBeLessThanOrEqual(1.25 * 600);
  });

  test("an index key that no cursor can hold is found again by its document", async () => {
    const t = backend({ validate: false });
    await t.run(async ({ db }) => {
      for (let i = 0; i < 12; i++) {
        const row = make.draft("c", "a", { coachUserId: i % 2 ? "y".repeat(3_000) : i });
        await db.insert("insightDrafts", row as never);
      }
    });
    const answer = await count(t, { organizationId: "org_a" }, { documentsRead: 4 });
    expect(answer.drafts.pending).toBe(12);
  });

  test("the library's own meter, where the runtime has none, never says less than the runtime's", async () => {
    await fc.assert(
      fc.asyncProperty(world, async (data) => {
        const t = backend();
        await build(t, data);
        const all = await readAll(t);
        await t.query(async (ctx) => {
          const before = await ctx.meta.getTransactionMetrics();
          const answer = await scanStatus(host, { ...ctx, meta: undefined } as never, {
            organizationId: "org_a",
          });
          const after = await ctx.meta.getTransactionMetrics();
          expect(answer).toMatchObject(model(all, "org_a", Date.now()));
          for (const [counted, measure] of [
            [answer.read.documents, "documentsRead"],
            [answer.read.bytes, "bytesRead"],
            [answer.read.ranges, "databaseQueries"],
          ] as const) {
            expect(counted).toBeGreaterThanOrEqual(after[measure].used - before[measure].used);
          }
        });
      }),
      { numRuns: 30 },
    );
  });

  test("the public function counts what one transaction may read, and goes on", async () => {
    const t = backend();
    await seed(t);
    // One transaction writes 16 MiB at most.
    for (let part = 0; part < 2; part++) {
      await t.run(async ({ db }) => {
        for (let i = 0; i < 450; i++) {
          await db.insert("voiceNotes", make.note({ transcription: "é".repeat(10_000) }) as never);
        }
      });
    }
    const as = t.withIdentity(staff);
    let cursor: string | undefined;
    let pages = 0;
    for (;;) {
      const args = { organizationId: "org_a", check: true, ...(cursor === undefined ? {} : { cursor }) };
      pages += 1;
      const outcome = await as.query(api.scripts.v2MigrationStatus.v2MigrationStatus, args).then(
        (answer) => ({ answer }),
        (error: unknown) => ({ code: codeOf(error) }),
      );
      if ("code" in outcome) {
        expect(outcome.code).toBe("NOT_COMPLETE");
        break;
      }
      expect(outcome.answer).toMatchObject({ done: false, read: { limitedBy: "bytesRead" } });
      cursor = outcome.answer.cursor ?? undefined;
    }
    expect(pages).toBeGreaterThan(1);
    const whole = await t.action(internal.scripts.v2MigrationStatus.default, { organizationId: "org_a" });
    expect(whole).toMatchObject({ migration: { eligible: 900 }, verdict: "notStarted", done: true });
  });

  test("a small organization on a large platform takes one transaction", async () => {
    const t = backend();
    await seed(t);
    for (let part = 0; part < 5; part++) {
      await t.run(async ({ db }) => {
        for (let n = 0; n < 450; n++) {
          const orgContextCandidates = [{ organizationId: n % 10 ? "org_b" : "org_a", confidence: 1 }];
          await db.insert("voiceNoteArtifacts", make.artifact({ orgContextCandidates }) as never);
        }
      });
    }
    await t.run(async ({ db }) => await db.insert("voiceNotes", make.note() as never));
    const answer = await t.query(internal.v2Rollout.statusPage, { organizationId: "org_a" });
    expect(answer).toMatchObject({
      done: true,
      artifacts: { total: 225 },
      read: { transactions: 1, limitedBy: null },
    });
  });

  test("the internal function goes on to the end, or answers with a cursor when its time is up", async () => {
    const t = backend();
    await seed(t);
    await t.run(async ({ db }) => {
      for (let n = 0; n < 40; n++) await db.insert("voiceNotes", make.note() as never);
    });
    const status = async (args: StatusArgs, deadlineMs: number) => {
      const { internal: action } = v2MigrationStatusFunctions({ ...host, deadlineMs });
      const { _handler: handler } = action as unknown as {
        _handler: (ctx: object, args: StatusArgs) => Promise<StatusAnswer>;
      };
      return await t.action(async ({ auth }) => {
        const smallPages = async (reference: FunctionReference<"query", "internal">, page: StatusArgs) => {
          return await t.query(
            async (ctx) => await ctx.runQuery(reference, page, { transactionLimits: { documentsRead: 12 } }),
          );
        };
        return await handler({ auth, runQuery: smallPages }, args);
      });
    };
    const hurried = await status({ organizationId: "org_a" }, 0);
    expect(hurried).toMatchObject({ done: false, verdict: null, read: { limitedBy: "deadline" } });
    const rest = await status({ organizationId: "org_a", cursor: hurried.cursor ?? "" }, 60_000);
    expect(rest).toMatchObject({ done: true, voiceNotes: { total: 40 }, verdict: "notStarted" });
    expect(rest.read.transactions).toBeGreaterThan(3);
  });
});
