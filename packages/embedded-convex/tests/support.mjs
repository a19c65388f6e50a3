// @ts-check
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, vi } from "vitest";
import { startDeployment } from "../src/spawn.mjs";

const program = fileURLToPath(new URL("../bin/embedded-convex", import.meta.url));
const convex = path.dirname(createRequire(import.meta.url).resolve("convex/package.json"));
const cli = path.join(convex, "bin", "main.js");
export const fixture = fileURLToPath(new URL("./fixture", import.meta.url));
/** A backend that installs a component twice, which installs another one. */
export const installed = fileURLToPath(new URL("./installed", import.meta.url));

/** @typedef {import("../src/spawn.mjs").SpawnOptions} SpawnOptions */

// A start is a second and a half of work, and the machine may have other things to do.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** @type {(() => Promise<unknown>)[]} */
const cleanups = [];
afterAll(() => Promise.allSettled(cleanups.map((cleanup) => cleanup())));

/**
 * A deployment of the fixture that ends with the test file, if a test did not end it before.
 *
 * @param {SpawnOptions} [options]
 */
export async function deploy(options = {}) {
  const deployment = await startDeployment({ backend: fixture, ...options });
  /** @type {Promise<void> | undefined} */
  let stopped;
  const stop = () => {
    stopped ??= deployment.stop();
    return stopped;
  };
  cleanups.push(stop);
  return { ...deployment, stop, call: callerOf(deployment.url) };
}

/**
 * @typedef {object} CallOptions
 * @property {string | null} [key] Null for none.
 * @property {object} [identity]
 */

/** @param {string} url */
const callerOf =
  (url) =>
  /**
   * @param {string} name
   * @param {object} [args] Encoded.
   * @param {CallOptions} [options]
   * @returns {Promise<{ http: number, status: string, value: any, errorMessage: string, errorData: any,
   *   logLines: string[] }>}
   */
  async (name, args = {}, { key = "local", identity } = {}) => {
    const acting =
      identity === undefined ? "" : `:${Buffer.from(JSON.stringify(identity)).toString("base64")}`;
    const response = await fetch(`${url}/api/function`, {
      method: "POST",
      headers: key === null ? {} : { Authorization: `Convex ${key}${acting}` },
      body: JSON.stringify({ path: name, format: "convex_encoded_json", args }),
    });
    const body = /** @type {any} */ (await response.json());
    return { http: response.status, ...body };
  };

/**
 * Runs the real CLI against a deployment.
 *
 * @param {string} url
 * @param {string[]} args After `convex`.
 * @param {string} [key]
 */
export function convexCli(url, args, key = "local") {
  const all = [cli, ...args, "--url", url, "--admin-key", key];
  return run(process.execPath, all, { cwd: fixture, env: { ...process.env, CI: "1", NO_COLOR: "1" } });
}

/**
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 */
export const runProgram = (args, options = {}) => run(program, args, options);

/**
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} options
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** @returns {Promise<string>} The backend `installed` with the oldest release of convex that it is tried with. */
export async function installedWithOldest() {
  const directory = await scratchDirectory();
  await cp(installed, directory, { recursive: true });
  const oldest = path.dirname(createRequire(import.meta.url).resolve("convex-oldest/package.json"));
  await mkdir(path.join(directory, "node_modules"));
  await symlink(oldest, path.join(directory, "node_modules", "convex"));
  return directory;
}

/** @returns {Promise<string>} A directory that is removed after the test file. */
export async function scratchDirectory() {
  const directory = await mkdtemp(path.join(tmpdir(), "embedded-convex-test-"));
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/**
 * @param {Record<string, (object | string)[]>} tables Rows, or lines as they are; by the table's path in the snapshot.
 * @returns {Promise<string>}
 */
export async function writeSnapshot(tables) {
  const directory = await scratchDirectory();
  for (const [table, rows] of Object.entries(tables)) {
    await mkdir(path.join(directory, table), { recursive: true });
    const lines = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
    await writeFile(path.join(directory, table, "documents.jsonl"), `${lines.join("\n")}\n`);
  }
  return directory;
}

/**
 * @param {string} directory
 * @param {string} table
 * @returns {Promise<any[]>}
 */
export async function readTable(directory, table) {
  const text = await readFile(path.join(directory, table, "documents.jsonl"), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/**
 * @param {Record<string, string>} files Below `convex/`.
 * @returns {Promise<string>} A backend that finds the packages which are installed here.
 */
export async function writeBackend(files) {
  const directory = await scratchDirectory();
  await symlink(path.dirname(convex), path.join(directory, "node_modules"));
  const manifest = { name: "scratch", type: "module", dependencies: { convex: "*" } };
  await writeFile(path.join(directory, "package.json"), JSON.stringify(manifest));
  await mkdir(path.join(directory, "convex"));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, "convex", name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return directory;
}
