/** What the transactions of a migration and the action around them ask the core. */

import { Core, initSync } from "../../pkg/migration.js";
import module from "../../pkg/migration_bg.wasm";
import type { Host } from "../host.js";
import type { MigrationAnswer, MigrationArgs } from "../validators/migration.js";
import { askToMigrate } from "./migrationCall.js";
import { accept, ask, once } from "./protocol.js";

/** Opens the module. Never at import time: a call that does without should not pay for it. */
function open(): Core {
  initSync({ module });
  return new Core();
}

/** The refusal of a cursor whose position is not there any more. */
export const lostPosition = (): unknown => once(open, 6, {});

/** What a transaction has left, after documents, bytes and ranges used of limits: notes that take so many ranges
 * each, documents, bytes, and reads side by side. */
export function headroom(used: readonly number[], limits: readonly number[], rangesEach: number) {
  const numbers = [rangesEach, ...used.slice(0, 3), ...limits.slice(0, 3)];
  const [notes = 1, documents = 1, bytes = 1, width = 1] = once<number[]>(open, 9, { numbers });
  return { notes, documents, bytes, width };
}

/** What a run does with each note; see `Verdict` in `src/migration/judge.rs`. */
export const judgeNotes = (notes: {
  nowMs: number;
  deferredDays: number | undefined;
  repair: boolean;
  /** Judge none behind the first malformed note. */
  isSweep: boolean;
  facts: readonly number[];
  createdMs: readonly number[];
  /** One an artifact: of which note, ascending. */
  of: readonly number[];
  /** One an artifact: when it last changed, below 0 where it is completed. */
  changedMs: readonly number[];
}): number[] =>
  once(open, 10, {
    numbers: [notes.nowMs, notes.deferredDays, notes.repair, notes.isSweep],
    columns: [notes.facts, notes.createdMs, notes.of, notes.changedMs],
  });

/** What a transaction that writes came to; see `Written` in `src/migration/step.rs`. */
type Written = {
  codes: readonly number[];
  facts: readonly number[];
  artifacts: number;
  transcripts: number;
  claims: number;
  used: readonly number[];
  limits: readonly number[];
  malformed: readonly string[];
};

/** A run of the migration. */
export class MigrationRun {
  private readonly core = open();

  /** Its arguments are accepted, the cursor included, or it throws their refusal. */
  constructor(host: Host, args: MigrationArgs) {
    accept(this.core, askToMigrate(this.core, host, args));
  }

  /** The position behind which the reader begins. */
  position(): string | null {
    return ask(this.core, 11);
  }

  /** The next step: 0 stop (notes done), 1 page (notes), 2 batch (its notes ...), 3 wait (milliseconds), 4 mark
   * (notes done), 5 sweep (notes). */
  next(nowMs: number): number[] {
    return ask(this.core, 12, { numbers: [nowMs] });
  }

  /** Takes a page; see `PageRead` in `src/migration/step.rs`. */
  page(page: {
    codes: readonly number[];
    facts: readonly number[];
    claims: readonly number[];
    transcripts: readonly number[];
    bytes: readonly number[];
    malformed: readonly string[];
    isLast: boolean;
  }): void {
    ask(this.core, 13, {
      numbers: [page.isLast],
      columns: [page.codes, page.facts, page.claims, page.transcripts, page.bytes],
      texts: [page.malformed.join("\n")],
    });
  }

  /** Takes the position at which the limit was reached. */
  mark(position: string | null): void {
    ask(this.core, 14, { texts: [position ?? undefined] });
  }

  /** Takes what a batch came to. */
  written(batch: Written, tookMs: number): void {
    ask(this.core, 15, {
      numbers: [batch.artifacts, batch.transcripts, batch.claims, tookMs],
      columns: [batch.used, batch.limits, batch.codes, batch.facts],
      texts: [batch.malformed.join("\n")],
    });
  }

  /** Takes what a sweep came to. */
  swept(sweep: Written & { isLast: boolean }, tookMs: number): void {
    ask(this.core, 19, {
      numbers: [sweep.artifacts, sweep.transcripts, sweep.claims, tookMs, sweep.isLast],
      columns: [sweep.used, sweep.limits, sweep.codes, sweep.facts],
      texts: [sweep.malformed.join("\n")],
    });
  }

  /** Takes the error of a batch, and the id of its first note, or of a sweep. */
  failed(message: string, voiceNoteId: string): void {
    ask(this.core, 16, { texts: [message, voiceNoteId] });
  }

  /** Ends the run after an error of something else; false where the error itself must be the answer. */
  error(message: string): boolean {
    return ask(this.core, 17, { texts: [message] });
  }

  /** The answer; `position` is what the last step asks for. */
  answer(position: string | null): MigrationAnswer {
    return ask(this.core, 18, { texts: [position ?? undefined] });
  }

  free(): void {
    this.core.free();
  }
}
