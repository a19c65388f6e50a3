// @vitest-environment node
import { beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { convexCli, deploy, writeSnapshot } from "./support.mjs";

const authors = Array.from({ length: 5 }, (_, at) => ({
  _id: `j57author${at}`,
  // Two of each time, so that a page can end between them.
  _creationTime: 1700000000000 + Math.floor(at / 2),
  name: `n${at}`,
}));

/** @type {Awaited<ReturnType<typeof deploy>>} */
let deployment;
beforeAll(async () => {
  deployment = await deploy({ snapshot: await writeSnapshot({ authors }) });
});
const convex = (...args) => convexCli(deployment.url, args);

describe("npx convex data", () => {
  it("lists the schema's tables, also those without documents", async () => {
    expect(await convex("data")).toMatchObject({ code: 0, stdout: "authors\nbooks\nevents\n" });
  });

  it.each([
    ["the latest first", [], [4, 3, 2, 1, 0]],
    ["the oldest first", ["--order", "asc"], [0, 1, 2, 3, 4]],
    ["no more than asked for", ["--limit", "2"], [4, 3]],
  ])("lists documents: %s", async (_name, flags, expected) => {
    const { code, stdout } = await convex("data", "authors", "--format", "jsonl", ...flags);
    const lines = stdout.trim().split("\n");
    expect([code, lines.map((line) => JSON.parse(line).name)]).toEqual([0, expected.map((at) => `n${at}`)]);
  });

  it("prints them as a table, and says that there are more", async () => {
    const { code, stdout, stderr } = await convex("data", "authors", "--limit", "1");
    expect(stdout.split("\n")[0]).toMatch(/^_id +\| _creationTime +\| name$/);
    expect(stdout).toContain('"j57author4"');
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining("Showing the 1 most recently created document."),
    ]);
  });

  it("says that an empty or a missing table has none", async () => {
    for (const table of ["books", "films"]) {
      const { code, stdout, stderr } = await convex("data", table);
      expect([code, stdout, stderr]).toEqual([0, "", "There are no documents in this table.\n"]);
    }
  });
});

describe("npx convex function-spec", () => {
  it("lists functions with their arguments and results", async () => {
    const { code, stdout } = await convex("function-spec");
    const { url, functions } = JSON.parse(stdout);
    expect([code, url]).toEqual([0, deployment.url]);
    const find = (identifier) => functions.find((one) => one.identifier === identifier);
    expect(find("runtime.js:wrongReturn")).toEqual({
      identifier: "runtime.js:wrongReturn",
      functionType: "Query",
      visibility: { kind: "public" },
      args: { type: "object", value: {} },
      returns: { type: "object", value: { a: { fieldType: { type: "number" }, optional: false } } },
    });
    expect(find("actions/files.js:hash")).toMatchObject({ functionType: "Action" });
    expect(find("books.js:all")).toMatchObject({
      visibility: { kind: "internal" },
      returns: { type: "any" },
    });
  });
});

describe("what is not served", () => {
  it.each([
    ["a wrong key", ["data"], "wrong", "answers only queries that carry the admin key"],
    [
      "a missing component",
      ["data", "authors", "--component", "mail"],
      "local",
      "serves no component `mail`",
    ],
    [
      "a live query",
      ["run", "--watch", "runtime:now"],
      "local",
      "does not serve the live query `runtime:now`",
    ],
    ["environment variables", ["env", "list"], "local", "does not serve the live query `_system/cli/query"],
    ["an export", ["export", "--path", "unused.zip"], "local", "does not serve POST /api/export/request"],
  ])("is refused at once, with a sentence: %s", async (_name, args, key, message) => {
    const { code, stderr } = await convexCli(deployment.url, args, key);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`embedded-convex ${message}`)]);
  });
});

describe("a page of documents", () => {
  /**
   * Asks as the CLI does, but for pages so small that there are several.
   *
   * @param {"asc" | "desc"} order
   */
  async function pages(order) {
    const socket = new WebSocket(`${deployment.url.replace("http", "ws")}/api/1.48.0/sync`);
    const next = () =>
      new Promise((resolve, reject) => {
        socket.addEventListener("message", ({ data }) => resolve(JSON.parse(String(data))), { once: true });
        socket.addEventListener("error", reject, { once: true });
      });
    const ask = async (message) => {
      const answered = next();
      socket.send(JSON.stringify(message));
      return await answered;
    };
    await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
    await ask({ type: "Authenticate", tokenType: "Admin", value: "local", baseVersion: 0 });
    const names = [];
    for (let cursor = null, isDone = false, queryId = 0; !isDone; queryId += 1) {
      const args = [{ table: "authors", order, paginationOpts: { cursor, numItems: 2 } }];
      const add = { type: "Add", queryId, udfPath: "_system/cli/tableData:default", args };
      const { modifications } = await ask({
        ...{ type: "ModifyQuerySet", baseVersion: queryId, newVersion: queryId + 1, modifications: [add] },
      });
      const { page } = modifications[0].value;
      ({ isDone, continueCursor: cursor } = modifications[0].value);
      names.push(page.map(({ name }) => name));
    }
    socket.close();
    return names;
  }

  it("goes on after the one before, each document once", async () => {
    expect(await pages("asc")).toEqual([["n0", "n1"], ["n2", "n3"], ["n4"]]);
    expect(await pages("desc")).toEqual([["n4", "n3"], ["n2", "n1"], ["n0"]]);
  });
});
