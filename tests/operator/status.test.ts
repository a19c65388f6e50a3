import { beforeAll, describe, expect, test } from "vitest";

import { codesIn, readDocument, rowsBelow } from "../docs/markdown";
import { deploy, folder, row } from "../e2e/support";
import * as make from "../shims/documents";
import { type Deployment, operator, platform, reportOf } from "./support";

let backend: Deployment;
let run: Awaited<ReturnType<typeof operator>>;
beforeAll(async () => {
  const tables = platform({ org_new: 4, org_none: 0, org_odd: 1 });
  backend = await deploy({
    ...tables,
    voiceNotes: [
      ...(tables["voiceNotes"] ?? []),
      row(make.note({ orgId: "org_odd", coachId: undefined })),
      row(make.note({ orgId: "org_odd", insightsStatus: "pending" })),
    ],
  });
  run = await operator(backend);
});

describe("one organization", () => {
  test("is shown with its verdict first, and what to do next", async () => {
    const { code, out, err } = await run(["status", "org_new"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.split("\n").slice(0, 3)).toEqual([
      `org_new  ${backend.url}`,
      "",
      "NOT STARTED  0 of 4 notes migrated, 4 can be migrated now",
    ]);
    expect(out).toContain("  voice_notes_v2        off  no row: off by default\n");
    expect(out).toContain("\n  npx v2-rollout migrate org_new\n");
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test.each([["Club org_odd"], ["club-org_odd"], ["CLUB ORG_ODD"]])("is found as %s", async (named) => {
    const { code, out } = await run(["status", named]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Club org_odd \(org_odd\) /);
    expect(out).toContain("× blocked            1  33%  a person must decide");
  });

  test("is told as JSON", async () => {
    const ran = await run(["status", "org_odd", "--json"]);
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(reportOf(ran)).toMatchObject({
      version: 1,
      command: "status",
      deployment: backend.url,
      exitCode: 0,
      error: null,
      organizations: [
        { organizationId: "org_odd", ending: "done", status: { verdict: "notStarted", done: true } },
      ],
    });
    const { organizations, ...whole } = reportOf(ran);
    const documented = rowsBelow(readDocument("docs/command.md"), "For scripts").flatMap(([cell = ""]) =>
      codesIn(cell),
    );
    expect(documented.sort()).toEqual(
      [...Object.keys(whole), ...Object.keys(organizations[0]).map((key) => `organizations[].${key}`)].sort(),
    );
  });

  test("that nobody knows fails with what to check", async () => {
    const { code, out, err } = await run(["status", "org_x"]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(
      /^no organization has the id, name or slug `org_x`\n`npx v2-rollout status --all` lists them/,
    );
  });
});

describe("--check", () => {
  test.each([
    ["org_new", [], 3, "notComplete"],
    ["org_none", [], 0, "done"],
    ["org_odd", ["--accept-blocked"], 3, "notComplete"],
    ["org_x", [], 1, "failed"],
  ] as const)("of %s %j exits %i", async (id, flags, code, ending) => {
    const ran = await run(["status", id, "--check", "--json", ...flags]);
    expect(ran.code).toBe(code);
    expect(reportOf(ran)).toMatchObject({ exitCode: code, organizations: [{ ending }] });
    const { out } = await run(["status", id, "--check", ...flags]);
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(out.includes("\nThe organization is not complete: ")).toBe(ending === "notComplete");
  });
});

test("is shown no later than `convex run` prints it", async () => {
  const took: Record<"command" | "convexRun", number[]> = { command: [], convexRun: [] };
  const timed = async (kind: keyof typeof took, call: () => Promise<{ code: number | null }>) => {
    const began = performance.now();
    expect((await call()).code).toBe(0);
    took[kind].push(performance.now() - began);
  };
  for (let round = 0; round < 3; round++) {
    await timed("command", () => run(["status", "org_new"]));
    await timed("convexRun", () => backend.run("scripts/v2MigrationStatus", { organizationId: "org_new" }));
  }
  const median = (times: number[]): number => times.sort((a, b) => a - b)[1] ?? Number.NaN;
  expect(median(took.command)).toBeLessThanOrEqual(median(took.convexRun));
});

describe("several organizations", () => {
  test("are one table, what needs attention first, and a failure does not keep the others", async () => {
    const { code, out } = await run(["status", "org_none", "org_x", "org_new"]);
    expect(code).toBe(1);
    const rows = out.split("\n").map((line) => line.split(/\s{2,}/).slice(0, 2));
    expect(rows.slice(0, 4)).toEqual([
      ["organization", "verdict"],
      ["org_x", "failed"],
      ["org_new", "not started"],
      ["org_none", "no notes"],
    ]);
    expect(out).toContain("org_x: no organization has the id, name or slug `org_x`");
    expect(out).toContain("3 organizations: 1 failed, 1 not started, 1 no notes");
  });

  test("are all of the backend's with --all", async () => {
    const { organizations } = reportOf(await run(["status", "--all", "--json"]));
    expect(organizations.map(({ name }: { name: string }) => name)).toEqual([
      "Club org_new",
      "Club org_none",
      "Club org_odd",
    ]);
  });
});

describe("how a deployment is named", () => {
  const direct = { CONVEX_SELF_HOSTED_URL: "", CONVEX_SELF_HOSTED_ADMIN_KEY: "" };
  test("by options, and the key is not shown", async () => {
    const flags = ["--url", backend.url, "--admin-key", "local"];
    const { code, out } = await run(["status", "org_new", ...flags], { env: direct });
    expect(code).toBe(0);
    expect(out).toContain(`npx v2-rollout migrate org_new --url ${backend.url}\n`);
    expect(out).toContain("set CONVEX_SELF_HOSTED_ADMIN_KEY");
    expect(out).not.toContain("local");
  });

  test("by an --env-file", async () => {
    const file = `${await folder()}/operators.env`;
    const { writeFile } = await import("node:fs/promises");
    await writeFile(
      file,
      `# ours\nCONVEX_SELF_HOSTED_URL='${backend.url}' # here\nCONVEX_SELF_HOSTED_ADMIN_KEY=local\n`,
    );
    const { code, out } = await run(["status", "org_new", "--env-file", file], { env: direct });
    expect(code).toBe(0);
    expect(out).toContain(`--env-file ${file}`);
  });

  test("by the project's own convex run, where there is more than an address", async () => {
    // `convex run` refuses a deployment of the cloud beside an address of one's own; that it says so shows who was asked.
    const ran = await run(["status", "org_new"], { env: { CONVEX_DEPLOYMENT: "dev:happy-animal-123" } });
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("`npx convex run` failed:");
  });

  test.each([
    [["--url", "http://127.0.0.1:59999", "--prod"], 2, "--url and --admin-key name one deployment"],
    [["--url", "127.0.0.1", "--admin-key", "k"], 2, "127.0.0.1 is no address of a deployment."],
    [["--admin-key", "wrong-key"], 1, "refuses the key."],
    [
      ["--url", "http://127.0.0.1:59999", "--admin-key", "secret-key"],
      1,
      "http://127.0.0.1:59999 does not answer: ECONNREFUSED.",
    ],
    [["--parallel", "0"], 2, "It is a whole number from 1."],
  ])("%j exits %i", async (flags, code, says) => {
    const ran = await run(["status", "org_new", ...flags]);
    expect(ran).toMatchObject({ code, out: "" });
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain(says);
    expect(ran.err).not.toMatch(/wrong-key|secret-key/);
    const asJson = await run(["status", "org_new", ...flags, "--json"]);
    const error = code === 2 ? { code: "USAGE" } : null;
    expect(reportOf(asJson)).toMatchObject({ command: "status", exitCode: code, error });
  });
});
