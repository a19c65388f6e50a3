// @vitest-environment node
import { ConvexHttpClient } from "convex/browser";
import { ConvexError } from "convex/values";
import { beforeAll, describe, expect, it } from "vitest";
import { convexCli, deploy } from "./support.mjs";

/** @type {Awaited<ReturnType<typeof deploy>>} */
let deployment;
beforeAll(async () => {
  deployment = await deploy({ adminKey: "prod:key|1", env: { GREETING: "hi" } });
});
const admin = { key: "prod:key|1" };
const none = { key: null };
const withoutId = (message) => message.replace(/^\[Request ID: [0-9a-f]{16}\] /, "");
const client = () => new ConvexHttpClient(deployment.url, { logger: false });

describe("a client with the admin key", () => {
  it("calls internal and public functions", async () => {
    expect(await deployment.call("runtime:relayed", { value: 1 }, admin)).toMatchObject({
      http: 200,
      status: "success",
      value: { value: 1, type: "number" },
    });
    expect((await deployment.call("runtime:now", {}, admin)).http).toBe(200);
  });

  it("takes arguments as an object, in an array, or not at all", async () => {
    for (const args of [{ value: "a" }, [{ value: "a" }]]) {
      expect((await deployment.call("runtime:echo", args, admin)).value.value).toBe("a");
    }
    expect((await deployment.call("runtime:now", [], admin)).status).toBe("success");
  });

  it("acts as an identity, also through an action", async () => {
    const identity = { subject: "s", issuer: "i", tokenIdentifier: "i|s", name: "Ada" };
    const answer = await deployment.call("runtime:whoViaAction", {}, { ...admin, identity });
    expect(answer.value).toEqual(identity);
    expect((await deployment.call("runtime:whoAmI", {}, admin)).value).toBeNull();
  });

  it.each([
    ["wrong", 401, "BadDeployKey"],
    ["prod:key|12", 401, "BadDeployKey"],
    ["prod:key|1:not json", 400, "BadIdentity"],
  ])("refuses the key `%s`", async (key, http, code) => {
    expect(await deployment.call("runtime:now", {}, { key })).toMatchObject({ http, code });
  });

  it("says which function is missing", async () => {
    const { http, errorMessage } = await deployment.call("scripts/nope", {}, admin);
    expect(http).toBe(560);
    expect(withoutId(errorMessage)).toBe(
      "Server Error\nCould not find function for 'scripts/nope:default'. Did you forget to run `npx convex dev`?",
    );
  });
});

describe("a client without a key", () => {
  it("answers for an internal function as for a missing one", async () => {
    const internal = await deployment.call("runtime:relayed", { value: 1 }, none);
    const missing = await deployment.call("runtime:absent", { value: 1 }, none);
    expect(internal.http).toBe(missing.http);
    expect(withoutId(internal.errorMessage).replace("relayed", "absent")).toBe(
      withoutId(missing.errorMessage),
    );
    expect(missing.errorMessage).toContain("Could not find public function for 'runtime:absent'.");
  });

  it("serves ConvexHttpClient", async () => {
    expect(await client().query("runtime:echo", { value: 5n, dropped: undefined })).toMatchObject({
      value: 5n,
      type: "bigint",
    });
    const author = await client().mutation("books:addAuthor", { name: "A" });
    const book = await client().mutation("books:add", { title: "T", author, rank: undefined });
    expect(await client().query("books:byAuthor", { author })).toMatchObject([
      { _id: book, title: "T", author },
    ]);
    expect(await client().action("runtime:relay", { value: Number.NaN })).toMatchObject([
      { value: Number.NaN, nan: true },
      { nan: true },
    ]);
    const failure = await client()
      .mutation("runtime:fail", { how: "convex" })
      .catch((error) => error);
    expect(failure).toBeInstanceOf(ConvexError);
    expect(failure.data).toEqual({ code: "NO_SHELF", message: "shelf `a` is missing" });
    await expect(client().query("books:add", {})).rejects.toThrow(
      "Trying to execute books:add as Query, but it is defined as Mutation.",
    );
    await expect(client().query("books:all", {})).rejects.toThrow("Could not find public function");
  });

  it("knows no auth provider", async () => {
    const authorized = client();
    authorized.setAuth("a.b.c");
    await expect(authorized.query("runtime:now", {})).rejects.toThrow("NoAuthProvider");
  });
});

describe("malformed requests", () => {
  const post = (body, path = "/api/query", method = "POST") => fetch(deployment.url + path, { method, body });
  const call = (more) => JSON.stringify({ path: "runtime:echo", args: { value: 1 }, ...more });

  it.each([
    ["not JSON", "{", 400, "BadJsonBody"],
    ["an array", "[]", 400, "BadJsonBody"],
    ["null", "null", 400, "BadJsonBody"],
    ["without a path", "{}", 400, "BadJsonBody"],
    ["with two arguments", call({ args: [{}, {}] }), 400, "BadArguments"],
    ["with text for arguments", call({ args: "a" }), 400, "BadArguments"],
    ["with bad bytes", call({ args: { value: { $bytes: 5 } } }), 400, "BadArguments"],
    ["with a value for arguments", call({ args: { $integer: "AAAAAAAAAAA=" } }), 400, "BadArguments"],
    ["too deep", call({ args: "#" }).replace('"#"', "[".repeat(1e5) + "]".repeat(1e5)), 400, "BadArguments"],
    ["of a component", call({ componentPath: "other" }), 400, "BadComponentPath"],
    ["of another format", call({ format: "xml" }), 400, "BadFormat"],
    ["too large", `"${"x".repeat(21 << 20)}"`, 413, "RequestTooLarge"],
  ])("are refused: %s", async (_name, body, http, code) => {
    const response = await post(body);
    expect([response.status, (await response.json()).code]).toEqual([http, code]);
  });

  it("are refused on other paths and methods", async () => {
    expect((await post("{}", "/api/nothing")).status).toBe(400);
    expect((await post(undefined, "/api/query", "GET")).status).toBe(405);
    expect((await fetch(`${deployment.url}/version`)).status).toBe(200);
    expect((await deployment.call("runtime:now", {}, admin)).status).toBe("success");
  });
});

describe("npx convex run", () => {
  const run = (...args) => convexCli(deployment.url, ["run", ...args], admin.key);

  it("prints the result to stdout and console lines to stderr", async () => {
    const { code, stdout, stderr } = await run("actions/files:hash", '{text: "t", bytes: {$bytes: ""}}');
    expect(JSON.parse(stdout)).toMatchObject({ env: "hi", bytes: { $bytes: "b2s=" } });
    expect(stderr).toContain("[LOG] 'hashing'");
    expect(stderr).not.toContain("recorded");
    expect(code).toBe(0);
  });

  it("passes NaN on, and an identity", async () => {
    const nan = await run("runtime:relay", "{value: NaN}");
    expect(JSON.parse(nan.stdout)).toMatchObject([{ nan: true }, { nan: true }]);
    const who = await run("runtime:whoAmI", "{}", "--identity", '{subject: "s"}');
    expect(JSON.parse(who.stdout)).toMatchObject({ subject: "s" });
  });

  it("exits 1 with a ConvexError's code and message in sight", async () => {
    const { code, stdout, stderr } = await run("runtime:fail", '{how: "convex"}');
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain('Uncaught ConvexError: {"code":"NO_SHELF","message":"shelf `a` is missing"}');
    expect(stderr).toContain("at handler (../convex/runtime.ts:");
  });

  it("lists the functions there are for one that is missing, and ends", async () => {
    const { code, stderr } = await run("scripts/nope");
    expect(code).toBe(1);
    expect(stderr).toContain("Could not find function for 'scripts/nope:default'");
    for (const name of ["books:add", "books:all", "actions/files:hash"]) {
      expect(stderr).toContain(`• ${name}`);
    }
  });

  it("is refused with a wrong key", async () => {
    const { code, stderr } = await convexCli(deployment.url, ["run", "runtime:now"], "wrong");
    expect([code, stderr]).toEqual([1, expect.stringContaining("BadDeployKey")]);
  });
});
