import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { FlagChangeCall } from "../../js-shims/core";
import { isRolloutError } from "../../js-shims/errors";
import { Meter, valueBytes } from "../../js-shims/reading/meter";
import type { ChangeAnswer } from "../../js-shims/validators";
import { changeFlags } from "../../js-shims/writing/changeFlags";
import { firstRowStamp, organizationRows } from "../../js-shims/writing/flagRows";
import { api, internal } from "../backend/convex/_generated/api";
import { host } from "../backend/convex/v2RolloutHost";
import { artifactsByOrganization, type Backend, backend, readAll, withOwners } from "./backend";
import * as make from "./documents";
import { codeOf, seed, staff } from "./seed";

const keys = ["voice_notes_v2", "entity_resolution_v2"] as const;
const variables = {
  voice_notes_v2: "VOICE_NOTES_V2_GLOBAL",
  entity_resolution_v2: "ENTITY_RESOLUTION_V2_GLOBAL",
};
const enable = internal.scripts.enableV2ForOrg.default;
const disable = internal.scripts.disableV2ForOrg.default;

/** A change of org_a as a shim asks for it. */
const request: Omit<FlagChangeCall, "isKnown"> = {
  organizationId: "org_a",
  enabled: true,
  check: false,
  create: false,
};

const insertFlag = async (t: Backend, fields: Record<string, unknown>) =>
  await t.run(async ({ db }) => await db.insert("featureFlags", make.flag(fields) as never));

/** So many rows, one transaction for a thousand each. */
async function insertFlags(t: Backend, count: number, fields: Record<string, unknown>): Promise<void> {
  for (let done = 0; done < count; done += 1_000) {
    await t.run(async ({ db }) => {
      for (let n = done; n < Math.min(count, done + 1_000); n++)
        await db.insert("featureFlags", make.flag(fields) as never);
    });
  }
}

const scheduled = async (t: Backend) =>
  await t.run(async ({ db }) => await db.system.query("_scheduled_functions").collect());

/** What a change was refused with. */
async function refused(change: Promise<unknown>): Promise<{ code: string; message: string; hint?: string }> {
  try {
    await change;
  } catch (error) {
    if (isRolloutError(error)) return error.data;
    throw error;
  }
  throw new Error("it was not refused");
}

/** Lines that were logged, as JSON. */
function logged(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  vi.spyOn(console, "info").mockImplementation((line) => {
    if (String(line).startsWith("{")) lines.push(JSON.parse(String(line)));
  });
  return lines;
}

/** The organization's rows of a key, as the host reads them. */
const rowsOf = async (t: Backend, featureKey: string, organizationId = "org_a") =>
  (await readAll(t)).featureFlags.filter(
    (row) =>
      row.featureKey === featureKey && row.scope === "organization" && row.organizationId === organizationId,
  );

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("the cascade", () => {
  const values = [undefined, false, true];
  const environments = [undefined, "true", "false", "TRUE"];
  const cases = environments.flatMap((environment) =>
    values.flatMap((platform) =>
      values.flatMap((organization) => values.map((user) => ({ environment, platform, organization, user }))),
    ),
  );

  test.each(cases)(
    "environment $environment, platform $platform, organization $organization, user $user",
    async (rows) => {
      const t = backend();
      await seed(t);
      for (const featureKey of keys) {
        if (rows.environment !== undefined) vi.stubEnv(variables[featureKey], rows.environment);
        const { platform, organization, user } = rows;
        if (platform !== undefined)
          await insertFlag(t, {
            featureKey,
            scope: "platform",
            organizationId: undefined,
            enabled: platform,
          });
        if (organization !== undefined) await insertFlag(t, { featureKey, enabled: organization });
        if (user !== undefined)
          await insertFlag(t, {
            featureKey,
            scope: "user",
            userId: "u",
            organizationId: undefined,
            enabled: user,
          });
      }
      const fixed = rows.environment === "true" || rows.environment === "false";
      const expected = (organization: boolean | undefined) =>
        fixed
          ? { enabled: rows.environment === "true", reason: "ENVIRONMENT" }
          : rows.platform !== undefined
            ? { enabled: rows.platform, reason: "PLATFORM" }
            : organization !== undefined
              ? { enabled: organization, reason: "ORGANIZATION" }
              : { enabled: false, reason: "DEFAULT" };
      const both = <T>(value: T) => ({ voice_notes_v2: value, entity_resolution_v2: value });
      const status = await t.action(internal.scripts.v2MigrationStatus.default, { organizationId: "org_a" });
      expect(status).toMatchObject({
        featureFlags: both(rows.organization ?? false),
        effective: both(expected(rows.organization)),
      });
      const about = (warnings: string[], words: string) =>
        warnings.filter((warning) => warning.includes(words)).length;
      expect(about(status.warnings, "user row")).toBe(rows.user === undefined ? 0 : 2);
      let before = rows.organization ?? null;
      for (const [change, wanted] of [
        [enable, true],
        [disable, false],
        [disable, false],
      ] as const) {
        const warned: unknown[] = [];
        vi.spyOn(console, "warn").mockImplementation((line) => void warned.push(line));
        vi.spyOn(console, "info").mockImplementation(() => undefined);
        const answer: ChangeAnswer = await t.mutation(change, { organizationId: "org_a" });
        const effective = expected(wanted);
        const success = effective.enabled === wanted;
        expect(answer).toMatchObject({
          success,
          flagsSet: keys,
          changed: before === wanted ? [] : keys,
          before: both(before),
          after: both(wanted),
          effective: both(effective),
        });
        expect(about(answer.warnings, "overrules")).toBe(success ? 0 : 2);
        if (!success) {
          expect(warned).toEqual([expect.stringContaining("overrules")]);
          const named =
            rows.environment && fixed
              ? "VOICE_NOTES_V2_GLOBAL is `"
              : "a platform row overrules the organization: it is `";
          expect(answer.warnings.join()).toContain(`${named}${effective.enabled}\``);
        }
        for (const key of keys) expect((await rowsOf(t, key)).map((row) => row.enabled)).toEqual([wanted]);
        before = wanted;
      }
    },
  );
});

describe("enableV2ForOrg and disableV2ForOrg", () => {
  test("half states and duplicated rows are named and cured", async () => {
    const t = backend();
    await seed(t);
    for (const enabled of [false, true, false])
      await insertFlag(t, { featureKey: "voice_notes_v2", enabled });
    await insertFlag(t, { featureKey: "entity_resolution_v2", enabled: true });
    await insertFlag(t, { featureKey: "voice_notes_v2", organizationId: "org_b", enabled: false });
    const status = await t.action(internal.scripts.v2MigrationStatus.default, { organizationId: "org_a" });
    expect(status.warnings.join("\n")).toContain(
      "half on: entity_resolution_v2 is on and voice_notes_v2 is off",
    );
    expect(status.warnings.join("\n")).toContain("voice_notes_v2: 3 rows for this organization");
    const answer = await t.mutation(enable, { organizationId: "org_a" });
    expect(answer).toMatchObject({
      success: true,
      changed: ["voice_notes_v2"],
      before: { voice_notes_v2: false, entity_resolution_v2: true },
    });
    expect(answer.warnings.join("\n")).toContain("voice_notes_v2: 1 further row had another value");
    expect((await rowsOf(t, "voice_notes_v2")).map((row) => row.enabled)).toEqual([true, true, true]);
    expect((await rowsOf(t, "voice_notes_v2", "org_b")).map((row) => row.enabled)).toEqual([false]);
  });

  test("each change leaves who, when, from what to what, and why", async () => {
    const t = backend();
    await seed(t);
    const lines = vi.spyOn(console, "info").mockImplementation(() => undefined);
    await t.mutation(enable, { organizationId: "org_a", enabledBy: "Ann Lee", reason: "pilot, wave 1" });
    await t.mutation(disable, { organizationId: "org_a" });
    const [row] = await rowsOf(t, "voice_notes_v2");
    const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
    expect(row?.notes).toMatch(
      new RegExp(
        `^disableV2ForOrg by script at ${time}: true -> false\nenableV2ForOrg by Ann Lee at ${time}: none -> true; pilot, wave 1$`,
      ),
    );
    expect(row?.updatedBy).toBe("script");
    for (let n = 0; n < 20; n++) {
      await t.mutation(n % 2 ? disable : enable, { organizationId: "org_a", reason: "x".repeat(200) });
    }
    expect(String((await rowsOf(t, "voice_notes_v2"))[0]?.notes).length).toBeLessThanOrEqual(1_000);
    const line = JSON.parse(lines.mock.calls[0]?.[0] as string);
    expect(line).toMatchObject({
      event: "v2-rollout.flags",
      function: "enableV2ForOrg",
      organizationId: "org_a",
      by: "Ann Lee",
      reason: "pilot, wave 1",
      before: { voice_notes_v2: null },
      after: { voice_notes_v2: true },
    });
  });

  test("restore brings back the rows of before, whatever was done since", async () => {
    vi.spyOn(console, "info").mockImplementation(() => undefined);
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    // A row of text is malformed, and comes back as one that is off.
    const rows = fc.array(fc.constantFrom(true, false, "true"), { maxLength: 3 });
    const broughtBack = (values: (boolean | string)[]) => values.map((value) => value === true);
    await fc.assert(
      fc.asyncProperty(
        rows,
        rows,
        fc.array(fc.boolean(), { maxLength: 4 }),
        async (first, second, changes) => {
          const t = backend({ validate: false });
          await seed(t);
          for (const enabled of first) await insertFlag(t, { featureKey: keys[0], enabled });
          for (const enabled of second) await insertFlag(t, { featureKey: keys[1], enabled });
          const values = async () =>
            await Promise.all(keys.map(async (key) => (await rowsOf(t, key)).map((row) => row.enabled)));
          const { previous } = await t.mutation(enable, { organizationId: "org_a" });
          for (const wanted of changes)
            await t.mutation(wanted ? enable : disable, { organizationId: "org_a" });
          // All rows have one value now, and the other function brings them back.
          const changed = await values();
          const [back, forth] = (changes.at(-1) ?? true) ? [disable, enable] : [enable, disable];
          const undone = await t.mutation(back, { organizationId: "org_a", restore: previous ?? "" });
          expect(await values()).toEqual([broughtBack(first), broughtBack(second)]);
          expect(undone.after).toEqual({
            voice_notes_v2: broughtBack(first)[0] ?? null,
            entity_resolution_v2: broughtBack(second)[0] ?? null,
          });
          await t.mutation(forth, { organizationId: "org_a", restore: undone.previous ?? "" });
          expect(await values()).toEqual(changed);
          const foreign = t.mutation(enable, { organizationId: "org_b", restore: previous ?? "" });
          await expect(foreign).rejects.toMatchObject({ data: { code: "INVALID_ARGUMENT" } });
        },
      ),
      { numRuns: 40 },
    );
  });

  test("restore writes a row anew, writes others over, and deletes those that were not there", async () => {
    logged();
    const t = backend();
    await seed(t);
    const notes = "Runbook";
    for (let n = 0; n < 3; n++) await insertFlag(t, { featureKey: keys[0], enabled: true, notes });
    const { previous } = await t.mutation(enable, { organizationId: "org_a" });
    await t.mutation(disable, { organizationId: "org_a" });
    const stored = await rowsOf(t, keys[0]);
    await t.run(async ({ db }) => await db.delete(stored[2]?._id as never));
    expect(await rowsOf(t, keys[1])).toMatchObject([{ enabled: false }]);
    const began = Date.now();
    await t.mutation(enable, { organizationId: "org_a", restore: previous ?? "", enabledBy: "Ann Lee" });
    const row = {
      featureKey: keys[0],
      scope: "organization",
      organizationId: "org_a",
      enabled: true,
      updatedBy: "Ann Lee",
    };
    const rows = await rowsOf(t, keys[0]);
    expect(rows).toMatchObject([
      { ...row, _id: stored[0]?._id, notes: expect.stringContaining(notes) },
      { ...row, _id: stored[1]?._id, notes: expect.stringContaining(notes) },
      { ...row, notes: expect.stringMatching(/^enableV2ForOrg \(restore\) by Ann Lee .*none -> true/) },
    ]);
    for (const { updatedAt } of rows) expect(updatedAt).toBeGreaterThanOrEqual(began);
    expect(await rowsOf(t, keys[1])).toEqual([]);
  });

  test("both flags change, or none", async () => {
    const t = backend();
    await seed(t);
    await insertFlags(t, 1_500, { enabled: false, updatedBy: "before" });
    let writes = 0;
    const failing = t.mutation(async (ctx) => {
      const runMutation = async (...call: unknown[]) => {
        writes += 1;
        if (writes === 2) throw new Error("the second write fails");
        return await (ctx.runMutation as (...call: unknown[]) => unknown)(...call);
      };
      await changeFlags(host, { ...ctx, runMutation } as never, request);
    });
    await expect(failing).rejects.toThrow("the second write fails");
    const rows = (await readAll(t)).featureFlags;
    expect(rows.filter((row) => row.enabled !== false || row.updatedBy !== "before")).toEqual([]);
    expect(rows).toHaveLength(1_500);
    expect(await scheduled(t)).toEqual([]);
  });

  test("without a lookup, an organization of which nothing is stored is refused unless it shall be made", async () => {
    vi.spyOn(console, "info").mockImplementation(() => undefined);
    const { findOrganization: _, ...withoutLookUp } = host;
    const attempt = async (t: Backend, asked: object = {}) =>
      await t.mutation(async (ctx) => {
        try {
          const change = { ...request, organizationId: "org_z", ...asked };
          return (await changeFlags(withoutLookUp, ctx as never, change)).success;
        } catch (error) {
          return codeOf(error);
        }
      });
    const t = backend();
    expect(await attempt(t)).toBe("ORGANIZATION_NOT_FOUND");
    expect(await attempt(t, { enabled: false })).toBe(true);
    expect(await attempt(backend(), { create: true })).toBe(true);
    for (const [table, row] of [
      ["voiceNotes", make.note({ orgId: "org_z" })],
      [
        "voiceNoteArtifacts",
        make.artifact({ orgContextCandidates: [{ organizationId: "org_z", confidence: 0.2 }] }),
      ],
      ["voiceNoteClaims", make.claim("a", { organizationId: "org_z" })],
      ["insightDrafts", make.draft("c", "a", { organizationId: "org_z" })],
      ["featureFlags", make.flag({ organizationId: "org_z", enabled: false })],
    ] as const) {
      // A claim and a draft point at documents that are gone.
      const other = backend({ validate: false });
      await other.run(async ({ db }) => await db.insert(table, row as never));
      expect(await attempt(other), table).toBe(true);
    }
  });

  test("without a lookup, all artifacts are looked through where they have an index by organization", async () => {
    logged();
    const { findOrganization: _, ...withoutLookUp } = host;
    const wired = { ...withoutLookUp, indexes: { ...host.indexes, artifactsByOrganization } };
    const t = backend({ schema: withOwners() });
    await t.run(async ({ db }) => {
      // It names the organization, but the index says of whom it is.
      await db.insert("voiceNoteArtifacts", { ...make.artifact(), ownerId: "org_b" } as never);
    });
    const attempt = async (organizationId: string) =>
      await t.mutation(async (ctx) => await changeFlags(wired, ctx as never, { ...request, organizationId }));
    expect(await refused(attempt("org_a"))).toMatchObject({ code: "ORGANIZATION_NOT_FOUND" });
    expect(await attempt("org_b")).toMatchObject({ success: true });
  });

  test("without a lookup, the newest artifacts are read as far as a transaction may", async () => {
    vi.spyOn(console, "info").mockImplementation(() => undefined);
    const { findOrganization: _, ...withoutLookUp } = host;
    const t = backend();
    for (let n = 0; n < 30; n++) {
      await t.run(async ({ db }) => {
        const fields = { metadata: "x".repeat(900_000), orgContextCandidates: [] };
        await db.insert("voiceNoteArtifacts", make.artifact(fields) as never);
      });
    }
    const attempt = async () =>
      await t.mutation(async (ctx) => await changeFlags(withoutLookUp, ctx as never, request));
    expect(await refused(attempt())).toMatchObject({ code: "ORGANIZATION_NOT_FOUND" });
    await t.run(async ({ db }) => await db.insert("voiceNoteArtifacts", make.artifact() as never));
    expect(await attempt()).toMatchObject({ success: true });
  });

  test("the answer names what to do next, ready to paste", async () => {
    const t = backend();
    await seed(t);
    await t.run(async ({ db }) => await db.insert("organizations", make.organization("it's")));
    vi.spyOn(console, "info").mockImplementation(() => undefined);
    const as = t.withIdentity(staff);
    const organizationId = "org_a";
    const status = { function: "scripts/v2MigrationStatus", args: { organizationId } };
    const enabled = await as.mutation(api.scripts.enableV2ForOrg.enableV2ForOrg, { organizationId });
    expect(enabled.next).toMatchObject([
      status,
      { function: "scripts/runMigration", args: { organizationId, dryRun: true } },
    ]);
    expect(JSON.stringify(enabled.next)).not.toContain("null");
    const disabled = await as.mutation(api.scripts.disableV2ForOrg.disableV2ForOrg, { organizationId });
    expect(disabled.next).toMatchObject([status]);
    expect(disabled.next[0]?.why).toContain("notes in flight go on in v2");
    for (const { function: name, args } of [...enabled.next, ...disabled.next]) {
      const pasted = JSON.parse(JSON.stringify(args));
      if (name === "scripts/runMigration") await t.action(internal.scripts.runMigration.default, pasted);
      else await t.action(internal.scripts.v2MigrationStatus.default, pasted);
    }
    const quoted = await t.mutation(enable, { organizationId: "it's" });
    expect(quoted.warnings).toEqual([expect.stringContaining("organizationId holds a single quote")]);
  });
});

describe("warnings", () => {
  test("rows of text are repaired by a restore, and not called malformed then", async () => {
    logged();
    const t = backend({ validate: false });
    await seed(t);
    await insertFlag(t, { featureKey: keys[0], enabled: "false" });
    await insertFlag(t, { featureKey: keys[1], enabled: "true" });
    const enabled = await t.mutation(enable, { organizationId: "org_a" });
    expect(enabled.warnings).toEqual([]);
    const restored = await t.mutation(disable, { organizationId: "org_a", restore: enabled.previous ?? "" });
    expect(restored.warnings).toEqual([]);
    for (const key of keys) expect((await rowsOf(t, key)).map((row) => row.enabled)).toEqual([false]);
  });

  test("a variable that is set and has no effect is named", async () => {
    logged();
    for (const value of ["True", "1", "false ", ""]) {
      const t = backend();
      await seed(t);
      vi.stubEnv(variables.voice_notes_v2, value);
      vi.stubEnv(variables.entity_resolution_v2, value);
      const organizationId = "org_a";
      for (const { warnings } of [
        await t.mutation(enable, { organizationId }),
        await t.mutation(disable, { organizationId }),
        await t.action(internal.scripts.v2MigrationStatus.default, { organizationId }),
      ]) {
        for (const key of keys) {
          const named = `${key}: ${variables[key]} is \`${value}\`, which is neither \`true\` nor \`false\``;
          expect(warnings).toContainEqual(expect.stringContaining(named));
        }
        expect(warnings).toHaveLength(2);
      }
    }
  });

  test("a flag that is overruled is no reason to enable again", async () => {
    logged();
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const t = backend();
    await seed(t);
    vi.stubEnv(variables.voice_notes_v2, "false");
    const { warnings, success } = await t.mutation(enable, { organizationId: "org_a" });
    expect(success).toBe(false);
    expect(warnings).toEqual([
      expect.stringContaining("VOICE_NOTES_V2_GLOBAL is `false`; change it with"),
      "half on: entity_resolution_v2 is on and voice_notes_v2 is off; run disableV2ForOrg to switch both off",
    ]);
  });

  test("user rows are counted up to 1,000", async () => {
    logged();
    const user = { scope: "user", userId: "u", organizationId: undefined };
    for (const [count, told] of [
      [999, "999 user rows"],
      [1_000, "1,000 or more user rows"],
      [1_200, "1,000 or more user rows"],
    ] as const) {
      const t = backend();
      await seed(t);
      await insertFlags(t, count, user);
      const { warnings } = await t.mutation(enable, { organizationId: "org_a" });
      expect(warnings).toEqual([expect.stringContaining(`voice_notes_v2: ${told} on the platform`)]);
    }
    // Large rows, too, and as many by a status.
    const large = backend();
    await seed(large);
    for (const featureKey of keys)
      for (let part = 0; part < 3; part++)
        await insertFlags(large, 400, { ...user, featureKey, notes: "x".repeat(3_000) });
    const organizationId = "org_a";
    const told = keys.map((key) => expect.stringContaining(`${key}: 1,000 or more user rows`));
    expect((await large.mutation(enable, { organizationId })).warnings).toEqual(told);
    const status = await large.action(internal.scripts.v2MigrationStatus.default, { organizationId });
    expect(status.warnings).toEqual(told);

    const t = backend();
    await seed(t);
    for (let n = 0; n < 25; n++)
      for (const featureKey of keys) await insertFlag(t, { ...user, featureKey, notes: "x".repeat(900_000) });
    const { warnings } = await t.mutation(enable, { organizationId: "org_a" });
    expect(warnings[0]).toMatch(/^voice_notes_v2: \d or more user rows on the platform/);
  });
});

test("the first row's stamp tells what it holds, and when that was written; reading it counts", async () => {
  const t = backend();
  const stampOf = async (organizationId: string) =>
    await t.mutation(async (ctx) => {
      const meter = new Meter({});
      const stamp = await firstRowStamp(ctx as never, organizationRows(host, keys[0], organizationId), meter);
      const { documentsRead, bytesRead, databaseQueries } = (await meter.told()).metrics();
      return { stamp, used: [documentsRead.used, bytesRead.used, databaseQueries.used] };
    });
  expect(await stampOf("org_a")).toEqual({ stamp: undefined, used: [0, 0, 1] });
  const id = await insertFlag(t, { enabled: false, updatedAt: 7 });
  await insertFlag(t, { enabled: true, updatedAt: 8 });
  const bytes = valueBytes((await rowsOf(t, keys[0]))[0]);
  expect(await stampOf("org_a")).toEqual({ stamp: JSON.stringify([id, "off", 7]), used: [1, bytes, 1] });
  expect(await stampOf("org_b")).toEqual({ stamp: undefined, used: [0, 0, 1] });
});

test("a row whose notes are no text is written like any other", async () => {
  logged();
  const t = backend({ validate: false });
  await seed(t);
  for (const notes of [7, null, ["Runbook"]]) await insertFlag(t, { enabled: false, notes });
  expect(await t.mutation(enable, { organizationId: "org_a" })).toMatchObject({ success: true });
  const rows = await rowsOf(t, keys[0]);
  expect(rows.map(({ enabled }) => enabled)).toEqual([true, true, true]);
  for (const { notes } of rows) expect(notes).toMatch(/^enableV2ForOrg by script at .*: false -> true$/);
});

test("a change without effect is warned of in the log, with all that its answer warns of", async () => {
  logged();
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const t = backend();
  await seed(t);
  expect(await t.mutation(enable, { organizationId: "org_a" })).toMatchObject({ success: true });
  expect(warn).not.toHaveBeenCalled();
  vi.stubEnv(variables.voice_notes_v2, "false");
  vi.stubEnv(variables.entity_resolution_v2, "false");
  const { success, warnings } = await t.mutation(enable, { organizationId: "org_a" });
  expect(success).toBe(false);
  expect(warnings.length).toBeGreaterThan(1);
  expect(warn.mock.calls).toEqual([[`enableV2ForOrg org_a: ${warnings.join("; ")}`]]);
});

describe("any number of rows", () => {
  const finish = async (t: Backend) => await t.finishAllScheduledFunctions(vi.runAllTimers);
  const valuesOf = async (t: Backend, key: string) =>
    new Set((await rowsOf(t, key)).map((row) => row.enabled));

  test("all of 3,000 rows are brought to the value", async () => {
    vi.useFakeTimers();
    const lines = logged();
    const t = backend();
    await seed(t);
    await insertFlags(t, 3_000, { enabled: false, notes: "Runbook" });
    const answer = await t.mutation(enable, {
      organizationId: "org_a",
      enabledBy: "Ann Lee",
      reason: "pilot",
    });
    expect(answer).toMatchObject({ success: true, changed: keys, previous: null });
    expect(answer.warnings).toEqual([
      expect.stringContaining("voice_notes_v2: 3000 rows for this organization"),
      expect.stringContaining(
        "voice_notes_v2: 999 further rows had another value and were brought to this one",
      ),
      expect.stringContaining("voice_notes_v2: more than 100 rows: there is no `previous`"),
    ]);
    // Both keys, and the first row, in the first transaction.
    for (const key of keys) expect((await rowsOf(t, key))[0]?.enabled).toBe(true);
    expect(await valuesOf(t, keys[0])).toEqual(new Set([true, false]));
    await finish(t);
    expect(await valuesOf(t, keys[0])).toEqual(new Set([true]));
    const last = (await rowsOf(t, keys[0])).at(-1);
    expect(last).toMatchObject({
      updatedBy: "Ann Lee",
      notes: expect.stringMatching(/^enableV2ForOrg by Ann Lee at .*: false -> true; pilot\nRunbook$/),
    });
    expect(lines.filter(({ event }) => event === "v2-rollout.flagRows")).toEqual([
      expect.objectContaining({ by: "Ann Lee", written: 1_000, goesOn: true }),
      expect.objectContaining({ by: "Ann Lee", written: 1_000, goesOn: true }),
      expect.objectContaining({ by: "Ann Lee", written: 0, goesOn: false }),
    ]);
  });

  test.each([
    [enable, disable, false],
    [disable, enable, true],
  ])("of two changes at once the later one counts, in every row (%#)", async (first, second, value) => {
    vi.useFakeTimers();
    logged();
    const t = backend();
    await seed(t);
    await insertFlags(t, 3_000, { enabled: false });
    for (let n = 0; n < 1_200; n++) await insertFlag(t, { enabled: n % 2 === 0, featureKey: keys[1] });
    const organizationId = "org_a";
    await Promise.all([t.mutation(first, { organizationId }), t.mutation(second, { organizationId })]);
    await finish(t);
    for (const key of keys) expect(await valuesOf(t, key)).toEqual(new Set([value]));
  });

  test("a change of the first row by others takes over", async () => {
    vi.useFakeTimers();
    const lines = logged();
    const t = backend();
    await seed(t);
    await insertFlags(t, 2_500, { enabled: false });
    await t.mutation(enable, { organizationId: "org_a" });
    vi.advanceTimersByTime(0);
    const [first] = await rowsOf(t, keys[0]);
    await t.run(async ({ db }) => await db.patch(first?._id as never, { updatedAt: 7 } as never));
    await finish(t);
    expect(lines.at(-1)).toMatchObject({ event: "v2-rollout.flagRows", isOvertaken: true, goesOn: false });
    expect(await valuesOf(t, keys[0])).toEqual(new Set([true, false]));
  });

  test("more rows than one transaction can count", async () => {
    vi.useFakeTimers();
    logged();
    const t = backend();
    await seed(t);
    for (let n = 0; n < 15; n++) await insertFlag(t, { enabled: false, notes: "x".repeat(900_000) });
    const { warnings } = await t.mutation(enable, { organizationId: "org_a" });
    expect(warnings[0]).toMatch(/^voice_notes_v2: more than \d rows for this organization/);
    await finish(t);
    expect(await valuesOf(t, keys[0])).toEqual(new Set([true]));
  });
});

describe("notes", () => {
  test("a person's are kept whole, and the library's oldest give way", async () => {
    logged();
    const t = backend();
    await seed(t);
    const person = "Runbook: pilot agreed with the club on 3 May. ".repeat(21);
    await insertFlag(t, { enabled: false, notes: `${person}\n\nSecond paragraph` });
    for (let n = 0; n < 20; n++)
      await t.mutation(n % 2 ? disable : enable, { organizationId: "org_a", reason: "x".repeat(200) });
    const notes = String((await rowsOf(t, keys[0]))[0]?.notes);
    expect(notes).toContain(`\n${person}\n\nSecond paragraph`);
    const own = notes.split("\n").filter((line) => /^(en|dis)ableV2ForOrg by/.test(line));
    expect(own.length).toBeGreaterThan(1);
    expect(own.join("\n").length).toBeLessThanOrEqual(1_000);
  });

  test.each([
    "",
    "   ",
    "\u200b",
    "\ufeff \u2060",
    "a\u0000b",
    "a\u0001b",
    "a\nb",
    "a\u0085b",
    "a\u2028b",
    "a\u2029b",
    "\u202eevil",
    "a\u2067b",
    "a\u061cb",
    "a\ud83db",
    "x".repeat(201),
  ])("the reason %j is refused", async (reason) => {
    const lines = logged();
    const t = backend();
    await seed(t);
    for (const change of [enable, disable]) {
      const refusal = await refused(t.mutation(change, { organizationId: "org_a", reason }));
      expect(refusal.code).toBe("INVALID_ARGUMENT");
      expect(refusal.message).toContain("must be 1 to 200 visible characters on one line");
    }
    expect((await readAll(t)).featureFlags).toEqual([]);
    expect(lines).toEqual([]);
  });

  test("a reason of any script is kept as it was given", async () => {
    const lines = logged();
    const t = backend();
    await seed(t);
    const reason = "Pilot 👩\u200d👩\u200d👧, première étape; שלום";
    await t.mutation(enable, { organizationId: "org_a", reason });
    expect(lines[0]?.reason).toBe(reason);
    expect(String((await rowsOf(t, keys[0]))[0]?.notes).endsWith(`; ${reason}`)).toBe(true);
  });
});

describe("who did it", () => {
  const { enableV2ForOrg } = api.scripts.enableV2ForOrg;
  const open = (t: Backend, identity?: object) => {
    const as = identity === undefined ? t : t.withIdentity(identity);
    return async (claimed?: string) =>
      await as.mutation(enableV2ForOrg, {
        organizationId: "org_a",
        ...(claimed === undefined ? {} : { enabledBy: claimed }),
      });
  };

  test("through the public function it is the identity, whatever it claims", async () => {
    const lines = logged();
    const t = backend();
    await seed(t);
    const tokenIdentifier = "https://id.example|staff_1";
    await open(t, { ...staff, tokenIdentifier })("Somebody Else");
    const by = `${tokenIdentifier} for Somebody Else`;
    const [row] = await rowsOf(t, keys[0]);
    expect(row?.updatedBy).toBe(by);
    expect(row?.notes).toContain(`enableV2ForOrg by ${by} at `);
    expect(lines).toEqual([expect.objectContaining({ event: "v2-rollout.flags", by })]);
  });

  test("an identity cannot forge a line of the notes, nor a claim", async () => {
    const lines = logged();
    const t = backend();
    await seed(t);
    const tokenIdentifier =
      "x for Ann\nenableV2ForOrg by Bob at 2026-01-01T00:00:00.000Z: none -> true\u202e\u0000";
    await open(t, { ...staff, tokenIdentifier })();
    const [row] = await rowsOf(t, keys[0]);
    expect(String(row?.notes).split("\n")).toHaveLength(1);
    expect(String(row?.updatedBy)).toMatch(/^x\\u\{20\}for\\u\{20\}Ann\\u\{a\}enable[!-~]*\u2026?$/);
    expect(lines[0]?.by).toBe(row?.updatedBy);
  });

  test("nobody is anonymous", async () => {
    const lines = logged();
    const t = backend();
    await seed(t);
    const call = async (ctx: unknown, caller: object) =>
      await changeFlags(host, ctx as never, { ...request, caller, actor: "Ann Lee" });
    await t.mutation(async (ctx) => await call(ctx, {}));
    expect(lines[0]?.by).toBe("anonymous for Ann Lee");
  });

  test("a migration is logged with who ran it, and with what", async () => {
    const lines = logged();
    const t = backend();
    await seed(t);
    await t.action(internal.scripts.runMigration.default, { dryRun: true, batchSize: 5 });
    await t
      .withIdentity({ ...staff, tokenIdentifier: "https://id.example|staff_1" })
      .action(api.scripts.runMigration.runMigration, { organizationId: "org_a", dryRun: false });
    const told = lines.filter(({ event }) => event === "v2-rollout.migration");
    expect(told).toMatchObject([
      { by: "script", organizationId: null, dryRun: true, batchSize: 5 },
      { by: "https://id.example|staff_1", organizationId: "org_a", dryRun: false },
    ]);
  });
});

describe("restore", () => {
  const organizationId = "org_a";
  /** The `previous` of an organization whose flags have this value. */
  async function previousOf(enabled: boolean): Promise<string> {
    const t = backend();
    await seed(t);
    for (const featureKey of keys) await insertFlag(t, { featureKey, enabled });
    return (await t.mutation(enable, { organizationId })).previous ?? "";
  }

  test("does nothing against the function's name", async () => {
    logged();
    for (const [stored, change, restored, other] of [
      [false, disable, true, "enableV2ForOrg"],
      [true, enable, false, "disableV2ForOrg"],
    ] as const) {
      const t = backend();
      await seed(t);
      for (const featureKey of keys) await insertFlag(t, { featureKey, enabled: stored });
      const restore = await previousOf(restored);
      const refusal = await refused(t.mutation(change, { organizationId, restore }));
      expect(refusal.code).toBe("INVALID_ARGUMENT");
      expect(refusal.message).toContain(`which only ${other} may do`);
      for (const key of keys) expect((await rowsOf(t, key)).map((row) => row.enabled)).toEqual([stored]);
    }
  });

  test("is refused where it is too long or damaged", async () => {
    const t = backend();
    await seed(t);
    const restore = await previousOf(true);
    for (const [value, message] of [
      ["A".repeat(10_000_000), "restore is longer than 8 KiB"],
      [`${restore.slice(0, -1)}!`, "restore is damaged"],
      ["", "restore is damaged"],
    ] as const) {
      const refusal = await refused(t.mutation(enable, { organizationId, restore: value }));
      expect(refusal).toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining(message) });
    }
  });

  test("is given for 100 rows of a key, not for more", async () => {
    logged();
    for (const [count, isGiven] of [
      [100, true],
      [101, false],
    ] as const) {
      const t = backend();
      await seed(t);
      await insertFlags(t, count, { enabled: false });
      const { previous, warnings } = await t.mutation(enable, { organizationId });
      expect(previous !== null).toBe(isGiven);
      expect(warnings.some((warning) => warning.includes("there is no `previous`"))).toBe(!isGiven);
      if (previous !== null) {
        await t.mutation(disable, { organizationId, restore: previous });
        expect(new Set((await rowsOf(t, keys[0])).map((row) => row.enabled))).toEqual(new Set([false]));
        expect(await rowsOf(t, keys[1])).toEqual([]);
      }
    }
  });

  test("is told apart where rows are too many, and where they are too large", async () => {
    vi.useFakeTimers();
    logged();
    for (const [count, kilobytes, rows, told] of [
      [40, 100, "40 rows for this organization", null],
      [105, 40, "105 rows for this organization", "more than 100 rows"],
      [
        20,
        500,
        "more than 10 rows for this organization",
        "at least 11 rows, too many or too large to be read at once",
      ],
    ] as const) {
      const t = backend();
      await seed(t);
      for (let n = 0; n < count; n += 10)
        await insertFlags(t, Math.min(10, count - n), {
          featureKey: keys[0],
          enabled: false,
          notes: "x".repeat(kilobytes * 1_000),
        });
      const { previous, warnings } = await t.mutation(enable, { organizationId });
      expect(previous === null).toBe(told !== null);
      expect(warnings[0]).toContain(`${keys[0]}: ${rows}`);
      const last = warnings[warnings.length - 1] ?? "";
      if (told === null) expect(last).not.toContain("`previous`");
      else expect(last).toBe(`${keys[0]}: ${told}: there is no \`previous\` to come back to`);
      await t.finishAllScheduledFunctions(vi.runAllTimers);
      expect(new Set((await rowsOf(t, keys[0])).map((row) => row.enabled))).toEqual(new Set([true]));
    }
  });

  test.each([
    [40, 100_000, 0],
    [12, 1_000_000, 8],
    [1, 1_000_000, 12],
  ])("%i rows of %i bytes of both flags, and %i user rows, fit", async (rows, bytes, userRows) => {
    vi.useFakeTimers();
    logged();
    const t = backend();
    await seed(t);
    const notes = "x".repeat(bytes);
    const user = { scope: "user", userId: "u", organizationId: undefined };
    for (const featureKey of keys) {
      await insertFlag(t, { featureKey, scope: "platform", organizationId: undefined, enabled: true, notes });
      for (let n = 0; n < rows; n++) await insertFlag(t, { featureKey, enabled: false, notes });
      for (let n = 0; n < userRows; n++) await insertFlag(t, { ...user, featureKey, notes });
    }
    const { success, previous } = await t.mutation(enable, { organizationId });
    expect(success).toBe(true);
    expect(previous === null).toBe(rows === 12);
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    const values = await t.run(async ({ db }) => {
      const first = (featureKey: string) =>
        db
          .query("featureFlags")
          .withIndex("by_featureKey_scope_org", (q) =>
            q.eq("featureKey", featureKey).eq("scope", "organization").eq("organizationId", organizationId),
          )
          .first();
      return [(await first(keys[0]))?.enabled, (await first(keys[1]))?.enabled];
    });
    expect(values).toEqual([true, true]);
  });

  test("over a cascade says what has no effect", async () => {
    logged();
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const t = backend();
    await seed(t);
    const { previous } = await t.mutation(enable, { organizationId });
    vi.stubEnv(variables.voice_notes_v2, "true");
    await insertFlag(t, { featureKey: keys[1], scope: "platform", organizationId: undefined, enabled: true });
    const checked = refused(t.mutation(disable, { organizationId, restore: previous ?? "", check: true }));
    expect(await checked).toMatchObject({ code: "OVERRULED" });
    expect(await rowsOf(t, keys[0])).toHaveLength(1);
    const answer = await t.mutation(disable, { organizationId, restore: previous ?? "" });
    expect(answer).toMatchObject({
      success: false,
      after: { voice_notes_v2: null, entity_resolution_v2: null },
      effective: {
        voice_notes_v2: { enabled: true, reason: "ENVIRONMENT" },
        entity_resolution_v2: { enabled: true, reason: "PLATFORM" },
      },
    });
    expect(answer.warnings).toEqual([
      expect.stringContaining("VOICE_NOTES_V2_GLOBAL is `true`"),
      expect.stringContaining("a platform row overrules the organization"),
    ]);
  });

  test("tells what a person wrote into a row that it deletes", async () => {
    logged();
    const t = backend();
    await seed(t);
    const { previous } = await t.mutation(enable, { organizationId });
    const [row] = await rowsOf(t, keys[0]);
    const notes = `${row?.notes}\nask Ann first`;
    await t.run(async ({ db }) => await db.patch(row?._id as never, { notes } as never));
    const { warnings } = await t.mutation(disable, { organizationId, restore: previous ?? "" });
    expect(warnings).toEqual([
      "voice_notes_v2: a row was deleted that held notes of a person: ask Ann first",
    ]);
  });
});

test("check refuses a change that would have no effect, and nothing is written", async () => {
  logged();
  const t = backend();
  await seed(t);
  const organizationId = "org_a";
  vi.stubEnv(variables.voice_notes_v2, "false");
  const refusal = await refused(t.mutation(enable, { organizationId, check: true }));
  expect(refusal).toMatchObject({
    code: "OVERRULED",
    message: "the change would have no effect: voice_notes_v2 stays off by VOICE_NOTES_V2_GLOBAL",
    hint: expect.stringContaining("npx convex env set VOICE_NOTES_V2_GLOBAL true"),
  });
  expect((await readAll(t)).featureFlags).toEqual([]);
  expect(await t.mutation(disable, { organizationId, check: true })).toMatchObject({ success: true });
  vi.unstubAllEnvs();
  expect(await t.mutation(enable, { organizationId, check: true })).toMatchObject({ success: true });
});
