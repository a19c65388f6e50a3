import { internalActionGeneric, internalQueryGeneric, queryGeneric } from "convex/server";

import { checkComplete, refusals } from "./core/status.js";
import { authorize, findOrganization } from "./doors.js";
import { throwIfRefused } from "./errors.js";
import type { HookCtx, Host } from "./host.js";
import { beginStatus, scanStatus } from "./scan.js";
import { type StatusAnswer, type StatusArgs, statusAnswer, statusArgs } from "./validators.js";

/** Checks the arguments before anything is read, and that the organization exists. */
async function admit(host: Host, ctx: HookCtx, args: StatusArgs): Promise<void> {
  beginStatus(host, args).free();
  await findOrganization(host, ctx, args.organizationId, refusals);
}

function finish(args: StatusArgs, answer: StatusAnswer): StatusAnswer {
  if (args.check === true && answer.done) {
    const { migrated, notReady } = answer.migration;
    throwIfRefused(checkComplete(answer.verdict ?? "", answer.voiceNotes.total - migrated - notReady));
  }
  return answer;
}

/**
 * The doors to `v2MigrationStatus`: how far an organization is.
 *
 * - `operator`: an internal action for the file's default export. It counts to the end, or answers with a
 *   cursor when the host's deadline comes.
 * - `public`: a query that asks `authorize` first and counts what one transaction may read.
 */
export function v2MigrationStatusDoors(host: Host) {
  return {
    operator: internalActionGeneric({
      args: statusArgs,
      returns: statusAnswer,
      handler: async (ctx, args): Promise<StatusAnswer> => {
        await admit(host, ctx, args);
        const deadline = Date.now() + host.deadlineMs;
        let cursor = args.cursor;
        for (;;) {
          const answer: StatusAnswer = await ctx.runQuery(host.functions.v2Rollout.statusPage, {
            organizationId: args.organizationId,
            ...(cursor === undefined ? {} : { cursor }),
            ...(args.deferredDays === undefined ? {} : { deferredDays: args.deferredDays }),
          });
          if (answer.done) return finish(args, answer);
          cursor = answer.cursor ?? undefined;
          if (Date.now() >= deadline) {
            return { ...answer, read: { ...answer.read, limitedBy: "deadline" } };
          }
        }
      },
    }),
    public: queryGeneric({
      args: statusArgs,
      returns: statusAnswer,
      handler: async (ctx, args): Promise<StatusAnswer> => {
        await authorize(host, ctx, "v2MigrationStatus", args.organizationId, refusals);
        await admit(host, ctx, args);
        return finish(args, await scanStatus(host, ctx, args));
      },
    }),
  };
}

/** One transaction's worth of a status, for the library's own use. */
export function statusPageFunction(host: Host) {
  return internalQueryGeneric({
    args: statusArgs,
    returns: statusAnswer,
    handler: async (ctx, args): Promise<StatusAnswer> => await scanStatus(host, ctx, args),
  });
}
