/** Changes of the flags as an operator makes them: by the CLI, on a deployment that may fail. */

import { expect, test } from "vitest";

import * as make from "../shims/documents";
import { answerOf, deploy, folder, type Ran, readTable, row, type Tables } from "./support";

const platform = (flags: Record<string, unknown>[] = []): Tables => ({
  organizations: ["org_a", "org_b"].map((id) => row(make.organization(id))),
  featureFlags: flags.map((fields) => row(make.flag(fields))),
});

/** The error of a call that was refused. */
function refusalOf({ code, stdout, stderr }: Ran): unknown {
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  const [, data = "{}"] = /ConvexError: (\{.*\})/.exec(stderr) ?? [];
  return JSON.parse(data);
}

test("what comes next can be pasted as it is printed", async () => {
  const backend = await deploy(platform());
  for (const [name, count] of [
    ["scripts/enableV2ForOrg", 2],
    ["scripts/disableV2ForOrg", 1],
  ] as const) {
    const { stdout } = await backend.run(name, { organizationId: "org_a" });
    const next = [...stdout.matchAll(/"args": (\{[^}]*\}),\s*"function": "([^"]*)"/g)];
    expect(next).toHaveLength(count);
    for (const [, args = "", called = ""] of next) {
      expect(answerOf(await backend.run(called, args))).toBeDefined();
    }
  }
});

test("a restore goes the way of its function", async () => {
  const backend = await deploy(platform());
  const organizationId = "org_a";
  const { previous: restore } = answerOf(await backend.run("scripts/enableV2ForOrg", { organizationId }));
  expect(refusalOf(await backend.run("scripts/enableV2ForOrg", { organizationId, restore }))).toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringContaining("only disableV2ForOrg may"),
  });
  const restored = answerOf(await backend.run("scripts/disableV2ForOrg", { organizationId, restore }));
  expect(restored).toMatchObject({ success: true, after: { voice_notes_v2: null } });
});

test("check fails where a variable overrules", async () => {
  const backend = await deploy(platform(), { env: { VOICE_NOTES_V2_GLOBAL: "true" } });
  const organizationId = "org_a";
  const checked = await backend.run("scripts/disableV2ForOrg", { organizationId, check: true });
  expect(refusalOf(checked)).toMatchObject({ code: "OVERRULED" });
  const changed = answerOf(await backend.run("scripts/disableV2ForOrg", { organizationId }));
  expect(changed).toMatchObject({ success: false, before: { voice_notes_v2: null } });
});

test.each([
  ["fails", { message: "Documents read from or written to the featureFlags table changed" }],
  ["loses its answer", { lostAnswer: true }],
] as const)("2,500 rows are brought to the value where a transaction %s", async (_, effect) => {
  const save = await folder();
  const flags = Array.from({ length: 2_500 }, () => ({ enabled: false }));
  const backend = await deploy(platform(flags), { save });
  await backend.setFaults([{ on: "mutation", path: "flagRows", count: 1, ...effect }]);
  const answer = answerOf(await backend.run("scripts/enableV2ForOrg", { organizationId: "org_a" }));
  expect(answer).toMatchObject({ success: true, previous: null });
  // The further transactions are scheduled: nobody waits for them.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await backend.stop();
  const stored = await readTable(save, "featureFlags");
  expect(stored).toHaveLength(2_501);
  expect(stored.filter((flag) => flag.enabled !== true)).toEqual([]);
  // Each was written once.
  const lines = stored.map(({ notes }) => String(notes).split("\n").length);
  expect(new Set(lines)).toEqual(new Set([1]));
});
