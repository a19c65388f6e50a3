import { internalMutationGeneric, mutationGeneric } from "convex/server";
import type { ObjectType } from "convex/values";

import type { MutationCtx } from "../../../../js-shims/host";
import { type ChangeAnswer, changeAnswer, disableArgs } from "../../../../js-shims/validators/flags";
import { host } from "../../../../tests/backend/convex/v2RolloutHost";
import { changeFlags } from "../../lib/change";
import { authorize } from "../../lib/host";

const change = async (ctx: MutationCtx, args: ObjectType<typeof disableArgs>): Promise<ChangeAnswer> =>
  await changeFlags(host, ctx, {
    organizationId: args.organizationId,
    isWanted: false,
    actor: args.disabledBy,
    reason: args.reason,
    restore: args.restore,
    create: false,
  });

export default internalMutationGeneric({ args: disableArgs, returns: changeAnswer, handler: change });

export const disableV2ForOrg = mutationGeneric({
  args: disableArgs,
  returns: changeAnswer,
  handler: async (ctx, args): Promise<ChangeAnswer> => {
    await authorize(host, ctx, "disableV2ForOrg", args.organizationId);
    return await change(ctx, args);
  },
});
