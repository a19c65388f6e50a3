/**
 * What a call costs from source to answer, in a fresh context and in a new process, beside the ADR's own script in
 * TypeScript, and what of it is WebAssembly.
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

/** The ADR's script, the library's, and the library's with timers around its WebAssembly. */
const variants = ["adr", "ours", "instrumented"] as const;
type Variant = (typeof variants)[number];

/** Processes for each script: each variant is the first of as many, as the first call of a process pays for what later
 * ones find compiled. */
const PROCESSES = 8 * variants.length;
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

type Spent = { glueMs: number; decodeMs: number; compileMs: number; instantiateMs: number; runMs: number };
type Call = { ms: number; evaluateMs: number; spent: Spent; answer: Record<string, unknown> };

/** Where the milliseconds of a call go: JavaScript is parsed and evaluated, wasm-bindgen's (the glue) apart. */
type Breakdown = Spent & { javascriptMs: number };

type Row = {
  adrMs: number;
  ms: number;
  /** The first call in a new process. */
  firstMs: number;
  wasmMs: number;
  wasmFirstMs: number;
  breakdown: Breakdown;
  firstBreakdown: Breakdown;
};

const bounds = { wasmMs: 2.5, wasmFirstMs: 8, statusFirstMs: 10, glueBytes: 24 * 1_024 };

async function callIn(
  file: string,
  script: Script,
  order: readonly Variant[],
): Promise<Record<Variant, Call[]>> {
  const child = path.join(root, "benches/cold/child.mjs");
  const args = [...flags, child, file, script, String(ROUNDS), ...order];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
}

function breakdownOf(calls: readonly Call[]): Breakdown {
  const of = (part: (call: Call) => number) => median(calls.map(part));
  return {
    javascriptMs: of(({ evaluateMs, spent }) => evaluateMs - wasmMs({ spent: { ...spent, runMs: 0 } })),
    glueMs: of(({ spent }) => spent.glueMs),
    decodeMs: of(({ spent }) => spent.decodeMs),
    compileMs: of(({ spent }) => spent.compileMs),
    instantiateMs: of(({ spent }) => spent.instantiateMs),
    runMs: of(({ spent }) => spent.runMs),
  };
}

const wasmMs = ({ spent }: Pick<Call, "spent">): number =>
  spent.glueMs + spent.decodeMs + spent.compileMs + spent.instantiateMs + spent.runMs;

async function measure(file: string, script: Script): Promise<Row> {
  const first: Record<Variant, Call[]> = { adr: [], ours: [], instrumented: [] };
  const later: Record<Variant, Call[]> = { adr: [], ours: [], instrumented: [] };
  for (let nth = 0; nth < PROCESSES; nth++) {
    const at = nth % variants.length;
    const order = [...variants.slice(at), ...variants.slice(0, at)];
    const called = await callIn(file, script, order);
    for (const variant of variants) {
      const [firstCall, ...others] = called[variant];
      if (firstCall !== undefined && variant === order[0]) first[variant].push(firstCall);
      later[variant].push(...others);
    }
  }
  const ms = (calls: readonly Call[]) => median(calls.map((call) => call.ms));
  return {
    adrMs: ms(later.adr),
    ms: ms(later.ours),
    firstMs: ms(first.ours),
    wasmMs: median(later.instrumented.map(wasmMs)),
    wasmFirstMs: median(first.instrumented.map(wasmMs)),
    breakdown: breakdownOf(later.instrumented),
    firstBreakdown: breakdownOf(first.instrumented),
  };
}

async function run(): Promise<Outcome> {
  const ours = await bundleBackend(path.join(root, "tests/backend"));
  const adr = await bundleBackend(path.join(root, "benches/cold/adr"));
  const folder = await mkdtemp(path.join(tmpdir(), "bench-cold-"));
  try {
    const file = path.join(folder, "bundles.json");
    await writeFile(file, JSON.stringify({ ours, adr }));
    const names = Object.keys(scripts) as Script[];
    const rows = {} as Record<Script, Row>;
    for (const script of names) rows[script] = await measure(file, script);
    const sizes = await sizesOf(ours, names);
    const failures =
      sizes.glueBytes > bounds.glueBytes
        ? [`wasm-bindgen's JavaScript has ${whole(sizes.glueBytes)} bytes in a bundle`]
        : [];
    const { bundleBytes: _, ...moduleSizes } = sizes;
    return { json: { scripts: rows, ...moduleSizes }, text: textOf(rows, sizes), failures };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function textOf(rows: Record<Script, Row>, sizes: Sizes): string {
  const missed = (ms: number, bound: number) => (ms <= bound ? "" : "missed");
  const times = table([
    ["script", "ADR", "ours", "first", "wasm adds", "", "wasm adds first", ""],
    ...Object.entries(rows).map(([script, row]) => [
      ...[script, duration(row.adrMs), duration(row.ms), duration(row.firstMs)],
      ...[duration(row.wasmMs), missed(row.wasmMs, bounds.wasmMs)],
      duration(row.wasmFirstMs),
      missed(row.wasmFirstMs, script === "v2MigrationStatus" ? bounds.statusFirstMs : bounds.wasmFirstMs),
    ]),
  ]);
  const parts = (
    script: string,
    { javascriptMs, glueMs, decodeMs, compileMs, instantiateMs, runMs }: Breakdown,
  ) => [
    script,
    ...[javascriptMs, glueMs, decodeMs, compileMs, instantiateMs, runMs].map((ms) => duration(ms)),
  ];
  const breakdown = table([
    ["where it goes", "JavaScript", "glue", "base64", "compile", "instantiate", "run"],
    ...Object.entries(rows).flatMap(([script, row]) => [
      parts(script, row.breakdown),
      parts(`${script}, first`, row.firstBreakdown),
    ]),
  ]);
  const bytes = table([
    ["size", "bytes"],
    ["wasm", whole(sizes.wasmBytes)],
    ["wasm, gzip", whole(sizes.wasmGzipBytes)],
    [`glue, at most ${whole(bounds.glueBytes)}`, whole(sizes.glueBytes)],
    ["bundle of a script", whole(sizes.bundleBytes)],
  ]);
  const about =
    `bounds: wasm adds at most ${bounds.wasmMs} ms, and in a new process ${bounds.wasmFirstMs} ms ` +
    `(the status ${bounds.statusFirstMs} ms)`;
  return `${times}\n\n${breakdown}\n\n${bytes}\n\n${about}`;
}

export const cold: Bench = {
  about: "what a call costs in a fresh context, beside the ADR's script, and what of it is WebAssembly",
  run,
};
