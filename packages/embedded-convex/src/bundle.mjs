// @ts-check
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { messageOf, Problem } from "./problem.mjs";

/**
 * @typedef {object} BundledModule
 * @property {string} path Such as `scripts/backfill.js`, relative to `convex/`.
 * @property {string} source
 * @property {string} [sourceMap]
 * @property {"isolate" | "node"} environment
 */

/**
 * @typedef {object} Source What is pushed of the app, or of one definition of a component.
 * @property {BundledModule[]} modules
 * @property {BundledModule | null} schema
 * @property {BundledModule | null} config Of `convex.config.ts`.
 * @property {string[]} dependencies Paths of the definitions that the config imports.
 */

/**
 * @typedef {Source & { definitions: Record<string, Source> }} Bundle The app, and definitions of components by
 *   their paths, such as `ledger` or `../node_modules/@convex-dev/migrations`.
 */

// Without it, the CLI asks the deployment which modules have changed.
const allModules = "--push-all-modules";

/**
 * Bundles a backend with its own Convex CLI, exactly as a push would, and contacts nothing.
 *
 * @param {string} backend
 * @returns {Promise<Bundle>}
 * @throws {Problem} Without `convex/`, without a CLI, or with the CLI's message when bundling fails.
 */
export async function bundleBackend(backend) {
  const functions = await stat(path.join(backend, "convex")).catch(() => null);
  if (!functions?.isDirectory()) {
    throw new Problem(`backend ${backend} has no convex/ directory`);
  }
  const cli = findCli(backend);
  // One directory a run, so that deployments started at once do not meet.
  const scratch = await mkdtemp(path.join(tmpdir(), "embedded-convex-"));
  try {
    const request = path.join(scratch, "push");
    const push = [
      ...["deploy", "--url", "http://127.0.0.1:9", "--admin-key", "unused"],
      ...["--write-push-request", request, "--codegen", "disable", "--typecheck", "disable"],
    ];
    await runCli(cli, backend, [...push, allModules]).catch((error) => {
      // Older releases always push all modules, and do not know the flag.
      if (!messageOf(error).includes(`unknown option '${allModules}'`)) {
        throw error;
      }
      return runCli(cli, backend, push);
    });
    const text = await readFile(`${request}.json`, "utf8").catch(() => {
      throw new Problem(`the Convex CLI at ${cli} wrote no bundle; is it too old?`);
    });
    return readBundle(JSON.parse(text));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {any} request
 * @returns {Bundle}
 */
function readBundle(request) {
  const definitions = (request.componentDefinitions ?? []).map((/** @type {any} */ definition) => [
    definition.definitionPath,
    readSource(definition),
  ]);
  return { ...readSource(request.appDefinition), definitions: Object.fromEntries(definitions) };
}

/**
 * @param {any} pushed
 * @returns {Source}
 */
const readSource = (pushed) => ({
  modules: pushed.changedModules ?? pushed.functions,
  schema: pushed.schema ?? null,
  config: pushed.definition ?? null,
  dependencies: pushed.dependencies ?? [],
});

/**
 * The backend's own CLI comes first: another release of it may bundle differently.
 *
 * @param {string} backend
 */
function findCli(backend) {
  const here = path.dirname(fileURLToPath(import.meta.url));
  for (const start of [backend, here]) {
    for (let at = start; ; at = path.dirname(at)) {
      const candidate = path.join(at, "node_modules", "convex", "bin", "main.js");
      if (existsSync(candidate)) {
        return candidate;
      }
      if (path.dirname(at) === at) {
        break;
      }
    }
  }
  throw new Problem(`no convex package is installed for ${backend}`);
}

/**
 * @param {string} cli
 * @param {string} cwd
 * @param {string[]} args
 * @returns {Promise<void>}
 */
function runCli(cli, cwd, args) {
  // A deployment chosen by the caller's environment must not be what this push request is for.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("CONVEX_") && name !== "FORCE_COLOR" && name !== "NODE_OPTIONS",
  );
  // CI turns off error reporting over the network.
  const env = { ...Object.fromEntries(inherited), CI: "1" };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => reject(new Problem(`the Convex CLI did not start: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) {
        resolve();
      } else {
        const text = stripVTControlCharacters(output).trim();
        reject(new Problem(`bundling ${cwd} failed:\n${text}`));
      }
    });
  });
}
