/** A dry run over a million notes: how fast the planner is, natively and in wasm, and that both plan the same. */

import type { ActionCtx } from "../../js-shims/host.js";
import { defineHost } from "../../js-shims/host.js";
import { migrateNotes } from "../../js-shims/writing/migrateNotes.js";
import type { Bench, Outcome } from "../support/bench.js";
import { coreMemoryBytes } from "../support/memory.js";
import { table, whole } from "../support/print.js";
import { quietly } from "../support/quiet.js";
import { median, timed } from "../support/timing.js";
import { type NativePlan, planNatively } from "./native.js";
import { PAGE, pageOf } from "./page.js";

const NOTES = 1_000_000;
const ROUNDS = 15;
/** Wasm memory grows by pages. */
const WASM_PAGE = 65_536;

// A dry run calls none of the host's functions but the page, and must not end at a deadline.
const host = defineHost({
  functions: { v2Rollout: {} } as Parameters<typeof defineHost>[0]["functions"],
  deadlineMs: 1e12,
});

type Plan = { pages: number; batches: number };

/** The real shims and the real core; only the database is missing. */
async function plan(notes: number): Promise<Plan> {
  let pages = 0;
  const ctx = {
    runQuery: async () => {
      pages += 1;
      return pageOf(pages * PAGE >= notes);
    },
  } as unknown as ActionCtx;
  const { batches, processed } = await migrateNotes(
    host,
    ctx,
    { organizationId: "org_1", dryRun: true },
    1e15,
  );
  if (processed !== notes) throw new Error(`the dry run looked at ${processed} of ${notes} notes`);
  return { pages, batches };
}

async function run(): Promise<Outcome> {
  let planned = await quietly(() => plan(NOTES / 10));
  const wasmMemoryBytesBefore = coreMemoryBytes();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const task = async () => {
      planned = await plan(NOTES);
    };
    times.push(await quietly(() => timed(task)));
  }
  const wasmMemoryBytes = coreMemoryBytes();
  const native = await planNatively();
  const wasmNotesPerSecond = (NOTES / median(times)) * 1_000;
  const json = {
    notes: NOTES,
    nativeNotesPerSecond: native?.notesPerSecond ?? null,
    wasmNotesPerSecond,
    wasmMemoryBytesBefore,
    wasmMemoryBytes,
    pages: planned.pages,
    batches: planned.batches,
    nativePages: native?.pages ?? null,
    nativeBatches: native?.batches ?? null,
  };
  const failures: string[] = [];
  if (wasmMemoryBytes > wasmMemoryBytesBefore + WASM_PAGE) {
    failures.push(`memory grew from ${whole(wasmMemoryBytesBefore)} to ${whole(wasmMemoryBytes)} bytes`);
  }
  failures.push(...differences(planned, native));
  const text = table([
    ["build", "notes a second", "pages", "batches", "memory before", "after"],
    [
      "wasm",
      whole(wasmNotesPerSecond),
      whole(planned.pages),
      whole(planned.batches),
      whole(wasmMemoryBytesBefore),
      whole(wasmMemoryBytes),
    ],
    native === null
      ? ["native", "not built", "", "", "", ""]
      : ["native", whole(native.notesPerSecond), whole(native.pages), whole(native.batches), "", ""],
  ]);
  return { json, text, failures };
}

function differences(planned: Plan, native: NativePlan | null): string[] {
  if (native === null) return [];
  return (["pages", "batches"] as const)
    .filter((key) => planned[key] !== native[key])
    .map((key) => `wasm plans ${planned[key]} ${key}, native ${native[key]}`);
}

export const planBench: Bench = {
  about: "a dry run over a million notes: how fast the planner is, natively and in wasm",
  run,
};
