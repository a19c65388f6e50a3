import { internalActionGeneric, internalQueryGeneric, queryGeneric } from "convex/server";

import { free, StatusRun } from "../core.js";
import { boundTo } from "../environment.js";
import { isRolloutError, messageOf } from "../errors.js";
import type { ActionCtx, Host } from "../host.js";
import { lastOf } from "../ledger/store.js";
import { scanStatus } from "../reading/status.js";
import {
  type StatusAnswer,
  type StatusArgs,
  type StatusPage,
  statusAnswer,
  statusArgs,
  statusPage,
  statusPageArgs,
} from "../validators/status.js";
import { wait } from "../wait.js";
import { authorize, findOrganization, findOrganizationInAction } from "./access.js";

/**
 * The two functions of `v2MigrationStatus`, which tells how far an organization is.
 *
 * - `internal`: an internal action for the file's default export. It counts to the end, or answers with a
 *   cursor when the host's deadline comes or a page keeps failing.
 * - `public`: a query that asks `authorize` first and counts what one transaction may read.
 */
export function v2MigrationStatusFunctions(host: Host) {
  return {
    internal: internalActionGeneric({
      args: statusArgs,
      returns: statusAnswer,
      handler: async (ctx, args): Promise<StatusAnswer> => await countPages(host, ctx, args),
    }),
    public: queryGeneric({
      args: statusArgs,
      returns: statusAnswer,
      handler: async (ctx, args): Promise<StatusAnswer> => {
        await authorize(host, ctx, "v2MigrationStatus", args.organizationId);
        const { organizationId } = args;
        const page = await scanStatus(host, ctx, args, () => findOrganization(host, ctx, organizationId));
        return { ...page, ...(await lastOf(host, ctx, organizationId)) };
      },
    }),
  };
}

async function countPages(host: Host, ctx: ActionCtx, args: StatusArgs): Promise<StatusAnswer> {
  const { organizationId, deferredDays, cursor, check = false, acceptBlocked = false } = args;
  const nowMs = Date.now();
  const run = new StatusRun({
    organizationId,
    deferredDays,
    cursor,
    check,
    acceptBlocked,
    ...boundTo(host),
    nowMs,
    deadlineMs: host.deadlineMs,
  });
  try {
    await findOrganizationInAction(host, ctx, organizationId, nowMs + host.deadlineMs);
    const counted = await carryOut(host, ctx, args, run);
    return { ...counted, ...(await toldByLedger(host, ctx, organizationId)) };
  } finally {
    free(run);
  }
}

/** What was counted is answered even if the ledger cannot be read. */
async function toldByLedger(host: Host, ctx: ActionCtx, organizationId: string) {
  try {
    return await lastOf(host, ctx, organizationId);
  } catch (error) {
    console.warn(`v2MigrationStatus ${organizationId}: the ledger cannot be read: ${messageOf(error)}`);
    return { run: null, flagChange: null };
  }
}

async function carryOut(
  host: Host,
  ctx: ActionCtx,
  { organizationId, deferredDays }: StatusArgs,
  run: StatusRun,
): Promise<StatusPage> {
  /** Of the last page that was counted. */
  let answer: StatusPage | undefined;
  let step = run.begin();
  for (;;) {
    if (step.kind === "answer") {
      if (answer === undefined) throw new Error("StatusRun asks for an answer, but no page was counted");
      const { stopped, limitedBy, warnings } = step;
      return {
        ...answer,
        stopped,
        warnings: [...answer.warnings, ...warnings],
        read: { ...answer.read, limitedBy },
      };
    }
    if (step.waitMs > 0) await wait(step.waitMs);
    let page: StatusPage;
    try {
      page = await ctx.runQuery(host.functions.v2Rollout.statusPage, {
        organizationId,
        ...(step.cursor === null ? {} : { cursor: step.cursor }),
        ...(step.halvings === 0 ? {} : { halvings: step.halvings }),
        ...(deferredDays === undefined ? {} : { deferredDays }),
      });
    } catch (error) {
      // The first page refuses what is wrong with the caller's cursor.
      if (answer === undefined && isRolloutError(error)) throw error;
      step = run.failed(messageOf(error), Date.now(), Math.random());
      continue;
    }
    answer = page;
    step = run.counted(page, Date.now());
  }
}

/** One transaction's worth of a status, for the library's own use. */
export function statusPageFunction(host: Host) {
  return internalQueryGeneric({
    args: statusPageArgs,
    returns: statusPage,
    handler: async (ctx, args): Promise<StatusPage> => await scanStatus(host, ctx, args),
  });
}
