import { expect, test } from "vitest";

import { MigrationRun } from "../../js-shims/core/migration";
import simulations from "../fixtures/simulations.json";

const limits = [32_000, 2 ** 24, 4_096, 16_000, 2 ** 24, 1_000, 2 ** 24];

// The native counterpart is tests/simulation.rs.
test.each(simulations)("$name: the wasm build plans what the native one does", (simulation) => {
  const [least = 0, spread = 1] = simulation.bytes;
  const bytesOf = (n: number) => least + ((n * 7_919) % spread);
  const batchSize = simulation.batchSize === null ? {} : { batchSize: simulation.batchSize };
  const run = new MigrationRun(
    { organizationId: "org_a", dryRun: false, ...batchSize },
    { isLegacy: false, nowMs: 0, deadlineMs: 1e300, bytesPerMs: 0 },
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
      run.page({
        codes,
        facts: codes.map(() => 0),
        claims: codes.map(() => 2),
        transcripts: codes.map(() => 1),
        bytes: sizes,
        malformed: [],
        isLast: read === simulation.notes,
      });
      continue;
    }
    const notes = step.length - 1;
    batches += 1;
    largestBatch = Math.max(largestBatch, notes);
    let bytes = 0;
    for (const at of step.slice(1)) bytes += bytesOf(pageStart + at);
    const rows = { artifacts: notes, transcripts: notes, claims: 2 * notes };
    const used = [notes, bytes, notes * 2, notes * 4, bytes, 0, 0];
    run.written({ codes: Array(notes).fill(6), ...rows, used, limits, malformed: [] }, 0);
  }
  const answer = run.answer(null);
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
