// @vitest-environment node
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { sampleTables } from "../sample/sample.mjs";

const script = fileURLToPath(new URL("../../scripts/deployment", import.meta.url));

/**
 * @param {string[]} args
 * @param {{ program?: string, env?: Record<string, string> }} [options]
 */
function start(args, { program = script, env } = {}) {
  const child = spawn(program, args, { env: { ...process.env, ...env } });
  const printed = { stdout: "", stderr: "" };
  for (const stream of /** @type {const} */ (["stdout", "stderr"])) {
    child[stream].on("data", (chunk) => {
      printed[stream] += chunk;
    });
  }
  const ended = once(child, "close").then(([code]) => ({ code, ...printed }));
  return { child, printed, ended };
}

/**
 * @param {string[]} args
 * @param {Parameters<typeof start>[1]} [options]
 */
async function deploy(args, options) {
  const { child, printed, ended } = start(["--port", "0", ...args], options);
  await expect.poll(() => printed.stdout + printed.stderr, { timeout: 30_000 }).toContain("\n");
  expect(printed.stderr).toBe("");
  const url = printed.stdout.slice("ready ".length).trim();
  const call = async (/** @type {string} */ name, /** @type {object} */ args) => {
    const response = await fetch(`${url}/api/function`, {
      method: "POST",
      headers: { Authorization: "Convex local" },
      body: JSON.stringify({ path: name, format: "convex_encoded_json", args }),
    });
    return await response.json();
  };
  const end = async (/** @type {NodeJS.Signals} */ signal = "SIGTERM") => {
    child.kill(signal);
    return (await ended).code;
  };
  return { call, end };
}

const [{ orgId: organizationId }] = sampleTables().voiceNotes;
const total = sampleTables().voiceNotes.filter(({ orgId }) => orgId === organizationId).length;
const status = ["scripts/v2MigrationStatus", { organizationId }];

describe("scripts/deployment", () => {
  it("lists its own flag and those of the package", async () => {
    const { code, stdout } = await start(["--help"]).ended;
    expect(code).toBe(0);
    expect(stdout).toContain("  --sample  ");
    expect(stdout).toContain("  --snapshot DIR  ");
  });

  it("serves the stand-in backend, empty", async () => {
    const { call, end } = await deploy([]);
    expect((await call(...status)).errorData.code).toBe("ORGANIZATION_NOT_FOUND");
    expect(await end()).toBe(0);
  });

  it("serves another backend", async () => {
    const backend = await mkdtemp(path.join(tmpdir(), "v2-rollout-"));
    const { code, stderr } = await start(["--backend", backend]).ended;
    await rm(backend, { recursive: true });
    expect([code, stderr]).toEqual([1, `embedded-convex: backend ${backend} has no convex/ directory\n`]);
  });
});

describe("--sample", () => {
  it.each(/** @type {const} */ (["SIGTERM", "SIGKILL"]))(
    "loads the sample data, of which nothing is left after %s",
    async (signal) => {
      const scratch = await mkdtemp(path.join(tmpdir(), "v2-rollout-"));
      const program = path.join(scratch, "link");
      await symlink(script, program);
      const env = { TMPDIR: scratch };
      const { call, end } = await deploy(["--sample"], { program, env });
      expect((await call(...status)).value.voiceNotes.total).toBe(total);
      await end(signal);
      await expect.poll(() => readdir(scratch)).toEqual(["link"]);
      await rm(scratch, { recursive: true });
    },
  );

  it.each([[["--snapshot", "x"]], [["--snapshot=x"]]])("cannot be combined with %j", async (snapshot) => {
    const { code, stdout, stderr } = await start(["--sample", ...snapshot]).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe("deployment: --sample and --snapshot cannot be combined: both say what to load\n");
  });
});
