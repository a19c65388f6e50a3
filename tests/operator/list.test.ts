import { join } from "node:path";

import { beforeAll, describe, expect, test } from "vitest";

import { folder, redeploy } from "../e2e/support";
import { operator, reportOf } from "./support";

const organization = "org_cluain_darach";
let run: Awaited<ReturnType<typeof operator>>;
beforeAll(async () => {
  const path = join(await folder(), "sample");
  const { writeSample } = (await import(join("..", "sample", "write.mjs"))) as {
    writeSample: (directory: string) => Promise<void>;
  };
  await writeSample(path);
  run = await operator(await redeploy(path));
});

describe("list", () => {
  test.each([
    ["unfinished", ["begun in v2, not completed"]],
    ["deferred", ["insights in progress", "insights wait for a coach", "transcription not completed"]],
    ["blocked", ["insights were cancelled", "no coach"]],
    ["duplicates", ["2 artifacts"]],
  ])("prints every note that is %s, and why", async (which, reasons) => {
    const status = reportOf(await run(["status", organization, "--json"])).organizations[0].status;
    const count = which === "duplicates" ? status.duplicates : status.migration[which];
    const { code, out } = await run(["list", organization, which]);
    const rows = out
      .trimEnd()
      .split("\n")
      .map((line) => line.split("  "));
    expect(code).toBe(0);
    expect(rows).toHaveLength(count);
    expect(rows.map(([id]) => id)).toEqual(expect.arrayContaining(status.samples[which]));
    expect([...new Set(rows.map(([, reason]) => reason))].sort()).toEqual(reasons);
    const [report] = reportOf(await run(["list", organization, which, "--json"])).organizations;
    expect(report.notes.map(({ id }: { id: string }) => id)).toEqual(rows.map(([id]) => id));
  });

  test("and status suggest each other, with the days that it was given", async () => {
    const { out } = await run(["status", organization, "--deferred-days", "3650"]);
    for (const which of ["deferred", "blocked", "duplicates"]) {
      const days = which === "duplicates" ? "" : " --deferred-days 3650";
      expect(out).toContain(`\n  npx v2-rollout list ${organization} ${which}${days}\n`);
    }
    expect(out.replaceAll(/\s+/g, " ")).toContain(`(see \`list ${organization} duplicates\`)`);
    expect(out).not.toContain("samples");
    expect(out).toContain(`\n  npx v2-rollout migrate ${organization} --deferred-days 3650\n`);
  });

  test("says so where no note is of the class, and leaves stdout empty", async () => {
    const ran = await run(["list", "org_port_rua", "blocked"]);
    expect(ran).toEqual({ code: 0, out: "", err: "No note of org_port_rua is blocked.\n" });
  });

  test("refuses a class that it does not know", async () => {
    const { code, err } = await run(["list", organization, "migrated"]);
    expect(code).toBe(2);
    expect(err).toContain("Give one of: unfinished, deferred, blocked, duplicates.");
  });
});
