// @vitest-environment node
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startDeployment } from "embedded-convex";
import { describe, expect, it, onTestFinished } from "vitest";
import { environmentFor, typed } from "../../scripts/lib/demo/cli.mjs";
import {
  foreignOf,
  functionsOfSpec,
  holdsDocuments,
  refusalOf,
  tablesOfData,
} from "../../scripts/lib/demo/foreign.mjs";
import { fakeBackend } from "./fakeBackend.mjs";

const main = fileURLToPath(new URL("../../scripts/lib/demo/main.mjs", import.meta.url));

const query = (identifier) => ({
  identifier,
  functionType: "Query",
  visibility: { kind: "public" },
  args: { type: "any" },
  returns: { type: "any" },
});
const route = { functionType: "HttpAction", method: "GET", path: "/feed" };

describe("what a backend holds", () => {
  it("is read from the CLI's output", () => {
    const spec = JSON.stringify({ url: "http://x", functions: [query("a/b.js:default"), route] });
    expect(functionsOfSpec(spec)).toEqual(["a/b.js:default", "GET /feed"]);
    expect(functionsOfSpec('{"url":"http://x","functions":[]}')).toEqual([]);
    expect(tablesOfData({ stdout: "notes\nusers\n", stderr: "" })).toEqual(["notes", "users"]);
    expect(tablesOfData({ stdout: "", stderr: "There are no tables in the database." })).toEqual([]);
  });

  it.each([
    ["no JSON", "Nothing here"],
    ["no list", "{}"],
    ["a function without a name", '{"functions":[{"functionType":"Query"}]}'],
  ])("is not taken for nothing: %s", (_name, spec) => {
    expect(() => functionsOfSpec(spec)).toThrow();
  });

  it.each([
    ["silence", { stdout: "", stderr: "" }],
    ["a failure", { stdout: "", stderr: "Unauthorized" }],
    ["another layout", { stdout: "name | rows\n", stderr: "" }],
  ])("is not taken for no tables: %s", (_name, output) => {
    expect(() => tablesOfData(output)).toThrow("`convex data`");
  });

  it.each([
    ["documents", { stdout: "_id | name\n", stderr: "" }, true],
    ["none", { stdout: "", stderr: "There are no documents in this table." }, false],
  ])("is %s", (_name, output, expected) => {
    expect(holdsDocuments("users", output)).toBe(expected);
  });

  it("is not taken for no documents: a failure", () => {
    expect(() => holdsDocuments("users", { stdout: "", stderr: "Unauthorized" })).toThrow(
      "`convex data users`",
    );
  });
});

describe("a backend", () => {
  const own = { functions: ["scripts/runMigration.js:default"], tables: ["voiceNotes", "users"] };
  const refusal = (functions, tables) => refusalOf(foreignOf({ functions, tables }, own));
  const opening = "the backend holds what is not the stand-in's, and is left as it is\n";

  it.each([
    ["is empty", [], [], null],
    ["is the demo's", own.functions, own.tables, null],
    ["has a part of the demo's", [], ["users"], null],
    ["has another function", ["chat.js:list"], [], `${opening}  functions: chat.js:list`],
    [
      "has another function in a file of the same name",
      ["scripts/runMigration.js:start"],
      [],
      `${opening}  functions: scripts/runMigration.js:start`,
    ],
    ["has a route", ["GET /feed"], [], `${opening}  functions: GET /feed`],
    ["has another table", own.functions, ["users", "teams"], `${opening}  tables: teams`],
    ["has both", ["a.js:b"], ["c"], `${opening}  functions: a.js:b\n  tables: c`],
  ])("that %s", (_name, functions, tables, expected) => {
    expect(refusal(functions, tables)).toBe(expected);
  });

  it("of many functions is told in short", () => {
    const many = Array.from({ length: 10 }, (_, at) => `f${at}.js:f`);
    expect(refusal(many, [])).toMatch(/f7\.js:f and 2 more$/);
  });
});

describe("the CLI", () => {
  it("is shown as one would type it", () => {
    expect(typed(["run", "scripts/x", '{"a":"it\'s"}'])).toBe(`npx convex run scripts/x '{"a":"it'\\''s"}'`);
  });

  it("reaches the demo's backend and no other", () => {
    const env = { PATH: "/bin", CONVEX_DEPLOY_KEY: "prod:x|y", CONVEX_SELF_HOSTED_URL: "http://other" };
    expect(environmentFor(env, { url: "http://here", adminKey: "k" })).toMatchObject({
      PATH: "/bin",
      CONVEX_DEPLOY_KEY: "",
      CONVEX_DEPLOYMENT: "",
      CONVEX_SELF_HOSTED_URL: "http://here",
      CONVEX_SELF_HOSTED_ADMIN_KEY: "k",
    });
  });
});

/**
 * @param {Record<string, string | undefined>} env
 * @param {string[]} flags
 * @returns {Promise<{ code: number | null, output: string }>}
 */
const demo = (env, ...flags) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, "--self-hosted", ...flags], {
      env: {
        ...process.env,
        ...{ CONVEX_SELF_HOSTED_URL: undefined, CONVEX_SELF_HOSTED_ADMIN_KEY: undefined },
        ...env,
      },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });

describe.concurrent("--self-hosted", () => {
  it("needs both variables", async ({ expect }) => {
    const { code, output } = await demo({ CONVEX_SELF_HOSTED_URL: "http://127.0.0.1:9" });
    expect(code).toBe(1);
    expect(output).toContain("needs CONVEX_SELF_HOSTED_URL and CONVEX_SELF_HOSTED_ADMIN_KEY");
  });

  it("writes nothing to a backend that is somebody's", async ({ expect, onTestFinished }) => {
    const functions = [query("chat.js:list"), query("scripts/runMigration.js:default"), route];
    const fake = await fakeBackend({ functions, tables: ["messages", "voiceNotes"] });
    onTestFinished(fake.close);
    const env = { CONVEX_SELF_HOSTED_URL: fake.url, CONVEX_SELF_HOSTED_ADMIN_KEY: "k" };
    const { code, output } = await demo(env);
    expect(output).toContain("  functions: chat.js:list, GET /feed\n  tables: messages\n");
    expect([code, fake.posts]).toEqual([1, []]);
  });

  it("deploys to one that is empty", async ({ expect, onTestFinished }) => {
    const fake = await fakeBackend({ functions: [], tables: [] });
    onTestFinished(fake.close);
    const env = { CONVEX_SELF_HOSTED_URL: fake.url, CONVEX_SELF_HOSTED_ADMIN_KEY: "k" };
    const { code, output } = await demo(env);
    expect(output).toContain("`convex deploy` failed");
    expect(code).toBe(1);
    expect(fake.posts).toHaveLength(1);
  });
});

describe("a backend that holds documents", () => {
  const standIn = fileURLToPath(new URL("../backend", import.meta.url));

  it.each([
    ["is left as it is", [], 1, "tables: users\n  --replace replaces them"],
    ["is deployed to with --replace", ["--replace"], 1, "`convex deploy` failed"],
  ])("%s", async (_name, flags, code, words) => {
    const snapshot = await mkdtemp(path.join(tmpdir(), "self-hosted-"));
    onTestFinished(() => rm(snapshot, { recursive: true, force: true }));
    await mkdir(path.join(snapshot, "users"));
    const user = {
      _id: "k".padEnd(32, "0"),
      _creationTime: 1,
      subject: "s",
      name: "n",
      isPlatformStaff: false,
    };
    await writeFile(path.join(snapshot, "users", "documents.jsonl"), `${JSON.stringify(user)}\n`);
    const deployment = await startDeployment({ backend: standIn, snapshot });
    onTestFinished(deployment.stop);
    const env = { CONVEX_SELF_HOSTED_URL: deployment.url, CONVEX_SELF_HOSTED_ADMIN_KEY: "local" };
    const ran = await demo(env, ...flags);
    expect(ran.output).toContain(words);
    expect(ran.code).toBe(code);
  });
});
