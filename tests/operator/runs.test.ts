/** Runs in the background, as operators look at them and decide about them. */

import { beforeAll, describe, expect, test } from "vitest";

import { deploy, folder } from "../e2e/support";
import { type Deployment, hasTerminal, onTerminal, operator, platform, reportOf } from "./support";

const slow = { on: "mutation", path: "migrationBatch", count: 0, delayMs: 1_500 } as const;

let backend: Deployment;
let run: Awaited<ReturnType<typeof operator>>;
beforeAll(async () => {
  backend = await deploy(platform({ org_a: 700, org_b: 400, org_c: 300, org_d: 2, org_e: 2 }), {
    faults: [slow],
  });
  run = await operator(backend);
});

/** Starts a run in the background, and tells its id. */
async function start(organization: string, ...options: string[]): Promise<string> {
  const ran = await run(["migrate", organization, "--background", "--yes", "--json", ...options]);
  expect(ran.code).toBe(0);
  return reportOf(ran).organizations[0].run.runId;
}

const lookAt = async (runId: string) => reportOf(await run(["run", runId, "--json"])).runs[0];

describe("a run in the background", () => {
  let runId: string;

  test("is started, and the command tells how to watch it", async () => {
    const who = ["--by", "Ann Lee", "--reason", "the pilot"];
    const { code, out } = await run(["migrate", "org_a", "--background", "--yes", ...who]);
    expect(code).toBe(0);
    runId = out.match(/^org_a {2}run ([-\w]{36}) {2}(queued|running)\n/)?.[1] ?? "";
    expect(out).toContain(`\nTo watch it:\n  npx v2-rollout run ${runId} --watch\n`);
    expect(out).toContain(`\n  npx v2-rollout pause ${runId}\n`);
  });

  test("is shown by the beginning of its id, in the list, and in the status", async () => {
    const { code, out } = await run(["run", runId.slice(0, 8)]);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^org_a {2}${backend.url}\n\nRUNNING {2}[\\d,]+ of 700 notes`));
    expect(out).toMatch(/\n {2}started [-\d]+ [\d:]+Z by Ann Lee: the pilot\n/);
    expect(out).toContain("at most 1.0 MB/s");
    const listed = await run(["runs"]);
    expect(listed.out).toMatch(
      new RegExp(
        `^run +organization +state +migrated +failed +started +by\n${runId.slice(0, 8)} {2}org_a +running `,
      ),
    );
    expect((await run(["status", "org_a", "org_b"])).out).toMatch(
      /^org_a +in progress .* \d+\/700 +running$/m,
    );
    const { out: status } = await run(["status", "org_a"]);
    expect(status).toMatch(/\n {2}current run {11}running, \d+% of 700 notes, since /);
    expect(status).toContain(`\n  npx v2-rollout run ${runId} --watch\n`);
  });

  test("excludes others, and what is refused names commands of this program", async () => {
    const refused = await backend.run("scripts/runMigration", { organizationId: "org_a", dryRun: false });
    expect(refused.stderr).toContain("RUN_EXISTS");
    const resumed = await run(["resume", runId, "--yes"]);
    expect(resumed.code).toBe(1);
    expect(resumed.err.replaceAll(/\s+/g, " ")).toContain(
      `is running: only \`pause\` and \`cancel\` fit \`npx v2-rollout pause ${runId}\` or`,
    );
  });

  test("is paused, resumed and watched to its end", async () => {
    const paused = await run(["pause", runId, "--yes", "--watch", "--json"]);
    expect(paused.code).toBe(0);
    expect(paused.err).toContain(`Pause run ${runId.slice(0, 8)} of org_a on ${backend.url}? Yes (--yes).`);
    const [{ state, outcome }] = reportOf(paused).runs;
    expect(state).toBe("paused");
    expect(outcome.migrated).toBeLessThan(700);
    expect((await run(["run", runId, "--watch"])).code).toBe(3);
    await backend.setFaults([]);
    const done = await run(["resume", runId, "--yes", "--watch"]);
    expect(done.code).toBe(0);
    expect(done.out).toContain("DONE  700 of 700 notes");
    const over = await run(["pause", runId, "--yes"]);
    expect(over.code).toBe(1);
    expect(over.err.replaceAll(/\s+/g, " ")).toContain("is done: nothing more fits start another run with");
  });
});

test("Ctrl-C ends the watching of a run, which goes on; its pace can be set, and it is cancelled for good", async () => {
  await backend.setFaults([slow]);
  const runId = await start("org_b");
  const left = await run(["run", runId, "--watch"], { signals: [{ name: "SIGINT", afterMs: 200 }] });
  expect(left.code).toBe(3);
  expect(left.err).toContain("Leaving; the run goes on.");
  expect(left.out).toContain("RUNNING  ");
  const paced = await run(["pace", runId, "100000", "--yes", "--json"]);
  expect(reportOf(paced).runs[0]).toMatchObject({ state: "running", bytesPerSecond: 100_000 });
  expect((await run(["pace", runId, "fast", "--yes"])).code).toBe(2);
  const cancelled = await run(["cancel", runId, "--yes", "--watch"]);
  expect(cancelled.code).toBe(0);
  expect(cancelled.out).toContain("CANCELLED  ");
  const next = await run(["migrate", "org_b", "--limit", "1", "--yes"]);
  expect(next.code).toBe(3);
});

test("Ctrl-C pauses a run that was resumed to be watched", async () => {
  await backend.setFaults([slow]);
  const runId = await start("org_c");
  await run(["pause", runId, "--yes", "--watch"]);
  const ran = await run(["resume", runId, "--yes", "--watch"], {
    signals: [{ name: "SIGINT", afterMs: 300 }],
  });
  expect(ran.code).toBe(3);
  expect(ran.out).toContain("PAUSED  ");
  expect((await lookAt(runId)).state).toBe("paused");
  await backend.setFaults([]);
});

test.each([["pause"], ["resume"], ["cancel"], ["retry"], ["pace"]])("%s needs consent", async (command) => {
  const runId = await start(`org_${command === "pace" ? "e" : "d"}`);
  const before = await lookAt(runId);
  const words = [command, runId, ...(command === "pace" ? ["1"] : [])];
  const ran = await run(words);
  expect(ran.code).toBe(2);
  expect(ran.err).toContain("Add --yes to agree.");
  expect(await lookAt(runId)).toMatchObject({ bytesPerSecond: before.bytesPerSecond });
  expect((await lookAt(runId)).state).not.toMatch(/paus|cancel/);
});

test.runIf(hasTerminal)("a terminal is asked, and no changes nothing", async () => {
  await backend.setFaults([slow]);
  const runId = await start("org_b");
  const state = await folder();
  const no = await onTerminal(
    backend,
    state,
    ["cancel", runId],
    [[`Cancel run ${runId.slice(0, 8)} of org_b`, "n"]],
  );
  expect(no.code).toBe(1);
  expect(no.out).toContain("Nothing was changed.");
  await backend.setFaults([]);
  await run(["run", runId, "--watch"]);
  const over = await onTerminal(backend, state, ["cancel", runId], []);
  expect(over.code).toBe(1);
  expect(over.out.replaceAll(/\s+/g, " ")).toContain(`run \`${runId}\` is done: nothing more fits`);
  const retry = await run(["retry", runId, "--yes"]);
  expect(retry).toMatchObject({ code: 1, out: "", err: `no note failed in run \`${runId}\`\n` });
});

test("runs of organizations are listed by name, and what there is not is said", async () => {
  const { runs } = reportOf(await run(["runs", "club-org_a", "org_b", "--json"]));
  const organizations = new Set(runs.map(({ organizationId }: { organizationId: string }) => organizationId));
  expect(organizations).toEqual(new Set(["org_a", "org_b"]));
  const started = runs.map(({ startedMs }: { startedMs: number }) => startedMs);
  expect(started).toEqual([...started].sort((one, other) => other - one));
  expect((await run(["runs", "--all", "--json"])).code).toBe(0);
  expect((await run(["runs", "org_none"])).out).toBe("The ledger has no run of org_none.\n");
  const unknown = await run(["run", "zzzz"]);
  expect(unknown.code).toBe(1);
  expect(unknown.err).toContain("no run of the newest ones begins with `zzzz`");
});
