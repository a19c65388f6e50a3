/** What runs come to where a deployment refuses, loses or ends: as an operator sees it, and what is stored then. */

import { beforeAll, describe, expect, test } from "vitest";

import * as make from "../shims/documents";
import { answerOf, deploy, folder, type Ran, redeploy, row, type Tables } from "./support";

const transient = {
  conflict:
    'Documents read from or written to the "voiceNotes" table changed while this mutation was being run and on every subsequent retry.',
  "write rate": "Too many writes per second. Your deployment is limited to 4 MiB bytes written per 1 second",
  "concurrent commits": "Too many concurrent commits in a short period of time. Spread your writes out.",
  "system operations": "Your request timed out performing too many system operations.",
  redacted: "Your request couldn't be completed. Try again later.",
};
const refused = transient["write rate"];

/** Organizations with so many notes each, all of which can be migrated. */
function platform(organizations: readonly string[], notes: number): Tables {
  return {
    organizations: organizations.map((id) => row(make.organization(id))),
    voiceNotes: organizations.flatMap((orgId) =>
      Array.from({ length: notes }, () => row(make.note({ orgId, insights: [make.insight()] }))),
    ),
  };
}

const migration = (organizationId: string) => ({ organizationId, dryRun: false });

/** A run that failed: its exit code, nothing on stdout, and what its error says. */
function failureOf({ code, stdout, stderr }: Ran): unknown {
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  const [, data = "{}"] = /ConvexError: (\{.*\})/.exec(stderr) ?? [];
  return JSON.parse(data);
}

describe("2,000 notes", () => {
  const cases = Object.entries(transient).flatMap(([kind, message]) =>
    [1_000, 3_000].map((forMs) => ({
      kind,
      message,
      forMs,
      organizationId: `org_${kind}_${forMs}`.replaceAll(" ", "_"),
    })),
  );
  let backend: Awaited<ReturnType<typeof deploy>>;
  let undisturbed = 0;
  beforeAll(async () => {
    backend = await deploy(
      platform(["org_undisturbed", ...cases.map(({ organizationId }) => organizationId)], 2_000),
    );
    const answer = answerOf(await backend.run("scripts/runMigration", migration("org_undisturbed")));
    expect(answer).toMatchObject({ done: true, outcome: { migrated: 2_000 } });
    undisturbed = answer.batches;
    expect(undisturbed).toBeLessThanOrEqual(19);
  });

  test.each(cases)(
    "are migrated, and none is blamed, past $forMs ms of $kind",
    async ({ message, forMs, organizationId }) => {
      await backend.setFaults([{ on: "mutation", path: "migrationBatch", from: 4, forMs, message }]);
      const answer = answerOf(await backend.run("scripts/runMigration", migration(organizationId)));
      expect(answer).toMatchObject({
        done: true,
        stopped: null,
        errors: 0,
        failures: [],
        artifacts: 2_000,
        outcome: { migrated: 2_000, failed: 0 },
        next: null,
      });
      // A transaction that was refused is no batch.
      expect(answer.batches).toBeLessThanOrEqual(Math.max(undisturbed, 17) * 1.5);
      expect(answer.batchSize.notes).toBeGreaterThan(50);
    },
  );
});

/** Nothing is missing, nothing is there twice, and nothing is half. */
async function expectWhole(
  backend: Awaited<ReturnType<typeof deploy>>,
  organizationId: string,
  notes: number,
) {
  await backend.setFaults([]);
  expect(answerOf(await backend.run("scripts/v2MigrationStatus", { organizationId }))).toMatchObject({
    verdict: "complete",
    voiceNotes: { total: notes },
    artifacts: { total: notes },
    transcripts: notes,
    claims: notes,
    migration: { migrated: notes },
    duplicates: 0,
    orphans: 0,
  });
}

describe("a run of 120 notes", () => {
  const notes = 120;
  const organizations = ["lost", "unknown", "memory", "page"];
  const on = "mutation" as const;
  const path = "migrationBatch";
  let backend: Awaited<ReturnType<typeof deploy>>;
  beforeAll(async () => {
    backend = await deploy(platform(organizations, notes));
  });

  const cases: [organizationId: string, name: string, faults: Parameters<typeof backend.setFaults>[0]][] = [
    [
      "lost",
      "whose every other answer is lost",
      [1, 3, 5].map((from) => ({ on, path, from, lostAnswer: true })),
    ],
    [
      "unknown",
      "that fails twice for no known reason",
      [{ on, path, from: 2, count: 2, message: "it is cursed" }],
    ],
    [
      "memory",
      "that runs out of memory",
      [
        {
          on,
          path,
          from: 2,
          message: "JavaScript execution ran out of memory (maximum memory usage: 64 MB)",
        },
      ],
    ],
  ];
  test.each(cases)("%s: one %s migrates each note once", async (organizationId, _, faults) => {
    await backend.setFaults(faults);
    const answer = answerOf(
      await backend.run("scripts/runMigration", { ...migration(organizationId), batchSize: 20, limit: 500 }),
    );
    const rows = { artifacts: notes, transcripts: notes, claims: notes };
    expect(answer).toMatchObject({ done: true, errors: 0, ...rows, outcome: { migrated: notes } });
    await expectWhole(backend, organizationId, notes);
  });

  test("whose page cannot be read once reads it again", async () => {
    await backend.setFaults([{ on: "query", path: "migrationPage", message: refused }]);
    const answer = answerOf(
      await backend.run("scripts/runMigration", { organizationId: "page", dryRun: true }),
    );
    expect(answer).toMatchObject({ done: true, outcome: { migrated: notes } });
  });

  test("that a kill ends behind a commit is gone through again", async () => {
    const save = await folder();
    const killed = await deploy(platform(["org_a"], notes), {
      save,
      faults: [{ on, path, from: 2, exit: true }],
    });
    const args = { ...migration("org_a"), batchSize: 20 };
    expect(await killed.run("scripts/runMigration", args)).toMatchObject({ code: 1, stdout: "" });
    expect(await killed.ended).toBe(137);
    const again = await redeploy(save);
    // The ledger does not know yet that it was killed.
    const refusal = failureOf(await again.run("scripts/runMigration", args));
    expect(refusal).toMatchObject({ code: "RUN_EXISTS" });
    const [, runId] = /run `([^`]*)`/.exec((refusal as { message: string }).message) ?? [];
    await again.run("v2Rollout:cancelRun", { runId });
    expect(answerOf(await again.run("v2Rollout:cancelRun", { runId }))).toMatchObject({
      state: "cancelled",
      outcome: { migrated: 40 },
    });
    expect(answerOf(await again.run("scripts/runMigration", args))).toMatchObject({
      done: true,
      outcome: { migrated: notes - 40, alreadyMigrated: 40 },
    });
    await expectWhole(again, "org_a", notes);
  });

  // Each waits for a minute.
  test("that is refused for good fails where nothing was done, and says how to go on where something was", async () => {
    const refusedFrom = (from: number) => ({
      faults: [{ on, path, from, count: 0, message: refused }] as const,
    });
    const [atOnce, later] = await Promise.all([
      deploy(platform(["org_a"], notes), refusedFrom(1)),
      deploy(platform(["org_a"], notes), refusedFrom(3)),
    ]);
    const args = { ...migration("org_a"), batchSize: 20 };
    const [thrown, ended] = await Promise.all([
      atOnce.run("scripts/runMigration", args),
      later.run("scripts/runMigration", args),
    ]);
    expect(failureOf(thrown)).toEqual({
      code: "INTERNAL",
      message: `no transaction was answered: ${refused}`,
      hint: expect.stringContaining("run the same again"),
    });
    const answer = answerOf(ended);
    expect(answer).toMatchObject({
      done: false,
      stopped: "error",
      errors: 0,
      outcome: { migrated: 40, failed: 0 },
      warnings: [expect.stringContaining(refused), expect.stringContaining("`limit`")],
      next: { function: "scripts/runMigration", args: { ...args, cursor: answer.cursor } },
    });
    await later.setFaults([]);
    expect(answerOf(await later.paste(ended))).toMatchObject({
      done: true,
      outcome: { migrated: notes - 40, alreadyMigrated: 0 },
    });
    await expectWhole(later, "org_a", notes);
  }, 180_000);
});
