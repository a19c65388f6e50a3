import { Core, initSync } from "../../pkg/status.js";
import module from "../../pkg/status_bg.wasm";
import type { Columns } from "../documents.js";
import type { StatusAnswer } from "../validators/status.js";
import { accept, ask, numbersOf, once } from "./protocol.js";

/** Opens the module. Never at import time: a call that does without should not pay for it. */
export function open(): Core {
  initSync({ module });
  return new Core();
}

/** The refusal of a cursor whose position is not there any more. */
export const lostPosition = (): unknown => once(open, 6, {});

/** Refuses a finished status that is not complete; null otherwise. */
export const checkComplete = (verdict: string, left: number): unknown =>
  once(open, 7, { numbers: [left], texts: [verdict] });

/** Documents, bytes and ranges that the transaction has read so far. */
export type Used = readonly number[];

/** What to do next; see `next` in `src/job/status.rs`. */
export type Step = readonly (number | string | null)[];

/** The rows that a step of look-ups asks for. */
export const rowsOf = (step: Step): number[] => numbersOf(step[6] as string);

/** The position behind which the first of these look-ups goes on. */
export const positionIn = (step: Step): string | null => step[5] as string | null;

/** One transaction of a status. */
export class StatusRun {
  private readonly core = open();

  /** Its arguments are accepted, the cursor included, or it throws their refusal. */
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
    const refusal = ask(this.core, 0, {
      numbers: [Date.now(), call.artifactsAreIndexed, ...call.limits.slice(0, 3)],
      texts: [call.organizationId, days, call.cursor, ...call.environment],
    });
    accept(this.core, refusal);
  }

  /** The position behind which the reader goes on, where there is a cursor. */
  position(): string | null {
    return ask(this.core, 11);
  }

  /** The first step. */
  first(used: Used): Step {
    return ask(this.core, 12, { numbers: used });
  }

  /** Takes a page and tells the next step; see `PageRead` in `src/scan/step.rs`. */
  page(
    used: Used,
    page: { rows: number; isLast: boolean; firstId: string },
    { facts, createdMs, candidates, names }: Columns,
  ): Step {
    return ask(this.core, 13, {
      numbers: [used[0], used[1], used[2], page.rows, page.isLast],
      columns: [facts, createdMs, candidates.of, candidates.starts],
      texts: [page.firstId, undefined, candidates.ids.join("\n"), names],
    });
  }

  /** Takes what look-ups found and tells the next step; see `Found` in `src/scan/step.rs`. */
  found(
    used: Used,
    found: { complete: number; openId: string; openAfter: string | undefined; of: readonly number[] },
    { facts, candidates, names }: Columns,
  ): Step {
    return ask(this.core, 14, {
      numbers: [used[0], used[1], used[2], found.complete],
      columns: [facts, found.of, candidates.of, candidates.starts],
      texts: [found.openId, found.openAfter, candidates.ids.join("\n"), names],
    });
  }

  /** The answer; `position` is what the last step asks for. */
  answer(position: string | null, used: Used): StatusAnswer {
    return ask(this.core, 15, { numbers: used, texts: [undefined, position ?? undefined] });
  }

  free(): void {
    this.core.free();
  }
}
