// @ts-check
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { defaultOptions } from "./args.mjs";

const program = fileURLToPath(new URL("../bin/embedded-convex", import.meta.url));
const stopTimeoutMs = 15_000;
const mostTries = 3;

/** @typedef {import("./faults.mjs").Fault} Fault */

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
 * @property {readonly Fault[]} [faults]
 * @property {boolean} [metrics]
 */

/**
 * @typedef {object} Spawned
 * @property {string} url
 * @property {number} pid
 * @property {(faults: readonly Fault[]) => Promise<void>} setFaults Replaces all faults; each counts from here on.
 * @property {Promise<number | NodeJS.Signals | null>} ended How it ended, once it has.
 * @property {() => Promise<void>} stop Ends it and waits until it has saved; rejects if that failed.
 */

/**
 * Starts a deployment in a process of its own and waits until it takes requests.
 *
 * @param {SpawnOptions} [options]
 * @returns {Promise<Spawned>} Rejected with what it wrote to stderr if it ends early.
 */
export async function startDeployment(options = {}) {
  // Node 20 crashes now and then on a busy machine while it makes the modules. Nothing has happened by then.
  for (let tries = 1; ; tries++) {
    try {
      return await start(options);
    } catch (error) {
      const isCrash = error instanceof Error && error.cause === "SIGSEGV";
      if (!isCrash || tries === mostTries) throw error;
    }
  }
}

/**
 * @param {SpawnOptions} options
 * @returns {Promise<Spawned>}
 */
async function start(options) {
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
    new Error(`the deployment ended with ${code}: ${stderr.trim()}`, { cause: code });
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
    setFaults: (faults) => setFaults(url, options.adminKey ?? defaultOptions().adminKey, faults),
    ended,
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
function argumentsOf({
  port = 0,
  backend,
  snapshot,
  save,
  adminKey,
  limits,
  env = {},
  faults = [],
  metrics = true,
}) {
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
  if (!metrics) {
    args.push("--no-metrics");
  }
  args.push(...faults.map((fault) => `--fault=${JSON.stringify(fault)}`));
  return [...args, ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`)];
}

/**
 * @param {string} url
 * @param {string} adminKey
 * @param {readonly Fault[]} faults
 */
async function setFaults(url, adminKey, faults) {
  const response = await fetch(`${url}/embedded/faults`, {
    method: "POST",
    headers: { Authorization: `Convex ${adminKey}` },
    body: JSON.stringify(faults),
  });
  if (!response.ok) {
    const { message } = /** @type {{ message: string }} */ (await response.json());
    throw new Error(message);
  }
}

/** @param {SpawnOptions} options */
function environmentOf({ limits }) {
  return typeof limits === "object"
    ? { ...process.env, EMBEDDED_CONVEX_LIMITS: JSON.stringify(limits) }
    : process.env;
}
