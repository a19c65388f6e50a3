/** A migration of a backend without the ledger: short windows, each one call. */

import { beforeAll, describe, expect, test } from "vitest";

import { deploy, folder, readTable, redeploy } from "../e2e/support";
import { operator, platform, reportOf, withoutLedger } from "./support";

let backend: string;
beforeAll(async () => {
  backend = await withoutLedger();
});

const slow = { on: "mutation", path: "migrationBatch", count: 0, delayMs: 200 } as const;
const dies = { on: "mutation", path: "migrationBatch", from: 3, exit: true } as const;

test("takes windows, and what needs the ledger says so", async () => {
  const run = await operator(await deploy(platform({ org_a: 120 }), { backend }));
  const canary = await run(["migrate", "org_a", "--limit", "5", "--yes"]);
  expect(canary.code).toBe(3);
  expect(canary.out).toContain("org_a: STOPPED AT THE LIMIT  5 notes migrated");
  expect(canary.out).toContain("\n  npx v2-rollout migrate org_a --limit 5\n");
  const rest = await run(["migrate", "org_a", "--yes", "--json"]);
  expect(rest.code).toBe(0);
  const [report] = reportOf(rest).organizations;
  expect(report).toMatchObject({ ending: "done", run: null, status: { verdict: "complete" } });
  expect(report.migration).toMatchObject({ done: true, stopped: null, artifacts: 115, failures: [] });
  expect(report.migration.outcome).toMatchObject({ migrated: 115, alreadyMigrated: 5 });
  expect(report.migration.windows).toBeGreaterThan(1);
  for (const [words, code, says] of [
    [["migrate", "org_a", "--background", "--yes"], 2, "This backend has no ledger"],
    [["runs"], 1, "runs needs the ledger"],
    [["history", "org_a"], 1, "changes needs the ledger"],
  ] as const) {
    const refused = await run(words);
    expect([refused.code, refused.err]).toEqual([code, expect.stringContaining(says)]);
  }
  // What was done from this machine is known without it.
  expect((await run(["enable", "org_a", "--yes"])).code).toBe(0);
  expect((await run(["undo", "org_a", "--yes"])).out).toContain("row on → none");
  expect((await run(["undo", "org_a", "--yes"])).err).toContain("was an undo already");
  const elsewhere = await operator(await deploy(platform({ org_a: 0 }), { backend }));
  expect((await elsewhere(["undo", "org_a", "--yes"])).err).toContain(
    "Neither the ledger nor this machine knows a change of org_a",
  );
});

describe("trouble on the way", () => {
  test("Ctrl-C stops after a window", async () => {
    const run = await operator(await deploy(platform({ org_a: 600 }), { backend, faults: [slow] }));
    const ran = await run(["migrate", "org_a", "--yes", "--json"], {
      signals: [{ name: "SIGINT", afterMs: 300 }],
    });
    expect(ran.code).toBe(3);
    const [report] = reportOf(ran).organizations;
    expect(report.migration).toMatchObject({ done: false, stopped: "interrupted" });
    expect(report.status.migration.migrated).toBe(report.migration.outcome.migrated);
    expect(report.migration.outcome.migrated).toBeLessThan(600);
  });

  test("a deployment that is gone ends the run, which tells what it did", async () => {
    const run = await operator(await deploy(platform({ org_a: 200 }), { backend, faults: [dies] }));
    const { code, out, err } = await run(["migrate", "org_a", "--yes", "--wait", "2"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^org_a: BROKE OFF {2}\d+ notes migrated/);
    expect(out).toContain("does not answer: ECONNREFUSED.");
    expect(out).toContain("To continue:\n  npx v2-rollout migrate org_a\n");
    expect(err).toContain("No answer from ");
  });

  test("a deployment that ends and comes back does not end the run", async () => {
    const save = await folder();
    const first = await deploy(platform({ org_a: 400 }), { backend, save, faults: [dies] });
    const run = await operator(first);
    const running = run(["migrate", "org_a", "--yes", "--json"]);
    await first.ended;
    const end = await folder();
    const port = Number(new URL(first.url).port);
    const second = await redeploy(save, { backend, port, save: end });
    const ran = await running;
    expect(ran.code).toBe(0);
    const [{ migration, status }] = reportOf(ran).organizations;
    expect(migration).toMatchObject({ done: true, lostAnswers: 1 });
    expect(status).toMatchObject({ verdict: "complete", duplicates: 0, migration: { migrated: 400 } });
    await second.stop();
    expect(await readTable(end, "voiceNoteArtifacts")).toHaveLength(400);
  });
});
