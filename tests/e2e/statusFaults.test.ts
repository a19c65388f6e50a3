/** A status while the backend fails, by the real CLI. */

import { beforeAll, describe, expect, test } from "vitest";

import * as make from "../shims/documents";
import { answerOf, deploy, row } from "./support";

const busy = "Too many concurrent requests in a short period of time.";
const org = { organizationId: "org_a" };
const status = "scripts/v2MigrationStatus";
/** Two transactions. */
const tables = () => ({
  organizations: [row(make.organization("org_a"))],
  voiceNotes: Array.from({ length: 900 }, () => row(make.note({ transcription: "x".repeat(20_000) }))),
});

describe("v2MigrationStatus", () => {
  let backend: Awaited<ReturnType<typeof deploy>>;
  beforeAll(async () => {
    backend = await deploy(tables());
  });
  const page = { on: "query", path: "v2Rollout:statusPage" } as const;
  const lookup = { on: "query", path: "lib/organizations:find" } as const;

  test.each([
    ["a page that fails once", [{ ...page, message: busy }]],
    ["a second page that fails for a second", [{ ...page, from: 2, forMs: 1_000, message: busy }]],
    ["a lookup that fails twice", [{ ...lookup, count: 2, message: "it is cursed" }]],
  ])("counts all in spite of %s", async (_, faults) => {
    await backend.setFaults(faults);
    expect(answerOf(await backend.run(status, org))).toMatchObject({
      voiceNotes: { total: 900 },
      done: true,
      stopped: null,
      read: { transactions: 2 },
    });
  });

  test("goes on from where a page kept failing", async () => {
    await backend.setFaults([{ ...page, from: 2, count: 0, message: "it is cursed" }]);
    const answer = answerOf(await backend.run(status, org));
    expect(answer).toMatchObject({ done: false, stopped: "error", verdict: null });
    expect(answer.warnings.join("\n")).toContain("it is cursed");
    await backend.setFaults([{ ...page, from: 2, count: 0, message: "it is cursed" }]);
    const checked = await backend.run(status, { ...org, check: true });
    expect(checked.code).toBe(1);
    const cursor = /with `cursor` to go on: ([\w-]+)/.exec(checked.stderr)?.[1];
    await backend.setFaults([]);
    for (const from of [answer.cursor, cursor]) {
      const rest = answerOf(await backend.run(status, { ...org, cursor: from }));
      expect(rest).toMatchObject({ voiceNotes: { total: 900 }, done: true });
    }
  });

  test("says what failed where nothing could be counted", async () => {
    await backend.setFaults([{ ...lookup, count: 0, message: "it is cursed" }]);
    const unknown = await backend.run(status, org);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('"code":"LOOKUP_FAILED"')]);
    expect(unknown.stderr).toContain("it is cursed");
    await backend.setFaults([{ ...page, count: 0, message: "it is cursed" }]);
    const uncounted = await backend.run(status, org);
    expect([uncounted.code, uncounted.stderr]).toEqual([1, expect.stringContaining('"code":"INTERNAL"')]);
    await backend.setFaults([]);
  });
});
