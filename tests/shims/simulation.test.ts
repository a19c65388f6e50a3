import { expect, test } from "vitest";

import { MigrationRun } from "../../js-shims/core/migration";
import simulations from "../fixtures/simulations.json";
import { host } from "./migrate";

const limits = [32_000, 2 ** 24, 4_096, 16_000, 2 ** 24, 1_000, 2 ** 24];

// The native counterpart is tests/simulation.rs.
test.each(simulations)("$name: the wasm build plans what the native one does", (simulation) => {
  const [least = 0, spread = 1] = simulation.bytes;
  const bytesOf = (n: number) => least + ((n * 7_919) % spread);
  const batchSize = simulation.batchSize === null ? {} : { batchSize: simulation.batchSize };
  const args = { organizationId: "org_a", dryRun: false, ...batchSize };
  const run = new MigrationRun({ ...host, deadlineMs: 1e300 }, args);
  let read = 0;
  let pageStart = 0;
  const transactions = { sweeps: 0, pages: 0, batches: 0 };
  let largestBatch = 0;
  // The next notes as a transaction reads them: one ends where it has read 7 MiB.
  const readNotes = (most: number) => {
    let sum = 0;
    const sizes: number[] = [];
    const codes: number[] = [];
    while (read < simulation.notes && codes.length < most && sum < 7_340_032) {
      codes.push(read % simulation.eligibleEvery === 0 ? 6 : 0);
      sizes.push(bytesOf(read));
      sum += bytesOf(read);
      read += 1;
    }
    const isLast = read === simulation.notes;
    return { codes, facts: codes.map(() => 0), sizes, malformed: [], isLast };
  };
  const account = (sizes: number[], writtenSizes: number[]) => {
    const [notes, written] = [sizes.length, writtenSizes.length];
    const [bytes, writtenBytes] = [sizes, writtenSizes].map((all) => all.reduce((a, b) => a + b, 0));
    largestBatch = Math.max(largestBatch, written);
    const used = [notes, bytes, notes * 2, written * 4, writtenBytes, 0, 0] as number[];
    return { artifacts: written, transcripts: written, claims: 2 * written, used, limits };
  };
  for (;;) {
    const [kind, ...given] = run.next(0);
    if (kind === 0) break;
    if (kind === 1) {
      transactions.pages += 1;
      pageStart = read;
      const { codes, sizes, ...page } = readNotes(given[0] ?? 0);
      run.page({
        ...page,
        codes,
        claims: codes.map(() => 2),
        transcripts: codes.map(() => 1),
        bytes: sizes,
      });
    } else if (kind === 2) {
      transactions.batches += 1;
      const sizes = given.map((at) => bytesOf(pageStart + at));
      run.written({ codes: given.map(() => 6), facts: [], malformed: [], ...account(sizes, sizes) }, 0);
    } else if (kind === 5) {
      transactions.sweeps += 1;
      const { sizes, ...sweep } = readNotes(given[0] ?? 0);
      const written = sizes.filter((_, at) => sweep.codes[at] === 6);
      run.swept({ ...sweep, ...account(sizes, written) }, 0);
    } else {
      throw new Error(`step ${kind}`);
    }
  }
  const answer = run.answer(null);
  run.free();
  expect({
    ...transactions,
    largestBatch,
    migrated: answer.outcome.migrated,
    limitedBy: answer.batchSize.limitedBy,
  }).toEqual({
    sweeps: simulation.sweeps,
    pages: simulation.pages,
    batches: simulation.batches,
    largestBatch: simulation.largestBatch,
    migrated: simulation.migrated,
    limitedBy: simulation.limitedBy,
  });
});
