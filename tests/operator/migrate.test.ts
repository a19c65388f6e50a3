import { describe, expect, test } from "vitest";

import { deploy, folder, readTable, redeploy, row } from "../e2e/support";
import * as make from "../shims/documents";
import { hasTerminal, onTerminal, operator, platform, reportOf } from "./support";

const endings = (organizations: { organizationId: string; ending: string }[]) =>
  Object.fromEntries(organizations.map(({ organizationId, ending }) => [organizationId, ending]));

describe("without trouble", async () => {
  const backend = await deploy(platform({ org_a: 120, org_b: 3, org_c: 2, org_t: 2 }));
  const run = await operator(backend);

  test("a dry run writes nothing and shows what a run would do", async () => {
    const { code, out } = await run(["migrate", "org_a", "--dry-run"]);
    expect(code).toBe(0);
    expect(out).toContain("org_a: a run would migrate 120 notes in ");
    const ran = await run(["migrate", "org_a", "--dry-run", "--limit", "7", "--json"]);
    expect(reportOf(ran).organizations[0]).toMatchObject({
      ending: "done",
      migration: { dryRun: true, outcome: { migrated: 7 }, stopped: "limit" },
    });
  });

  test("a canary exits 3 and says how to go on; the rest is done in windows", async () => {
    const canary = await run(["migrate", "org_a", "--limit", "5", "--yes"]);
    expect(canary.code).toBe(3);
    expect(canary.out).toContain("org_a: STOPPED AT THE LIMIT  5 notes migrated");
    expect(canary.out).toContain("\n  npx v2-rollout migrate org_a --limit 5\n");
    const rest = await run(["migrate", "org_a", "--yes", "--json"]);
    expect(rest.code).toBe(0);
    const [report] = reportOf(rest).organizations;
    expect(report).toMatchObject({ ending: "done", status: { verdict: "complete" } });
    expect(report.migration).toMatchObject({
      done: true,
      stopped: null,
      artifacts: 115,
      claims: 115,
      failures: [],
    });
    expect(report.migration.outcome).toMatchObject({ migrated: 115, alreadyMigrated: 5 });
    expect(report.migration.windows).toBeGreaterThan(1);
  });

  test("a fleet is a table, and one that nobody knows fails alone", async () => {
    const { code, out } = await run(["migrate", "org_b", "org_x", "org_c", "--yes"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^org_x +failed$/m);
    expect(out).toMatch(/^org_b +complete +█+ +off +3\/3 +\+3 +0$/m);
    expect(out).toContain("3 organizations: 1 failed, 2 complete");
  });

  test.runIf(hasTerminal)("a terminal sees the rehearsal, is asked, and sees the progress", async () => {
    const typed: [string, string][] = [["Migrate 2 notes of org_t on http", "y"]];
    const { code, out } = await onTerminal(backend, await folder(), ["migrate", "org_t"], typed);
    expect(code).toBe(0);
    expect(out).toContain("a run would migrate 2 notes in 1 transaction");
    expect(out).toContain("2 of 2 notes migrated");
  });
});

test("where no organization is found, nothing is asked or written", async () => {
  const run = await operator(await deploy(platform({ org_a: 1 })));
  for (const command of ["migrate", "enable"]) {
    const ran = await run([command, "org_x", "--yes", "--json"]);
    expect(ran).toMatchObject({ code: 1, err: "" });
    expect(reportOf(ran).organizations[0]).toMatchObject({
      ending: "failed",
      error: { code: "ORGANIZATION_NOT_FOUND" },
    });
    expect((await run([command, "org_x", "org_y", "--yes"])).code).toBe(1);
  }
  const twice = await run(["migrate", "org_a", "club-org_a", "--yes", "--json"]);
  expect(reportOf(twice).organizations).toHaveLength(1);
});

test("a note that cannot be stored is named, and exits 1", async () => {
  const tables = platform({ org_a: 3 });
  const broken = row(make.note({ orgId: "org_a", insights: [{ id: "i", title: 7 }] }));
  const backend = await deploy({ ...tables, voiceNotes: [...(tables["voiceNotes"] ?? []), broken] });
  const { code, out } = await (await operator(backend))(["migrate", "org_a", "--yes"]);
  expect(code).toBe(1);
  expect(out).toContain("DONE, WITH FAILURES  3 notes migrated");
  expect(out).toContain(`${broken._id} MALFORMED_DOCUMENT: `);
});

describe("trouble on the way", () => {
  const slow = { on: "mutation", path: "migrationBatch", count: 0, delayMs: 200 } as const;

  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s stops after a window, and the same command goes on",
    async (signal) => {
      const backend = await deploy(platform({ org_a: 600 }), { faults: [slow] });
      const run = await operator(backend);
      const ran = await run(["migrate", "org_a", "--yes", "--json"], {
        signal: { name: signal, afterMs: 300 },
      });
      expect(ran.code).toBe(3);
      const [report] = reportOf(ran).organizations;
      expect(report.migration).toMatchObject({ done: false, stopped: "interrupted" });
      expect(report.status.migration.migrated).toBe(report.migration.outcome.migrated);
      expect(report.migration.outcome.migrated).toBeLessThan(600);
    },
  );

  test("a deployment that is gone ends the run, which tells what it did", async () => {
    const backend = await deploy(platform({ org_a: 200 }), {
      faults: [{ on: "mutation", path: "migrationBatch", from: 3, exit: true }],
    });
    const { code, out, err } = await (await operator(backend))(["migrate", "org_a", "--yes", "--wait", "2"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^org_a: BROKE OFF {2}\d+ notes migrated/);
    expect(out).toContain("does not answer: ECONNREFUSED.");
    expect(out).toContain("To continue:\n  npx v2-rollout migrate org_a\n");
    expect(err).toContain("No answer from ");
  });

  test("a deployment that ends and comes back does not end the run", async () => {
    const saved = await folder();
    const first = await deploy(platform({ org_a: 400 }), {
      save: saved,
      faults: [{ on: "mutation", path: "migrationBatch", from: 3, exit: true }],
    });
    const run = await operator(first);
    const running = run(["migrate", "org_a", "--yes", "--json"]);
    await first.ended;
    const end = await folder();
    const second = await redeploy(saved, { port: Number(new URL(first.url).port), save: end });
    const ran = await running;
    expect(ran.code).toBe(0);
    const [{ migration, status }] = reportOf(ran).organizations;
    expect(migration).toMatchObject({ done: true, lostAnswers: 1 });
    expect(status).toMatchObject({ verdict: "complete", duplicates: 0, migration: { migrated: 400 } });
    await second.stop();
    expect(await readTable(end, "voiceNoteArtifacts")).toHaveLength(400);
  });
});

test("50 organizations of which three fail in different ways", async () => {
  const ids = Array.from({ length: 47 }, (_, at) => `org_${String(at + 10)}`);
  const tables = platform(Object.fromEntries([...ids, "org_failing"].map((id) => [id, 2])));
  const malformed = Array.from({ length: 21 }, () =>
    row(make.note({ orgId: "org_malformed", insights: [{ id: "i", title: 7 }] })),
  );
  const saved = await folder();
  const backend = await deploy(
    {
      organizations: [...(tables["organizations"] ?? []), row(make.organization("org_malformed"))],
      voiceNotes: [...(tables["voiceNotes"] ?? []), ...malformed],
    },
    { save: saved },
  );
  const run = await operator(backend);
  const ran = await run([
    "migrate",
    ...ids,
    "org_malformed",
    "org_unknown",
    "org_\u00fc",
    "--yes",
    "--json",
    "--parallel",
    "8",
  ]);
  expect(ran.code).toBe(1);
  const { organizations } = reportOf(ran);
  expect(organizations).toHaveLength(50);
  expect(endings(organizations)).toEqual({
    ...Object.fromEntries(ids.map((id) => [id, "done"])),
    org_malformed: "failed",
    org_unknown: "failed",
    org_ü: "failed",
  });
  await backend.stop();
  expect(await readTable(saved, "voiceNoteArtifacts")).toHaveLength(94);
});
