import type { FunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { v2MigrationStatusFunctions } from "../../js-shims/functions/v2MigrationStatus";
import { scanStatus } from "../../js-shims/reading/status";
import type { StatusArgs, StatusPage } from "../../js-shims/validators";
import { api, internal } from "../backend/convex/_generated/api";
import { host } from "../backend/convex/v2RolloutHost";
import { artifactsByOrganization, type Backend, backend, type Limits, readAll, withOwners } from "./backend";
import * as make from "./documents";
import { model } from "./model";
import { codeOf, seed, staff } from "./seed";
import { build, world } from "./world";

const clock = vi.hoisted(() => ({ waitedMs: 0 }));
/** Waits on a clock of the tests' own. */
vi.mock("../../js-shims/wait", () => ({
  wait: async (ms: number) => {
    clock.waitedMs += ms;
  },
}));

/** Counts page by page as the internal function does, however small the pages. */
async function count(
  t: Backend,
  args: StatusArgs,
  transactionLimits: Limits = {},
  between?: () => Promise<void>,
): Promise<StatusPage> {
  let cursor: string | undefined;
  for (let pages = 1; pages < 2_000; pages++) {
    const page = cursor === undefined ? args : { ...args, cursor };
    const answer: StatusPage = await t.query(
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
    expect(cursor.length).toBeLessThanOrEqual(8_192);
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
        const row = make.draft("c", "a", { coachUserId: i % 2 ? "y".repeat(5_000) : i });
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

  test("where artifacts have an index by organization, no others are read", async () => {
    const t = backend({ schema: withOwners() });
    await seed(t);
    await t.run(async ({ db }) => {
      for (let n = 0; n < 60; n++) {
        const ownerId = n % 6 === 0 ? "org_a" : "org_b";
        const orgContextCandidates = [{ organizationId: ownerId, confidence: 1 }];
        const row = { ...make.artifact({ orgContextCandidates }), ownerId };
        const artifactId = await db.insert("voiceNoteArtifacts", row as never);
        await db.insert("voiceNoteTranscripts", make.transcript(artifactId) as never);
      }
    });
    const read = async (indexes: object) =>
      await t.query(
        async (ctx) =>
          await scanStatus({ ...host, indexes: { ...host.indexes, ...indexes } }, ctx as never, {
            organizationId: "org_a",
          }),
      );
    const indexed = await read({ artifactsByOrganization });
    expect(indexed).toMatchObject({
      artifacts: { total: 10 },
      transcripts: 10,
      read: { documents: 20, routes: { voiceNoteArtifacts: "organizationIndex" } },
    });
    expect(await read({})).toMatchObject({
      artifacts: { total: 10 },
      transcripts: 10,
      read: { documents: 70, routes: { voiceNoteArtifacts: "tableScan" } },
    });
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

  test("a status that is no word of the schema blocks its note, and a null is none", async () => {
    const t = backend({ validate: false });
    const now = Date.now();
    const stored = [
      { transcriptionStatus: "done" },
      { insightsStatus: "done" },
      { transcriptionStatus: "done", transcription: " " },
      { transcriptionStatus: 7, insightsStatus: "pending" },
      { transcriptionStatus: "failed", insightsStatus: "done" },
      { transcriptionStatus: null },
      { insightsStatus: null },
      { coachId: null },
      { coachId: "  " },
      { transcription: null },
      { source: null, audioStorageId: null, insights: null, date: null, type: null },
      { insights: [null, { title: null }] },
    ];
    await t.run(async ({ db }) => {
      await db.insert("organizations", make.organization("org_a") as never);
      for (const fields of stored) await db.insert("voiceNotes", make.note(fields) as never);
    });
    const answer = await count(t, { organizationId: "org_a" });
    expect(answer.migration).toMatchObject({ eligible: 4, blocked: 4, notReady: 3, deferred: 1 });
    expect(answer.verdict).toBe("notStarted");
    expect(answer).toMatchObject(model(await readAll(t), "org_a", now));
    const run = await t.action(internal.scripts.runMigration.default, {
      organizationId: "org_a",
      dryRun: true,
    });
    expect(run).toMatchObject({
      outcome: { blocked: 4, notReady: 3, deferred: 1 },
      reasons: { noCoach: 1, unknownStatus: 3 },
    });
    await t.run(async ({ db }) => {
      for (const note of await db.query("voiceNotes").collect()) {
        if (note.transcriptionStatus !== ("done" as never)) await db.delete(note._id);
      }
    });
    const check = { organizationId: "org_a", check: true };
    const status = internal.scripts.v2MigrationStatus.default;
    await expect(t.action(status, check)).rejects.toMatchObject({
      data: {
        code: "NOT_COMPLETE",
        message: "the organization is not complete: the verdict is blocked, 2 notes are left: 2 blocked",
        hint: expect.not.stringContaining("runMigration"),
      },
    });
    expect(await t.action(status, { ...check, acceptBlocked: true })).toMatchObject({
      verdict: "blocked",
      warnings: [
        expect.stringMatching(/^2 notes are blocked .* they stay in v1/),
        expect.stringContaining("2 malformed documents in voiceNotes"),
      ],
    });
  });

  test("the public function accepts blocked notes, too", async () => {
    const t = backend();
    await seed(t);
    const args = { organizationId: "org_a", check: true };
    const ask = async (more: object) =>
      await t
        .withIdentity(staff)
        .query(api.scripts.v2MigrationStatus.v2MigrationStatus, { ...args, ...more })
        .then(({ verdict }) => verdict, codeOf);
    const { coachId: _, ...withoutCoach } = make.note();
    await t.run(async ({ db }) => await db.insert("voiceNotes", withoutCoach as never));
    expect(await ask({})).toBe("NOT_COMPLETE");
    expect(await ask({ acceptBlocked: true })).toBe("blocked");
    await t.run(
      async ({ db }) => await db.insert("voiceNotes", make.note({ insightsStatus: "pending" }) as never),
    );
    expect(await ask({ acceptBlocked: true })).toBe("NOT_COMPLETE");
  });

  test("another organization's malformed artifact is never named", async () => {
    const t = backend({ validate: false });
    const ids = await t.run(async ({ db }) => {
      const noteId = await db.insert("voiceNotes", make.note() as never);
      const insert = async (...organizationIds: string[]) => {
        const orgContextCandidates = organizationIds.map((organizationId) => ({
          organizationId,
          confidence: 1,
        }));
        const row = make.artifact({ voiceNoteId: noteId, orgContextCandidates, status: "lost" });
        return (await db.insert("voiceNoteArtifacts", row as never)) as string;
      };
      return { foreign: await insert("org_b"), own: await insert("org_b", "org_a"), nobodys: await insert() };
    });
    const answer = await count(t, { organizationId: "org_a" });
    expect(answer).toMatchObject({ migration: { unfinished: 1 }, duplicates: 1, orphans: 0 });
    const warnings = answer.warnings.join("\n");
    expect(warnings).not.toContain(ids.foreign);
    expect(warnings).toContain(ids.own);
    expect(warnings).toContain(ids.nobodys);
    expect(warnings).toContain("2 malformed documents in voiceNoteArtifacts");
  });

  test("no malformed document of another organization is named, whatever leads to it", async () => {
    const t = backend({ validate: false });
    const ids = await t.run(async ({ db }) => {
      const insert = async (table: string, row: object) => await db.insert(table as "users", row as never);
      const claimId = await insert("voiceNoteClaims", { organizationId: "org_a" });
      const flag = { featureKey: "voice_notes_v2", enabled: "yes" };
      return {
        named: [
          claimId,
          await insert("voiceNoteEntityResolutions", { claimId, organizationId: "org_a" }),
          await insert("featureFlags", { ...flag, scope: "platform" }),
        ],
        unnamed: [
          await insert("voiceNoteEntityResolutions", { claimId, organizationId: "org_b" }),
          await insert("featureFlags", { ...flag, scope: "platform", organizationId: "org_b" }),
          await insert("featureFlags", { ...flag, scope: "user", organizationId: "org_b" }),
          await insert("featureFlags", { ...flag, scope: "user", userId: "u" }),
        ],
      };
    });
    const answer = await count(t, { organizationId: "org_a" });
    expect(answer).toMatchObject({ claims: 1, entityResolutions: { total: 2 } });
    const warnings = answer.warnings.join("\n");
    for (const id of ids.named) expect(warnings).toContain(id);
    for (const id of ids.unnamed) expect(warnings).not.toContain(id);
    expect(warnings).toContain("1 malformed document in voiceNoteEntityResolutions");
    expect(warnings).toContain("1 malformed document in featureFlags");
    expect(warnings).toContain("voice_notes_v2: 2 user rows");
  });

  test("of many user rows only as many are read as a warning needs", async () => {
    const t = backend();
    await seed(t);
    for (let part = 0; part < 3; part++) {
      await t.run(async ({ db }) => {
        for (let n = 0; n < 500; n++) {
          await db.insert("featureFlags", make.flag({ scope: "user", userId: `user_${n}` }) as never);
        }
      });
    }
    const answer = await t.query(internal.v2Rollout.statusPage, { organizationId: "org_a" });
    expect(answer.done).toBe(true);
    expect(answer.read.documents).toBeLessThan(1_010);
    expect(answer.warnings.join("\n")).toMatch(/voice_notes_v2: .*1,?000.* user rows/);
    const inMany = await count(t, { organizationId: "org_a" }, { documentsRead: 40 });
    expect(inMany.warnings).toEqual(answer.warnings);

    await t.run(async ({ db }) => {
      for (let n = 0; n < 8; n++) {
        const row = { featureKey: "entity_resolution_v2", scope: "user", notes: "x".repeat(900_000) };
        await db.insert("featureFlags", make.flag(row) as never);
      }
    });
    const { read } = await t.query(internal.v2Rollout.statusPage, { organizationId: "org_a" });
    expect(read.bytes).toBeLessThan(5.1 * 2 ** 20);
    expect(read.transactions).toBe(1);
  });

  test("a backend whose client has metrics but which has none counts by the library's own account", async () => {
    const t = backend();
    await seed(t);
    await t.run(async ({ db }) => {
      for (let n = 0; n < 40; n++) await db.insert("voiceNotes", make.note() as never);
    });
    let asked = 0;
    const getTransactionMetrics = async () => {
      asked += 1;
      throw new Error("unknown operation 1.0/getTransactionMetrics");
    };
    const answer = await t.query(
      async (ctx) =>
        await scanStatus(host, { ...ctx, meta: { getTransactionMetrics } } as never, {
          organizationId: "org_a",
        }),
    );
    expect(answer).toMatchObject({ voiceNotes: { total: 40 }, done: true });
    expect(answer.read.documents).toBeGreaterThanOrEqual(40);
    expect(asked).toBe(1);
  });
});

describe("the internal function", () => {
  /** Called before each page: what it throws, the page fails with. */
  type Before = (nth: number, page: StatusArgs & { halvings?: number }) => unknown;

  /** Runs it on pages of 12 documents. */
  async function status(
    t: Backend,
    args: StatusArgs,
    options: { deadlineMs?: number; before?: Before } = {},
  ) {
    const { internal: action } = v2MigrationStatusFunctions({ ...host, deadlineMs: 60_000, ...options });
    const { _handler: handler } = action as unknown as {
      _handler: (ctx: object, args: StatusArgs) => Promise<StatusPage>;
    };
    let nth = 0;
    return await t.action(async ({ auth }) => {
      let isFound = false;
      const runQuery = async (reference: FunctionReference<"query", "internal">, page: StatusArgs) => {
        // The lookup comes first.
        if (isFound) await options.before?.(nth++, page);
        isFound = true;
        return await t.query(
          async (ctx) => await ctx.runQuery(reference, page, { transactionLimits: { documentsRead: 12 } }),
        );
      };
      return await handler({ auth, runQuery }, args);
    });
  }

  async function withNotes(): Promise<Backend> {
    const t = backend();
    await seed(t);
    await t.run(async ({ db }) => {
      for (let n = 0; n < 40; n++) await db.insert("voiceNotes", make.note() as never);
    });
    return t;
  }

  const org = { organizationId: "org_a" };
  const failing =
    (message: string, from: number, count = Number.POSITIVE_INFINITY): Before =>
    (nth) => {
      if (nth >= from && nth < from + count) throw new Error(message);
    };
  const busy = "Too many concurrent requests in a short period of time.";

  beforeEach(() => {
    const { now } = Date;
    clock.waitedMs = 0;
    vi.spyOn(Date, "now").mockImplementation(() => now() + clock.waitedMs);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("goes on to the end, or answers with a cursor when its time is up", async () => {
    const t = await withNotes();
    const hurried = await status(t, org, { deadlineMs: 0 });
    expect(hurried).toMatchObject({
      done: false,
      verdict: null,
      stopped: "deadline",
      read: { limitedBy: "deadline" },
    });
    const rest = await status(t, { ...org, cursor: hurried.cursor ?? "" });
    expect(rest).toMatchObject({
      done: true,
      stopped: null,
      voiceNotes: { total: 40 },
      verdict: "notStarted",
    });
    expect(rest.read.transactions).toBeGreaterThan(3);
    const { cursor } = hurried;
    await expect(status(t, { ...org, check: true }, { deadlineMs: 0 })).rejects.toMatchObject({
      data: {
        code: "NOT_COMPLETE",
        message: "the counting ended before it was done: its time was over",
        hint: expect.stringMatching(/cursor.*: [\w-]{40,}$/),
      },
    });
    expect(cursor).toMatch(/^[\w-]{40,}$/);
  });

  test("goes on after a page that failed", async () => {
    const t = await withNotes();
    const undisturbed = await status(t, org);
    for (const [message, from, count] of [
      [busy, 0, 3],
      [busy, 2, 3],
      ["it is cursed", 1, 2],
      ["Server Error", 3, 1],
    ] as const) {
      const answer = await status(t, org, { before: failing(message, from, count) });
      expect(answer).toEqual(undisturbed);
    }
  });

  test("answers with what is counted where a page keeps failing", async () => {
    const t = await withNotes();
    for (const message of [busy, "it is cursed", "Validator error: Expected `string`"]) {
      const answer = await status(t, org, { before: failing(message, 2) });
      expect(answer).toMatchObject({
        done: false,
        verdict: null,
        stopped: "error",
        read: { limitedBy: null },
      });
      expect(answer.read.transactions).toBe(2);
      expect(answer.warnings).toEqual([
        expect.stringContaining("sums so far"),
        `the counting ended before it was done: the backend kept failing: ${message}`,
      ]);
      const rest = await status(t, { ...org, cursor: answer.cursor ?? "" });
      expect(rest).toMatchObject({ done: true, voiceNotes: { total: 40 } });
      await expect(status(t, { ...org, check: true }, { before: failing(message, 2) })).rejects.toMatchObject(
        {
          data: { code: "NOT_COMPLETE", hint: expect.stringMatching(/: [\w-]{40,}$/) },
        },
      );
      await expect(status(t, org, { before: failing(message, 0) })).rejects.toMatchObject({
        data: { code: "INTERNAL", message: `nothing could be counted: ${message}` },
      });
    }
  });

  test("reads less at once where a page was too large", async () => {
    const t = await withNotes();
    const halvings: number[] = [];
    const answer = await status(t, org, {
      before: (nth, page) => {
        halvings.push(page.halvings ?? 0);
        if (nth === 1 || nth === 2) {
          throw new Error("JavaScript execution ran out of memory (maximum memory usage: 64 MB)");
        }
      },
    });
    expect(answer).toMatchObject({ done: true, voiceNotes: { total: 40 } });
    expect(halvings.slice(0, 4)).toEqual([0, 0, 1, 2]);
  });

  test("passes on what the first page refuses", async () => {
    const t = await withNotes();
    const refuse = () => {
      throw new ConvexError({ code: "INVALID_CURSOR", message: "cursor names a place that is gone" });
    };
    await expect(status(t, org, { before: refuse })).rejects.toMatchObject({
      data: { code: "INVALID_CURSOR" },
    });
  });
});
