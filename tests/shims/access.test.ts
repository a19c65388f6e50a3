import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { authorize, findOrganization, findOrganizationInAction } from "../../js-shims/functions/access";
import { runMigrationFunctions } from "../../js-shims/functions/runMigration";
import { type Authorize, endOfAction, type FindOrganization, type HookCtx } from "../../js-shims/host";
import { host } from "../backend/convex/v2RolloutHost";
import { codeOf } from "./seed";

const clock = vi.hoisted(() => ({ waitedMs: 0 }));
vi.mock("../../js-shims/wait", () => ({
  wait: async (ms: number) => {
    clock.waitedMs += ms;
  },
}));

const ctx = { auth: {}, runQuery: async () => null } as unknown as HookCtx;

describe("authorize", () => {
  test.each([[1], ["yes"], [{}], [[]], [new Boolean(true)], ["true"], [undefined], [null], [0]])(
    "lets nobody in for %o",
    async (answer) => {
      const hook = (() => answer) as unknown as Authorize;
      const later = (async () => answer) as unknown as Authorize;
      for (const authorizes of [hook, later]) {
        const asked = authorize({ ...host, authorize: authorizes }, ctx, "enableV2ForOrg", "org_a");
        expect(await asked.then(() => "ok", codeOf)).toBe("FORBIDDEN");
      }
    },
  );

  test("lets in for true alone", async () => {
    await authorize({ ...host, authorize: () => true }, ctx, "enableV2ForOrg", "org_a");
    await authorize({ ...host, authorize: async () => true }, ctx, "enableV2ForOrg", "org_a");
  });
});

describe("the lookup", () => {
  const busy = "Too many concurrent requests in a short period of time.";
  const timedOut = "Function execution timed out (maximum duration: 1s)";

  beforeEach(() => {
    const { now } = Date;
    clock.waitedMs = 0;
    vi.spyOn(Math, "random").mockReturnValue(1);
    vi.spyOn(Date, "now").mockImplementation(() => now() + clock.waitedMs);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** A hook that throws these messages first, and then answers. */
  function hook(messages: readonly string[], answer: unknown) {
    let tries = 0;
    const findOrganization: FindOrganization = async () => {
      const message = messages[tries++];
      if (message !== undefined) throw new Error(message);
      return answer;
    };
    return { findOrganization, tries: () => tries };
  }
  const times = (message: string, count: number) => Array.from({ length: count }, () => message);

  test.each([
    ["a row", [], { name: "A" }, "ok", 1],
    ["no row", [], null, "ORGANIZATION_NOT_FOUND", 1],
    ["undefined", [], undefined, "LOOKUP_FAILED", 1],
    ["one that is busy for a while", times(busy, 5), {}, "ok", 6],
    ["one that is busy, and no row", times(busy, 2), null, "ORGANIZATION_NOT_FOUND", 3],
    ["one that is always busy", times(busy, 99), {}, "LOOKUP_FAILED", 9],
    ["one that fails twice", times("it is cursed", 2), {}, "ok", 3],
    ["one that always fails", times("it is cursed", 99), {}, "LOOKUP_FAILED", 3],
    ["one that is too slow", [timedOut], {}, "LOOKUP_FAILED", 1],
  ])("in an action: %s", async (_, messages, answer, expected, tries) => {
    const { findOrganization: find, tries: tried } = hook(messages, answer);
    const asked = findOrganizationInAction(
      { ...host, findOrganization: find },
      ctx,
      "org_a",
      endOfAction(host),
    );
    expect(await asked.then(() => "ok", codeOf)).toBe(expected);
    expect(tried()).toBe(tries);
  });

  test.each([
    ["a row", [], {}, "ok"],
    ["no row", [], null, "ORGANIZATION_NOT_FOUND"],
    ["undefined", [], undefined, "LOOKUP_FAILED"],
    ["true", [], true, "LOOKUP_FAILED"],
    ["an array", [], [], "LOOKUP_FAILED"],
    ["one that fails once", [busy], {}, "LOOKUP_FAILED"],
  ])("in a query or mutation, which has no timers: %s", async (_, messages, answer, expected) => {
    const { findOrganization: find, tries } = hook(messages, answer);
    const asked = findOrganization({ ...host, findOrganization: find }, ctx, "org_a");
    expect(await asked.then(() => "ok", codeOf)).toBe(expected);
    expect(tries()).toBe(1);
  });

  test.each([
    [undefined, "undefined"],
    [false, "false"],
    [0, "0"],
    ["", "the text ``"],
    ["org_a", "the text `org_a`"],
    [[], "an array"],
  ])("says that it answered %j", async (answer, told) => {
    const { findOrganization: find } = hook([], answer);
    const asked = findOrganization({ ...host, findOrganization: find }, ctx, "org_a");
    await expect(asked).rejects.toMatchObject({
      data: {
        code: "LOOKUP_FAILED",
        message: `the lookup of organizationId \`org_a\` failed: it answered ${told}, neither a row nor null`,
      },
    });
  });

  test("says what it failed with", async () => {
    const { findOrganization: find } = hook(times("it is\ncursed", 3), {});
    const asked = findOrganization({ ...host, findOrganization: find }, ctx, "org_a");
    await expect(asked).rejects.toMatchObject({
      data: {
        code: "LOOKUP_FAILED",
        message: "the lookup of organizationId `org_a` failed: it is cursed",
        hint: "nothing was done; look at the host's logs (`npx convex logs`) and run again",
      },
    });
  });

  test("is tried again no longer than the action lasts", async () => {
    const { findOrganization: find, tries } = hook(times(busy, 99), {});
    const brief = { ...host, findOrganization: find, deadlineMs: 1_000 };
    expect(
      await findOrganizationInAction(brief, ctx, "org_a", endOfAction(brief)).then(() => "ok", codeOf),
    ).toBe("LOOKUP_FAILED");
    expect(tries()).toBeLessThan(6);
    expect(clock.waitedMs).toBeLessThan(1_000);
  });

  test("of a migration is tried again before anything is run, and takes its time from that of the action", async () => {
    const { findOrganization: find, tries } = hook(times(busy, 3), {});
    const { internal: action } = runMigrationFunctions({ ...host, findOrganization: find });
    const { _handler: handler } = action as unknown as {
      _handler: (ctx: object, args: object) => Promise<unknown>;
    };
    const runAction = vi.fn(async () => "migrated");
    vi.spyOn(Date, "now").mockImplementation(() => 1_000_000 + clock.waitedMs);
    const endMs = 1_000_000 + host.deadlineMs;
    expect(await handler({ ...ctx, runAction }, { organizationId: "org_a", dryRun: true })).toBe("migrated");
    expect(tries()).toBe(4);
    expect(clock.waitedMs).toBe(1_750);
    const given = { organizationId: "org_a", dryRun: true, endMs };
    expect(runAction.mock.calls).toEqual([[expect.anything(), given]]);
  });
});
