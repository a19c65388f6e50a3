/** What the actions of a run tell the ledger. */

import { type LegEnd, lookupRetryMs, type Run } from "../core.js";
import { isRolloutError, messageOf } from "../errors.js";
import type { ActionCtx, Host } from "../host.js";
import type { Leg, LegEnded, RunStarted } from "../validators/ledger.js";
import type { StartArgs } from "../validators/migration.js";
import { wait } from "../wait.js";

type Calls = Pick<ActionCtx, "runQuery" | "runMutation">;

/** Tries a transaction again and again, until the action is to end. */
export async function insist<T>(host: Host, transaction: () => Promise<T>): Promise<T> {
  const sinceMs = Date.now();
  const endMs = sinceMs + host.deadlineMs;
  for (let failures = 0; ; failures++) {
    try {
      return await transaction();
    } catch (error) {
      if (isRolloutError(error)) throw error;
      const waitMs = lookupRetryMs(messageOf(error), failures, sinceMs, Date.now(), endMs, Math.random());
      if (waitMs === undefined) throw error;
      await wait(waitMs);
    }
  }
}

export const beginLeg = async (host: Host, ctx: Calls, { runId, generation }: Leg): Promise<Run | null> =>
  await insist(host, () => ctx.runMutation(host.functions.v2Rollout.beginLeg, { runId, generation }));

export const endLeg = async (
  host: Host,
  ctx: Calls,
  { runId, generation }: Leg,
  end: LegEnd,
): Promise<LegEnded> =>
  await insist(host, () => ctx.runMutation(host.functions.v2Rollout.endLeg, { runId, generation, ...end }));

/** Registers a run, which has its id from here on. */
export const registerRun = async (
  host: Host,
  ctx: Pick<ActionCtx, "runMutation">,
  args: Omit<StartArgs, "runId">,
): Promise<RunStarted> => {
  const runId = crypto.randomUUID();
  return await insist(host, () => ctx.runMutation(host.functions.v2Rollout.startRun, { ...args, runId }));
};
