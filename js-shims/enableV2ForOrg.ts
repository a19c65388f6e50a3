import { internalMutationGeneric, mutationGeneric } from "convex/server";
import type { ObjectType } from "convex/values";

import { changeFlags } from "./changeFlags.js";
import { open } from "./core/flags.js";
import { authorize } from "./doors.js";
import type { Host, MutationCtx } from "./host.js";
import { type ChangeAnswer, changeAnswer, enableArgs } from "./validators/flags.js";

/**
 * The doors to `enableV2ForOrg`: sets both flags of an organization to true.
 *
 * - `operator`: an internal mutation for the file's default export.
 * - `public`: a mutation that asks `authorize` first.
 */
export function enableV2ForOrgDoors(host: Host) {
  const change = (ctx: MutationCtx, args: ObjectType<typeof enableArgs>): Promise<ChangeAnswer> =>
    changeFlags(host, ctx, {
      organizationId: args.organizationId,
      isWanted: true,
      actor: args.enabledBy,
      reason: args.reason,
      restore: args.restore,
      create: args.create ?? false,
    });
  return {
    operator: internalMutationGeneric({
      args: enableArgs,
      returns: changeAnswer,
      handler: async (ctx, args): Promise<ChangeAnswer> => await change(ctx, args),
    }),
    public: mutationGeneric({
      args: enableArgs,
      returns: changeAnswer,
      handler: async (ctx, args): Promise<ChangeAnswer> => {
        await authorize(host, ctx, "enableV2ForOrg", args.organizationId, open);
        return await change(ctx, args);
      },
    }),
  };
}
