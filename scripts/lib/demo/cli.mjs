// @ts-check
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const backend = fileURLToPath(new URL("../../../tests/backend", import.meta.url));

/**
 * @typedef {object} Target
 * @property {string} url
 * @property {string} adminKey
 */

/**
 * @typedef {object} Result
 * @property {number | null} code
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * The environment in which the CLI reaches one backend and no other. The CLI also reads `.env` and
 * `.env.local`, where a key of somebody's real deployment may be; it leaves variables alone that are set, and
 * takes an empty one for none.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {Target} target
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentFor(env, { url, adminKey }) {
  const others = Object.entries(env).filter(([name]) => !name.startsWith("CONVEX_"));
  return {
    ...Object.fromEntries(others),
    CONVEX_DEPLOYMENT: "",
    CONVEX_DEPLOY_KEY: "",
    CONVEX_SELF_HOSTED_URL: url,
    CONVEX_SELF_HOSTED_ADMIN_KEY: adminKey,
    // Keeps the CLI from reporting failures to its makers.
    CI: "1",
    NO_COLOR: "1",
    npm_config_loglevel: "error",
    // What there is not is a mistake here, and nothing to be fetched.
    npm_config_yes: "false",
  };
}

/**
 * Runs `npx convex ...` in the stand-in backend.
 *
 * @param {Target} target
 * @param {string[]} args
 * @param {number} [timeoutMs] The CLI itself waits without an end for a backend that does not answer.
 * @returns {Promise<Result>}
 */
export function convex(target, args, timeoutMs = 10 * 60_000) {
  let stdout = "";
  let stderr = "";
  return new Promise((resolve, reject) => {
    const child = spawn("npx", ["convex", ...args], {
      cwd: backend,
      env: environmentFor(process.env, target),
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: npx does not end what it runs.
      detached: true,
    });
    const timer = setTimeout(() => {
      stderr += `no answer from ${target.url} within ${timeoutMs / 1000} s\n`;
      end(child);
    }, timeoutMs);
    children.add(child);
    child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      children.delete(child);
      resolve({ code, stdout, stderr });
    });
  });
}

/** @type {Set<import("node:child_process").ChildProcess>} */
const children = new Set();

/** @param {import("node:child_process").ChildProcess} child */
function end({ pid }) {
  try {
    process.kill(-(/** @type {number} */ (pid)), "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

/** Ends the commands that are running, for when the demo itself is ended. */
export const endCommands = () => children.forEach(end);

/**
 * @param {string[]} args
 * @returns {string} As one would type it.
 */
export const typed = (args) => ["npx", "convex", ...args.map(quoted)].join(" ");

/** @param {string} text */
const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
