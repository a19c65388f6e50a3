// @vitest-environment node
import { beforeAll, describe, expect, it } from "vitest";
import { deploy } from "./support.mjs";

/** @type {Awaited<ReturnType<typeof deploy>>} */
let deployment;
beforeAll(async () => {
  deployment = await deploy({ env: { GREETING: "hi", OTHER: "a=b" } });
});
const call = (name, args) => deployment.call(name, args);
const withoutId = (message) => message.replace(/^\[Request ID: [0-9a-f]{16}\] Server Error\n/, "");
const events = async () => (await call("books:all", { table: "events" })).value;

describe("the default runtime", () => {
  it("has the web's globals and no others", async () => {
    expect((await call("runtime:globals")).value).toEqual({
      absent: ["Buffer", "require", "global", "setImmediate", "__dirname", "navigator", "window"],
      process: ["env"],
      env: { GREETING: "hi", OTHER: "a=b" },
      eval: expect.stringMatching(/^Code generation from strings disallowed/),
      newFunction: expect.stringMatching(/^Code generation from strings disallowed/),
      timeout: expect.stringMatching(/^Can't use setTimeout\(\) in queries and mutations/),
      fetch: expect.stringMatching(/^Can't use fetch\(\) in queries and mutations/),
      url: "Invalid URL",
      bytes: [0xc3, 0xa9],
      decoded: "\ufffd",
      clone: { two: 2 },
      digest: true,
      sum: 5,
    });
  });

  it("stops the clock of a transaction, nested calls included", async () => {
    const { before, after, nested, created, isDate } = (await call("runtime:clock")).value;
    expect(after).toEqual(before);
    expect([nested, isDate]).toEqual([before[0], true]);
    expect(created).toBeGreaterThanOrEqual(before[0]);
  });

  it("lets it run in actions, which have timers", async () => {
    const { value } = await call("runtime:slowClock");
    expect(Math.min(...value)).toBeGreaterThanOrEqual(15);
  });
});

describe("errors", () => {
  it.each([
    ["convex", 'Uncaught ConvexError: {"code":"NO_SHELF","message":"shelf `a` is missing"}\n    at handler'],
    ["text", "Uncaught ConvexError: plain text\n    at handler (../convex/runtime.ts:"],
    ["type", "Uncaught TypeError: not of a type\n    at handler (../convex/runtime.ts:"],
    ["missing", "Uncaught Error: Could not find function for 'nowhere:nothing'."],
    ["other", "Uncaught Error: a string"],
  ])("are worded as Convex does: %s", async (how, text) => {
    const before = await events();
    const { http, errorMessage, logLines } = await call("runtime:fail", { how });
    expect(http).toBe(560);
    expect(withoutId(errorMessage).startsWith(text), errorMessage).toBe(true);
    expect(logLines).toEqual([`[LOG] 'before' { how: '${how}' }`, "[WARN] 'careful'"]);
    expect(await events()).toEqual(before);
  });

  it("keep their data through an action", async () => {
    const { value } = await call("runtime:catching");
    expect(value).toEqual({ code: "NO_SHELF", message: "shelf `a` is missing" });
  });

  it.each([
    [{ limit: "x" }, 'Value does not match validator.\n\nPath: .limit\nValue: "x"\nValidator: v.float64()'],
    [
      { limit: 1, deep: { list: ["a", 2] } },
      "Value does not match validator.\n\nPath: .deep.list[1]\nValue: 2\nValidator: v.string()",
    ],
    [{}, "Object is missing the required field `limit`."],
    [{ limit: 1, more: 1 }, "Object contains extra field `more` that is not in the validator."],
  ])("of arguments say what is wrong, and where: %j", async (args, text) => {
    const { http, errorMessage } = await call("runtime:numbers", args);
    expect(http).toBe(560);
    const message = withoutId(errorMessage);
    expect(message.startsWith(`ArgumentValidationError: ${text}`), message).toBe(true);
  });

  it("of results are told as well", async () => {
    const { errorMessage } = await call("runtime:wrongReturn");
    expect(withoutId(errorMessage)).toBe(
      'ReturnsValidationError: Value does not match validator.\n\nPath: .a\nValue: "one"\nValidator: v.float64()',
    );
  });
});

describe("calls", () => {
  it("from actions carry every kind of value", async () => {
    for (const value of [{ $float: "AAAAAAAA+H8=" }, { $integer: "BQAAAAAAAAA=" }, { $bytes: "AAEC" }]) {
      const { value: answers } = await call("runtime:relay", { value });
      expect(answers.map((answer) => answer.value)).toEqual([value, value]);
    }
  });

  it("answer with the outermost function's console lines, within the limits", async () => {
    const many = (await call("runtime:chatter", { lines: 300, length: 3 })).logLines;
    expect(many).toHaveLength(256);
    expect([many[0], many[255]]).toEqual(["[LOG] 'xxx'", expect.stringContaining("Log overflow")]);
    const [long] = (await call("runtime:chatter", { lines: 1, length: 5000 })).logLines;
    expect(Buffer.byteLength(long)).toBe(4096);
  });

  it("roll back what a failed nested mutation wrote, and only that", async () => {
    const author = (await call("books:addAuthor", { name: "A" })).value;
    const { value } = await call("books:outer", { author });
    expect(value).toEqual({
      caught: [{ code: "INNER", seen: { $integer: "AgAAAAAAAAA=" } }],
      titles: ["kept"],
    });
    const books = (await call("books:byAuthor", { author })).value;
    expect(books.map(({ title }) => title)).toEqual(["kept"]);
  });

  it("that are not awaited do no harm", async () => {
    expect((await call("runtime:careless")).status).toBe("success");
    expect((await events()).filter(({ text }) => text === "unawaited")).toHaveLength(1);
  });

  it("run at the same time without meeting", async () => {
    const answers = await Promise.all([
      call("runtime:concurrent", { count: 20 }),
      call("runtime:concurrent", { count: 20 }),
      ...Array.from({ length: 10 }, (_, value) => call("runtime:relay", { value })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill("success"));
    expect(answers.slice(2).map(({ value }) => value[0].value)).toEqual([...Array(10).keys()]);
    expect((await events()).filter(({ text }) => text?.startsWith("at "))).toHaveLength(40);
  });

  it("can be scheduled, and then have no identity", async () => {
    const identity = { subject: "s", issuer: "i", tokenIdentifier: "i|s" };
    await deployment.call("books:later", { text: "later" }, { identity });
    await expect
      .poll(async () => (await events()).find(({ text }) => text === "later"))
      .toMatchObject({ subject: null });
  });
});
