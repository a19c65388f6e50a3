import { internalQueryGeneric } from "convex/server";
import { type StatusAnswer, statusAnswer, statusArgs } from "../../../js-shims/validators/status";
import { host } from "../../../tests/backend/convex/v2RolloutHost";
import { countStatus } from "../lib/status/inPages";

/** One transaction's worth of a status. */
export const statusPage = internalQueryGeneric({
  args: statusArgs,
  returns: statusAnswer,
  handler: async (ctx, args): Promise<StatusAnswer> => await countStatus(host, ctx, args),
});
