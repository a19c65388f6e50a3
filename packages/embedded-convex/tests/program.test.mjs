// @vitest-environment node
import { once } from "node:events";
import { createServer } from "node:net";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parseArgs } from "../src/args.mjs";
import { Problem } from "../src/problem.mjs";
import {
  deploy,
  fixture,
  readTable,
  runProgram,
  scratchDirectory,
  writeBackend,
  writeSnapshot,
} from "./support.mjs";

const server = 'import { queryGeneric } from "convex/server";\n';

describe("flags", () => {
  it("are listed by --help", async () => {
    const { code, stdout } = await runProgram(["--help"]);
    expect(code).toBe(0);
    for (const flag of ["port", "backend", "snapshot", "save", "admin-key", "limits", "env", "fault"]) {
      expect(stdout).toContain(`--${flag} `);
    }
  });

  it("have defaults, and values in two forms", () => {
    expect(parseArgs([])).toMatchObject({
      ...{ port: 3210, snapshot: null, save: null, adminKey: "local", limits: true, env: {} },
      backend: process.cwd(),
    });
    expect(parseArgs(["--port=0", "--env", "A=b=c", "--env=D=", "--limits", "off"])).toMatchObject({
      ...{ port: 0, limits: false, env: { A: "b=c", D: "" } },
    });
  });

  it.each([
    [["--ports", "1"], "unknown flag `--ports`, see --help"],
    [["extra"], "unknown flag `extra`, see --help"],
    [["--port", "http"], "--port takes a number from 0 to 65535, got `http`"],
    [["--port", "65536"], "--port takes a number from 0 to 65535, got `65536`"],
    [["--port"], "--port needs a value"],
    [["--snapshot", "--save", "x"], "--snapshot needs a value"],
    [["--limits", "maybe"], "--limits takes `on` or `off`, got `maybe`"],
    [["--env", "NAME"], "--env takes NAME=VALUE, got `NAME`"],
  ])("are refused: %j", (args, message) => {
    expect(() => parseArgs(args)).toThrow(new Problem(message));
  });

  it("that are refused take one line and exit 1", async () => {
    const stderr = "embedded-convex: --limits takes `on` or `off`, got `maybe`\n";
    expect(await runProgram(["--limits", "maybe"])).toEqual({ code: 1, stdout: "", stderr });
  });

  it("name a port that must be free", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address();
    const { code, stderr } = await runProgram(["--port", `${port}`, "--backend", fixture]);
    other.close();
    expect([code, stderr]).toEqual([1, `embedded-convex: port ${port} is in use\n`]);
  });

  it("name directories relative to where it is called", async () => {
    const snapshot = await writeSnapshot({ authors: [{ _id: "a", _creationTime: 1, name: "A" }] });
    const args = ["--port", "0", "--backend", path.relative(snapshot, fixture)];
    const { code, stderr } = await runProgram([...args, "--snapshot", "nowhere"], {
      cwd: snapshot,
    });
    expect([code, stderr]).toEqual([
      1,
      `embedded-convex: snapshot ${path.join(snapshot, "nowhere")} does not exist\n`,
    ]);
  });
});

describe.concurrent("a backend that is refused", () => {
  it("has no convex/ directory", async () => {
    const backend = await scratchDirectory();
    const { code, stderr } = await runProgram(["--backend", backend]);
    expect([code, stderr]).toEqual([1, `embedded-convex: backend ${backend} has no convex/ directory\n`]);
  });

  it.each([
    ["does not bundle", "export const = 1;", /bundling .* failed:[\s\S]*a\.ts:1:13/],
    ["throws", "export const one = 1;\nthrow new TypeError('no');", "evaluating a.js failed: TypeError: no"],
    ["awaits at its top", "export const one = await 1;", "evaluating a.js failed: Error: top-level await"],
    ["asks for import.meta", "export const at = import.meta.url;", "import.meta is not supported"],
    ["uses timers at once", "export const timer = setTimeout(() => {}, 1);", "Can't use setTimeout()"],
    ["needs a Buffer at once", "export const b = Buffer.from('');", "Buffer is not defined"],
  ])("%s", async (_name, text, message) => {
    const backend = await writeBackend({ "a.ts": text });
    await expect(deploy({ backend })).rejects.toThrow(message);
  });
});

describe("a backend without a schema", () => {
  it("is served", async () => {
    const handler = "{ args: {}, handler: async () => (await import('./b.js')).default }";
    const backend = await writeBackend({
      "a.ts": `${server}export default queryGeneric({ args: {}, handler: async () => 1 });`,
      "lazy.js": `${server}export default queryGeneric(${handler});`,
      "b.js": "export default 1;",
    });
    const deployment = await deploy({ backend });
    expect((await deployment.call("a")).value).toBe(1);
    expect((await deployment.call("lazy")).errorMessage).toContain("dynamic import is not supported");
    await deployment.stop();
  });
});

describe.concurrent("limits", () => {
  const event = (_, at) => ({ _id: `e${at}`, _creationTime: at, at });
  const events = Array.from({ length: 32_001 }, event);

  it("hold when they are on", async () => {
    const deployment = await deploy({ snapshot: await writeSnapshot({ events }) });
    const scan = await deployment.call("books:scan");
    expect(scan.errorMessage).toContain("Scanned too many documents");
    // What a filter drops was scanned, too; what is not taken was not.
    const filtered = await deployment.call("books:filtered");
    expect(filtered.errorMessage).toContain("Scanned too many documents");
    expect((await deployment.call("books:scan", { first: true })).value).toMatchObject({
      documentsRead: { used: 1, remaining: 31_999 },
    });
    const written = await deployment.call("books:fill", { count: 16_001 });
    expect(written.errorMessage).toContain("Wrote too many documents");
    const large = await deployment.call("books:fill", { count: 1, bytes: 1 << 20 });
    expect(large.errorMessage).toContain("Value is too large (1.00 MiB > maximum size 1 MiB)");
    await deployment.stop();
  });

  it("do not when they are off", async () => {
    const snapshot = await writeSnapshot({ events });
    const deployment = await deploy({ snapshot, limits: false });
    expect((await deployment.call("books:scan")).value.count).toBe(32_001);
    expect((await deployment.call("books:filtered")).value).toEqual({ found: 1, read: 32_001 });
    await deployment.stop();
  });

  it("can be smaller", async () => {
    const deployment = await deploy({ limits: { documentsWritten: 2 } });
    expect((await deployment.call("books:fill", { count: 2 })).status).toBe("success");
    expect((await deployment.call("books:fill", { count: 3 })).errorMessage).toContain(
      "Wrote too many documents in a single function execution (limit: 2)",
    );
    await deployment.stop();
  });
});

describe.concurrent("a signal", () => {
  it("lets running functions end, and then saves", async () => {
    const save = await scratchDirectory();
    const deployment = await deploy({ save });
    const running = deployment.call("runtime:slowWrite", { ms: 500 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await deployment.stop();
    expect((await running).status).toBe("success");
    expect(await readTable(save, "events")).toMatchObject([{ text: "slow" }]);
  });

  it("given again ends it at once", async () => {
    const deployment = await deploy();
    const running = deployment.call("runtime:slowWrite", { ms: 60_000 }).catch((error) => error);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const stopped = deployment.stop().catch((error) => error.message);
    setTimeout(() => process.kill(deployment.pid, "SIGINT"), 100);
    expect(await stopped).toContain("the deployment ended with 1");
    expect(await running).toBeInstanceOf(Error);
  });
});

describe("several deployments", () => {
  it("at once do not meet, and save what was in them", async () => {
    const saves = [await scratchDirectory(), await scratchDirectory()];
    const both = await Promise.all(saves.map((save) => deploy({ save })));
    await Promise.all(both.map(({ call }, at) => call("books:addAuthor", { name: `of ${at}` })));
    await Promise.all(both.map(({ stop }) => stop()));
    const names = await Promise.all(
      saves.map(async (save) => (await readTable(save, "authors")).map(({ name }) => name)),
    );
    expect(names).toEqual([["of 0"], ["of 1"]]);
  });
});
