// @vitest-environment node
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseArgs } from "../src/args.mjs";
import { Faults, parseFault } from "../src/faults.mjs";
import { Problem } from "../src/problem.mjs";
import { convexCli, deploy, readTable, runProgram, scratchDirectory } from "./support.mjs";

const lost = "Your request couldn't be completed. Try again later.";
const busy = "Too many writes per second. Your deployment is limited to 4 MiB bytes written per 1 second.";
const withoutId = (message) => message.replace(/^\[Request ID: [0-9a-f]{16}\] /, "");

/** @typedef {import("../src/faults.mjs").Fault} Fault */

describe("a fault that is refused", () => {
  const effects = "`message`, `lostAnswer`, `delayMs`, `exit`";
  const cases = [
    ["{", "a fault is a JSON object, got `{`: "],
    ["[]", "a fault is a JSON object, got `[]`"],
    ["null", "a fault is a JSON object, got `null`"],
    [{ on: "query", exit: true, when: 1 }, "a fault has no field `when`, only `on`, `path`, `from`, "],
    [{ exit: true }, '`on` of a fault is missing in `{"exit":true}`'],
    [{ on: "action", exit: true }, '`on` of a fault is "query" or "mutation", got `"action"`'],
    [{ on: "query", path: "", exit: true }, '`path` of a fault is a part of a function\'s path, got `""`'],
    [{ on: "query", from: 0, exit: true }, "`from` of a fault is a whole number from 1, got `0`"],
    [{ on: "query", from: "2", exit: true }, '`from` of a fault is a whole number from 1, got `"2"`'],
    [{ on: "query", count: -1, exit: true }, "`count` of a fault is a whole number from 0, got `-1`"],
    [{ on: "query", count: 1.5, exit: true }, "`count` of a fault is a whole number from 0, got `1.5`"],
    [
      { on: "query", forMs: 2 ** 31, exit: true },
      "`forMs` of a fault is a whole number of milliseconds from 1, got `2147483648`",
    ],
    [{ on: "query", delayMs: 0 }, "`delayMs` of a fault is a whole number of milliseconds from 1, got `0`"],
    [{ on: "query", message: "" }, '`message` of a fault is a text, got `""`'],
    [{ on: "query", lostAnswer: false }, "`lostAnswer` of a fault is true, got `false`"],
    [{ on: "query", exit: 1 }, "`exit` of a fault is true, got `1`"],
    [{ on: "query", count: 1, forMs: 1, exit: true }, "`count` and `forMs` of a fault cannot be combined, "],
    [{ on: "query" }, `a fault has exactly one of ${effects}, got \`{"on":"query"}\``],
    [{ on: "query", exit: true, message: "m" }, `a fault has exactly one of ${effects}, got `],
  ];
  it.each(cases)("%j", (spec, message) => {
    const text = typeof spec === "string" ? spec : JSON.stringify(spec);
    expect(() => parseFault(text)).toThrow(Problem);
    expect(() => parseArgs(["--fault", text])).toThrow(message);
  });

  it("ends the program as other flags do", async () => {
    expect(await runProgram(["--fault", "5"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "embedded-convex: a fault is a JSON object, got `5`\n",
    });
  });
});

describe("the calls that are affected", () => {
  /**
   * @param {Fault[]} faults
   * @param {string[]} calls Such as `query a:b`, and `nested query a:b` for one within a transaction.
   */
  async function failures(faults, calls) {
    const all = new Faults(() => {});
    all.set(faults);
    const failed = [];
    for (const [at, call] of calls.entries()) {
      const [path, kind, nested] = call.split(" ").reverse();
      await all
        .call({ kind, path }, nested === "nested", async () => {})
        .catch(({ message }) => failed.push(`${at + 1} ${message}`));
    }
    return failed;
  }
  const five = Array(5).fill("mutation a:b");
  const mixed = ["query a:b", "mutation a:b", "nested mutation a:b", "action a:b", "mutation c:d"];
  const on = "mutation";

  it.each([
    ["the first", [{ on, message: "m" }], five, ["1 m"]],
    ["from a later one", [{ on, from: 4, message: "m" }], five, ["4 m"]],
    ["several", [{ on, from: 2, count: 2, message: "m" }], five, ["2 m", "3 m"]],
    ["all from there on", [{ on, from: 3, count: 0, message: "m" }], five, ["3 m", "4 m", "5 m"]],
    ["none yet", [{ on, from: 6, message: "m" }], five, []],
    ["of one kind, outermost", [{ on, count: 0, message: "m" }], mixed, ["2 m", "5 m"]],
    ["of the other kind", [{ on: "query", count: 0, message: "m" }], mixed, ["1 m"]],
    ["of a path, nested", [{ on, path: "a:", count: 0, message: "m" }], mixed, ["2 m", "3 m"]],
    ["counted by path", [{ on, path: "c", from: 1, message: "m" }], mixed, ["5 m"]],
    [
      "two faults",
      [
        { on, from: 2, message: "m" },
        { on, from: 4, lostAnswer: true },
      ],
      five,
      ["2 m", `4 ${lost}`],
    ],
    [
      "two at one call",
      [
        { on, lostAnswer: true },
        { on, count: 2, message: "m" },
      ],
      five,
      ["1 m", "2 m"],
    ],
  ])("are %s", async (_name, faults, calls, expected) => {
    expect(await failures(faults, calls)).toEqual(expected);
  });

  it("are those within a time after the first", async () => {
    const all = new Faults(() => {});
    all.set([{ on: "query", from: 2, forMs: 150, message: "m" }]);
    const call = () => all.call({ kind: "query", path: "a:b" }, false, async () => "done").catch(String);
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    expect(await call()).toBe("done");
    // The time begins with the second call and not with the first.
    await wait(200);
    expect([await call(), await call()]).toEqual(["Error: m", "Error: m"]);
    await wait(200);
    expect(await call()).toBe("done");
  });

  it("leave the error of a function as it is, unless the answer is lost", async () => {
    const all = new Faults(() => {});
    all.set([
      { on: "query", delayMs: 1, count: 0 },
      { on: "query", from: 2, lostAnswer: true },
    ]);
    const call = () =>
      all.call({ kind: "query", path: "a:b" }, false, () => Promise.reject(new Error("own")));
    await expect(call()).rejects.toThrow("own");
    await expect(call()).rejects.toThrow(lost);
  });

  it("are counted anew when faults are set", async () => {
    const all = new Faults(() => {});
    const call = () => all.call({ kind: "query", path: "a:b" }, false, async () => "done").catch(String);
    for (let round = 0; round < 2; round += 1) {
      all.set([{ on: "query", from: 2, message: "m" }]);
      expect([await call(), await call(), await call()]).toEqual(["done", "Error: m", "done"]);
    }
    expect(() => all.set([{ on: "query" }])).toThrow(Problem);
    all.set([]);
    expect([await call(), await call()]).toEqual(["done", "done"]);
  });
});

describe("in a deployment", () => {
  /** @type {Awaited<ReturnType<typeof deploy>>} */
  let deployment;
  beforeAll(async () => {
    deployment = await deploy({ adminKey: "k" });
  });
  beforeEach(() => deployment.setFaults([]));
  const call = (name, args) => deployment.call(name, args, { key: "k" });
  const texts = async () => (await call("books:all", { table: "events" })).value.map(({ text }) => text);
  /** What a call has written. */
  const writtenBy = async (work) => {
    const before = (await texts()).length;
    const result = await work();
    return { result, written: (await texts()).slice(before) };
  };

  it("a message fails a client's call before it commits, as the backend reports failures", async () => {
    await deployment.setFaults([{ on: "mutation", message: busy }]);
    const { result, written } = await writtenBy(() => call("books:record", { text: "a" }));
    expect([result.http, withoutId(result.errorMessage)]).toEqual([560, `Server Error\n${busy}`]);
    expect(written).toEqual([]);
    expect((await call("books:record", { text: "b" })).status).toBe("success");
  });

  it("a message fails an action's call, which goes on", async () => {
    await deployment.setFaults([{ on: "mutation", from: 2, message: busy }]);
    const { result, written } = await writtenBy(() => call("runtime:attempts", { count: 3 }));
    expect(result.value).toEqual(["done", busy, "done"]);
    expect(written).toEqual(["attempt 1", "attempt 3"]);
  });

  it("a message that an action does not catch fails the action", async () => {
    await deployment.setFaults([{ on: "query", path: "echo", message: busy }]);
    const { errorMessage } = await call("runtime:relay", { value: 1 });
    expect(withoutId(errorMessage)).toMatch(`Server Error\nUncaught Error: ${busy}`);
  });

  it("a lost answer fails a call that has committed", async () => {
    await deployment.setFaults([{ on: "mutation", count: 2, lostAnswer: true }]);
    const outer = await writtenBy(() => call("books:record", { text: "a" }));
    expect(withoutId(outer.result.errorMessage)).toBe(`Server Error\n${lost}`);
    expect(outer.written).toEqual(["a"]);
    const { result, written } = await writtenBy(() => call("runtime:attempts", { count: 2 }));
    expect(result.value).toEqual([lost, "done"]);
    expect(written).toEqual(["attempt 1", "attempt 2"]);
  });

  it("a delay holds the answer back, and nothing else", async () => {
    await deployment.setFaults([{ on: "mutation", path: "record", delayMs: 2000 }]);
    const began = performance.now();
    const slow = call("books:record", { text: "slow" });
    await expect.poll(texts).toContain("slow");
    expect((await call("books:record", { text: "fast" })).status).toBe("success");
    expect(performance.now() - began).toBeLessThan(2000);
    expect((await slow).status).toBe("success");
    expect(performance.now() - began).toBeGreaterThanOrEqual(1990);
  });

  it("nested calls are affected by path alone", async () => {
    await deployment.setFaults([{ on: "mutation", from: 2, message: "m" }]);
    expect((await call("runtime:nesting")).value).toEqual(["done", "done"]);
    await deployment.setFaults([
      { on: "mutation", path: "books:record", message: "inner fails" },
      { on: "query", path: "runtime:now", lostAnswer: true },
    ]);
    const { result, written } = await writtenBy(() => call("runtime:nesting"));
    expect(result.value).toEqual([lost, "inner fails"]);
    expect(written).toEqual(["outer"]);
    await deployment.setFaults([{ on: "mutation", path: "books:record", lostAnswer: true }]);
    const committed = await writtenBy(() => call("runtime:nesting"));
    expect(committed.result.value).toEqual(["done", lost]);
    expect(committed.written).toEqual(["outer", "inner"]);
  });

  it("a scheduled mutation that a message fails is run again until it commits", async () => {
    await deployment.setFaults([{ on: "mutation", path: "record", count: 0, message: busy }]);
    const { written } = await writtenBy(async () => {
      await call("books:later", { text: "again" });
      // The database is not locked while it waits for its next turn.
      expect((await call("books:addAuthor", { name: "meanwhile" })).status).toBe("success");
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await texts()).not.toContain("again");
      await deployment.setFaults([{ on: "mutation", path: "record", count: 2, message: busy }]);
      await expect.poll(texts, { timeout: 10_000 }).toContain("again");
    });
    expect(written).toEqual(["again"]);
    expect((await call("books:record", { text: "after" })).status).toBe("success");
  });

  it("a scheduled mutation whose answer is lost is run once", async () => {
    await deployment.setFaults([{ on: "mutation", path: "record", lostAnswer: true }]);
    const { written } = await writtenBy(async () => {
      await call("books:later", { text: "once" });
      await expect.poll(texts).toContain("once");
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    expect(written).toEqual(["once"]);
  });

  it("what the CLI asks of the deployment itself is not affected", async () => {
    await deployment.setFaults([{ on: "query", count: 0, message: "m" }]);
    expect(await convexCli(deployment.url, ["data"], "k")).toMatchObject({ code: 0 });
    expect(await convexCli(deployment.url, ["function-spec"], "k")).toMatchObject({ code: 0 });
    expect(await convexCli(deployment.url, ["run", "runtime:now"], "k")).toMatchObject({ code: 1 });
  });

  it("faults are set with the admin key alone, and all or none", async () => {
    await expect(deployment.setFaults([{ on: "query" }])).rejects.toThrow("a fault has exactly one of");
    const post = (body, headers) =>
      fetch(`${deployment.url}/embedded/faults`, { method: "POST", headers, body });
    expect((await post("[]", {})).status).toBe(401);
    expect((await post("{}", { Authorization: "Convex k" })).status).toBe(400);
  });
});

describe("by flags", () => {
  it("the real CLI shows a failure, and a lost answer's write is there", async () => {
    const deployment = await deploy({
      faults: [
        { on: "mutation", path: "books:addAuthor", message: busy },
        { on: "mutation", path: "books:addAuthor", from: 2, lostAnswer: true },
      ],
    });
    const add = (name) => convexCli(deployment.url, ["run", "books:addAuthor", JSON.stringify({ name })]);
    const first = await add("first");
    expect([first.code, first.stdout, first.stderr]).toEqual([1, "", expect.stringContaining(busy)]);
    const second = await add("second");
    expect([second.code, second.stdout, second.stderr]).toEqual([1, "", expect.stringContaining(lost)]);
    expect((await add("third")).code).toBe(0);
    const { stdout } = await convexCli(deployment.url, ["data", "authors", "--format", "jsonl"]);
    const names = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).name);
    expect(names).toEqual(["third", "second"]);
    await deployment.stop();
  });

  it("a backend can be one that tells no metrics", async () => {
    const deployment = await deploy({ metrics: false });
    expect((await deployment.call("books:scan")).errorMessage).toContain(
      "Uncaught Error: getTransactionMetrics() can only be called from a query or mutation.",
    );
    expect((await deployment.call("books:fill", { count: 1 })).status).toBe("success");
    await deployment.stop();
  });
});

describe.concurrent("an exit", () => {
  /** @param {Fault[]} faults */
  const start = async (faults) => {
    const save = await scratchDirectory();
    const deployment = await deploy({ save, faults });
    const ended = async () => {
      expect(await deployment.ended).toBe(137);
      return (await readTable(save, "events")).map(({ text }) => text);
    };
    return { ...deployment, save, ended };
  };

  it("ends the process after the commit, which another one goes on from", async () => {
    const first = await start([{ on: "mutation", path: "record", from: 2, exit: true }]);
    const attempts = first.call("runtime:attempts", { count: 3 });
    await expect(attempts).rejects.toThrow("fetch failed");
    expect(await first.ended()).toEqual(["attempt 1", "attempt 2"]);
    await expect(first.stop()).rejects.toThrow("the deployment ended with 137");

    const second = await deploy({ snapshot: first.save });
    const { value } = await second.call("books:all", { table: "events" });
    expect(value.map(({ text }) => text)).toEqual(["attempt 1", "attempt 2"]);
    await second.stop();
  });

  it("at a query loses nothing that was written", async () => {
    const { call, ended } = await start([{ on: "query", exit: true }]);
    await call("books:record", { text: "a" });
    await expect(call("runtime:now")).rejects.toThrow("fetch failed");
    expect(await ended()).toEqual(["a"]);
  });

  it("at a nested call comes before the commit of all", async () => {
    const { call, ended } = await start([{ on: "mutation", path: "books:record", exit: true }]);
    await expect(call("runtime:nesting")).rejects.toThrow("fetch failed");
    expect(await ended()).toEqual([]);
  });

  it("at a scheduled mutation comes after its commit", async () => {
    const { call, ended } = await start([{ on: "mutation", path: "books:record", exit: true }]);
    await call("books:later", { text: "scheduled" }).catch(() => {});
    expect(await ended()).toEqual(["scheduled"]);
  });

  it("that cannot save says so", async () => {
    const deployment = await deploy({ save: "/dev/null/x", faults: [{ on: "query", exit: true }] });
    await deployment.call("runtime:now").catch(() => {});
    await expect(deployment.stop()).rejects.toThrow(
      "ended with 1: embedded-convex: saving to /dev/null/x failed",
    );
  });
});
