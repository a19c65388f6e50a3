/**
 * What the core's wasm adds to a call: the CLI's real bundle against the same scripts in plain TypeScript, both
 * from source to answer in a fresh context, as Convex runs each call. The plain ones have the library's own doors to
 * the host and its readers, and decide by themselves what the core decides.
 */

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { bundleBackend } from "embedded-convex/bundle";

import type { Bench, Outcome } from "../support/bench.js";
import { duration, table, whole } from "../support/print.js";
import { root } from "../support/root.js";
import { median } from "../support/timing.js";
import { scripts } from "./documents.mjs";
import { type Sizes, sizesOf } from "./sizes.js";

type Script = keyof typeof scripts;

/** At once: the status that one would write first. It reads whole ranges and ends at Convex's limits. */
type Plain = "ts" | "atOnce";

/** Processes for each script, half of them beginning with either variant: the first call of a process pays for
 * what later ones find compiled. */
const PROCESSES = 32;
/** Contexts of one process. Node keeps them all, and links the modules of later ones more slowly. */
const ROUNDS = 6;

/** Those of `scripts/deployment`, and of `scripts/bench`. */
const flags = [
  "--experimental-vm-modules",
  "--no-warnings",
  "--disallow-code-generation-from-strings",
  "--no-wasm-async-compilation",
  "--stack-size=2048",
  "--expose-gc",
  "--v8-pool-size=1",
];

type Row = {
  tsMs: number;
  wasmMs: number;
  addedMs: number;
  /** The same of the first call in a new process. */
  addedFirstMs: number;
};

const goals = { wasmBytes: 32 * 1_024, glueBytes: 8 * 1_024, addedMs: 1, addedFirstMs: 4 };

const run_ = promisify(execFile);

type Called = Record<"ts" | "wasm", { ms: number[]; answer: Record<string, unknown> }>;

async function callIn(file: string, script: Script, plain: Plain, isPlainFirst: boolean): Promise<Called> {
  const child = path.join(root, "benches/cold/child.mjs");
  const order = isPlainFirst ? [plain, "wasm"] : ["wasm", plain];
  const args = [...flags, child, file, script, String(ROUNDS), ...order];
  const { stdout } = await run_(process.execPath, args, { maxBuffer: 2 ** 24 });
  const called = JSON.parse(stdout);
  return { ts: called[plain], wasm: called.wasm };
}

/** Both variants must tell the same; but each writes tokens of its own. */
function checkSame(script: Script, { ts, wasm }: Called): void {
  const shown = ({ previous: _, ...answer }: Record<string, unknown>) =>
    JSON.stringify(Object.entries(answer).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (shown(ts.answer) !== shown(wasm.answer)) {
    throw new Error(`${script}: the plain script answers ${shown(ts.answer)}, not ${shown(wasm.answer)}`);
  }
}

async function measure(file: string, script: Script, plain: Plain = "ts"): Promise<Row> {
  const first = { ts: [] as number[], wasm: [] as number[] };
  const fresh = { ts: [] as number[], wasm: [] as number[] };
  // Of pairs, one right behind the other: both see the same machine.
  const added: number[] = [];
  for (let nth = 0; nth < PROCESSES; nth++) {
    const isPlainFirst = nth % 2 === 0;
    const called = await callIn(file, script, plain, isPlainFirst);
    checkSame(script, called);
    const way = isPlainFirst ? "ts" : "wasm";
    first[way].push(called[way].ms[0]);
    for (let at = 1; at < ROUNDS; at++) {
      const [ts, wasm] = [called.ts.ms[at], called.wasm.ms[at]];
      fresh.ts.push(ts);
      fresh.wasm.push(wasm);
      added.push(wasm - ts);
    }
  }
  return {
    tsMs: median(fresh.ts),
    wasmMs: median(fresh.wasm),
    addedMs: median(added),
    addedFirstMs: median(first.wasm.map((ms, at) => ms - first.ts[at])),
  };
}

async function run(): Promise<Outcome> {
  const wasm = await bundleBackend(path.join(root, "tests/backend"));
  const ts = await bundleBackend(path.join(root, "benches/baseline"));
  const atOnce = await bundleBackend(path.join(root, "benches/atOnce"));
  const folder = await mkdtemp(path.join(tmpdir(), "bench-cold-"));
  try {
    const file = path.join(folder, "bundles.json");
    await writeFile(file, JSON.stringify({ ts, atOnce, wasm }));
    const names = Object.keys(scripts) as Script[];
    const rows = {} as Record<Script, Row>;
    for (const script of names) rows[script] = await measure(file, script);
    const statusAtOnce = await measure(file, "v2MigrationStatus", "atOnce");
    const sizes = await sizesOf(wasm, names);
    return {
      json: { scripts: rows, statusAtOnce, ...sizes, goals },
      text: textOf(rows, statusAtOnce, sizes),
      failures: [],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function textOf(rows: Record<Script, Row>, atOnce: Row, sizes: Sizes): string {
  const met = (value: number, goal: number) => (value <= goal ? "" : "missed");
  const cells = (name: string, { tsMs, wasmMs, addedMs, addedFirstMs }: Row, hasGoal: boolean) => [
    ...[name, duration(tsMs), duration(wasmMs)],
    ...[duration(addedMs), hasGoal ? met(addedMs, goals.addedMs) : ""],
    ...[duration(addedFirstMs), hasGoal ? met(addedFirstMs, goals.addedFirstMs) : ""],
  ];
  const times = table([
    ["script", "plain", "wasm", "added", "", "added first", ""],
    ...Object.entries(rows).map(([script, row]) => cells(script, row, true)),
    cells("status, plain one at once", atOnce, false),
  ]);
  const bytes = table([
    ["size", "bytes", "goal", ""],
    ["wasm", whole(sizes.wasmBytes), whole(goals.wasmBytes), met(sizes.wasmBytes, goals.wasmBytes)],
    ["wasm, gzip", whole(sizes.wasmGzipBytes), "", ""],
    ["glue", whole(sizes.glueBytes), whole(goals.glueBytes), met(sizes.glueBytes, goals.glueBytes)],
    ["bundle of a script", whole(sizes.bundleBytes), "", ""],
  ]);
  const about =
    `goals: at most ${goals.addedMs} ms added, ${goals.addedFirstMs} ms in a new process\n` +
    "the last row's plain status reads all in one transaction, and ends at its limits: no goal";
  return `${times}\n\n${bytes}\n\n${about}`;
}

export const cold: Bench = {
  about: "what the wasm adds to a call in a fresh context, against plain TypeScript",
  run,
};
