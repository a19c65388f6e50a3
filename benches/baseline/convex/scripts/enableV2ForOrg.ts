import { internalMutationGeneric, mutationGeneric } from "convex/server";
import type { ObjectType } from "convex/values";

import type { MutationCtx } from "../../../../js-shims/host";
import { type ChangeAnswer, changeAnswer, enableArgs } from "../../../../js-shims/validators/flags";
import { host } from "../../../../tests/backend/convex/v2RolloutHost";
import { changeFlags } from "../../lib/change";
import { authorize } from "../../lib/host";

const change = async (ctx: MutationCtx, args: ObjectType<typeof enableArgs>): Promise<ChangeAnswer> =>
  await changeFlags(host, ctx, {
    organizationId: args.organizationId,
    isWanted: true,
    actor: args.enabledBy,
    reason: args.reason,
    restore: args.restore,
    create: args.create ?? false,
  });

export default internalMutationGeneric({ args: enableArgs, returns: changeAnswer, handler: change });

export const enableV2ForOrg = mutationGeneric({
  args: enableArgs,
  returns: changeAnswer,
  handler: async (ctx, args): Promise<ChangeAnswer> => {
    await authorize(host, ctx, "enableV2ForOrg", args.organizationId);
    return await change(ctx, args);
  },
});
