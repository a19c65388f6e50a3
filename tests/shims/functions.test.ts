import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { authorize } from "../../js-shims/functions/access";
import { v2MigrationStatusFunctions } from "../../js-shims/functions/v2MigrationStatus";
import { allowList, anyone, identityClaim } from "../../js-shims/hooks";
import type { Authorize, HookCtx } from "../../js-shims/host";
import { api, internal } from "../backend/convex/_generated/api";
import { host } from "../backend/convex/v2RolloutHost";
import { type Backend, backend, readAll } from "./backend";
import * as make from "./documents";
import { coach, codeOf, seed, staff } from "./seed";

const { scripts } = api;

/** A call of each function by its public and by its internal function. */
const calls = (t: Backend, organizationId: string) => ({
  enableV2ForOrg: {
    public: () => t.mutation(scripts.enableV2ForOrg.enableV2ForOrg, { organizationId }),
    internal: () => t.mutation(internal.scripts.enableV2ForOrg.default, { organizationId }),
  },
  disableV2ForOrg: {
    public: () => t.mutation(scripts.disableV2ForOrg.disableV2ForOrg, { organizationId }),
    internal: () => t.mutation(internal.scripts.disableV2ForOrg.default, { organizationId }),
  },
  v2MigrationStatus: {
    public: () => t.query(scripts.v2MigrationStatus.v2MigrationStatus, { organizationId }),
    internal: () => t.action(internal.scripts.v2MigrationStatus.default, { organizationId }),
  },
  runMigration: {
    public: () => t.action(scripts.runMigration.runMigration, { organizationId, dryRun: false }),
    internal: () => t.action(internal.scripts.runMigration.default, { organizationId, dryRun: false }),
  },
});

const outcome = async (call: () => Promise<unknown>): Promise<string> =>
  await call().then(() => "ok", codeOf);

beforeEach(() => {
  for (const level of ["info", "warn"] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("who gets what", () => {
  const table: [caller: string, organization: string, kind: "public" | "internal", expected: string][] = [];
  for (const organization of ["org_a", "org_b", "org_nope", "not an id"]) {
    const checked =
      { org_a: "ok", org_b: "ok", org_nope: "ORGANIZATION_NOT_FOUND", "not an id": "INVALID_ARGUMENT" }[
        organization
      ] ?? "";
    table.push(["anonymous", organization, "public", "FORBIDDEN"]);
    table.push(["coach", organization, "public", "FORBIDDEN"]);
    table.push(["staff", organization, "public", checked]);
    table.push(["operator", organization, "internal", checked]);
  }
  test.each(table)("%s, %s, %s function: %s", async (caller, organization, kind, expected) => {
    for (const name of ["enableV2ForOrg", "disableV2ForOrg", "v2MigrationStatus", "runMigration"] as const) {
      const t = backend();
      await seed(t);
      await t.run(async ({ db }) => await db.insert("voiceNotes", make.note() as never));
      const before = await readAll(t);
      const as = (
        caller === "staff" ? t.withIdentity(staff) : caller === "coach" ? t.withIdentity(coach) : t
      ) as Backend;
      expect(await outcome(calls(as, organization)[name][kind]), name).toBe(expected);
      if (expected !== "ok") expect(await readAll(t)).toEqual(before);
    }
  });

  test("a run over every organization asks for leave to do everything", async () => {
    const asked: unknown[] = [];
    const recording: Authorize = (_, request) => {
      asked.push(request);
      return request.organizationId !== null;
    };
    const ctx = {
      auth: { getUserIdentity: async () => null },
      runQuery: async () => null,
    } as unknown as HookCtx;
    await expect(
      authorize({ ...host, authorize: recording }, ctx, "runMigration", null),
    ).rejects.toMatchObject({
      data: { code: "FORBIDDEN", hint: expect.stringContaining("npx convex run scripts/runMigration") },
    });
    expect(asked).toEqual([{ function: "runMigration", organizationId: null }]);
    const { authorize: _, ...withoutHook } = host;
    for (const refusing of [withoutHook, { ...host, authorize: () => Promise.reject(new Error("down")) }]) {
      await expect(authorize(refusing, ctx, "enableV2ForOrg", "org_a")).rejects.toMatchObject({
        data: { code: "FORBIDDEN" },
      });
    }
  });

  test("who is let into one organization learns nothing of another one", async () => {
    const t = backend();
    await seed(t);
    await t.run(async ({ db }) => {
      for (let n = 0; n < 20; n++) await db.insert("voiceNotes", make.note({ orgId: "org_b" }) as never);
    });
    const own: Authorize = (_, { organizationId }) => organizationId === "org_a";
    const { public: query } = v2MigrationStatusFunctions({ ...host, authorize: own });
    const handler = (query as unknown as { _handler: (ctx: unknown, args: object) => Promise<unknown> })
      ._handler;
    const ask = async (args: object) =>
      await t.query(async (ctx) => {
        const answer = await handler(ctx, args).catch((error: { data: unknown }) => ({
          refused: error.data,
        }));
        return JSON.stringify(answer);
      });
    const { cursor } = await t.query(
      async (ctx) =>
        await ctx.runQuery(
          internal.v2Rollout.statusPage,
          { organizationId: "org_b" },
          { transactionLimits: { documentsRead: 8 } },
        ),
    );
    expect(JSON.parse(await ask({ organizationId: "org_a" }))).toMatchObject({ voiceNotes: { total: 0 } });
    const refusals = await Promise.all(
      ["org_b", "org_nope", "not an id"].map((organizationId) => ask({ organizationId })),
    );
    expect(new Set(refusals).size).toBe(1);
    expect(refusals[0]).toContain("FORBIDDEN");
    expect(await ask({ organizationId: "org_b", cursor })).toBe(refusals[0]);
    expect(JSON.parse(await ask({ organizationId: "org_a", cursor }))).toMatchObject({
      refused: { code: "INVALID_CURSOR" },
    });
  });

  test("ready-made hooks", async () => {
    vi.stubEnv("V2_OPERATORS", "https://id|ann, bob");
    const lets = async (hook: Authorize, identity: object | null) => {
      const ctx = {
        auth: { getUserIdentity: async () => identity },
        runQuery: async () => null,
      } as unknown as HookCtx;
      return await hook(ctx, { function: "runMigration", organizationId: null });
    };
    const ann = { subject: "ann", tokenIdentifier: "https://id|ann", role: "staff" };
    for (const [hook, identity, expected] of [
      [anyone, null, true],
      [identityClaim("role", "staff"), ann, true],
      [identityClaim("role", "coach"), ann, false],
      [identityClaim("constructor", "staff"), ann, false],
      [identityClaim("role", "staff"), null, false],
      [allowList("V2_OPERATORS"), ann, true],
      [allowList("V2_OPERATORS"), { subject: "bob", tokenIdentifier: "https://id|bob" }, true],
      [allowList("V2_OPERATORS"), { subject: "", tokenIdentifier: "" }, false],
      [allowList("V2_OPERATORS"), null, false],
      [allowList("UNSET"), { subject: "", tokenIdentifier: "" }, false],
      [allowList("UNSET"), ann, false],
    ] as const) {
      expect(await lets(hook, identity)).toBe(expected);
    }
  });
});

describe("arguments", () => {
  const org = { organizationId: "org_a" };
  const long = "x".repeat(5_000);
  const cut = `\`${"x".repeat(64)}\`…`;
  const rule = "must be 1 to 128 visible ASCII characters without spaces";
  const whole = "must be a whole number from 1";

  test.each([
    [{ organizationId: "" }, `organizationId \`\` ${rule}`],
    [{ organizationId: " " }, `organizationId \` \` ${rule}`],
    [{ organizationId: long }, `organizationId ${cut} ${rule}`],
    [{ ...org, deferredDays: 0 }, `deferredDays \`0\` ${whole}`],
    [{ ...org, deferredDays: 2.5 }, `deferredDays \`2.5\` ${whole}`],
    [{ ...org, deferredDays: Number.NaN }, `deferredDays \`NaN\` ${whole}`],
    [{ ...org, deferredDays: Number.NEGATIVE_INFINITY }, `deferredDays \`-Infinity\` ${whole}`],
  ])("of a status: %o", async (args, message) => {
    const t = backend();
    await seed(t);
    for (const call of [
      () => t.action(internal.scripts.v2MigrationStatus.default, args),
      () => t.withIdentity(staff).query(scripts.v2MigrationStatus.v2MigrationStatus, args),
    ]) {
      await expect(call()).rejects.toMatchObject({ data: { code: "INVALID_ARGUMENT", message } });
    }
  });

  test.each([
    [{ ...org, batchSize: 0 }, `batchSize \`0\` ${whole}`],
    [{ ...org, batchSize: -3 }, `batchSize \`-3\` ${whole}`],
    [{ ...org, batchSize: 2.5 }, `batchSize \`2.5\` ${whole}`],
    [{ ...org, batchSize: Number.NaN }, `batchSize \`NaN\` ${whole}`],
    [{ ...org, limit: 0 }, `limit \`0\` ${whole}`],
    [{ organizationId: "a b" }, `organizationId \`a b\` ${rule}`],
  ])("of a migration: %o", async (args, message) => {
    const t = backend();
    await seed(t);
    const call = t.action(internal.scripts.runMigration.default, { ...args, dryRun: false });
    await expect(call).rejects.toMatchObject({ data: { code: "INVALID_ARGUMENT", message } });
  });

  test("a batchSize over 200 is cut, with a warning", async () => {
    const t = backend();
    await seed(t);
    const answer = await t.action(internal.scripts.runMigration.default, {
      ...org,
      dryRun: true,
      batchSize: 1e21,
    });
    expect("done" in answer && answer.warnings[0]).toMatch(/^batchSize `1e\+21` is cut to 200/);
  });

  test("wrong types, missing and extra arguments are Convex's own errors", async () => {
    const t = backend();
    await seed(t);
    for (const args of [{}, { organizationId: 5 }, { ...org, extra: 1 }, { ...org, enabledBy: null }]) {
      await expect(t.mutation(internal.scripts.enableV2ForOrg.default, args as never)).rejects.toThrow(
        "Validator error",
      );
    }
    await expect(
      t.mutation(internal.scripts.enableV2ForOrg.default, { ...org, enabledBy: "a  b" }),
    ).rejects.toMatchObject({
      data: { code: "INVALID_ARGUMENT" },
    });
    expect((await readAll(t)).featureFlags).toEqual([]);
  });

  test("damaged and foreign cursors", async () => {
    const t = backend();
    await seed(t);
    await t.run(async ({ db }) => {
      for (let n = 0; n < 30; n++) await db.insert("voiceNotes", make.note() as never);
    });
    const { cursor } = await t.query(
      async (ctx) =>
        await ctx.runQuery(internal.v2Rollout.statusPage, org, { transactionLimits: { documentsRead: 8 } }),
    );
    if (cursor === null) throw new Error("one transaction was enough");
    const status = internal.scripts.v2MigrationStatus.default;
    const flip = (at: number) =>
      cursor.slice(0, at) + (cursor[at] === "A" ? "B" : "A") + cursor.slice(at + 1);
    const refused: [object, string][] = [
      [{ ...org, cursor: "" }, "damaged"],
      [{ ...org, cursor: "nonsense" }, "damaged"],
      [{ ...org, cursor: cursor.slice(1) }, "damaged"],
      ...Array.from({ length: cursor.length }, (_, at): [object, string] => [
        { ...org, cursor: flip(at) },
        "damaged",
      ]),
      [{ organizationId: "org_b", cursor }, "belongs to another function, organization or arguments"],
      [{ ...org, cursor: cursor.repeat(100) }, "longer than 8 KiB"],
      [{ ...org, deferredDays: 3, cursor }, "belongs to another function, organization or arguments"],
    ];
    for (const [args, words] of refused) {
      await expect(t.action(status, args as never)).rejects.toMatchObject({
        data: { code: "INVALID_CURSOR", message: expect.stringContaining(words) },
      });
    }
    const migration = t.action(internal.scripts.runMigration.default, { ...org, dryRun: true, cursor });
    await expect(migration).rejects.toMatchObject({ data: { code: "INVALID_CURSOR" } });
    expect(await t.action(status, { ...org, cursor })).toMatchObject({
      voiceNotes: { total: 30 },
      done: true,
    });
  });
});

describe("a host that keeps its old action", () => {
  test("knows neither limit, repair nor cursor, and is told when it stands still", async () => {
    const { runMigrationFunctions } = await import("../../js-shims/functions/runMigration");
    const { internal: action } = runMigrationFunctions({ ...host, legacyMigration: true });
    const handler = (action as unknown as { _handler: (ctx: unknown, args: object) => Promise<unknown> })
      ._handler;
    const six = { processed: 200, artifacts: 0, transcripts: 0, claims: 0, errors: 0, skipped: 200 };
    const asked: unknown[] = [];
    const ctx = {
      auth: {},
      runQuery: async () => ({ name: "A" }),
      runAction: async (_: unknown, args: unknown) => {
        asked.push(args);
        return six;
      },
    };
    const answer = await handler(ctx, { organizationId: "org_a", dryRun: false, batchSize: 50 });
    expect(answer).toEqual({ ...six, warnings: [expect.stringContaining("cannot get further")] });
    expect(asked).toEqual([{ organizationId: "org_a", dryRun: false, batchSize: 50 }]);
    six.skipped = 150;
    expect(await handler(ctx, { dryRun: true })).toEqual({ ...six, warnings: [] });
    for (const extra of [{ limit: 1 }, { repair: true }, { cursor: "x" }, { deferredDays: 1 }]) {
      await expect(handler(ctx, { dryRun: true, ...extra })).rejects.toMatchObject({
        data: { code: "INVALID_ARGUMENT" },
      });
    }
  });
});
