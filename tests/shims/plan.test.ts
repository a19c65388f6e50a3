import { expect, test } from "vitest";

import { type MigrationBatch, MigrationRun, Transaction } from "../../js-shims/core";
import plans from "../fixtures/plans.json";

/** A note that was read, and its bytes. */
type Note = { id: string; bytes: number; verdict: "migrate" | "migrated" };

// The native counterpart is tests/plan.rs.
test.each(plans)("$name: the wasm build plans what the native one does", (simulation) => {
  const [least = 0, spread = 1] = simulation.bytes;
  const noteOf = (n: number): Note => ({
    id: String(n),
    bytes: least + ((n * 7_919) % spread),
    verdict: n % simulation.eligibleEvery === 0 ? "migrate" : "migrated",
  });
  const run = new MigrationRun({
    organizationId: "org_a",
    indexes: "",
    dryRun: false,
    repair: false,
    isLegacy: false,
    background: false,
    hasLedger: false,
    batchSize: simulation.batchSize ?? undefined,
    nowMs: 0,
    deadlineMs: 1e300,
    paceBytesPerSecond: 0,
  });
  let read = 0;
  const transactions = { sweeps: 0, pages: 0, batches: 0 };
  let largestBatch = 0;
  // The next notes as a transaction reads them: one ends where it has read 7 MiB.
  const readNotes = (most: number) => {
    const notes: Note[] = [];
    for (let bytes = 0; read < simulation.notes && notes.length < most && bytes < 7_340_032; read++) {
      const note = noteOf(read);
      notes.push(note);
      bytes += note.bytes;
    }
    return { notes, isLast: read === simulation.notes };
  };
  const written = (notes: readonly Note[], isLast: boolean): MigrationBatch => {
    const metrics = new Transaction().metrics();
    const use = (measure: keyof typeof metrics, used: number) => {
      metrics[measure] = { used, remaining: metrics[measure].remaining - used };
    };
    const bytesOf = (some: readonly Note[]) => some.reduce((sum, { bytes }) => sum + bytes, 0);
    const writers = notes.filter(({ verdict }) => verdict === "migrate");
    largestBatch = Math.max(largestBatch, writers.length);
    use("documentsRead", notes.length);
    use("bytesRead", bytesOf(notes));
    use("databaseQueries", notes.length * 2);
    use("documentsWritten", writers.length * 4);
    use("bytesWritten", bytesOf(writers));
    return {
      verdicts: notes.map(({ verdict }) => verdict),
      malformed: [],
      inserted: { artifacts: writers.length, transcripts: writers.length, claims: 2 * writers.length },
      metrics,
      ids: notes.map(({ id }) => id),
      position: null,
      createdMs: null,
      isLast,
      bytesPerSecond: null,
    };
  };
  for (;;) {
    const step = run.next(0);
    if (step.kind === "ended") break;
    if (step.kind === "readPage") {
      transactions.pages += 1;
      const { notes, isLast } = readNotes(step.notes);
      run.pageRead({
        notes: notes.map(({ id, verdict }) => ({
          id,
          verdict,
          position: id,
          createdMs: 0,
          rows: null,
        })),
        malformed: [],
        isLast,
      });
    } else if (step.kind === "writeBatch") {
      transactions.batches += 1;
      run.batchWritten(
        written(
          step.ids.map((id) => noteOf(Number(id))),
          false,
        ),
        0,
      );
    } else if (step.kind === "sweep") {
      transactions.sweeps += 1;
      const { notes, isLast } = readNotes(step.notes);
      run.swept(written(notes, isLast), 0);
    } else {
      throw new Error(`step ${step.kind}`);
    }
  }
  const { answer } = run.answer();
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
