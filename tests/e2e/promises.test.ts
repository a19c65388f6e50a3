/**
 * The essential promises, by the commands that operators type, on any deployment: `scripts/test e2e --url URL`. What needs
 * faults, kills or a platform of its own stands in the other files of this folder, for the embedded deployment alone.
 */

import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type Club, classOfKind, clubs, staff } from "../sample/clubs.mjs";
import { answerOf, type Sampled, sampled } from "./deployments";

const [mixed, halfSet, untouched, finished] = clubs as [Club, Club, Club, Club];

const classes = ["migrated", "unfinished", "notReady", "deferred", "blocked", "eligible"] as const;
type Classes = Record<(typeof classes)[number], number>;

/** How many notes of each class the sample has. */
function classesOf({ notes }: Club): Classes {
  const counts = Object.fromEntries(classes.map((name) => [name, 0])) as Classes;
  for (const [kind, count] of Object.entries(notes)) counts[classOfKind[kind] as keyof Classes] += count;
  return counts;
}

const both = (value: boolean | null) => ({ voice_notes_v2: value, entity_resolution_v2: value });

let deployment: Sampled;
beforeAll(async () => {
  deployment = await sampled();
}, 10 * 60_000);
afterAll(async () => await deployment?.end());

// biome-ignore lint/suspicious/noExplicitAny: as the answer of a command.
const run = async (name: string, args: object): Promise<any> => answerOf(await deployment.run(name, args));
const statusOf = (organizationId: string) => run("scripts/v2MigrationStatus", { organizationId });

/** How often a run is looked at, at most: each look takes a CLI's start. */
const mostLooks = 100;

/** Looks at a run until it is in a state. */
async function until(runId: string, state: string) {
  for (let look = 0; look < mostLooks; look++) {
    const seen = await run("v2Rollout:run", { runId });
    if (seen.state === state) return seen;
  }
  throw new Error(`the run is not ${state}`);
}

describe("status", () => {
  test.each(clubs)("counts every note of $name in its class", async (club) => {
    const status = await statusOf(club.organizationId);
    const counts = classesOf(club);
    expect(status).toMatchObject({ done: true, migration: counts, orphans: club.strays });
    expect(status.voiceNotes.total).toBe(Object.values(counts).reduce((sum, count) => sum + count));
    expect(status.duplicates).toBe(club.notes["finishedTwice"] ?? 0);
  });

  test("check fails where notes are left, and passes where none is", async () => {
    const left = { organizationId: untouched.organizationId, check: true };
    expect(await deployment.run("scripts/v2MigrationStatus", left)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("NOT_COMPLETE"),
    });
    const none = { organizationId: finished.organizationId, check: true };
    expect(await run("scripts/v2MigrationStatus", none)).toMatchObject({ verdict: "complete" });
  });
});

describe("a public function", () => {
  const path = "scripts/v2MigrationStatus:v2MigrationStatus";
  const args = { organizationId: untouched.organizationId };

  test("is refused to anybody, and answers staff", async () => {
    const client = new ConvexHttpClient(deployment.url, { logger: false });
    await expect(client.query(makeFunctionReference<"query">(path), args)).rejects.toMatchObject({
      data: { code: "FORBIDDEN" },
    });
    const identity = JSON.stringify({ subject: staff.subject });
    const answer = answerOf(await deployment.run(path, args, "--identity", identity));
    expect(answer.migration).toEqual(classesOf(untouched));
  });

  test.each(["scripts/v2MigrationStatus:default", "v2Rollout:runs", "v2Rollout:migrate"])(
    "is the only kind that a client finds: %s",
    async (name) => {
      const client = new ConvexHttpClient(deployment.url, { logger: false });
      await expect(client.query(makeFunctionReference<"query">(name), args)).rejects.toThrow(
        "Could not find",
      );
    },
  );
});

describe("arguments", () => {
  const { organizationId } = untouched;
  let before: unknown;
  beforeAll(async () => {
    const { read: _, ...status } = await statusOf(organizationId);
    before = status;
  });
  test.each([
    ["scripts/v2MigrationStatus", {}, "ArgumentValidationError"],
    ["scripts/v2MigrationStatus", { organizationId: "" }, "INVALID_ARGUMENT"],
    ["scripts/v2MigrationStatus", { organizationId, cursor: "damaged" }, "INVALID_CURSOR"],
    ["scripts/enableV2ForOrg", { organizationId: untouched.slug }, "ORGANIZATION_NOT_FOUND"],
    ["scripts/enableV2ForOrg", { organizationId, reason: "two\nlines" }, "INVALID_ARGUMENT"],
    ["scripts/disableV2ForOrg", { organizationId, restore: "forged" }, "INVALID_ARGUMENT"],
    ["scripts/runMigration", { organizationId }, "ArgumentValidationError"],
    ["scripts/runMigration", { organizationId, dryRun: false, limit: 0 }, "limit `0` must be"],
    ["scripts/runMigration", { organizationId, dryRun: false, batchSize: 2.5 }, "batchSize `2.5` must be"],
    ["v2Rollout:run", { runId: "nothing" }, "RUN_NOT_FOUND"],
  ])("%s %j is refused with %s", async (name, args, words) => {
    const refused = await deployment.run(name, args);
    expect(refused).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(words) });
  });

  test("were refused before anything was written", async () => {
    const { read: _, ...status } = await statusOf(organizationId);
    expect(status).toEqual(before);
  });
});

describe("flags", () => {
  const { organizationId } = mixed;

  test("are switched on, off, and back to what they were", async () => {
    const enabled = await run("scripts/enableV2ForOrg", {
      organizationId,
      enabledBy: "Ann",
      reason: "pilot",
    });
    expect(enabled).toMatchObject({ success: true, before: both(null), after: both(true) });
    expect(await statusOf(organizationId)).toMatchObject({
      featureFlags: both(true),
      flagChange: { by: "Ann", reason: "pilot", after: both(true) },
    });
    const again = await run("scripts/enableV2ForOrg", { organizationId });
    expect(again).toMatchObject({ success: true, changed: [] });

    const disabled = await run("scripts/disableV2ForOrg", { organizationId });
    expect(disabled).toMatchObject({ success: true, before: both(true), after: both(false) });
    const undone = { organizationId, restore: disabled.previous };
    expect(await run("scripts/enableV2ForOrg", undone)).toMatchObject({ after: both(true) });
    const first = { organizationId, restore: enabled.previous };
    expect(await run("scripts/disableV2ForOrg", first)).toMatchObject({ after: both(null) });
    expect((await run("v2Rollout:changes", { organizationId })).length).toBeGreaterThanOrEqual(4);
  });

  test("that are half set are completed", async () => {
    const half = { organizationId: halfSet.organizationId };
    expect(await run("scripts/enableV2ForOrg", half)).toMatchObject({
      before: halfSet.flags,
      after: both(true),
      changed: ["entity_resolution_v2"],
    });
  });
});

describe("a migration", () => {
  const { organizationId } = untouched;
  const { eligible } = classesOf(untouched);
  const canary = 5;

  test("does what its dry run promised, a few notes first", async () => {
    const promised = await run("scripts/runMigration", { organizationId, dryRun: true });
    expect(promised).toMatchObject({ done: true, errors: 0, outcome: { migrated: eligible } });
    expect((await statusOf(organizationId)).migration).toEqual(classesOf(untouched));

    const args = { organizationId, dryRun: false };
    const first = await run("scripts/runMigration", { ...args, limit: canary });
    expect(first).toMatchObject({ done: false, stopped: "limit", outcome: { migrated: canary } });
    const rest = await run("scripts/runMigration", args);
    expect(rest).toMatchObject({
      done: true,
      errors: 0,
      outcome: { migrated: eligible - canary, alreadyMigrated: canary },
    });
    for (const rows of ["artifacts", "transcripts", "claims"]) {
      expect(first[rows] + rest[rows]).toBe(promised[rows]);
    }

    const status = await statusOf(organizationId);
    expect(status).toMatchObject({
      migration: { ...classesOf(untouched), eligible: 0, migrated: eligible },
      artifacts: { total: eligible },
      transcripts: eligible,
      claims: promised.claims,
      duplicates: 0,
      orphans: 0,
    });
    const again = await run("scripts/runMigration", args);
    expect(again).toMatchObject({ done: true, artifacts: 0, outcome: { alreadyMigrated: eligible } });
  });
});

describe("a run in the background", () => {
  const { organizationId } = mixed;
  const { eligible } = classesOf(mixed);
  let runId: string | null = null;
  // A run that a failed test has left would keep the next suite's out.
  afterAll(async () => {
    if (runId !== null) await deployment.run("v2Rollout:cancelRun", { runId });
  });

  test("is paused, keeps others out meanwhile, and is resumed to its end", async () => {
    const before = await statusOf(organizationId);
    const args = { organizationId, dryRun: false, background: true, by: "Ann", batchSize: 1 };
    // By a client that is there already: until the CLI has started, the run might be over.
    const client = new ConvexHttpClient(deployment.url, { logger: false });
    // Not in its types: only the CLI means to use it.
    (client as unknown as { setAdminAuth: (key: string) => void }).setAdminAuth(deployment.adminKey);
    const started = await client.action(
      makeFunctionReference<"action">("scripts/runMigration:default"),
      args,
    );
    const { runId: id } = started;
    runId = id;
    await client.mutation(makeFunctionReference<"mutation">("v2Rollout:pauseRun"), { runId: id });
    const paused = await until(id, "paused");
    expect(paused).toMatchObject({ organizationId, by: "Ann", background: true });
    expect(paused.outcome.migrated).toBeLessThan(eligible);

    const meanwhile = await statusOf(organizationId);
    const done = paused.outcome.migrated;
    expect(meanwhile.migration.migrated).toBe(before.migration.migrated + done);
    expect(meanwhile.artifacts.total).toBe(before.artifacts.total + done);
    const refused = await deployment.run("scripts/runMigration", { organizationId, dryRun: false });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("RUN_EXISTS") });
    expect(refused.stderr).toContain(id);

    await run("v2Rollout:resumeRun", { runId: id });
    const ended = await until(id, "done");
    expect(ended).toMatchObject({ errors: 0, outcome: { migrated: eligible } });
    const [listed] = await run("v2Rollout:runs", { organizationId });
    expect(listed).toMatchObject({ runId: id, state: "done", outcome: ended.outcome });
    expect(await statusOf(organizationId)).toMatchObject({
      migration: { eligible: 0, migrated: before.migration.migrated + eligible },
      artifacts: { total: before.artifacts.total + eligible },
      transcripts: before.transcripts + eligible,
      claims: before.claims + ended.claims,
      duplicates: before.duplicates,
      orphans: before.orphans,
    });
    expect((await deployment.run("v2Rollout:resumeRun", { runId: id })).stderr).toContain("RUN_STATE");
  });
});
