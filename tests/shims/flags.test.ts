import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { ChangeAnswer } from "../../js-shims/validators";
import { changeFlags } from "../../js-shims/writing/changeFlags";
import { api, internal } from "../backend/convex/_generated/api";
import { host } from "../backend/convex/v2RolloutHost";
import { type Backend, backend, readAll } from "./backend";
import * as make from "./documents";
import { codeOf, seed, staff } from "./seed";

const keys = ["voice_notes_v2", "entity_resolution_v2"] as const;
const variables = {
  voice_notes_v2: "VOICE_NOTES_V2_GLOBAL",
  entity_resolution_v2: "ENTITY_RESOLUTION_V2_GLOBAL",
};
const enable = internal.scripts.enableV2ForOrg.default;
const disable = internal.scripts.disableV2ForOrg.default;

const insertFlag = async (t: Backend, fields: Record<string, unknown>) =>
  await t.run(async ({ db }) => await db.insert("featureFlags", make.flag(fields) as never));

/** The organization's rows of a key, as the host reads them. */
const rowsOf = async (t: Backend, featureKey: string, organizationId = "org_a") =>
  (await readAll(t)).featureFlags.filter(
    (row) =>
      row.featureKey === featureKey && row.scope === "organization" && row.organizationId === organizationId,
  );

afterEach(() => {
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
    expect(answer.warnings.join("\n")).toContain("voice_notes_v2: 1 further rows had another value");
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
    const rows = fc.array(fc.boolean(), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        rows,
        rows,
        fc.array(fc.boolean(), { maxLength: 4 }),
        async (first, second, changes) => {
          const t = backend();
          await seed(t);
          for (const enabled of first) await insertFlag(t, { featureKey: keys[0], enabled });
          for (const enabled of second) await insertFlag(t, { featureKey: keys[1], enabled });
          const values = async () =>
            await Promise.all(keys.map(async (key) => (await rowsOf(t, key)).map((row) => row.enabled)));
          const { previous } = await t.mutation(enable, { organizationId: "org_a" });
          for (const wanted of changes)
            await t.mutation(wanted ? enable : disable, { organizationId: "org_a" });
          const changed = await values();
          const undone = await t.mutation(disable, { organizationId: "org_a", restore: previous });
          expect(await values()).toEqual([first, second]);
          expect(undone.after).toEqual({
            voice_notes_v2: first[0] ?? null,
            entity_resolution_v2: second[0] ?? null,
          });
          await t.mutation(enable, { organizationId: "org_a", restore: undone.previous });
          expect(await values()).toEqual(changed);
          const foreign = t.mutation(enable, { organizationId: "org_b", restore: previous });
          await expect(foreign).rejects.toMatchObject({ data: { code: "INVALID_ARGUMENT" } });
        },
      ),
      { numRuns: 40 },
    );
  });

  test("both flags change, or none", async () => {
    const t = backend();
    await seed(t);
    let writes = 0;
    const failing = t.mutation(async (ctx) => {
      const runMutation = async (...call: unknown[]) => {
        writes += 1;
        if (writes === 2) throw new Error("the second write fails");
        return await (ctx.runMutation as (...call: unknown[]) => unknown)(...call);
      };
      await changeFlags(host, { ...ctx, runMutation } as never, {
        organizationId: "org_a",
        enabled: true,
        actor: undefined,
        reason: undefined,
        restore: undefined,
        create: false,
      });
    });
    await expect(failing).rejects.toThrow("the second write fails");
    expect((await readAll(t)).featureFlags).toEqual([]);
  });

  test("without a lookup, an organization of which nothing is stored is refused unless it shall be made", async () => {
    vi.spyOn(console, "info").mockImplementation(() => undefined);
    const { findOrganization: _, ...withoutLookUp } = host;
    const attempt = async (t: Backend, request: object = {}) =>
      await t.mutation(async (ctx) => {
        const asked = {
          organizationId: "org_z",
          enabled: true,
          actor: undefined,
          reason: undefined,
          restore: undefined,
          create: false,
        };
        try {
          return (await changeFlags(withoutLookUp, ctx as never, { ...asked, ...request })).success;
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
      ["featureFlags", make.flag({ organizationId: "org_z", enabled: false })],
    ] as const) {
      const other = backend();
      await other.run(async ({ db }) => await db.insert(table, row as never));
      expect(await attempt(other), table).toBe(true);
    }
  });

  test("the answer names what to do next", async () => {
    const t = backend();
    await seed(t);
    vi.spyOn(console, "info").mockImplementation(() => undefined);
    const as = t.withIdentity(staff);
    expect(
      (await as.mutation(api.scripts.enableV2ForOrg.enableV2ForOrg, { organizationId: "org_a" })).next,
    ).toEqual([
      `npx convex run scripts/v2MigrationStatus '{"organizationId": "org_a"}'`,
      `npx convex run scripts/runMigration '{"organizationId": "org_a", "dryRun": true}'`,
    ]);
    expect(
      (await as.mutation(api.scripts.disableV2ForOrg.disableV2ForOrg, { organizationId: "org_a" })).next[0],
    ).toContain("notes in flight go on in v2");
  });
});
