import { Core, initSync } from "../../pkg/flags.js";
import module from "../../pkg/flags_bg.wasm";
import type { ChangeAnswer } from "../validators.js";
import { ask, once, refusalsOf } from "./protocol.js";

/** Opens the module. Never at import time: a call that does without should not pay for it. */
function open(): Core {
  initSync({ module });
  return new Core();
}

export const refusals = refusalsOf(open);

/** The refusal of an organization of which nothing is stored. */
export const nothingStored = (organizationId: string): unknown => once(open, 5, { texts: [organizationId] });

/** A change of both flags. */
export class FlagChange {
  private readonly core = open();
  /** Why the arguments are refused, or null. */
  readonly refusal: unknown;

  constructor(call: {
    organizationId: string;
    isWanted: boolean;
    actor: string | undefined;
    reason: string | undefined;
    restore: string | undefined;
  }) {
    const texts = [call.organizationId, call.actor, call.reason, call.restore];
    this.refusal = ask(this.core, 2, { numbers: [call.isWanted], texts });
  }

  /** Takes the rows of a flag and tells what is written, three numbers a write: 0 set, 1 delete, 2 insert; the
   * index of the organization row; the value. */
  plan(rows: {
    flag: number;
    environment: string | undefined;
    platform: readonly number[];
    organization: readonly number[];
    userRows: number;
  }): number[] {
    return ask(this.core, 11, {
      numbers: [rows.flag, rows.userRows],
      columns: [rows.platform, rows.organization],
      texts: [rows.environment],
    });
  }

  /** The row's `updatedBy`. */
  updatedBy(): string {
    return ask(this.core, 12);
  }

  /** What the row's `notes` say of a write; `from` is the row's fact before, if there was one. */
  note(now: string, from: number | undefined, to: boolean): string {
    return ask(this.core, 13, { numbers: [from !== undefined, from ?? 0, to], texts: [now] });
  }

  /** The answer, when all is written. */
  answer(): ChangeAnswer {
    return ask(this.core, 14);
  }

  free(): void {
    this.core.free();
  }
}
