/**
 * The baseline of the benches does what the library does: else what it costs would tell nothing.
 */

import { type FunctionReference, type GenericDatabaseWriter, makeFunctionReference } from "convex/server";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";

import { changeFlags as plainChange } from "../../benches/baseline/lib/change";
import {
  checkMigration as plainCheck,
  legacyWarning as plainWarning,
} from "../../benches/baseline/lib/migration";
import { changeFlags } from "../../js-shims/changeFlags";
import { checkMigration, legacyWarning } from "../../js-shims/core/admission";
import { isRolloutError } from "../../js-shims/errors";
import type { ChangeRequest } from "../../js-shims/flagStore";
import type { ChangeAnswer, MigrationArgs, StatusAnswer, StatusArgs } from "../../js-shims/validators";
import { host } from "../backend/convex/v2RolloutHost";
import { type Backend, backend, type Limits, readAll } from "./backend";
import * as make from "./documents";
import { coach, seed, staff } from "./seed";
import { build, world } from "./world";

type StatusPage = FunctionReference<"query", any, StatusArgs, StatusAnswer>;
type Change = FunctionReference<"mutation", any, Record<string, unknown>, ChangeAnswer>;

const DAY_MS = 86_400_000;

/** What comes of the library's functions and of the plain ones. */
const inBothWays = async <T>(outcomeOf: (way: string) => Promise<T>): Promise<[ours: T, plain: T]> => [
  await outcomeOf(""),
  await outcomeOf("plain/"),
];

const functionOf = <F extends FunctionReference<any, any>>(way: string, name: string) =>
  makeFunctionReference(way + name) as unknown as F;

const page = functionOf<StatusPage>("", "v2Rollout:statusPage");
const plainPage = functionOf<StatusPage>("plain/", "v2Rollout:statusPage");

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Answers of all transactions of a status. */
async function pagesOf(
  t: Backend,
  statusPage: StatusPage,
  args: StatusArgs,
  transactionLimits: Limits,
): Promise<StatusAnswer[]> {
  const answers: StatusAnswer[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    // What the environment says is asked anew in each transaction.
    vi.stubEnv("ENTITY_RESOLUTION_V2_GLOBAL", answers.length % 2 === 0 ? "true" : "");
    const call = cursor === undefined ? args : { ...args, cursor };
    const answer: StatusAnswer = await t.query(
      async (ctx) => await ctx.runQuery(statusPage, call, { transactionLimits }),
    );
    cursor = answer.cursor;
    answers.push(answer.done ? answer : { ...answer, cursor: "" });
    if (answers.length > 2_000) throw new Error("the scan does not end");
  }
  return answers;
}

const limits: fc.Arbitrary<Limits> = fc.constantFrom(
  { documentsRead: 5 },
  { databaseQueries: 8 },
  { bytesRead: 20_000 },
  { documentsRead: 40, databaseQueries: 30 },
  {},
);

/** Takes a field from some of the documents, or gives it a value that it must not have. */
const damages = fc.array(
  fc.record({
    nth: fc.nat(),
    field: fc.nat(),
    value: fc.constantFrom<unknown>(
      undefined,
      7,
      "",
      "nonsense",
      null,
      ["pending"],
      [null, { organizationId: 5 }],
    ),
  }),
  { maxLength: 8 },
);

async function damage(t: Backend, picks: { nth: number; field: number; value: unknown }[]): Promise<void> {
  const rows = Object.values(await readAll(t)).flat();
  await t.run(async ({ db }) => {
    for (const { nth, field, value } of picks) {
      const row = rows[nth % Math.max(rows.length, 1)];
      if (row === undefined) continue;
      const names = Object.keys(row).filter((name) => !name.startsWith("_") && !/^org.*Id$/.test(name));
      await db.patch(row._id as never, { [names[field % names.length] ?? ""]: value } as never);
    }
  });
}

describe("the plain status", () => {
  test("tells the same after every transaction, whatever the data and the limits", async () => {
    await fc.assert(
      fc.asyncProperty(
        world,
        damages,
        limits,
        fc.constantFrom(undefined, 1, 7),
        fc.constantFrom(0, 3, 12),
        async (data, picks, limit, days, age) => {
          const t = backend({ validate: false });
          await build(t, data);
          await damage(t, picks);
          vi.setSystemTime(Date.now() + age * DAY_MS);
          const args = { organizationId: "org_a", ...(days === undefined ? {} : { deferredDays: days }) };
          const answers = await pagesOf(t, page, args, limit);
          expect(await pagesOf(t, plainPage, args, limit)).toEqual(answers);
          vi.useRealTimers();
        },
      ),
      { numRuns: 200 },
    );
  });

  test("tells the same where look-ups are many", async () => {
    const t = backend();
    await t.run(async ({ db }) => {
      for (let nth = 0; nth < 600; nth++) {
        const note = await db.insert("voiceNotes", make.note() as never);
        if (nth % 2 === 0) continue;
        const artifact = await db.insert("voiceNoteArtifacts", make.artifact({ voiceNoteId: note }) as never);
        await db.insert("voiceNoteTranscripts", make.transcript(artifact) as never);
      }
    });
    for (const limit of [{ databaseQueries: 300 }, { documentsRead: 700 }, { bytesRead: 150_000 }]) {
      const answers = await pagesOf(t, page, { organizationId: "org_a" }, limit);
      expect(answers.length).toBeGreaterThan(2);
      expect(await pagesOf(t, plainPage, { organizationId: "org_a" }, limit)).toEqual(answers);
    }
  });

  /** What a page answers, or refuses. */
  const pageOf = async (t: Backend, way: string, args: object): Promise<unknown> =>
    await t
      .query(async (ctx) => {
        const statusPage = functionOf<StatusPage>(way, "v2Rollout:statusPage");
        return await ctx.runQuery(statusPage, args as StatusArgs, {
          transactionLimits: { documentsRead: 5 },
        });
      })
      .catch(refusalOf);

  /** The answers of all pages, without their cursors; `between` is called with each. */
  async function smallPages(
    t: Backend,
    way: string,
    between: (answer: StatusAnswer, pages: number) => Promise<void>,
  ): Promise<unknown[]> {
    const pages: unknown[] = [];
    for (let cursor: string | null | undefined; cursor !== null && pages.length < 100; ) {
      const args = { organizationId: "org_a", ...(cursor === undefined ? {} : { cursor }) };
      const answer = (await pageOf(t, way, args)) as StatusAnswer;
      cursor = answer.cursor ?? null;
      pages.push({ ...answer, cursor: null });
      await between(answer, pages.length);
    }
    return pages;
  }

  test("refuses cursors alike", async () => {
    const [ours, plain] = await inBothWays(async (way) => {
      const t = backend();
      await t.run(async ({ db }) => {
        for (let nth = 0; nth < 20; nth++) await db.insert("voiceNotes", make.note() as never);
      });
      const organizationId = "org_a";
      const { cursor } = (await pageOf(t, way, { organizationId })) as StatusAnswer;
      const refusals = [
        await pageOf(t, way, { organizationId: "org_b", cursor }),
        await pageOf(t, way, { organizationId, cursor, deferredDays: 2 }),
        await pageOf(t, way, { organizationId, cursor: cursor?.slice(1) }),
        await pageOf(t, way, { organizationId, cursor: `${cursor}.junk` }),
        await pageOf(t, way, { organizationId, cursor: ` ${cursor}` }),
      ];
      vi.setSystemTime(Date.now() + 8 * DAY_MS);
      refusals.push(await pageOf(t, way, { organizationId, cursor }));
      vi.useRealTimers();
      return refusals;
    });
    for (const refusal of ours) expect(refusal).toHaveProperty("code", "INVALID_CURSOR");
    expect(plain).toEqual(ours);
  });

  test("refuses a position that is gone alike", async () => {
    const [ours, plain] = await inBothWays(async (way) => {
      const t = backend();
      await t.run(async ({ db }) => {
        const artifact = await db.insert("voiceNoteArtifacts", make.artifact() as never);
        for (let nth = 0; nth < 20; nth++) {
          const coachUserId = `${nth}${"x".repeat(2_000)}`;
          await db.insert("voiceNoteClaims", make.claim(artifact, { coachUserId }) as never);
        }
      });
      return await smallPages(t, way, async ({ claims }) => {
        if (claims > 4) await t.run(async ({ db }) => await empty(db, "voiceNoteClaims"));
      });
    });
    expect(ours.at(-1)).toHaveProperty("code", "INVALID_CURSOR");
    expect(plain).toEqual(ours);
  });

  test("goes on alike where the row whose look-up broke off is gone", async () => {
    const [ours, plain] = await inBothWays(async (way) => {
      const t = backend();
      const first = await t.run(async ({ db }) => {
        const notes = [];
        for (let nth = 0; nth < 3; nth++) notes.push(await db.insert("voiceNotes", make.note() as never));
        for (let nth = 0; nth < 20; nth++) {
          await db.insert("voiceNoteArtifacts", make.artifact({ voiceNoteId: notes[0] }) as never);
        }
        return notes[0];
      });
      return await smallPages(t, way, async (_, pages) => {
        if (pages === 2) await t.run(async ({ db }) => await db.delete(first as never));
      });
    });
    expect(plain).toEqual(ours);
  });
});

async function empty(db: GenericDatabaseWriter<any>, table: string): Promise<void> {
  for (const { _id } of await db.query(table).collect()) await db.delete(_id);
}

/** The data of a refusal. */
function refusalOf(error: unknown): unknown {
  if (isRolloutError(error)) return error.data;
  throw error;
}

const keys = ["voice_notes_v2", "entity_resolution_v2"];

const flagRow = fc.record({
  featureKey: fc.constantFrom(...keys),
  scope: fc.constantFrom("platform", "organization", "organization", "organization", "user"),
  enabled: fc.constantFrom<unknown>(true, false, "yes", undefined),
  notes: fc.constantFrom(undefined, "older", "x".repeat(990)),
});

type FlagRow = typeof flagRow extends fc.Arbitrary<infer T> ? T : never;

const call = fc.record({
  script: fc.constantFrom("enableV2ForOrg", "disableV2ForOrg"),
  isRestore: fc.boolean(),
  actor: fc.constantFrom(undefined, "aoife murphy"),
  reason: fc.constantFrom(undefined, "pilot"),
});

type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

describe("plain changes of the flags", () => {
  test("write and answer the same, whatever the rows", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(flagRow, { maxLength: 6 }),
        fc.array(call, { minLength: 1, maxLength: 3 }),
        fc.constantFrom("", "true", "false"),
        fc.constantFrom("", "true", "false"),
        async (rows, calls, voiceNotes, resolution) => {
          vi.stubEnv("VOICE_NOTES_V2_GLOBAL", voiceNotes);
          vi.stubEnv("ENTITY_RESOLUTION_V2_GLOBAL", resolution);
          vi.setSystemTime(1_790_000_000_000);
          const [ours, plain] = await inBothWays((way) => changesOf(way, rows, calls));
          vi.useRealTimers();
          expect(plain).toEqual(ours);
        },
      ),
      { numRuns: 100 },
    );
  });

  /** Answers, what is stored in the end, and what was logged. */
  async function changesOf(way: string, rows: FlagRow[], calls: Call[]) {
    const logged: unknown[] = [];
    vi.spyOn(console, "info").mockImplementation((line) => logged.push(line));
    vi.spyOn(console, "warn").mockImplementation((line) => logged.push(line));
    const t = backend({ validate: false });
    await seed(t);
    for (const { scope, ...fields } of rows) {
      const organizationId = scope === "organization" ? "org_a" : undefined;
      await t.run(({ db }) =>
        db.insert("featureFlags", make.flag({ scope, organizationId, ...fields }) as never),
      );
    }
    const answers: unknown[] = [];
    let restore: string | undefined;
    for (const { script, isRestore, actor, reason } of calls) {
      const by = script === "enableV2ForOrg" ? "enabledBy" : "disabledBy";
      const { previous, ...answer } = await t.mutation(functionOf<Change>(way, `scripts/${script}:default`), {
        organizationId: "org_a",
        ...(actor === undefined ? {} : { [by]: actor }),
        ...(reason === undefined ? {} : { reason }),
        ...(isRestore && restore !== undefined ? { restore } : {}),
      });
      restore = previous;
      answers.push(answer);
    }
    const stored = (await readAll(t)).featureFlags.map(({ _id, _creationTime, ...fields }) => fields);
    return { answers, stored, logged };
  }

  /** A host that knows no organizations. */
  const { findOrganization: _, ...unknowing } = host;
  const request: ChangeRequest = {
    organizationId: "org_new",
    isWanted: true,
    actor: undefined,
    reason: undefined,
    restore: undefined,
    create: false,
  };

  test.each([
    ["of which nothing is stored", request, 0],
    ["of which nothing is stored, to be created", { ...request, create: true }, 0],
    ["of which nothing is stored, off", { ...request, isWanted: false }, 0],
    ["with as many user rows as are read", { ...request, create: true }, 1_000],
    ["with a restore of another organization", { ...request, restore: "AAAA" }, 0],
  ])("an organization %s", async (_name, asked, userRows) => {
    vi.spyOn(console, "info").mockReturnValue();
    const [ours, plain] = await inBothWays(async (way) => {
      const t = backend();
      await t.run(async ({ db }) => {
        for (let nth = 0; nth < userRows; nth++) {
          const row = make.flag({ scope: "user", userId: `u${nth}`, organizationId: undefined });
          await db.insert("featureFlags", row as never);
        }
      });
      const change = way === "" ? changeFlags : plainChange;
      return await t
        .mutation(async (ctx) => ({ ...(await change(unknowing, ctx as never, asked)), previous: "" }))
        .catch(refusalOf);
    });
    expect(plain).toEqual(ours);
  });
});

describe("plain checks of a run", () => {
  const legacy = { ...host, legacyMigration: true };
  const args: MigrationArgs[] = [
    { dryRun: true },
    { dryRun: true, batchSize: 5 },
    { dryRun: true, limit: 5 },
    { dryRun: true, repair: true },
    { dryRun: true, deferredDays: 5 },
    { dryRun: true, cursor: "x" },
    { dryRun: true, batchSize: 0.5, limit: 1 },
  ];

  test.each(args)("of a host's own old action: %j", (asked) => {
    const [ours, plain] = [checkMigration, plainCheck].map((check) => {
      try {
        return check(legacy, asked);
      } catch (error) {
        return refusalOf(error);
      }
    });
    expect(plain).toEqual(ours);
  });

  test.each([
    [0, 0],
    [5, 5],
    [5, 4],
  ])("of an old action that went through %i and skipped %i", (processed, skipped) => {
    expect(plainWarning(processed, skipped)).toEqual(legacyWarning(processed, skipped));
  });
});

describe("plain doors", () => {
  const organizationId = "org_a";
  const cursor = "not a cursor";
  const cases: [script: string, args: Record<string, unknown>][] = [
    ["enableV2ForOrg", { organizationId: "org a" }],
    ["enableV2ForOrg", { organizationId: "org_x" }],
    ["enableV2ForOrg", { organizationId, enabledBy: "two  spaces" }],
    ["enableV2ForOrg", { organizationId, reason: "" }],
    ["disableV2ForOrg", { organizationId, disabledBy: "é" }],
    ["disableV2ForOrg", { organizationId, restore: "nonsense" }],
    ["v2MigrationStatus", { organizationId: "" }],
    ["v2MigrationStatus", { organizationId, deferredDays: 1.5 }],
    ["v2MigrationStatus", { organizationId, cursor }],
    ["v2MigrationStatus", { organizationId: "org_x" }],
    ["runMigration", { dryRun: true, batchSize: 0 }],
    ["runMigration", { dryRun: true, limit: -1 }],
    ["runMigration", { dryRun: true, deferredDays: 0.5 }],
    ["runMigration", { dryRun: true, cursor }],
    ["runMigration", { dryRun: true, organizationId: "org_x" }],
  ];

  const kinds = { enableV2ForOrg: "mutation", disableV2ForOrg: "mutation", runMigration: "action" } as const;

  /** What comes of a call. */
  async function outcomeOf(way: string, script: string, door: string, args: object): Promise<unknown> {
    const t = backend();
    await seed(t);
    await t.run(async ({ db }) => {
      for (let nth = 0; nth < 3; nth++) await db.insert("voiceNotes", make.note() as never);
    });
    const kind =
      kinds[script as keyof typeof kinds] ?? (door === "default" ? ("action" as const) : ("query" as const));
    const caller = door === "default" ? t : t.withIdentity(args === refused ? coach : staff);
    try {
      return await (caller[kind] as (f: unknown, a: object) => Promise<unknown>)(
        functionOf(way, `scripts/${script}:${door}`),
        args,
      );
    } catch (error) {
      return refusalOf(error);
    }
  }

  const refused = { organizationId };

  test.each(cases)("%s refuses %j alike", async (script, args) => {
    for (const door of ["default", script]) {
      const [ours, plain] = await inBothWays((way) => outcomeOf(way, script, door, args));
      expect(ours).toHaveProperty("code");
      expect(plain).toEqual(ours);
    }
  });

  const passing: [script: string, args: Record<string, unknown>][] = [
    ["v2MigrationStatus", { organizationId }],
    ["v2MigrationStatus", { organizationId, check: true }],
    ["v2MigrationStatus", { organizationId: "org_b", check: true }],
    ["runMigration", { organizationId, dryRun: true }],
    ["runMigration", { organizationId, dryRun: false, batchSize: 1, limit: 1 }],
  ];

  test.each(passing)("%s of %j goes alike", async (script, args) => {
    for (const door of ["default", script]) {
      const outcomes = await inBothWays((way) => outcomeOf(way, script, door, args));
      const [ours, plain] = outcomes.map((outcome) => ({ ...(outcome as object), cursor: "", next: "" }));
      expect(plain).toEqual(ours);
    }
  });

  test.each(["enableV2ForOrg", "disableV2ForOrg", "v2MigrationStatus"])(
    "%s keeps out alike",
    async (script) => {
      const [ours, plain] = await inBothWays((way) => outcomeOf(way, script, script, refused));
      expect(ours).toHaveProperty("code", "FORBIDDEN");
      expect(plain).toEqual(ours);
    },
  );
});
