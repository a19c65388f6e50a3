import { internalMutationGeneric, mutationGeneric } from "convex/server";
import type { ObjectType } from "convex/values";
import { type ChangeAnswer, changeAnswer, disableArgs } from "../../../../js-shims/validators/flags";
import type { MutationCtx } from "../../../../tests/backend/convex/_generated/server";
import { changeFlags } from "../lib/change";
import { authorize } from "../lib/host";

const change = async (ctx: MutationCtx, args: ObjectType<typeof disableArgs>): Promise<ChangeAnswer> =>
  await changeFlags(ctx, {
    name: "disableV2ForOrg",
    organizationId: args.organizationId,
    isWanted: false,
    actor: args.disabledBy,
    reason: args.reason,
    restore: args.restore,
  });

export default internalMutationGeneric({ args: disableArgs, returns: changeAnswer, handler: change });

export const disableV2ForOrg = mutationGeneric({
  args: disableArgs,
  returns: changeAnswer,
  handler: async (ctx: MutationCtx, args): Promise<ChangeAnswer> => {
    await authorize(ctx, "disableV2ForOrg");
    return await change(ctx, args);
  },
});
