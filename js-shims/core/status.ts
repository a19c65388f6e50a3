import { Core, initSync } from "../../pkg/status.js";
import module from "../../pkg/status_bg.wasm";
import type { Candidates } from "../documents.js";
import type { StatusAnswer } from "../validators/status.js";
import { ask, once, refusalsOf } from "./protocol.js";

/** Opens the module. Never at import time: a call that does without should not pay for it. */
function open(): Core {
  initSync({ module });
  return new Core();
}

export const refusals = refusalsOf(open);

/** The refusal of a cursor whose position is not there any more. */
export const lostPosition = (): unknown => once(open, 6, {});

/** Refuses a finished status that is not complete; null otherwise. */
export const checkComplete = (verdict: string, left: number): unknown =>
  once(open, 7, { numbers: [left], texts: [verdict] });

/** One transaction of a status. */
export class StatusRun {
  private readonly core = open();
  /** Why the arguments are refused, or null. */
  readonly refusal: unknown;

  constructor(call: {
    organizationId: string;
    deferredDays: number | undefined;
    cursor: string | undefined;
    environment: readonly [voiceNotes: string | undefined, entityResolution: string | undefined];
    /** Documents, bytes and ranges of a transaction, where they are known. */
    limits: readonly number[];
    artifactsAreIndexed: boolean;
  }) {
    const days = call.deferredDays === undefined ? undefined : String(call.deferredDays);
    this.refusal = ask(this.core, 0, {
      numbers: [Date.now(), call.artifactsAreIndexed, ...call.limits.slice(0, 3)],
      texts: [call.organizationId, days, call.cursor, ...call.environment],
    });
  }

  /** The position behind which the reader goes on. */
  position(): string | null {
    return ask(this.core, 11);
  }

  /** The next step, after so many documents, bytes and ranges; see `next` in `src/job/status.rs`. */
  next(used: readonly number[]): (number | string | null)[] {
    return ask(this.core, 12, { numbers: used.slice(0, 3) });
  }

  /** Takes a page; see `PageRead` in `src/scan.rs`. */
  page(page: {
    isLast: boolean;
    firstId: string;
    facts: ArrayLike<number>;
    createdMs: ArrayLike<number>;
    candidates: Candidates;
    names: string;
  }): void {
    ask(this.core, 13, {
      numbers: [page.isLast],
      columns: [page.facts, page.createdMs, page.candidates.of],
      texts: [page.firstId, undefined, page.candidates.ids, page.names],
    });
  }

  /** Takes what look-ups found; see `Found` in `src/scan.rs`. */
  found(found: {
    complete: number;
    openId: string;
    openAfter: string | undefined;
    of: readonly number[];
    facts: ArrayLike<number>;
    candidates: Candidates;
    names: string;
  }): void {
    ask(this.core, 14, {
      numbers: [found.complete],
      columns: [found.facts, found.of, found.candidates.of],
      texts: [found.openId, found.openAfter, found.candidates.ids, found.names],
    });
  }

  /** The answer, after so many documents, bytes and ranges; `position` is what the last step asks for. */
  answer(position: string | null, used: readonly number[]): StatusAnswer {
    return ask(this.core, 15, { numbers: used.slice(0, 3), texts: [undefined, position ?? undefined] });
  }

  free(): void {
    this.core.free();
  }
}
