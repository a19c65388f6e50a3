import { expect, test } from "vitest";

import { MigrationRun, startCore } from "../../js-shims/core";
import type { MigrationAnswer } from "../../js-shims/validators";
import simulations from "../fixtures/simulations.json";

const limits = Float64Array.of(32_000, 2 ** 24, 4_096, 16_000, 2 ** 24, 1_000, 2 ** 24);

// The native counterpart is tests/simulation.rs.
test.each(simulations)("$name: the wasm build plans what the native one does", (simulation) => {
  startCore();
  const [least = 0, spread = 1] = simulation.bytes;
  const bytesOf = (n: number) => least + ((n * 7_919) % spread);
  const batchSize = simulation.batchSize === null ? undefined : String(simulation.batchSize);
  const run = new MigrationRun(
    "org_a",
    false,
    batchSize,
    undefined,
    false,
    undefined,
    undefined,
    false,
    0,
    1e300,
    0,
  );
  let read = 0;
  let pageStart = 0;
  let pages = 0;
  let batches = 0;
  let largestBatch = 0;
  for (;;) {
    const step = run.next(0);
    if (step[0] === 0) break;
    if (step[0] === 1) {
      pageStart = read;
      pages += 1;
      let sum = 0;
      const sizes: number[] = [];
      const codes: number[] = [];
      while (read < simulation.notes && codes.length < (step[1] ?? 0) && sum < 7_340_032) {
        codes.push(read % simulation.eligibleEvery === 0 ? 6 : 0);
        sizes.push(bytesOf(read));
        sum += bytesOf(read);
        read += 1;
      }
      const facts = new Uint32Array(codes.length);
      const isLast = read === simulation.notes;
      run.page(
        Uint8Array.from(codes),
        facts,
        facts.map(() => 2),
        facts.map(() => 1),
        Float64Array.from(sizes),
        "",
        isLast,
      );
      continue;
    }
    const notes = step.length - 1;
    batches += 1;
    largestBatch = Math.max(largestBatch, notes);
    let bytes = 0;
    for (const at of step.subarray(1)) bytes += bytesOf(pageStart + at);
    const used = Float64Array.of(notes, bytes, notes * 2, notes * 4, bytes, 0, 0);
    run.written(new Uint8Array(notes).fill(6), new Float64Array(3), used, limits, "", 0);
  }
  const answer: MigrationAnswer = run.answer(undefined);
  run.free();
  expect({
    pages,
    batches,
    largestBatch,
    migrated: answer.outcome.migrated,
    limitedBy: answer.batchSize.limitedBy,
  }).toEqual({
    pages: simulation.pages,
    batches: simulation.batches,
    largestBatch: simulation.largestBatch,
    migrated: simulation.migrated,
    limitedBy: simulation.limitedBy,
  });
});
