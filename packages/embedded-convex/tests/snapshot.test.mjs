// @vitest-environment node
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readSnapshot } from "../src/snapshot.mjs";
import { deploy, readTable, scratchDirectory, writeSnapshot } from "./support.mjs";

const ada = { _id: "j57ada", _creationTime: 1700000000000.25, name: "Ada" };
const bob = { _id: "j57bob", _creationTime: 1700000000000.25, name: "Bob", mentor: "j57ada" };
const book = (id, more) => ({
  _creationTime: 1700000000001,
  title: id,
  author: "j57ada",
  _id: id,
  ...more,
});

describe("a round trip", () => {
  it("keeps ids, times, ties, references that dangle, and documents that are malformed", async () => {
    const books = [
      book("k1", {
        note: "j57bob",
        readers: [{ reader: "j57bob", pages: { $integer: "BQAAAAAAAAA=" } }],
      }),
      book("k2", { cover: "kg2gone", scores: { j57bob: 1, j57gone: 2 } }),
      book("k3", { author: "j57gone" }),
      book("k4", { author: 5, surplus: [true] }),
      { _id: "k5", _creationTime: 1700000000001 },
      book("k0", { rank: { $float: "AAAAAAAA+H8=" }, _creationTime: 1700000000001 }),
    ];
    const snapshot = await writeSnapshot({
      authors: [bob, ada],
      books,
      _tables: [{ name: "books" }],
    });
    await writeFile(path.join(snapshot, "generated_schema.jsonl"), "{}");
    await mkdir(path.join(snapshot, "_storage"));
    const save = path.join(await scratchDirectory(), "new", "place");
    const deployment = await deploy({ snapshot, save });

    const all = (await deployment.call("books:all", { table: "books" })).value;
    expect(all.map(({ title, _id }) => [title, _id]).slice(0, 3)).toEqual([
      ["k0", "k0"],
      ["k1", "k1"],
      ["k2", "k2"],
    ]);
    expect((await deployment.call("books:byAuthor", { author: "j57ada" })).value).toHaveLength(3);
    expect((await deployment.call("books:byAuthor", { author: "j57gone" })).value).toHaveLength(1);
    // Writing again a document whose references dangle is no mistake; one that is malformed is.
    for (const id of ["k2", "k3"]) {
      expect((await deployment.call("books:setNote", { id, note: "n" })).status).toBe("success");
    }
    const { errorMessage } = await deployment.call("books:setNote", { id: "k4", note: "n" });
    expect(errorMessage).toContain('Failed to insert or update a document in table "books"');
    expect((await deployment.call("books:get", { id: "j57gone" })).value).toBeNull();
    const added = (await deployment.call("books:addAuthor", { name: "Cleo" })).value;
    await deployment.stop();

    const authors = await readTable(save, "authors");
    expect(authors.slice(0, 2)).toEqual([ada, bob]);
    expect(authors[2]).toMatchObject({ _id: added, name: "Cleo" });
    expect(authors[2]._creationTime).toBeGreaterThan(ada._creationTime);
    const expected = [books[5], books[0], { ...books[1], note: "n" }, { ...books[2], note: "n" }];
    expect(await readTable(save, "books")).toEqual([...expected, books[3], books[4]]);
    expect(await readTable(save, "events")).toEqual([]);
    expect((await readdir(save)).sort()).toEqual(["_scheduled_functions", "authors", "books", "events"]);

    // Saved once more, a new document keeps its id, and ids given out later do not meet it.
    const again = await deploy({ snapshot: save, save: path.join(save, "again") });
    const next = (await again.call("books:addAuthor", { name: "Dora" })).value;
    expect(next).not.toBe(added);
    await again.stop();
    expect((await readTable(path.join(save, "again"), "authors")).map(({ name }) => name)).toEqual([
      ...["Ada", "Bob", "Cleo", "Dora"],
    ]);
  });
});

describe("a loaded snapshot", () => {
  const future = Date.now() + 1e9;
  /** @type {Awaited<ReturnType<typeof deploy>>} */
  let deployment;
  beforeAll(async () => {
    const snapshot = await writeSnapshot({ authors: [ada, { ...bob, _creationTime: future }] });
    deployment = await deploy({ snapshot });
  });

  it("keeps what is scheduled and has not begun", async () => {
    const save = await scratchDirectory();
    const first = await deploy({ save });
    await first.call("books:later", { text: "at once" });
    await first.call("books:later", { text: "later", delayMs: 2_000 });
    await first.stop();
    const texts = async () => (await readTable(again, "events")).map(({ text }) => text);
    const again = await scratchDirectory();
    const second = await deploy({ snapshot: save, save: again });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await second.stop();
    expect(await texts()).toEqual(["at once", "later"]);
  });
  it("dates new documents after its own, unless those are of the future", async () => {
    const { value: id } = await deployment.call("books:addAuthor", { name: "new" });
    const { value } = await deployment.call("books:get", { id });
    expect(value._creationTime).toBeGreaterThan(ada._creationTime);
    expect(value._creationTime).toBeLessThan(future);
  });

  it("leaves ids refused that are none", async () => {
    for (const id of ["abc", "toString", "__proto__", "5books", "12345678901234567890123456nothing"]) {
      expect((await deployment.call("books:get", { id })).errorMessage).toContain(`Invalid ID '${id}'`);
      expect((await deployment.call("books:normalize", { id })).value).toBeNull();
    }
    expect((await deployment.call("books:normalize", { id: "j57ada" })).value).toBeNull();
    const wrong = await deployment.call("books:add", { title: "T", author: "j57nobody" });
    expect(wrong.errorMessage).toContain("ArgumentValidationError");
  });
});

describe.concurrent("a snapshot that is refused", () => {
  const line = JSON.stringify(ada);
  const cases = [
    ["a line that is no object", { authors: ["5"] }, "documents.jsonl:1: not a document"],
    ["no `_id`", { authors: [{ name: "a" }] }, "documents.jsonl:1: `_id` is missing"],
    ["no `_creationTime`", { authors: [{ _id: "a" }] }, "documents.jsonl:1: `_creationTime` is missing"],
    ["one `_id` twice", { authors: [ada, bob, ada] }, "documents.jsonl:3: duplicate `_id` `j57ada`"],
    ["one `_id` in two tables", { authors: [ada], books: [ada] }, "already in `authors`"],
  ];
  it.each(cases)("has %s", async (_name, tables, message) => {
    await expect(readSnapshot(await writeSnapshot(tables))).rejects.toThrow(message);
  });

  it("ends the deployment: a broken line", async () => {
    const snapshot = await writeSnapshot({ authors: [line, "", line.slice(0, -1)] });
    await expect(deploy({ snapshot })).rejects.toThrow("authors/documents.jsonl:3: not a document");
  });

  it("ends the deployment: an unknown table", async () => {
    const snapshot = await writeSnapshot({ films: [ada] });
    await expect(deploy({ snapshot })).rejects.toThrow(
      "ended with 1: embedded-convex: the snapshot has the table `films`, which the schema has not",
    );
  });
});
