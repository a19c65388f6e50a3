import { internalMutationGeneric, mutationGeneric } from "convex/server";
import type { ObjectType } from "convex/values";

import { changeFlags } from "./changeFlags.js";
import { open } from "./core/flags.js";
import { authorize } from "./doors.js";
import type { Host, MutationCtx } from "./host.js";
import { type ChangeAnswer, changeAnswer, disableArgs } from "./validators/flags.js";

/**
 * The doors to `disableV2ForOrg`: sets both flags of an organization to false.
 *
 * - `operator`: an internal mutation for the file's default export.
 * - `public`: a mutation that asks `authorize` first.
 */
export function disableV2ForOrgDoors(host: Host) {
  const change = (ctx: MutationCtx, args: ObjectType<typeof disableArgs>): Promise<ChangeAnswer> =>
    changeFlags(host, ctx, {
      organizationId: args.organizationId,
      isWanted: false,
      actor: args.disabledBy,
      reason: args.reason,
      restore: args.restore,
      create: true,
    });
  return {
    operator: internalMutationGeneric({
      args: disableArgs,
      returns: changeAnswer,
      handler: async (ctx, args): Promise<ChangeAnswer> => await change(ctx, args),
    }),
    public: mutationGeneric({
      args: disableArgs,
      returns: changeAnswer,
      handler: async (ctx, args): Promise<ChangeAnswer> => {
        await authorize(host, ctx, "disableV2ForOrg", args.organizationId, open);
        return await change(ctx, args);
      },
    }),
  };
}
