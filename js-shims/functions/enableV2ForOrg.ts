import { internalMutationGeneric, mutationGeneric } from "convex/server";
import type { ObjectType } from "convex/values";

import type { Caller } from "../core.js";
import type { Host, MutationCtx } from "../host.js";
import { type ChangeAnswer, changeAnswer, enableArgs } from "../validators/flags.js";
import { changeFlags } from "../writing/changeFlags.js";
import { authorize } from "./access.js";
import { callerOf } from "./caller.js";

/**
 * The two functions of `enableV2ForOrg`, which sets both flags of an organization to true.
 *
 * - `internal`: an internal mutation for the file's default export.
 * - `public`: a mutation that asks `authorize` first.
 */
export function enableV2ForOrgFunctions(host: Host) {
  const change = (
    ctx: MutationCtx,
    args: ObjectType<typeof enableArgs>,
    caller: Caller | undefined,
  ): Promise<ChangeAnswer> =>
    changeFlags(host, ctx, {
      organizationId: args.organizationId,
      enabled: true,
      caller,
      actor: args.enabledBy,
      reason: args.reason,
      restore: args.restore,
      check: args.check ?? false,
      create: args.create ?? false,
    });
  return {
    internal: internalMutationGeneric({
      args: enableArgs,
      returns: changeAnswer,
      handler: async (ctx, args): Promise<ChangeAnswer> => await change(ctx, args, undefined),
    }),
    public: mutationGeneric({
      args: enableArgs,
      returns: changeAnswer,
      handler: async (ctx, args): Promise<ChangeAnswer> => {
        await authorize(host, ctx, "enableV2ForOrg", args.organizationId);
        return await change(ctx, args, await callerOf(ctx));
      },
    }),
  };
}
