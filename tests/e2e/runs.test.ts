/** Runs that outlive the command, as an operator sees them. */

import { expect, test } from "vitest";

import * as make from "../shims/documents";
import { answerOf, deploy, folder, redeploy, row, type Tables } from "./support";

const notes = 2_000;
const platform = (): Tables => ({
  organizations: [row(make.organization("org_a"))],
  voiceNotes: Array.from({ length: notes }, () =>
    row(make.note({ orgId: "org_a", insights: [make.insight()] })),
  ),
});

type Backend = Awaited<ReturnType<typeof deploy>>;
const batches = { on: "mutation", path: "migrationBatch" } as const;
const slow = { ...batches, count: 0, delayMs: 300 };

const look = async (backend: Backend, runId: string) =>
  answerOf(await backend.run("v2Rollout:run", { runId }));

/** Looks at a run until it is in a state. */
async function until(backend: Backend, runId: string, state: string) {
  for (let tries = 0; tries < 60; tries++) {
    const run = await look(backend, runId);
    if (run.state === state) return run;
  }
  throw new Error(`the run is not ${state}`);
}

const migrated = async (backend: Backend) => {
  const { artifacts, transcripts, claims, duplicates } = answerOf(
    await backend.run("scripts/v2MigrationStatus", { organizationId: "org_a" }),
  );
  return { artifacts: artifacts.total, transcripts, claims, duplicates };
};

test("2,000 notes in the background, with a pause, a lost answer, and a killed deployment in between", async () => {
  const save = await folder();
  const first = await deploy(platform(), { save, faults: [slow] });
  const args = { organizationId: "org_a", dryRun: false, batchSize: 50 };
  const started = answerOf(
    await first.run("scripts/runMigration", { ...args, background: true, by: "Ann", reason: "the pilot" }),
  );
  expect(started).toMatchObject({ state: "queued", next: [{ function: "v2Rollout:run" }] });
  const { runId } = started;

  const refused = await first.run("scripts/runMigration", args);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain("RUN_EXISTS");
  expect(refused.stderr).toContain(runId);

  expect(answerOf(await first.run("v2Rollout:pauseRun", { runId }))).toMatchObject({ state: "pausing" });
  const paused = await until(first, runId, "paused");
  const rows = await migrated(first);
  expect(rows).toMatchObject({ artifacts: paused.outcome.migrated, duplicates: 0 });
  expect(rows.artifacts).toBeGreaterThan(0);
  expect(rows.artifacts).toBeLessThan(notes);
  const [listed] = answerOf(await first.run("v2Rollout:runs", { organizationId: "org_a" }));
  expect({ ...listed, flagChanges: [] }).toEqual(paused);

  await first.setFaults([
    { ...batches, from: 2, lostAnswer: true },
    { ...batches, from: 5, exit: true },
  ]);
  expect(answerOf(await first.run("v2Rollout:resumeRun", { runId }))).toMatchObject({ state: "queued" });
  expect(await first.ended).toBe(137);

  // A deployment that starts again knows its runs. A leg that died is followed by the next within five minutes; nobody has
  // to wait for that.
  const second = await redeploy(save);
  const killed = await look(second, runId);
  expect(killed.state).toBe("running");
  expect(await migrated(second)).toMatchObject({ artifacts: killed.outcome.migrated, duplicates: 0 });
  answerOf(await second.run("v2Rollout:pauseRun", { runId }));
  answerOf(await second.run("v2Rollout:cancelRun", { runId }));
  expect(answerOf(await second.run("v2Rollout:cancelRun", { runId }))).toMatchObject({
    state: "cancelled",
    outcome: killed.outcome,
  });
  const rest = answerOf(await second.run("scripts/runMigration", { ...args, background: true }));
  const done = await until(second, rest.runId, "done");
  expect(done.outcome).toMatchObject({
    migrated: notes - killed.outcome.migrated,
    alreadyMigrated: killed.outcome.migrated,
  });
  expect(await migrated(second)).toEqual({
    artifacts: notes,
    transcripts: notes,
    claims: notes,
    duplicates: 0,
  });
});
