import { internalMutationGeneric, mutationGeneric } from "convex/server";
import type { ObjectType } from "convex/values";
import { type ChangeAnswer, changeAnswer, enableArgs } from "../../../../js-shims/validators/flags";
import type { MutationCtx } from "../../../../tests/backend/convex/_generated/server";
import { changeFlags } from "../lib/change";
import { authorize } from "../lib/host";

const change = async (ctx: MutationCtx, args: ObjectType<typeof enableArgs>): Promise<ChangeAnswer> =>
  await changeFlags(ctx, {
    name: "enableV2ForOrg",
    organizationId: args.organizationId,
    isWanted: true,
    actor: args.enabledBy,
    reason: args.reason,
    restore: args.restore,
  });

export default internalMutationGeneric({ args: enableArgs, returns: changeAnswer, handler: change });

export const enableV2ForOrg = mutationGeneric({
  args: enableArgs,
  returns: changeAnswer,
  handler: async (ctx: MutationCtx, args): Promise<ChangeAnswer> => {
    await authorize(ctx, "enableV2ForOrg");
    return await change(ctx, args);
  },
});
