import type { Run } from "../operator/answers.js";
import { type Migration, workedSeconds, written } from "../operator/migration.js";
import { isMoving } from "../operator/runs.js";
import { bytes, duration, number } from "./numbers.js";

/** How far a migration is, and how fast. */
export type HowFar = {
  notes: number;
  /** Null where nobody knows how many there are. */
  whole: number | null;
  failed: number;
  notesPerSecond: number | null;
  secondsLeft: number | null;
  /** What else is to be known, the most important first. */
  remarks: readonly string[];
  /** What it met last, and goes on in spite of. */
  error: { message: string; atMs: number } | null;
};

/** Of windows that write so many notes in all. */
export function howFarInWindows(soFar: Migration, total: number): HowFar {
  const notes = written(soFar);
  const whole = Math.max(total, notes);
  const rate = notes / Math.max(soFar.seconds, 0.001);
  const { batchSize } = soFar;
  const limitedBy = batchSize?.limitedBy ?? null;
  return {
    notes,
    whole,
    failed: soFar.outcome.failed,
    notesPerSecond: rate > 0 ? rate : null,
    secondsLeft: rate > 0 ? (whole - notes) / rate : null,
    remarks:
      batchSize === null
        ? []
        : [`batches of ${number(batchSize.notes)}${limitedBy === null ? "" : ` (${limitedBy})`}`],
    error: null,
  };
}

/** Of a run. Where the ledger does not know how many notes are in its reach, a status that was counted may. */
export function howFarOfRun(run: Run, counted: number | null = null): HowFar {
  const { progress, outcome, lastError } = run;
  const { notes, whole } = countOf(run, counted);
  const rate = workedSeconds(run) < LEAST_WORK ? null : progress.notesPerSecond;
  const left = whole === null || rate === null || rate === 0 ? null : (whole - notes) / rate;
  return {
    notes,
    whole,
    failed: outcome.failed,
    notesPerSecond: rate,
    // With a limit, it is not known how many notes are passed over on the way.
    secondsLeft: run.limit === null && rate !== null ? (progress.secondsLeft ?? left) : null,
    remarks: [...stateOf(run), ...paceOf(run), ...batchesOf(run)],
    error: lastError,
  };
}

/** Seconds of work before which a rate means nothing. */
const LEAST_WORK = 1;

function countOf(
  { limit, state, progress, outcome }: Run,
  total: number | null,
): { notes: number; whole: number | null } {
  if (limit !== null) {
    const notes = outcome.migrated + outcome.repaired;
    return { notes, whole: Math.max(notes, Math.min(limit, total ?? limit)) };
  }
  const notes = progress.settled;
  if (state === "done") return { notes, whole: notes };
  const known = progress.share !== null && progress.share > 0 ? Math.round(notes / progress.share) : total;
  return { notes, whole: known === null ? null : Math.max(known, notes) };
}

function stateOf(run: Run): string[] {
  const silentSeconds = (Date.now() - run.updatedMs) / 1_000;
  if (isMoving(run) && silentSeconds > LONG_SILENCE) {
    return [`nothing heard for ${duration(silentSeconds)}; a leg that died is replaced within 5 min`];
  }
  if (run.state === "running") return [];
  return [run.state === "queued" ? "waits for its next leg" : run.state];
}

/** Seconds that a batch, with all its waiting, hardly takes. */
const LONG_SILENCE = 45;

/** How fast it may write, and why it is slower than it should be. */
export function paceOf({ bytesPerSecond, fullBytesPerSecond }: Run): string[] {
  if (bytesPerSecond === null) return [];
  const isLowered = fullBytesPerSecond !== null && bytesPerSecond < fullBytesPerSecond;
  return [
    isLowered
      ? `pace lowered to ${bytes(bytesPerSecond)}/s of ${bytes(fullBytesPerSecond)}/s`
      : `at most ${bytes(bytesPerSecond)}/s`,
  ];
}

const batchesOf = ({ batches, outcome }: Run): string[] =>
  batches === 0 ? [] : [`batches of ${number(Math.ceil((outcome.migrated + outcome.repaired) / batches))}`];
