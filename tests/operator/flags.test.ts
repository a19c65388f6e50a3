import { describe, expect, test } from "vitest";

import { deploy, folder, readTable } from "../e2e/support";
import { hasTerminal, onTerminal, operator, platform, reportOf } from "./support";

const flagsOf = (out: string) =>
  [...out.matchAll(/^ {2}\w+_v2\s+(row.*?)\s{2,}(on|off)$/gm)].map(([, row, is]) => `${row}: ${is}`);

describe("without trouble", async () => {
  const backend = await deploy(platform({ org_a: 2, org_b: 0, org_c: 1, org_d: 0 }));
  const run = await operator(backend);

  test("enable and undo bring the rows there and back, and an undo is not undone by --yes", async () => {
    const before = await run(["enable", "org_a", "--yes", "--by", "Ann Lee", "--reason", "first club"]);
    expect(before.code).toBe(0);
    expect(before.err).toBe(`Switch v2 on for org_a on ${backend.url}? Yes (--yes).\n`);
    expect(before.out).toContain("org_a: NOT STARTED  0 of 2 notes migrated, 2 can be migrated now");
    expect(flagsOf(before.out)).toEqual(["row none → on: on", "row none → on: on"]);
    expect(before.out).toContain("\n  npx v2-rollout undo org_a\n");
    const back = await run(["undo", "org_a", "--yes"]);
    expect(back.code).toBe(0);
    expect(flagsOf(back.out)).toEqual(["row on → none: off", "row on → none: off"]);
    const { code, err } = await run(["undo", "org_a", "--yes"]);
    expect(code).toBe(1);
    expect(err).toMatch(/^The last change of org_a was an undo already, /);
    expect(err.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(err).toContain("--previous");
    expect((await run(["history", "org_a", "--json"])).out.match(/"atMs"/g)).toHaveLength(2);
  });

  test("undo takes the last change that wrote, from whatever machine, and history tells of all", async () => {
    const elsewhere = await operator(backend);
    expect((await elsewhere(["undo", "org_d", "--yes"])).err).toContain(
      "Neither the ledger nor this machine knows a change of org_d",
    );
    await run(["enable", "org_d", "--yes", "--by", "Ann Lee", "--reason", "first club"]);
    await run(["enable", "org_d", "--yes", "--by", "Ben"]);
    const undone = await elsewhere(["undo", "org_d", "--yes", "--by", "Cleo"]);
    expect(undone.err.replaceAll("\n", " ")).toMatch(
      /before the enable of [-\d]+ [\d:]+Z by Ann Lee \(no rows\)\? Yes/,
    );
    expect(flagsOf(undone.out)).toEqual(["row on → none: off", "row on → none: off"]);
    const ran = await elsewhere(["history", "club-org_d", "--json"]);
    expect(reportOf(ran).organizations[0]).toMatchObject({
      organizationId: "org_d",
      changes: [
        { by: "Cleo", restore: true, after: { voice_notes_v2: null } },
        { by: "Ben", changed: [] },
        {
          by: "Ann Lee",
          reason: "first club",
          before: { voice_notes_v2: null },
          after: { voice_notes_v2: true },
        },
      ],
    });
    const { out } = await elsewhere(["history", "org_d"]);
    expect(out.replaceAll(/[-\d]{10} [\d:]{5}Z/g, "WHEN")).toBe(`WHEN  brought back by Cleo
  both flags            row on → none     off  no row: off by default

WHEN  enabled again by Ben
  both flags            row on → on       on   the organization's row

WHEN  enabled by Ann Lee
  first club
  both flags            row none → on     on   the organization's row
`);
    expect((await run(["status", "org_d"])).out).toMatch(
      /\n {2}flags were last {7}brought back .* by Cleo\n/,
    );
  });

  test("undo takes a `previous` that was kept elsewhere, in either direction", async () => {
    const on = reportOf(await run(["enable", "org_c", "--yes", "--json"])).organizations[0].change;
    const elsewhere = await operator(backend);
    const off = reportOf(await elsewhere(["undo", "org_c", "--yes", "--json", "--previous", on.previous]));
    expect(off.organizations[0].change.after).toEqual({ voice_notes_v2: null, entity_resolution_v2: null });
    const { previous } = off.organizations[0].change;
    const again = reportOf(await elsewhere(["undo", "org_c", "--yes", "--json", "--previous", previous]));
    expect(again.organizations[0].change.after).toEqual({ voice_notes_v2: true, entity_resolution_v2: true });
  });

  test("several are switched in one call, and one that nobody knows fails alone", async () => {
    const ran = await run(["disable", "org_a", "org_x", "org_b", "--yes", "--json"]);
    expect(ran.code).toBe(1);
    expect(
      reportOf(ran).organizations.map(({ organizationId, ending }: Record<string, string>) => [
        organizationId,
        ending,
      ]),
    ).toEqual([
      ["org_x", "failed"],
      ["org_a", "done"],
      ["org_b", "done"],
    ]);
  });

  test.each([["enable"], ["disable"], ["undo"], ["migrate"]])(
    "%s writes nothing without consent",
    async (command) => {
      await run(["enable", "org_b", "--yes"]);
      const target = command === "migrate" ? "org_a" : "org_b";
      const ran = await run([command, target]);
      expect(ran.code).toBe(2);
      expect(ran.err).toContain("Add --yes to agree.");
      const asJson = await run([command, target, "--json"]);
      expect(asJson.code).toBe(2);
      expect(reportOf(asJson)).toMatchObject({
        version: 1,
        command,
        deployment: backend.url,
        exitCode: 2,
        error: { code: "USAGE" },
      });
    },
  );

  test.each([["Zoë"], ["Ann  Lee"], [""], ["a".repeat(129)]])(
    "--by %j is refused by its name",
    async (name) => {
      const { code, out, err } = await run(["enable", "org_a", "--yes", "--by", name]);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toContain("--by <name>");
      expect(err.replaceAll(/\s+/g, " ")).toContain("It is 1 to 128 visible ASCII characters");
    },
  );

  test.runIf(hasTerminal)("a terminal is asked: no changes nothing, and --all takes a number", async () => {
    const state = await folder();
    const no = await onTerminal(
      backend,
      state,
      ["enable", "org_a"],
      [["Switch v2 on for org_a on http", "n"]],
    );
    expect(no.code).toBe(1);
    expect(no.out).toContain("Nothing was changed.");
    for (const change of ["disable", "enable"]) await run([change, "org_c", "--yes"]);
    await run(["undo", "org_c", "--yes", "--by", "Ben"]);
    const again = await onTerminal(backend, state, ["undo", "org_c"], [["Bring the flags of", "n"]]);
    expect(again.code).toBe(1);
    expect(again.out.replaceAll(/[\s│]+/g, " ")).toMatch(
      /the undo of [-\d]+ [\d:]+Z by Ben \(both rows on\)\?/,
    );
    const typed: [string, string][] = [["Type 4 to go on", "4\r"]];
    const all = await onTerminal(backend, state, ["enable", "--all"], typed);
    expect(all.code).toBe(0);
    expect(all.out).toContain("4 organizations: ");
  });
});

test("what something overrules is not switched, and exits 4", async () => {
  const backend = await deploy(platform({ org_a: 0, org_b: 0 }), { env: { VOICE_NOTES_V2_GLOBAL: "false" } });
  const run = await operator(backend);
  const one = await run(["enable", "org_a", "--yes"]);
  expect(one.code).toBe(4);
  expect(one.err).toContain("VOICE_NOTES_V2_GLOBAL");
  const { out } = await run(["status", "org_a"]);
  expect(out.replaceAll(/\s+/g, " ")).toContain(
    "`enable` would be refused: the variable VOICE_NOTES_V2_GLOBAL decides for all organizations.",
  );
  expect(out).not.toContain("v2-rollout enable");
  const both = await run(["enable", "org_a", "org_b", "--yes", "--json"]);
  expect(both.code).toBe(4);
  expect(reportOf(both).organizations[0]).toMatchObject({
    ending: "overruled",
    error: { code: "OVERRULED" },
  });
});

describe("an answer that is lost", () => {
  test("of a change that was made is made up for by the status", async () => {
    const snapshot = await folder();
    const backend = await deploy(platform({ org_a: 0 }), {
      save: snapshot,
      faults: [{ on: "mutation", path: "enableV2ForOrg", lostAnswer: true }],
    });
    const run = await operator(backend);
    const { code, out } = await run(["enable", "org_a", "--yes"]);
    expect(code).toBe(0);
    expect(out).toContain("The answer was lost, but the status shows");
    await backend.setFaults([]);
    expect(flagsOf((await run(["undo", "org_a", "--yes"])).out)).toEqual([
      "row on → none: off",
      "row on → none: off",
    ]);
    await backend.stop();
    expect(await readTable(snapshot, "featureFlags")).toHaveLength(0);
  });

  test("of a change that was not made is tried again", async () => {
    const message =
      "Too many writes per second. Your deployment is limited to 4 MiB bytes written per 1 second";
    const backend = await deploy(platform({ org_a: 0 }), {
      faults: [{ on: "mutation", path: "enableV2ForOrg", message }],
    });
    const { code, out } = await (await operator(backend))(["enable", "org_a", "--yes"]);
    expect({ code, flags: flagsOf(out) }).toEqual({
      code: 0,
      flags: ["row none → on: on", "row none → on: on"],
    });
  });
});
