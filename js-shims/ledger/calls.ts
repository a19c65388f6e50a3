/** What the actions of a run tell the ledger. */

import type { LegEnd, Run } from "../core.js";
import { isRolloutError } from "../errors.js";
import type { ActionCtx, Host } from "../host.js";
import { insist } from "../insist.js";
import type { Leg, LegEnded, RunStarted } from "../validators/ledger.js";
import type { StartArgs } from "../validators/migration.js";

type Calls = Pick<ActionCtx, "runQuery" | "runMutation">;

/** Until when a run that was to end at `endMs` may still tell the ledger so, and read what the ledger has of it. With a
 * deadline of four minutes the answer is there before `convex run` gives up. */
export const lastCallsEndMs = (endMs: number): number => endMs + 30_000;

/** Tries a transaction of the ledger again where that may help, until `endMs`. */
export const insistOnLedger = async <T>(endMs: number, transaction: () => Promise<T>): Promise<T> =>
  await insist(endMs, transaction, isRolloutError);

export const beginLeg = async (
  host: Host,
  ctx: Calls,
  { runId, generation }: Leg,
  endMs: number,
): Promise<Run | null> =>
  await insistOnLedger(endMs, () =>
    ctx.runMutation(host.functions.v2Rollout.beginLeg, { runId, generation }),
  );

export const endLeg = async (
  host: Host,
  ctx: Calls,
  { runId, generation }: Leg,
  end: LegEnd,
  endMs: number,
): Promise<LegEnded> =>
  await insistOnLedger(lastCallsEndMs(endMs), () =>
    ctx.runMutation(host.functions.v2Rollout.endLeg, { runId, generation, ...end }),
  );

/** Registers a run, which has its id from here on. */
export const registerRun = async (
  host: Host,
  ctx: Pick<ActionCtx, "runMutation">,
  args: Omit<StartArgs, "runId">,
  endMs: number,
): Promise<RunStarted> => {
  const runId = crypto.randomUUID();
  return await insistOnLedger(endMs, () =>
    ctx.runMutation(host.functions.v2Rollout.startRun, { ...args, runId }),
  );
};
