// @ts-check
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { startDeployment } from "embedded-convex";
import { tableNumbers } from "../../../tests/sample/sample.mjs";
import { sampleFiles } from "../../../tests/sample/write.mjs";
import { backend, convex } from "./cli.mjs";
import { foreignOf, functionsOfSpec, holdsDocuments, refusalOf, tablesOfData } from "./foreign.mjs";
import { zip } from "./zip.mjs";

/** @typedef {import("./cli.mjs").Target} Target */
/** @typedef {import("./cli.mjs").Result} Result */

/**
 * Shows a command of the CLI while it runs.
 *
 * @typedef {(args: string[], work: () => Promise<Result>) => Promise<Result>} Perform
 */

const questionTimeoutMs = 30_000;

/** What keeps a backend from being used, told without a stack. */
export class DemoError extends Error {}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Target}
 * @throws {DemoError}
 */
export function targetOf(env) {
  const { CONVEX_SELF_HOSTED_URL: url, CONVEX_SELF_HOSTED_ADMIN_KEY: adminKey } = env;
  if (!url || !adminKey) {
    throw new DemoError("--self-hosted needs CONVEX_SELF_HOSTED_URL and CONVEX_SELF_HOSTED_ADMIN_KEY");
  }
  return { url, adminKey };
}

/**
 * Brings the stand-in backend and the sample data to a self-hosted backend that holds nothing else.
 *
 * @param {Target} target
 * @param {Perform} perform
 * @param {{ mayReplace: boolean }} options Whether documents in the stand-in's tables may be replaced by the sample.
 */
export async function prepare(target, perform, { mayReplace }) {
  const own = { functions: await ownFunctions(), tables: Object.keys(tableNumbers) };
  const spec = await succeed(target, ["function-spec"], perform, questionTimeoutMs);
  const data = await succeed(target, ["data"], perform, questionTimeoutMs);
  const found = { functions: functionsOfSpec(spec.stdout), tables: tablesOfData(data) };
  const refusal = refusalOf(foreignOf(found, own));
  if (refusal !== null) {
    throw new DemoError(refusal);
  }
  if (!mayReplace) {
    await refuseDocuments(target, perform, found.tables);
  }
  // The generated code is committed, and its types are checked elsewhere.
  await succeed(target, ["deploy", "--yes", "--codegen", "disable", "--typecheck", "disable"], perform);
  const scratch = await mkdtemp(path.join(tmpdir(), "demo-"));
  try {
    const archive = path.join(scratch, "sample.zip");
    await writeFile(archive, zipOfSample());
    await succeed(target, ["import", "--replace", "--yes", archive], perform);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {Target} target
 * @param {Perform} perform
 * @param {string[]} tables
 * @throws {DemoError} Where one of them holds a document.
 */
async function refuseDocuments(target, perform, tables) {
  /** @type {string[]} */
  const full = [];
  for (const table of tables) {
    const documents = await succeed(target, ["data", table, "--limit", "1"], perform, questionTimeoutMs);
    if (holdsDocuments(table, documents)) {
      full.push(table);
    }
  }
  if (full.length > 0) {
    throw new DemoError(
      `the backend holds documents, and is left as it is\n  tables: ${full.join(", ")}\n` +
        "  --replace replaces them by the sample data",
    );
  }
}

/** @returns {Buffer} */
const zipOfSample = () => zip(sampleFiles());

/**
 * @param {Target} target
 * @param {string[]} args
 * @param {Perform} perform
 * @param {number} [timeoutMs]
 */
async function succeed(target, args, perform, timeoutMs) {
  const result = await perform(args, () => convex(target, args, timeoutMs));
  if (result.code !== 0) {
    throw new DemoError(`\`convex ${args[0]}\` failed\n${result.stderr.trim()}`);
  }
  return result;
}

/**
 * @returns {Promise<string[]>} The stand-in's functions, as a deployment of it lists them.
 */
async function ownFunctions() {
  const deployment = await startDeployment({ backend });
  try {
    /** @type {any} */
    const client = new ConvexClient(deployment.url);
    // Not in its types: only the CLI means to use it.
    client.setAdminAuth("local");
    const spec = await client.query(makeFunctionReference("_system/cli/modules:apiSpec"), {});
    await client.close();
    return functionsOfSpec(JSON.stringify({ functions: spec }));
  } finally {
    await deployment.stop();
  }
}
