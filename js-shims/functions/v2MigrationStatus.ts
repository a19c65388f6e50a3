import { internalActionGeneric, internalQueryGeneric, queryGeneric } from "convex/server";

import { StatusRun } from "../core.js";
import type { ActionCtx, Host } from "../host.js";
import { scanStatus } from "../reading/status.js";
import { type StatusAnswer, type StatusArgs, statusAnswer, statusArgs } from "../validators/status.js";
import { authorize, findOrganization } from "./access.js";

/**
 * The two functions of `v2MigrationStatus`, which tells how far an organization is.
 *
 * - `internal`: an internal action for the file's default export. It counts to the end, or answers with a
 *   cursor when the host's deadline comes.
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
        return await scanStatus(host, ctx, args, () => findOrganization(host, ctx, args.organizationId));
      },
    }),
  };
}

async function countPages(host: Host, ctx: ActionCtx, args: StatusArgs): Promise<StatusAnswer> {
  const { organizationId, deferredDays, cursor, check = false } = args;
  const call = {
    organizationId,
    deferredDays,
    cursor,
    check,
    nowMs: Date.now(),
    deadlineMs: host.deadlineMs,
  };
  const run = new StatusRun(call);
  try {
    await findOrganization(host, ctx, organizationId);
    let after = cursor;
    for (;;) {
      const answer: StatusAnswer = await ctx.runQuery(host.functions.v2Rollout.statusPage, {
        organizationId,
        ...(after === undefined ? {} : { cursor: after }),
        ...(deferredDays === undefined ? {} : { deferredDays }),
      });
      const step = run.counted(answer, Date.now());
      if (step.kind === "answer") return { ...answer, read: { ...answer.read, limitedBy: step.limitedBy } };
      after = step.cursor ?? undefined;
    }
  } finally {
    run.free();
  }
}

/** One transaction's worth of a status, for the library's own use. */
export function statusPageFunction(host: Host) {
  return internalQueryGeneric({
    args: statusArgs,
    returns: statusAnswer,
    handler: async (ctx, args): Promise<StatusAnswer> => await scanStatus(host, ctx, args),
  });
}
