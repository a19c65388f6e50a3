import { internalActionGeneric, internalQueryGeneric, queryGeneric } from "convex/server";

import { checkComplete, open } from "./core/status.js";
import { authorize, findOrganization } from "./doors.js";
import { throwIfRefused } from "./errors.js";
import type { Host } from "./host.js";
import { beginStatus, scanStatus } from "./scan.js";
import { type StatusAnswer, type StatusArgs, statusAnswer, statusArgs } from "./validators/status.js";

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
        beginStatus(host, args).free();
        await findOrganization(host, ctx, args.organizationId, open);
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
        await authorize(host, ctx, "v2MigrationStatus", args.organizationId, open);
        const admit = async () => await findOrganization(host, ctx, args.organizationId, open);
        return finish(args, await scanStatus(host, ctx, args, admit));
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
