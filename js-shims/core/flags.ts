import { Core, initSync } from "../../pkg/flags.js";
import module from "../../pkg/flags_bg.wasm";
import type { FlagWrite } from "../flagStore.js";
import type { ChangeAnswer } from "../validators/flags.js";
import { accept, ask, once } from "./protocol.js";

/** Opens the module. Never at import time: a call that does without should not pay for it. */
export function open(): Core {
  initSync({ module });
  return new Core();
}

/** The refusal of an organization of which nothing is stored. */
export const nothingStored = (organizationId: string): unknown => once(open, 5, { texts: [organizationId] });

/** The rows of a flag, as they are. */
export type FlagRows = {
  environment: string | undefined;
  platform: readonly number[];
  organization: readonly number[];
  userRows: number;
};

/** What a change writes, by flag, and answers once it is written. */
export type FlagPlan = {
  updatedBy: string;
  writes: [voiceNotes: FlagWrite[], entityResolution: FlagWrite[]];
  answer: ChangeAnswer;
};

/** A change of both flags. */
export class FlagChange {
  private readonly core = open();

  /** Its arguments are accepted, or it throws their refusal. */
  constructor(call: {
    organizationId: string;
    isWanted: boolean;
    actor: string | undefined;
    reason: string | undefined;
    restore: string | undefined;
  }) {
    const texts = [call.organizationId, call.actor, call.reason, call.restore];
    accept(this.core, ask(this.core, 2, { numbers: [call.isWanted], texts }));
  }

  plan(voiceNotes: FlagRows, entityResolution: FlagRows, now: string): FlagPlan {
    type Told = [string, unknown[], unknown[], ChangeAnswer];
    const [updatedBy, first, second, answer] = ask<Told>(this.core, 11, {
      numbers: [voiceNotes.userRows, entityResolution.userRows],
      columns: [
        voiceNotes.platform,
        voiceNotes.organization,
        entityResolution.platform,
        entityResolution.organization,
      ],
      texts: [voiceNotes.environment, entityResolution.environment, now],
    });
    return { updatedBy, writes: [writesOf(first), writesOf(second)], answer };
  }

  free(): void {
    this.core.free();
  }
}

function writesOf(values: readonly unknown[]): FlagWrite[] {
  const writes: FlagWrite[] = [];
  for (let at = 0; at < values.length; at += 4) writes.push(values.slice(at, at + 4) as FlagWrite);
  return writes;
}
