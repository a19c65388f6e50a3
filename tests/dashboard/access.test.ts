/** Who gets in, what is refused, and that the key stays in the program. */

import { networkInterfaces } from "node:os";
import { beforeAll, describe, expect, test } from "vitest";

import { deploy, folder } from "../e2e/support";
import { hasTerminal, onTerminal } from "../operator/support";
import { answerOf, readAnswer } from "./answers";
import { fakeDeployment } from "./fakeDeployment";
import { ask, dashboard, enter, KEY, type Program, type Reply } from "./program";
import { clubs } from "./world";

let backend: Awaited<ReturnType<typeof deploy>>;
let program: Program;
let entered: Awaited<ReturnType<typeof enter>>;
beforeAll(async () => {
  backend = await deploy(clubs({ id: "org_a", name: "Port Rua", eligible: 3 }), { adminKey: KEY });
  program = await dashboard(backend);
  entered = await enter(program);
});

describe("the address", () => {
  test("is on this machine, with a token, and opens the page once", async () => {
    const fresh = await dashboard(backend);
    const { hostname, pathname, search } = new URL(fresh.address);
    expect(hostname).toBe("127.0.0.1");
    expect(pathname + search).toMatch(/^\/\?token=[0-9a-f]{64}$/);
    const first = await ask(fresh, pathname + search);
    expect(first).toMatchObject({ status: 303, body: "" });
    expect(first.headers["location"]).toMatch(/^\/[0-9a-f]{64}\/$/);
    expect(first.headers["set-cookie"]).toEqual([
      expect.stringMatching(
        new RegExp(`^v2-rollout=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=${first.headers["location"]}$`),
      ),
    ]);
    const second = await ask(fresh, pathname + search);
    expect(second.status).toBe(401);
    expect(second.headers["set-cookie"]).toBeUndefined();
    expect(await fresh.stop()).toBe(0);
  });

  test.each([
    ["wrong", `/?token=${"0".repeat(64)}`],
    ["short", "/?token=0"],
    ["empty", "/?token="],
    ["missing", "/"],
  ])("with a token that is %s opens nothing", async (_name, path) => {
    const fresh = await dashboard(backend);
    const { status, headers, body } = await ask(fresh, path);
    expect({ status, cookie: headers["set-cookie"] }).toEqual({ status: 401, cookie: undefined });
    expect(body).toMatch(/^Open the address that the program printed/);
    await fresh.stop();
  });

  test.skipIf(!hasTerminal)("is another one for Enter, until Ctrl-C", async () => {
    const local = await deploy({});
    const { out } = await onTerminal(
      local,
      await folder(),
      ["dashboard", "--no-open"],
      [
        ["Press Enter for another one", "\r"],
        ["?token=", "\u0003"],
      ],
    );
    const tokens = [...out.matchAll(/http:\/\/127\.0\.0\.1:\d+\/\?token=([0-9a-f]{64})/g)].map(
      ([, token]) => token,
    );
    expect(new Set(tokens).size).toBe(2);
  });

  test("is not reachable from other machines", async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    for (const { address } of others) {
      await expect(fetch(`http://${address}:${program.port}/`)).rejects.toThrow("fetch failed");
    }
  });
});

type Asked = Parameters<typeof ask>[2];

const refusals: [string, number, () => [path: string, asked: Asked]][] = [
  ["another name of this machine", 403, () => ["", { headers: { host: `localhost:${program.port}` } }]],
  ["another site's name", 403, () => ["", { headers: { host: `evil.example:${program.port}` } }]],
  ["no port", 403, () => ["", { headers: { host: "127.0.0.1" } }]],
  ["a read of another site's", 403, () => ["api/snapshot", { headers: { origin: "http://evil.example" } }]],
  [
    "a read of another port's",
    403,
    () => ["api/snapshot", { headers: { origin: `http://127.0.0.1:${program.port + 1}` } }],
  ],
  ["a read of no origin", 403, () => ["api/snapshot", { headers: { origin: "null" } }]],
  ["a wrong cookie", 401, () => ["", { headers: { cookie: `v2-rollout=${"0".repeat(64)}` } }]],
  ["no cookie", 401, () => ["api/snapshot", { headers: { cookie: "" } }]],
  ["an unknown route", 404, () => ["api/run2", {}]],
  ["a function's name as a route", 404, () => ["v2Rollout:runs", {}]],
  ["a file of the package", 404, () => ["../package.json", {}]],
  ["a file, with dots", 404, () => ["../../../../etc/passwd", {}]],
  ["a file, with dots that are escaped", 404, () => ["%2e%2e/%2e%2e/etc/passwd", {}]],
  ["a file, with slashes that are escaped", 404, () => ["..%2f..%2fetc%2fpasswd", {}]],
  ["a file beside the page", 404, () => ["page.js.map", {}]],
  ["a write by GET", 405, () => ["api/act", {}]],
  ["a read by POST", 405, () => ["api/snapshot", post({})]],
  ["PUT", 405, () => ["api/act", { ...post({}), method: "PUT" }]],
  ["OPTIONS", 405, () => ["api/act", { method: "OPTIONS" }]],
];

const post = (body: unknown, headers: Record<string, string> = {}): Asked => ({
  method: "POST",
  headers: { "content-type": "application/json", origin: program.origin, ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

test.each(refusals)("refuses %s: %i", async (_name, expected, make) => {
  const [path, asked] = make();
  const { status, headers } = await entered.get(path, asked);
  expect(status).toBe(expected);
  expect(headers["access-control-allow-origin"]).toBeUndefined();
});

const enable = { kind: "enable", organizationId: "org_a", by: null, reason: null };
const writes: [string, number, unknown, Record<string, string>][] = [
  ["of another site", 403, enable, { origin: "http://evil.example" }],
  ["of a form", 415, "kind=enable", { "content-type": "application/x-www-form-urlencoded" }],
  ["of text, which needs no preflight", 415, JSON.stringify(enable), { "content-type": "text/plain" }],
  ["without a type", 415, JSON.stringify(enable), { "content-type": "" }],
  ["that is no JSON", 400, "{", {}],
  ["that is too large", 413, { ...enable, reason: "x".repeat(20_000) }, {}],
  ["that is null", 400, null, {}],
  ["of an unknown kind", 400, { kind: "prune", days: 1 }, {}],
  ["of a kind that every object has", 400, { kind: "constructor" }, {}],
  ["with a function's name", 400, { ...enable, function: "v2Rollout:prune" }, {}],
  ["without a field", 400, { kind: "enable", organizationId: "org_a" }, {}],
  ["with a field of another type", 400, { ...enable, organizationId: { $ne: "" } }, {}],
  ["of all organizations at once", 400, { ...enable, organizationId: null }, {}],
  ["with a pace of zero", 400, { kind: "setPace", runId: "r", bytesPerSecond: 0 }, {}],
];

describe("a write", () => {
  test.each(writes)("%s is refused: %i", async (_name, expected, body, headers) => {
    expect((await entered.post("api/act", body, headers)).status).toBe(expected);
  });

  test("without an Origin is refused", async () => {
    const { status, body } = await ask(program, `${entered.path}api/act`, {
      method: "POST",
      headers: { cookie: entered.cookie, "content-type": "application/json" },
      body: JSON.stringify(enable),
    });
    expect({ status, body }).toEqual({ status: 403, body: "A write needs an Origin.\n" });
  });

  test("has written nothing where it was refused", async () => {
    expect(
      answerOf(
        await backend.run(
          "v2Rollout:changes",
          { organizationId: "org_a" },
          "--admin-key",
          KEY,
          "--url",
          backend.url,
        ),
      ),
    ).toEqual([]);
  });
});

test("a port that is none is wrong usage", async () => {
  await expect(dashboard(backend, "--port", "99999")).rejects.toThrow(
    /^exit 2: error: option '--port <n>' argument '99999' is invalid\./,
  );
});

test("a program that was started with --read-only shows, and refuses every action", async () => {
  const showing = await dashboard(backend, "--read-only");
  const { get, post: send } = await enter(showing);
  expect(readAnswer(await get("api/snapshot"))).toMatchObject({ isReadOnly: true });
  for (const action of [
    enable,
    { ...enable, kind: "disable" },
    { kind: "migrate", organizationId: "org_a", limit: null, repair: false, by: null, reason: null },
    { kind: "pause", runId: "r" },
    { kind: "setPace", runId: "r", bytesPerSecond: 1 },
    { kind: "nonsense" },
  ]) {
    const { status, body } = await send("api/act", action);
    expect({ status, body }).toEqual({ status: 403, body: expect.stringContaining("--read-only") });
  }
  expect((await send("api/look", { organizationId: null })).status).toBe(200);
  await showing.stop();
});

test("every answer may be neither framed, kept, sniffed nor read by other sites", async () => {
  const answers = [
    await entered.get(""),
    await entered.get("page.js"),
    await entered.get("api/snapshot"),
    await entered.get("nothing"),
    await ask(program, "/"),
  ];
  for (const { headers } of answers) {
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
    const policy = String(headers["content-security-policy"]);
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|http/);
  }
});

test("no answer holds the key, nor the token or the cookie", async () => {
  const replies: Reply[] = [];
  const paths = [
    "",
    "page.js",
    "page.css",
    "icon.svg",
    "api/snapshot",
    "api/organization?id=org_a",
    "api/run?id=r",
  ];
  for (const path of [...paths, "api/failures?id=r", "api/organization?id=org_x", "nothing"]) {
    replies.push(await entered.get(path));
  }
  replies.push(await entered.post("api/act", enable));
  replies.push(await entered.post("api/act", { kind: "pause", runId: "r" }));
  replies.push(await entered.post("api/look", { organizationId: null }));
  const token = new URL(program.address).searchParams.get("token") ?? "";
  const secrets = [KEY, encodeURIComponent(KEY), token, entered.cookie.split("=")[1] ?? ""];
  expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(10);
  for (const { body, headers } of replies) {
    for (const secret of secrets) expect(body + JSON.stringify(headers)).not.toContain(secret);
  }
});

describe("the program does not start", () => {
  test("where the key is refused, and does not say the key", async () => {
    const other = await deploy({}, { adminKey: "another" });
    await expect(dashboard(other)).rejects.toThrow(/^exit 1: .*refuses the key/);
    await expect(dashboard(other)).rejects.not.toThrow(KEY);
  });

  test("where nothing answers", async () => {
    await expect(dashboard({ url: "http://127.0.0.1:9" })).rejects.toThrow(/^exit 1: .*does not answer/);
  });

  test("where the port is taken", async () => {
    const taken = dashboard(backend, "--port", String(program.port));
    await expect(taken).rejects.toThrow(/^exit 1: The page cannot be served on port \d+: .*EADDRINUSE/);
  });

  test("where a name is that of two organizations", async () => {
    const both = ["org_a", "org_b"].map((organizationId) => ({ organizationId, name: "Rovers", slug: null }));
    const fake = await fakeDeployment({ "v2Rollout:organizations": () => both });
    await expect(dashboard(fake, "rovers")).rejects.toThrow(/is the name of 2 organizations: org_a, org_b/);
  });
});
