/** The stand-in backend in the embedded deployment, called as people call it. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { convexToJson, jsonToConvex, type Value } from "convex/values";
import { type SpawnOptions, startDeployment } from "embedded-convex";
import { afterAll } from "vitest";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const cli = join("node_modules", "convex", "bin", "main.js");
export const standIn = join(repository, "tests", "backend");

type Row = Record<string, unknown>;
export type Tables = Record<string, Row[]>;

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** A folder that is gone after the tests. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "v2-rollout-"));
  cleanups.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

let nextId = 0;
/** A row with an id and a creation time of its own. */
export const row = (fields: Row, created = 1_760_000_000_000 + nextId): Row & { _id: string } => ({
  _id: `k${String(nextId++).padStart(31, "0")}`,
  _creationTime: created,
  ...fields,
});

/** Writes tables as Convex exports them. */
export async function writeSnapshot(tables: Tables): Promise<string> {
  const path = await folder();
  for (const [table, rows] of Object.entries(tables)) {
    await mkdir(join(path, table));
    const lines = rows.map((fields) => `${JSON.stringify(convexToJson(fields as Value))}\n`);
    await writeFile(join(path, table, "documents.jsonl"), lines.join(""));
  }
  return path;
}

/** The rows of a table in a snapshot. */
export async function readTable(snapshot: string, table: string): Promise<Row[]> {
  const text = await readFile(join(snapshot, table, "documents.jsonl"), "utf8");
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => jsonToConvex(JSON.parse(line)) as Row);
}

/** Starts the stand-in on these tables. */
export const deploy = async (tables: Tables, options: SpawnOptions = {}) =>
  await redeploy(await writeSnapshot(tables), options);

/** Starts the stand-in on a snapshot. */
export async function redeploy(snapshot: string, options: SpawnOptions = {}) {
  const deployment = await startDeployment({ backend: standIn, snapshot, ...options });
  const { url, setFaults, ended } = deployment;
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const stop = async () => {
    if (!isOver) await deployment.stop();
  };
  cleanups.push(stop);
  const where = { url, backend: options.backend ?? standIn };
  return { url, stop, setFaults, ended, run: runner(where), paste: paster(where) };
}

export type Ran = { code: number | null; stdout: string; stderr: string };

type Where = { url: string; backend: string };

/** The CLI of the release of convex that the backend has. */
const cliOf = ({ backend }: Where): string =>
  [backend, repository].map((folder) => join(folder, cli)).find(existsSync) ?? "";

const execute = (program: string, args: readonly string[], { url, backend }: Where): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: backend,
      env: { ...process.env, CI: "1", CONVEX_SELF_HOSTED_URL: url, CONVEX_SELF_HOSTED_ADMIN_KEY: "local" },
    });
    const ran = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (ran.stdout += chunk));
    child.stderr.on("data", (chunk) => (ran.stderr += chunk));
    child.on("close", (code) => resolve({ code, ...ran }));
  });

/** `npx convex run NAME ARGS`. */
const runner =
  (where: Where) =>
  (name: string, args: string | object = {}, ...flags: string[]): Promise<Ran> => {
    const text = typeof args === "string" ? args : JSON.stringify(args);
    return execute(process.execPath, [cliOf(where), "run", name, text, ...flags], where);
  };

/** `next` of a printed answer, pasted into a shell between single quotes as it stands there. */
const paster =
  (where: Where) =>
  ({ stdout }: Ran): Promise<Ran> => {
    const [, args, name] = /"next": \{\s*"args": (\{[^}]*\}),\s*"function": "([^"]*)"/.exec(stdout) ?? [];
    return execute(
      "sh",
      ["-c", `exec "$0" "$1" run ${name} '${args}'`, process.execPath, cliOf(where)],
      where,
    );
  };

/** The answer of a run that worked. */
// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of an answer.
export function answerOf({ code, stdout, stderr }: Ran): any {
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
