/**
 * The baseline of the benches does what the library does: else what it costs would tell nothing.
 */

import { type FunctionReference, makeFunctionReference } from "convex/server";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";

import { isRolloutError } from "../../js-shims/errors";
import type { ChangeAnswer, StatusAnswer, StatusArgs } from "../../js-shims/validators";
import { type Backend, backend, type Limits, readAll } from "./backend";
import * as make from "./documents";
import { coach, seed, staff } from "./seed";
import { build, world } from "./world";

type StatusPage = FunctionReference<"query", any, StatusArgs, StatusAnswer>;
type Change = FunctionReference<"mutation", any, Record<string, unknown>, ChangeAnswer>;

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
  fc.record({ nth: fc.nat(), field: fc.nat(), value: fc.constantFrom(undefined, 7, "nonsense", null) }),
  { maxLength: 8 },
);

async function damage(t: Backend, picks: { nth: number; field: number; value: unknown }[]): Promise<void> {
  const rows = Object.values(await readAll(t)).flat();
  await t.run(async ({ db }) => {
    for (const { nth, field, value } of picks) {
      const row = rows[nth % Math.max(rows.length, 1)];
      if (row === undefined) continue;
      const names = Object.keys(row).filter((name) => !name.startsWith("_") && !/^org/.test(name));
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
        async (data, picks, limit, days) => {
          const t = backend({ validate: false });
          await build(t, data);
          await damage(t, picks);
          vi.setSystemTime(Date.now());
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
});

const keys = ["voice_notes_v2", "entity_resolution_v2"];

const flagRow = fc.record({
  featureKey: fc.constantFrom(...keys),
  scope: fc.constantFrom("platform", "organization", "organization", "organization", "user"),
  enabled: fc.constantFrom<unknown>(true, false, "yes", undefined),
  notes: fc.constantFrom(undefined, "older", "x".repeat(990)),
});

type FlagRow = typeof flagRow extends fc.Arbitrary<infer T> ? T : never;

const call = fc.record({
  name: fc.constantFrom("enableV2ForOrg", "disableV2ForOrg", "restore"),
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
        async (rows, calls, variable) => {
          vi.stubEnv("VOICE_NOTES_V2_GLOBAL", variable);
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
    for (const { name, actor, reason } of calls) {
      const isRestore = name === "restore" && restore !== undefined;
      const script = name === "disableV2ForOrg" ? name : "enableV2ForOrg";
      const by = script === "enableV2ForOrg" ? "enabledBy" : "disabledBy";
      const { previous, ...answer } = await t.mutation(functionOf<Change>(way, `scripts/${script}:default`), {
        organizationId: "org_a",
        ...(actor === undefined ? {} : { [by]: actor }),
        ...(reason === undefined ? {} : { reason }),
        ...(isRestore ? { restore } : {}),
      });
      restore = previous;
      answers.push(answer);
    }
    const stored = (await readAll(t)).featureFlags.map(({ _id, _creationTime, ...fields }) => fields);
    return { answers, stored, logged };
  }
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
    const kind =
      kinds[script as keyof typeof kinds] ?? (door === "default" ? ("action" as const) : ("query" as const));
    const caller = door === "default" ? t : t.withIdentity(args === refused ? coach : staff);
    try {
      return await (caller[kind] as (f: unknown, a: object) => Promise<unknown>)(
        functionOf(way, `scripts/${script}:${door}`),
        args,
      );
    } catch (error) {
      return isRolloutError(error) ? error.data : String(error);
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

  test.each(["enableV2ForOrg", "disableV2ForOrg", "v2MigrationStatus"])(
    "%s keeps out alike",
    async (script) => {
      const [ours, plain] = await inBothWays((way) => outcomeOf(way, script, script, refused));
      expect(ours).toHaveProperty("code", "FORBIDDEN");
      expect(plain).toEqual(ours);
    },
  );
});
