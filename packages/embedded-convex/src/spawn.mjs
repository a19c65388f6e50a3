// @ts-check
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../bin/embedded-convex", import.meta.url));
const stopTimeoutMs = 15_000;

/**
 * @typedef {object} SpawnOptions All are optional; left out, they are what `embedded-convex --help` says,
 *   but for the port, of which a free one is taken.
 * @property {number} [port]
 * @property {string} [backend]
 * @property {string} [snapshot]
 * @property {string} [save]
 * @property {string} [adminKey]
 * @property {import("./args.mjs").Limits} [limits]
 * @property {Record<string, string>} [env]
 */

/**
 * @typedef {object} Spawned
 * @property {string} url
 * @property {number} pid
 * @property {() => Promise<void>} stop Ends it and waits until it has saved; rejects if that failed.
 */

/**
 * Starts a deployment in a process of its own and waits until it takes requests.
 *
 * @param {SpawnOptions} [options]
 * @returns {Promise<Spawned>} Rejected with what it wrote to stderr if it ends early.
 */
export async function startDeployment(options = {}) {
  const child = spawn(program, argumentsOf(options), {
    stdio: ["ignore", "pipe", "pipe"],
    env: environmentOf(options),
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
    stderr += text;
  });
  /** @type {Promise<number | NodeJS.Signals | null>} */
  const ended = new Promise((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  const failure = (/** @type {number | string | null} */ code) =>
    new Error(`the deployment ended with ${code}: ${stderr.trim()}`);
  const url = await new Promise((resolve, reject) => {
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      stdout += text;
      const ready = /^ready (\S+)$/m.exec(stdout);
      if (ready !== null) {
        resolve(ready[1]);
      }
    });
    child.once("error", reject);
    void ended.then((code) => reject(failure(code)));
  });
  return {
    url,
    pid: /** @type {number} */ (child.pid),
    stop: async () => {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
      const code = await ended;
      clearTimeout(timer);
      if (code !== 0) {
        throw failure(code);
      }
    },
  };
}

/** @param {SpawnOptions} options */
function argumentsOf({ port = 0, backend, snapshot, save, adminKey, limits, env = {} }) {
  const args = ["--port", String(port)];
  const named = { backend, snapshot, save, "admin-key": adminKey };
  for (const [name, value] of Object.entries(named)) {
    if (value !== undefined) {
      args.push(`--${name}=${value}`);
    }
  }
  if (typeof limits === "boolean") {
    args.push("--limits", limits ? "on" : "off");
  }
  return [...args, ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`)];
}

/** @param {SpawnOptions} options */
function environmentOf({ limits }) {
  return typeof limits === "object"
    ? { ...process.env, EMBEDDED_CONVEX_LIMITS: JSON.stringify(limits) }
    : process.env;
}
