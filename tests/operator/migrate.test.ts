/** Migrations that the ledger drives. */

import { beforeEach, describe, expect, test } from "vitest";

import { deploy, folder, readTable, row } from "../e2e/support";
import * as make from "../shims/documents";
import { behindWire, hasTerminal, onTerminal, operator, platform, reportOf } from "./support";

const endings = (organizations: { organizationId: string; ending: string }[]) =>
  Object.fromEntries(organizations.map(({ organizationId, ending }) => [organizationId, ending]));

const slow = { on: "mutation", path: "migrationBatch", count: 0, delayMs: 1_000 } as const;

describe("without trouble", async () => {
  const backend = await deploy(platform({ org_a: 120, org_b: 3, org_c: 2, org_t: 2 }));
  const run = await operator(backend);

  test("a dry run writes nothing and shows what a run would do", async () => {
    const { code, out } = await run(["migrate", "org_a", "--dry-run"]);
    expect(code).toBe(0);
    expect(out).toContain("org_a: a run would migrate 120 notes in ");
    expect(out).toContain("\nNothing was written.\n\nTo migrate them:\n  npx v2-rollout migrate org_a\n");
    const ran = await run(["migrate", "org_a", "--dry-run", "--limit", "7", "--json"]);
    expect(reportOf(ran).organizations[0]).toMatchObject({
      ending: "done",
      migration: { dryRun: true, outcome: { migrated: 7 }, stopped: "limit" },
    });
  });

  test("a canary exits 3 and says how to go on; the ledger knows who, why and how many", async () => {
    const canary = await run(["migrate", "org_a", "--limit", "5", "--yes"]);
    expect(canary.code).toBe(3);
    expect(canary.err).toContain(`Migrate 5 notes of org_a on ${backend.url}, 5 at most? Yes (--yes).`);
    expect(canary.out).toContain("org_a: STOPPED AT THE LIMIT  5 notes migrated");
    expect(canary.out).toMatch(
      /To migrate the rest:\n {2}npx v2-rollout migrate org_a\n\nTo migrate as many again:\n {2}npx v2-rollout resume [-\w]{36} --watch\n/,
    );
    const who = ["--by", "Ann Lee", "--reason", "the pilot"];
    const rest = await run(["migrate", "org_a", "--yes", "--json", ...who]);
    expect(rest.code).toBe(0);
    const [report] = reportOf(rest).organizations;
    expect(report).toMatchObject({
      ending: "done",
      status: { verdict: "complete" },
      run: { state: "done", by: "Ann Lee", reason: "the pilot", background: true, limit: null },
      migration: { done: true, stopped: null, windows: 0, artifacts: 115, claims: 115, failures: [] },
    });
    expect(report.migration.outcome).toMatchObject({ migrated: 115, alreadyMigrated: 5 });
    const { out } = await run(["status", "org_a"]);
    expect(out).toMatch(
      /\n {2}last run {14}done, 115 notes migrated, [-\d]+ [\d:]+Z by\s+Ann Lee\s+\(run \w{8}\)/,
    );
  });

  test("a fleet is a table, and one that nobody knows fails alone", async () => {
    const canaries = await run(["migrate", "org_b", "org_c", "--yes", "--limit", "1"]);
    expect(canaries.out).toContain("To migrate the rest:\n  npx v2-rollout migrate org_b org_c\n");
    const { code, out, err } = await run(["migrate", "org_b", "org_x", "org_c", "--yes", "--limit", "4"]);
    expect(code).toBe(1);
    expect(err.replaceAll(/\s+/g, " ")).toMatch(
      /Migrate 3 notes of 2 organizations on http:\S+, 4 of each at most\? Yes \(--yes\)\./,
    );
    expect(out).toMatch(/^org_x +failed$/m);
    expect(out).toMatch(/^org_b +complete +█+ +off +3\/3 +\+2 +0$/m);
    expect(out).toContain("3 organizations: 1 failed, 2 complete");
  });

  test.runIf(hasTerminal)("a terminal sees the rehearsal, is asked, and sees the progress", async () => {
    const typed: [string, string][] = [["Migrate 2 notes of org_t on http", "y"]];
    const { code, out } = await onTerminal(backend, await folder(), ["migrate", "org_t"], typed);
    expect(code).toBe(0);
    expect(out).toContain("a run would migrate 2 notes in 1 transaction");
    expect(out).toContain("2 of 2 notes migrated");
  });

  test("where nothing is left, nothing is started", async () => {
    const { code, out } = await run(["migrate", "org_b"]);
    expect(code).toBe(0);
    expect(out).toContain("There is nothing to migrate.");
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

test("a note that cannot be stored is named, exits 1, and can be tried again", async () => {
  const tables = platform({ org_a: 3 });
  const broken = row(make.note({ orgId: "org_a", insights: [{ id: "i", title: 7 }] }));
  const backend = await deploy({ ...tables, voiceNotes: [...(tables["voiceNotes"] ?? []), broken] });
  const run = await operator(backend);
  const { code, out } = await run(["migrate", "org_a", "--yes"]);
  expect(code).toBe(1);
  expect(out).toContain("DONE, WITH FAILURES  3 notes migrated");
  expect(out).toContain(`${broken._id} MALFORMED_DOCUMENT: `);
  const [, id = ""] = out.match(/\n {2}npx v2-rollout retry ([-\w]{36}) --watch\n/) ?? [];
  const again = await run(["retry", id, "--yes", "--watch", "--by", "Ann Lee", "--json"]);
  expect(again.code).toBe(1);
  expect(reportOf(again)).toMatchObject({
    command: "retry",
    runs: [{ retryOf: id, by: "Ann Lee", state: "done", failures: [{ voiceNoteId: broken._id }] }],
  });
});

describe("trouble on the way", async () => {
  const organizations = ["org_int", "org_term", "org_second", "org_kill", "org_stop", "org_cut", "org_lost"];
  const backend = await deploy(platform(Object.fromEntries(organizations.map((id) => [id, 400]))));
  beforeEach(async () => await backend.setFaults([slow]));
  const fast = async () => await backend.setFaults([]);
  const run = await operator(backend);
  const runOf = async (organization: string) => reportOf(await run(["runs", organization, "--json"])).runs[0];

  test.each([
    ["SIGINT", "org_int"],
    ["SIGTERM", "org_term"],
  ] as const)(
    "%s pauses the run behind its batch, which --yes does not resume, and resume does",
    async (name, id) => {
      const ran = await run(["migrate", id, "--yes"], { signals: [{ name, afterMs: 600 }] });
      expect(ran.code).toBe(3);
      expect(ran.out).toMatch(new RegExp(`^${id}: PAUSED BY YOU {2}\\d+ notes migrated`));
      expect(ran.out).toMatch(/\n {2}npx v2-rollout resume [-\w]{36} --watch\n/);
      const paused = await runOf(id);
      const { status } = reportOf(await run(["status", id, "--json"])).organizations[0];
      expect(paused.state).toBe("paused");
      expect(status.migration.migrated).toBe(paused.outcome.migrated);
      expect(status.migration.eligible).toBeGreaterThan(0);
      const other = await run(["migrate", id, "--yes", "--limit", "5"]);
      expect(other.code).toBe(1);
      expect(other.err).toContain("with other\noptions, is paused");
      await fast();
      const same = await run(["migrate", id, "--yes", "--json"]);
      expect(same.code).toBe(1);
      expect(reportOf(same).organizations[0]).toMatchObject({
        run: { runId: paused.runId, state: "paused" },
        error: { code: "RUN_EXISTS", hint: expect.stringContaining(`v2-rollout resume ${paused.runId}`) },
      });
      if (hasTerminal) {
        const asked = await onTerminal(
          backend,
          await folder(),
          ["migrate", id],
          [["Resume the run of", "n"]],
        );
        expect(asked.code).toBe(1);
        expect(asked.out).toContain("Nothing was migrated.");
      }
      expect((await runOf(id)).state).toBe("paused");
      expect((await run(["resume", paused.runId, "--yes", "--watch"])).code).toBe(0);
      expect(await runOf(id)).toMatchObject({ runId: paused.runId, state: "done" });
      const after = reportOf(await run(["status", id, "--json"])).organizations[0].status;
      expect(after).toMatchObject({ verdict: "complete", duplicates: 0 });
    },
  );

  test("a second Ctrl-C ends the program at once, and says that the run goes on", async () => {
    const signals = [500, 520].map((afterMs) => ({ name: "SIGINT" as const, afterMs }));
    const ran = await run(["migrate", "org_second", "--yes"], { signals });
    expect(ran).toMatchObject({ code: 130, out: "" });
    expect(ran.err).toContain("may go on by itself on");
    expect(["running", "pausing", "paused", "done"]).toContain((await runOf("org_second")).state);
  });

  test("a program that is killed leaves the run going, and the same command watches it", async () => {
    const killed = await run(["migrate", "org_kill", "--yes"], {
      signals: [{ name: "SIGKILL", afterMs: 400 }],
    });
    expect(killed.code).toBeNull();
    const { runId, state } = await runOf("org_kill");
    expect(state).toBe("running");
    await fast();
    const again = await run(["migrate", "org_kill", "--yes", "--json"]);
    expect(again.err).toContain("Watch the run of org_kill on http");
    expect(again.code).toBe(0);
    expect(reportOf(again).organizations[0]).toMatchObject({
      run: { runId, state: "done", outcome: { migrated: 400 } },
      status: { verdict: "complete", duplicates: 0 },
    });
  });

  test("a program that is stopped, as in a closed laptop, finds the run at its end", async () => {
    const signals = [
      { name: "SIGSTOP", afterMs: 300 },
      { name: "SIGCONT", afterMs: 4_000 },
    ] as const;
    const ran = await run(["migrate", "org_stop", "--yes", "--json"], {
      signals,
      onHint: () => setTimeout(fast, 1_500),
    });
    expect(ran.code).toBe(0);
    expect(reportOf(ran).organizations[0]).toMatchObject({
      run: { state: "done", outcome: { migrated: 400 } },
    });
  });

  test("a connection that is lost for a while is survived", async () => {
    const wire = await behindWire(backend);
    const cutting = await operator(wire);
    const ran = await cutting(["migrate", "org_cut", "--yes", "--json"], {
      onHint: () => {
        setTimeout(() => wire.cut(2_000), 300);
        setTimeout(fast, 1_500);
      },
    });
    expect(ran.code).toBe(0);
    expect(ran.err).toContain("trying again.");
    expect(reportOf(ran).organizations[0]).toMatchObject({
      run: { state: "done", outcome: { migrated: 400, alreadyMigrated: 0 } },
      status: { duplicates: 0 },
    });
    expect(reportOf(await run(["runs", "org_cut", "--json"])).runs).toHaveLength(1);
  });

  test("where the answer to the start is lost, the run is not started twice", async () => {
    await fast();
    const watching = await operator(await behindWire(backend, "scripts/runMigration"));
    const ran = await watching(["migrate", "org_lost", "--yes", "--json"]);
    expect(ran.code).toBe(0);
    expect(reportOf(await run(["runs", "org_lost", "--json"])).runs).toHaveLength(1);
  });
});

test("a deployment that is gone ends the watching, which says what was seen and that the run may go on", async () => {
  const backend = await deploy(platform({ org_a: 200 }), {
    faults: [{ on: "mutation", path: "migrationBatch", from: 3, exit: true }, slow],
  });
  const { code, out, err } = await (await operator(backend))(["migrate", "org_a", "--yes", "--wait", "2"]);
  expect(code).toBe(1);
  expect(out).toMatch(/^org_a: STILL UNDER WAY {2}\d+ notes migrated/);
  expect(out).toContain("does not answer: ECONNREFUSED.");
  expect(out).toContain("The run may go on by itself on the deployment.");
  expect(out).toMatch(/\n {2}npx v2-rollout run [-\w]{36} --watch\n/);
  expect(err).toContain("No answer from ");
});

test("50 organizations of which three fail in different ways", async () => {
  const ids = Array.from({ length: 47 }, (_, at) => `org_${String(at + 10)}`);
  const tables = platform(Object.fromEntries([...ids, "org_failing"].map((id) => [id, 2])));
  const malformed = Array.from({ length: 21 }, () =>
    row(make.note({ orgId: "org_malformed", insights: [{ id: "i", title: 7 }] })),
  );
  const save = await folder();
  const backend = await deploy(
    {
      organizations: [...(tables["organizations"] ?? []), row(make.organization("org_malformed"))],
      voiceNotes: [...(tables["voiceNotes"] ?? []), ...malformed],
    },
    { save },
  );
  const run = await operator(backend);
  const names = [...ids, "org_malformed", "org_unknown", "org_\u00fc"];
  const ran = await run(["migrate", ...names, "--yes", "--json", "--parallel", "8"]);
  expect(ran.code).toBe(1);
  const { organizations } = reportOf(ran);
  expect(organizations).toHaveLength(50);
  expect(endings(organizations)).toEqual({
    ...Object.fromEntries(ids.map((id) => [id, "done"])),
    org_malformed: "failed",
    org_unknown: "failed",
    org_ü: "failed",
  });
  const { out } = await run(["status", ...names]);
  expect(out).toContain("50 organizations: 2 failed, 1 not started, 47 complete");
  await backend.stop();
  expect(await readTable(save, "voiceNoteArtifacts")).toHaveLength(94);
});
