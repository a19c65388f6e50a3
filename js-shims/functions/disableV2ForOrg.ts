import { internalMutationGeneric, mutationGeneric } from "convex/server";
import type { ObjectType } from "convex/values";

import type { Caller } from "../core.js";
import type { Host, MutationCtx } from "../host.js";
import { type ChangeAnswer, changeAnswer, disableArgs } from "../validators/flags.js";
import { changeFlags } from "../writing/changeFlags.js";
import { authorize } from "./access.js";
import { callerOf } from "./caller.js";

/**
 * The two functions of `disableV2ForOrg`, which sets both flags of an organization to false.
 *
 * - `internal`: an internal mutation for the file's default export.
 * - `public`: a mutation that asks `authorize` first.
 */
export function disableV2ForOrgFunctions(host: Host) {
  const change = (
    ctx: MutationCtx,
    args: ObjectType<typeof disableArgs>,
    caller: Caller | undefined,
  ): Promise<ChangeAnswer> =>
    changeFlags(host, ctx, {
      organizationId: args.organizationId,
      enabled: false,
      caller,
      actor: args.disabledBy,
      reason: args.reason,
      restore: args.restore,
      check: args.check ?? false,
      create: false,
    });
  return {
    internal: internalMutationGeneric({
      args: disableArgs,
      returns: changeAnswer,
      handler: async (ctx, args): Promise<ChangeAnswer> => await change(ctx, args, undefined),
    }),
    public: mutationGeneric({
      args: disableArgs,
      returns: changeAnswer,
      handler: async (ctx, args): Promise<ChangeAnswer> => {
        await authorize(host, ctx, "disableV2ForOrg", args.organizationId);
        return await change(ctx, args, await callerOf(ctx));
      },
    }),
  };
}
