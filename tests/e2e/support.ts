/** The stand-in backend in the embedded deployment, called as people call it. */

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type SpawnOptions, startDeployment } from "embedded-convex";
import { afterAll } from "vitest";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const cli = join(repository, "node_modules", "convex", "bin", "main.js");
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
    const lines = rows.map((fields) => `${JSON.stringify(fields)}\n`);
    await writeFile(join(path, table, "documents.jsonl"), lines.join(""));
  }
  return path;
}

/** Starts the stand-in on these tables. */
export async function deploy(tables: Tables, options: SpawnOptions = {}) {
  const snapshot = await writeSnapshot(tables);
  const deployment = await startDeployment({ backend: standIn, snapshot, ...options });
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) await deployment.stop();
    isStopped = true;
  };
  cleanups.push(stop);
  return { url: deployment.url, stop, run: runner(deployment.url), setFaults: deployment.setFaults };
}

export type Ran = { code: number | null; stdout: string; stderr: string };

/** `npx convex run NAME ARGS`. */
const runner =
  (url: string) =>
  (name: string, args: string | object = {}, ...flags: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const text = typeof args === "string" ? args : JSON.stringify(args);
      const child = spawn(process.execPath, [cli, "run", name, text, ...flags], {
        cwd: standIn,
        env: { ...process.env, CI: "1", CONVEX_SELF_HOSTED_URL: url, CONVEX_SELF_HOSTED_ADMIN_KEY: "local" },
      });
      const ran = { stdout: "", stderr: "" };
      child.stdout.on("data", (chunk) => (ran.stdout += chunk));
      child.stderr.on("data", (chunk) => (ran.stderr += chunk));
      child.on("close", (code) => resolve({ code, ...ran }));
    });

/** The answer of a run that worked. */
// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of an answer.
export function answerOf({ code, stdout, stderr }: Ran): any {
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
