import { internalMutationGeneric } from "convex/server";
import { v } from "convex/values";

import { setFlags } from "../flags";

export default internalMutationGeneric({
  args: { organizationId: v.string() },
  handler: async (ctx, { organizationId }) => await setFlags(ctx, organizationId, true),
});
