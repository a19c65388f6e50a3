import { queryGeneric } from "convex/server";
import { type StatusAnswer, statusAnswer, statusArgs } from "../../../../js-shims/validators/status";
import { host } from "../../../../tests/backend/convex/v2RolloutHost";
import { authorize, findOrganization } from "../../../baseline/lib/host";
import { countAtOnce } from "../../lib/status";

export const v2MigrationStatus = queryGeneric({
  args: statusArgs,
  returns: statusAnswer,
  handler: async (ctx, args): Promise<StatusAnswer> => {
    await authorize(host, ctx, "v2MigrationStatus", args.organizationId);
    return await countAtOnce(host, ctx, args, () => findOrganization(host, ctx, args.organizationId));
  },
});
