// @vitest-environment node
import { ConvexHttpClient } from "convex/browser";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  convexCli,
  deploy,
  installed,
  installedWithOldest,
  readTable,
  scratchDirectory,
  writeBackend,
  writeSnapshot,
} from "./support.mjs";

const withoutId = (message) => message.replace(/^\[Request ID: [0-9a-f]{16}\] Server Error\n/, "");
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const empty = { notes: [], runs: [], ledger: [], archive: [] };

/** @param {import("./support.mjs").SpawnOptions} [options] */
async function start(options) {
  const deployment = await deploy({ backend: installed, ...options });
  const value = async (name, args) => (await deployment.call(name, args)).value;
  const failure = async (name, args) => withoutId((await deployment.call(name, args)).errorMessage);
  return { ...deployment, value, failure, all: () => value("host:all") };
}

describe.each([
  ["the newest release of convex", async () => installed],
  ["the oldest one", installedWithOldest],
])("with %s", (_name, backend) => {
  /** @type {Awaited<ReturnType<typeof start>>} */
  let deployment;
  beforeAll(async () => {
    deployment = await start({ backend: await backend(), env: { SECRET: "s" } });
    return () => deployment.stop();
  });
  beforeEach(() => deployment.call("host:clear"));

  it("a component's mutation commits and rolls back with the host's", async () => {
    expect(await deployment.value("host:begin", { name: "a" })).toEqual({
      run: expect.any(String),
      ledgerRun: expect.any(String),
    });
    expect(await deployment.failure("host:begin", { name: "b", fail: true })).toMatch(
      /^Uncaught Error: the host gives up\n {4}at handler \(\.\.\/convex\/host\.ts:/,
    );
    expect(await deployment.all()).toEqual({ ...empty, runs: ["a"], ledger: ["a"] });
  });

  it("a component's mutation whose failure is caught rolls back alone", async () => {
    expect(await deployment.value("host:beginCaught", { name: "a" })).toEqual({
      caught: { code: "NO_RUN", name: "a" },
      seen: ["a after", "a before"],
    });
    expect(await deployment.all()).toEqual({ ...empty, runs: ["a"], ledger: ["a after", "a before"] });
  });

  it("a component calls the host by a handle within the same transaction", async () => {
    expect(await deployment.value("host:beginAndTell", { name: "a", fail: false })).toBe(1);
    expect(await deployment.value("host:beginAndTell", { name: "b", fail: true })).toBe("the host refuses");
    expect(await deployment.all()).toEqual({ ...empty, notes: ["began a"], ledger: ["a", "b"] });
  });

  it("the host calls a component by a handle, its internal functions, too", async () => {
    const args = { name: "a" };
    const handle = await deployment.value("host:callHandle", { args });
    expect(handle).toBe("function://ledger;runs:record");
    await deployment.value("host:callHandle", { handle, args: { name: "b" } });
    expect(await deployment.all()).toEqual({ ...empty, ledger: ["a", "b"] });
  });

  it("both schedule each other's functions, if they commit", async () => {
    const options = { ms: 60_000, fail: false };
    const job = await deployment.value("host:beginLater", { name: "a", ...options });
    expect(job).toContain("_scheduled_functions");
    await deployment.call("host:beginLater", { name: "b", ...options, fail: true });
    const { all } = deployment;
    await expect.poll(all).toEqual({
      ...empty,
      ...{ notes: ["scheduled a"], ledger: ["a"], archive: ["a archived"] },
    });
    await wait(200);
    expect(await all()).toMatchObject({ notes: ["scheduled a"] });
  });

  it("a component cancels what it has scheduled, and the host cannot", async () => {
    const job = await deployment.value("host:beginLater", { name: "a", ms: 500, fail: false });
    const other = await deployment.value("host:beginLater", { name: "b", ms: 500, fail: false });
    expect((await deployment.call("host:cancel", { job })).status).toBe("success");
    await expect.poll(async () => (await deployment.all()).ledger).toEqual(["a", "b", "b too late"]);
    expect(await deployment.failure("host:cancel", { job: "ledger" })).toContain("ArgumentValidationError");
    expect(other).not.toBe(job);
  });

  it("actions on either side call, and schedule, what they name", async () => {
    const identity = { subject: "ada" };
    const { value } = await deployment.call("host:beginByAction", { name: "a" }, { identity });
    expect(value).toEqual({
      identity: null,
      names: expect.arrayContaining(["a", "a first"]),
      refused: expect.stringContaining("Child component `ledger` does not export `runs:record`"),
    });
    await expect.poll(deployment.all).toEqual({
      ...empty,
      notes: ["acted a"],
      ledger: ["a", "a again", "a first"],
      archive: ["a archived"],
    });
  });

  it("actions cancel what they have scheduled", async () => {
    expect(await deployment.call("host:cancelByAction", { ms: 100 })).toMatchObject({ status: "success" });
    await wait(300);
    expect(await deployment.all()).toEqual(empty);
  });

  it("a component can install others, with one transaction for all", async () => {
    expect(await deployment.value("host:tick", { fail: true })).toEqual([1, "the clock stands still"]);
    expect(await deployment.value("host:tick", { fail: false })).toEqual([2, 3]);
  });

  it("calls that must not be made are refused", async () => {
    expect(await deployment.value("host:mistakes")).toEqual({
      internal: "Child component `ledger` does not export `runs:record`",
      missing: "Child component `ledger` does not export `runs:absent`",
      component: "Child component `absent` not found",
      grandchild: "Child component `ledger` does not export `clock/ticks:tick`",
      kind: "Trying to execute ledger/runs:begin as Query, but it is defined as Mutation.",
      args: "ArgumentValidationError: Value does not match validator.",
      noFunction: "`_reference/childComponent/ledger` does not refer to a function of a component",
      handleOfMissing: "Child component `ledger` does not export `runs:absent`",
      unknownHandle: "Function handle not found: `function://ledger;runs:absent`",
      scheduled: "Child component `ledger` does not export `runs:record`",
      paginated: "paginate() is only supported in the app.",
    });
    expect(await deployment.all()).toEqual(empty);
  });

  it("ids of equally named tables belong to one of them", async () => {
    const { ids, seen } = await deployment.value("host:exchangeIds");
    expect(new Set(Object.values(ids)).size).toBe(3);
    const unknown = (owner) => `Invalid argument \`id\`: Unable to decode ID: Invalid ID '${ids[owner]}'`;
    const refused = expect.stringContaining("ArgumentValidationError");
    const foreign = (owner) => ({ inLedger: unknown(owner), asArgument: refused });
    expect(seen).toEqual({
      host: { inHost: "host", normalized: true, ...foreign("host") },
      archive: { inHost: unknown("archive"), normalized: false, ...foreign("archive") },
      ledger: {
        inHost: unknown("ledger"),
        normalized: false,
        inLedger: ["ledger", true],
        asArgument: "taken",
      },
    });
  });

  it("a component sees the time of the transaction, and neither the environment nor who is signed in", async () => {
    const { value } = await deployment.call("host:surroundings", {}, { identity: { subject: "ada" } });
    expect(value).toEqual({
      app: "ada",
      now: expect.any(Number),
      ledger: { env: {}, identity: null, now: value.now },
    });
  });

  it("each installation has modules of its own", async () => {
    expect(await deployment.value("host:calls")).toEqual([1, 2, 1]);
  });
});

describe("limits", () => {
  it("count what is written across components, all of which is lost beyond them", async () => {
    const deployment = await start({ limits: { documentsWritten: 5 } });
    expect(await deployment.value("host:beginMany", { count: 4 })).toBe(5);
    expect(await deployment.failure("host:beginMany", { count: 5 })).toContain("Wrote too many documents");
    expect(await deployment.all()).toMatchObject({ notes: ["many"], ledger: { length: 4 } });
    await deployment.stop();
  });
});

describe("clients", () => {
  /** @type {Awaited<ReturnType<typeof start>>} */
  let deployment;
  beforeAll(async () => {
    deployment = await start();
    await deployment.call("host:begin", { name: "a" });
    await deployment.call("host:tick", { fail: false });
  });
  const convex = (...args) => convexCli(deployment.url, args);

  it("without a key reach no function of a component", async () => {
    const client = new ConvexHttpClient(deployment.url, { logger: false });
    expect(await client.mutation("host:tick", { fail: false })).toEqual([3, 4]);
    for (const name of ["runs:names", "ledger/runs:names"]) {
      await expect(client.query(name, {})).rejects.toThrow("Could not find public function");
    }
    for (const componentPath of ["ledger", "absent"]) {
      const body = JSON.stringify({ path: "runs:names", componentPath, args: {} });
      const response = await fetch(`${deployment.url}/api/query`, { method: "POST", body });
      expect([response.status, await response.json()]).toEqual([
        400,
        {
          code: "BadComponentPath",
          message: "Functions of components can only be called with the admin key",
        },
      ]);
    }
  });

  it("run a component's functions by `npx convex run --component`", async () => {
    const names = await convex("run", "--component", "ledger", "runs:names");
    expect([names.code, JSON.parse(names.stdout)]).toEqual([0, ["a"]]);
    const inner = await convex("run", "--component", "ledger/clock", "ticks:tick", '{"by": "hand"}');
    expect([inner.code, Number(inner.stdout)]).toEqual([0, 5]);
    const absent = await convex("run", "--component", "ledger", "runs:absent");
    expect([absent.code, absent.stderr]).toEqual([1, expect.stringContaining("'ledger/runs:absent'")]);
    expect(absent.stderr).toContain("• runs:names");
    expect(absent.stderr).not.toContain("host:");
    const missing = await convex("run", "--component", "absent", "runs:names");
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringContaining("The backend installs no component `absent`"),
    ]);
  });

  it("list a component's tables by `npx convex data --component`", async () => {
    expect(await convex("data")).toMatchObject({ code: 0, stdout: "notes\nruns\n" });
    expect(await convex("data", "--component", "ledger")).toMatchObject({ code: 0, stdout: "runs\n" });
    expect(await convex("data", "--component", "ledger/clock")).toMatchObject({ code: 0, stdout: "ticks\n" });
    const { stdout } = await convex("data", "runs", "--component", "ledger", "--format", "jsonl");
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).name),
    ).toEqual(["a"]);
    expect((await convex("data", "runs", "--component", "archive")).stdout).toBe("");
  });
});

describe("faults", () => {
  /** @type {Awaited<ReturnType<typeof start>>} */
  let deployment;
  beforeAll(async () => {
    deployment = await start();
    return () => deployment.stop();
  });
  beforeEach(async () => {
    await deployment.setFaults([]);
    await deployment.call("host:clear");
  });

  it("fail calls of a component by its path, and count them from any caller", async () => {
    await deployment.setFaults([
      { on: "mutation", path: "ledger/runs:begin", from: 2, message: "busy" },
      { on: "mutation", path: "archive/", count: 0, message: "never" },
    ]);
    expect((await deployment.call("host:begin", { name: "a" })).status).toBe("success");
    expect(await deployment.failure("host:begin", { name: "b" })).toContain("busy");
    expect((await deployment.call("host:begin", { name: "c" })).status).toBe("success");
    expect(await deployment.all()).toEqual({ ...empty, runs: ["a", "c"], ledger: ["a", "c"] });
  });

  it("lose the answer of a component's call, whose writes the caller can keep", async () => {
    await deployment.setFaults([{ on: "mutation", path: "clock/ticks:tick", from: 2, lostAnswer: true }]);
    const lost = "Your request couldn't be completed. Try again later.";
    expect(await deployment.value("host:tick", { fail: false })).toEqual([1, lost]);
    expect(await deployment.value("host:tick", { fail: false })).toEqual([3, 4]);
  });

  it("fail what a component has scheduled until it commits", async () => {
    await deployment.setFaults([{ on: "mutation", path: "ledger/runs:record", count: 2, message: "busy" }]);
    await deployment.call("host:beginLater", { name: "a", ms: 60_000, fail: false });
    await expect.poll(async () => (await deployment.all()).ledger).toEqual(["a"]);
  });

  it("count a call of an action into a component as one of a client", async () => {
    await deployment.setFaults([{ on: "mutation", message: "busy" }]);
    expect(await deployment.failure("host:beginByAction", { name: "a" })).toContain("busy");
    expect(await deployment.all()).toEqual(empty);
  });
});

describe("snapshots", () => {
  const times = { _creationTime: 1700000000000.5 };
  const hostRun = { ...times, _id: "same", name: "h", ledgerRun: "l1" };
  const runs = [
    { ...times, _id: "l1", name: "a" },
    { ...times, _id: "same", name: "b", previous: "l1" },
  ];
  const ticks = [{ ...times, _id: "t1", by: "snapshot" }];
  const ledger = "_components/ledger";
  const clock = `${ledger}/_components/clock`;

  it("hold components' tables, and go on from one another", async () => {
    const snapshot = await writeSnapshot({
      ...{ runs: [hostRun], [`${ledger}/runs`]: runs, [`${clock}/ticks`]: ticks },
      "_components/archive/_storage": [],
    });
    const save = await scratchDirectory();
    const first = await start({ snapshot, save });
    expect(await first.all()).toEqual({ ...empty, runs: ["h"], ledger: ["a", "b"] });
    expect(await first.value("host:tick", { fail: false })).toEqual([2, 3]);
    const { ledgerRun } = await first.value("host:begin", { name: "c" });
    const handle = await first.value("host:callHandle", { args: { name: "by handle" } });
    await first.stop();

    expect((await readTable(save, "runs"))[0]).toEqual(hostRun);
    const saved = await readTable(save, `${ledger}/runs`);
    expect(saved).toEqual([
      ...runs,
      expect.objectContaining({ _id: ledgerRun, name: "c" }),
      expect.objectContaining({ name: "by handle" }),
    ]);
    expect(await readTable(save, `${clock}/ticks`)).toMatchObject([...ticks, {}, {}]);
    expect(await readTable(save, "_components/archive/runs")).toEqual([]);

    const second = await start({ snapshot: save });
    expect((await second.value("host:begin", { name: "d" })).ledgerRun).not.toBe(ledgerRun);
    await second.value("host:callHandle", { handle, args: { name: "by handle again" } });
    const names = ["a", "b", "by handle", "by handle again", "c", "d"];
    expect(await second.all()).toMatchObject({ ledger: names });
    await second.stop();
  });

  it("keep what is committed when a fault ends the process", async () => {
    const save = await scratchDirectory();
    const faults = [{ on: "mutation", path: "host:begin", from: 2, exit: true }];
    const deployment = await start({ save, faults });
    await deployment.call("host:begin", { name: "a" });
    await expect(deployment.call("host:begin", { name: "b" })).rejects.toThrow("fetch failed");
    expect(await deployment.ended).toBe(137);
    expect(await readTable(save, `${ledger}/runs`)).toMatchObject([{ name: "a" }, { name: "b" }]);
    expect(await readTable(save, "runs")).toMatchObject([{ name: "a" }, { name: "b" }]);
  });

  it.each([
    [
      "a component that is not installed",
      { "_components/mail/letters": ticks },
      "the snapshot has tables of the component `mail`, which the backend does not install",
    ],
    [
      "a table that a component's schema has not",
      { [`${ledger}/notes`]: ticks },
      "the snapshot has the table `notes`, which the schema of the component `ledger` has not",
    ],
    [
      "one `_id` twice",
      { [`${ledger}/runs`]: [runs[0], runs[0]] },
      "documents.jsonl:2: duplicate `_id` `l1`",
    ],
  ])("are refused: %s", async (_name, tables, message) => {
    await expect(start({ snapshot: await writeSnapshot(tables) })).rejects.toThrow(message);
  });
});

describe("what is installed", () => {
  const app = (uses) =>
    `import { defineApp } from "convex/server"; import ledger from "./ledger/convex.config";
const app = defineApp({ env: {} }); ${uses} export default app;`;
  const ledger = `import { defineComponent } from "convex/server"; import { v } from "convex/values";
export default defineComponent("ledger", { env: { ONE: v.string(), TWO: v.optional(v.string()) } });`;
  const surroundings = `import { queryGeneric } from "convex/server";
export const env = queryGeneric({ args: {}, handler: async () => ({ ...process.env }) });`;

  it("sees of the environment what it is given", async () => {
    const uses = `app.use(ledger, { env: { ONE: "1" } });
app.use(ledger, { name: "archive", env: { ONE: { __envVarRef: "GIVEN" } } });`;
    const backend = await writeBackend({
      "convex.config.ts": app(uses),
      "ledger/convex.config.ts": ledger,
      "ledger/index.ts": surroundings,
    });
    const { url, stop } = await deploy({ backend, env: { GIVEN: "app's", SECRET: "s" } });
    const run = (component) => convexCli(url, ["run", "--component", component, "index:env"]);
    expect(JSON.parse((await run("ledger")).stdout)).toEqual({ ONE: "1" });
    expect(JSON.parse((await run("archive")).stdout)).toEqual({ ONE: "app's" });
    await stop();
  });

  const self = `import { defineComponent } from "convex/server"; import other from "../convex.config";
const inner = defineComponent("inner"); inner.use(other); export default inner;`;
  const selfOuter = `import { defineComponent } from "convex/server"; import inner from "./inner/convex.config";
const ledger = defineComponent("ledger"); ledger.use(inner); export default ledger;`;
  it.each([
    [
      "one name twice",
      app("app.use(ledger); app.use(ledger);"),
      {},
      "two components are installed as `ledger`",
    ],
    [
      "a bad name",
      app('app.use(ledger, { name: "../x" });'),
      {},
      "a component's name has letters, digits and underscores, got `../x`",
    ],
    [
      "a component inside of itself",
      app("app.use(ledger);"),
      { "ledger/convex.config.ts": selfOuter, "ledger/inner/convex.config.ts": self },
      "the component `ledger` installs itself",
    ],
    [
      "a module that throws",
      app("app.use(ledger);"),
      { "ledger/index.ts": 'export const a = 1; throw new Error("at the start");' },
      "evaluating ledger/index.js failed: Error: at the start",
    ],
  ])("is refused: %s", async (_name, config, files, message) => {
    const backend = await writeBackend({
      ...{ "convex.config.ts": config, "ledger/convex.config.ts": ledger },
      ...files,
    });
    await expect(deploy({ backend })).rejects.toThrow(message);
  });
});
