// @vitest-environment node
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compareNaively, sortNaively } from "./fixture/convex/naive.ts";
import { deploy, writeSnapshot } from "./support.mjs";

const shelves = [undefined, null, -1, 0, 2.5, "", "a", "ab", "b", "\u{1f4d6}", "\uffff"];
const ranks = [undefined, -3, 0, 1, 2];

// A loop with a seed, so that the data is the same in every run.
const rows = Array.from({ length: 150 }, (_, at) => ({
  _id: `k${String((at * 37) % 150).padStart(3, "0")}`,
  _creationTime: 1700000000000 + (at % 20),
  title: `t${at}`,
  author: `j${(at * 11) % 7}`,
  ...defined({ shelf: shelves[(at * 7) % shelves.length], rank: ranks[(at * 13) % ranks.length] }),
}));
const authors = Array.from({ length: 7 }, (_, at) => ({
  _id: `j${at}`,
  _creationTime: at,
  name: `n${at}`,
}));

function defined(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** @type {Awaited<ReturnType<typeof deploy>>} */
let deployment;
beforeAll(async () => {
  deployment = await deploy({ snapshot: await writeSnapshot({ books: rows, authors }) });
});

const indexes = {
  by_shelf_and_rank: ["shelf", "rank", "_creationTime", "_id"],
  by_author: ["author", "_creationTime", "_id"],
  by_creation_time: ["_creationTime", "_id"],
  by_id: ["_id"],
};

const holds = {
  eq: (order) => order === 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
};

function expectedTitles(books, { index, terms, order, take }) {
  const matching = books.filter((row) =>
    terms.every(({ op, field, value }) => holds[op](compareNaively(row[field], value))),
  );
  const sorted = sortNaively(matching, indexes[index]);
  return (order === "asc" ? sorted : sorted.reverse()).slice(0, take).map(({ title }) => title);
}

/** Equalities on some first fields, taken from one row, then bounds on the next, taken from others. */
const queries = fc
  .record({
    index: fc.constantFrom(...Object.keys(indexes)),
    row: fc.constantFrom(...rows),
    others: fc.tuple(fc.constantFrom(...rows), fc.constantFrom(...rows)),
    equal: fc.nat(4),
    low: fc.constantFrom(null, "gt", "gte"),
    high: fc.constantFrom(null, "lt", "lte"),
    order: fc.constantFrom("asc", "desc"),
    take: fc.option(fc.nat(20), { nil: undefined }),
  })
  .map(({ index, row, others, equal, low, high, order, take }) => {
    const fields = indexes[index];
    const terms = fields.slice(0, equal).map((field) => ({ op: "eq", field, value: row[field] }));
    const next = fields[terms.length];
    for (const [at, op] of [low, high].entries()) {
      if (next !== undefined && op !== null) {
        terms.push({ op, field: next, value: others[at][next] });
      }
    }
    return { index, terms, order, ...defined({ take }) };
  });

describe("an index", () => {
  it("finds what a filter and a sort find, in their order", async () => {
    await fc.assert(
      fc.asyncProperty(queries, async (query) => {
        const { value } = await deployment.call("books:range", query);
        expect(value).toEqual(expectedTitles(rows, query));
      }),
      { numRuns: 300 },
    );
  });

  it("refuses a range that is none", async () => {
    const range = (...terms) =>
      deployment.call("books:range", { index: "by_shelf_and_rank", terms, order: "asc" });
    const on = (op, field) => ({ op, field, value: 1 });
    for (const terms of [
      [on("eq", "rank")],
      [on("gt", "shelf"), on("gt", "shelf")],
      [on("lt", "shelf"), on("eq", "rank")],
    ]) {
      expect((await range(...terms)).errorMessage).toContain("used in `withIndex`");
    }
    const unknown = await deployment.call("books:range", {
      index: "by_none",
      terms: [],
      order: "asc",
    });
    expect(unknown.errorMessage).toContain('Cannot use index "by_none"');
  });

  it("pages through ties forth and back, each document once", async () => {
    for (const desc of [false, true]) {
      const titles = [];
      for (let cursor = null, isDone = false; !isDone; ) {
        const { value } = await deployment.call("books:page", { cursor, numItems: 7, desc });
        titles.push(...value.titles);
        ({ isDone, continueCursor: cursor } = value);
      }
      const query = { index: "by_shelf_and_rank", terms: [], order: desc ? "desc" : "asc" };
      expect(titles).toEqual(expectedTitles(rows, query));
    }
  });

  it("follows writes within a transaction, commits and rollbacks", async () => {
    // The last test of this deployment, since it changes its data.
    const { call } = deployment;
    const check = async () => {
      const books = (await call("books:all", { table: "books" })).value;
      for (const [index, order] of [
        ["by_shelf_and_rank", "asc"],
        ["by_author", "desc"],
        ["by_id", "asc"],
      ]) {
        const query = { index, terms: [], order };
        expect((await call("books:range", query)).value).toEqual(expectedTitles(books, query));
      }
      return books;
    };
    for (let seed = 1; seed <= 6; seed += 1) {
      const before = await check();
      const { status, errorData } = await call("books:shuffle", { seed, fail: seed % 2 === 0 });
      if (seed % 2 === 0) {
        expect(errorData).toMatchObject({ code: "TOLD_TO" });
        expect(await check()).toEqual(before);
      } else {
        expect(status).toBe("success");
        expect(await check()).not.toEqual(before);
      }
    }
  });
});

describe("50,000 documents", () => {
  it("are looked up in by the thousand in one query", async () => {
    const many = Array.from({ length: 50_000 }, (_, at) => ({
      ...{ _id: `k${at}`, _creationTime: at, title: "t", author: `j${at % 5000}` },
    }));
    const writers = Array.from({ length: 5000 }, (_, at) => ({
      _id: `j${at}`,
      _creationTime: at,
      name: "n",
    }));
    const large = await deploy({
      snapshot: await writeSnapshot({ books: many, authors: writers }),
    });
    const wanted = writers.slice(0, 4000).map(({ _id }) => _id);
    expect((await large.call("books:lookUps", { authors: wanted })).value).toBe(20_000);
    await large.stop();
  });
});
