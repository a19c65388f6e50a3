/** What the program asks of a deployment, and what it makes of the answers. */

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";

import { readAnswer } from "./answers";
import { fakeDeployment, noLedger, Refused, runAnswer, status, statusAnswer } from "./fakeDeployment";
import { dashboard, enter } from "./program";

type Entered = Awaited<ReturnType<typeof enter>>;

const organization = (organizationId: string) => ({ organizationId, name: null, slug: null });
const fleetOf = (count: number) => Array.from({ length: count }, (_, at) => organization(`org_${at}`));

/** Looks, as the page does, until what is seen is as it should be. */
// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of a snapshot.
async function until({ get }: Entered, isSo: (snapshot: any) => boolean): Promise<any> {
  for (let tries = 0; tries < 100; tries++) {
    const snapshot = readAnswer(await get("api/snapshot"));
    if (isSo(snapshot)) return snapshot;
    await sleep(100);
  }
  throw new Error("it was never so");
}

// biome-ignore lint/suspicious/noExplicitAny: the same.
const isCounted = ({ fleet }: any): boolean =>
  fleet?.members.every((member: { status: unknown; problem: unknown }) => member.status ?? member.problem) ??
  false;

test("50 organizations are counted four at a time, and not again while nothing happens", async () => {
  const functions = {
    "v2Rollout:organizations": () => fleetOf(50),
    "v2Rollout:runs": () => [],
    [status]: ({ organizationId = "" }) => {
      if (organizationId === "org_7") throw new Refused("INTERNAL", "it broke");
      return statusAnswer();
    },
  };
  const fake = await fakeDeployment(functions, 20);
  const program = await dashboard(fake);
  const entered = await enter(program);
  expect(fake.count(status)).toBe(0);
  const { fleet } = await until(entered, isCounted);
  expect(fleet.from).toBe("list");
  const failed = fleet.members.filter(({ problem }: { problem: unknown }) => problem !== null);
  expect(failed).toEqual([
    {
      ...organization("org_7"),
      status: null,
      problem: { code: "INTERNAL", message: "it broke", hint: null },
    },
  ]);
  for (let looks = 0; looks < 10; looks++) await entered.get("api/snapshot");
  await sleep(200);
  expect(fake.count(status)).toBe(50);
  expect(fake.seen.mostAtOnce).toBeLessThanOrEqual(4);
  // One that is asked for is counted at once, and the others are not.
  await entered.post("api/look", { organizationId: "org_3" });
  await sleep(300);
  expect(fake.count(status)).toBe(51);
  await program.stop();
});

test("what has not changed is not sent again", async () => {
  const fake = await fakeDeployment({
    "v2Rollout:organizations": () => fleetOf(1),
    "v2Rollout:runs": () => [],
    [status]: () => statusAnswer(),
  });
  const program = await dashboard(fake);
  const entered = await enter(program);
  await until(entered, (snapshot) => isCounted(snapshot) && snapshot.ledger.kind === "present");
  const { headers } = await entered.get("api/snapshot");
  const again = await entered.get(`api/snapshot?after=${headers["x-revision"]}`);
  expect(again).toMatchObject({ status: 204, body: "" });
  await program.stop();
});

test("a deployment that falls silent is asked by one call at a time, and what was known stays, marked", async () => {
  const fake = await fakeDeployment({
    "v2Rollout:organizations": () => fleetOf(20),
    "v2Rollout:runs": () => [],
    [status]: () => statusAnswer(),
  });
  const program = await dashboard(fake);
  const entered = await enter(program);
  const before = await until(entered, isCounted);
  expect(before.silence).toBeNull();
  fake.seen.isSilent = true;
  await entered.post("api/look", { organizationId: null });
  const silent = await until(entered, ({ silence }) => silence !== null);
  expect(silent.silence).toMatchObject({ problem: { code: "NO_ANSWER" } });
  expect(silent.fleet.members.map(({ status: seen }: { status: unknown }) => seen)).toEqual(
    before.fleet.members.map(({ status: seen }: { status: unknown }) => seen),
  );
  fake.seen.isSilent = false;
  const counted = fake.count(status);
  await until(entered, ({ silence }) => silence === null);
  await until(entered, () => fake.count(status) >= counted + 20);
  await program.stop();
});

test("without a list, organizations are those of the runs; without a ledger too, those that are named", async () => {
  const functions = { "v2Rollout:organizations": () => null, [status]: () => statusAnswer() };
  const runs = [
    runAnswer(),
    runAnswer({ runId: "run_2" }),
    runAnswer({ runId: "run_3", organizationId: null }),
  ];
  const learning = await dashboard(await fakeDeployment({ ...functions, "v2Rollout:runs": () => runs }));
  const { fleet } = await until(await enter(learning), (snapshot) => snapshot.fleet?.members.length > 0);
  expect(fleet).toMatchObject({ from: "runs", members: [organization("org_a")] });
  await learning.stop();

  const named = await dashboard(
    await fakeDeployment({ ...functions, "v2Rollout:runs": noLedger }),
    "org_b",
    "org_c",
    "org_b",
  );
  const snapshot = await until(await enter(named), ({ ledger }) => ledger.kind === "missing");
  expect(snapshot).toMatchObject({
    ledger: { problem: { message: expect.stringContaining("needs the ledger") } },
    fleet: { from: "arguments", members: [organization("org_b"), organization("org_c")] },
    runs: null,
  });
  await named.stop();
});

test("an organization is counted again when its run ends", async () => {
  let run = runAnswer();
  const fake = await fakeDeployment({
    "v2Rollout:organizations": () => fleetOf(3).concat(organization("org_a")),
    "v2Rollout:runs": () => [run],
    [status]: () => statusAnswer(),
  });
  const program = await dashboard(fake);
  const entered = await enter(program);
  await until(entered, isCounted);
  const counted = fake.count(status);
  run = runAnswer({ state: "done", endedMs: 1 });
  await until(entered, ({ runs }) => runs[0].state === "done");
  await sleep(300);
  const since = fake.calls.filter(({ path }) => path === status).slice(counted);
  expect(since.map(({ args }) => args.organizationId)).toEqual(["org_a"]);
  await program.stop();
});

test("an answer that is lost is told as such, and nothing is tried twice", async () => {
  const fake = await fakeDeployment({
    "v2Rollout:organizations": () => fleetOf(1),
    "v2Rollout:runs": () => [],
    "v2Rollout:pauseRun": () => runAnswer({ state: "pausing" }),
    [status]: () => statusAnswer(),
  });
  const program = await dashboard(fake);
  const { post } = await enter(program);
  fake.seen.isSilent = true;
  const answer = readAnswer(await post("api/act", { kind: "pause", runId: "run_1" }));
  expect(answer).toMatchObject({
    kind: "failed",
    problem: { code: "NO_ANSWER", hint: expect.stringContaining("look at the runs") },
  });
  expect(fake.unanswered).toEqual(["v2Rollout:pauseRun"]);
  await program.stop();
});
