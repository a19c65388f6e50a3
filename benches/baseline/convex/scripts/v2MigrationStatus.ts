import { internalQueryGeneric, queryGeneric } from "convex/server";
import {
  type StatusAnswer,
  type StatusArgs,
  statusAnswer,
  statusArgs,
} from "../../../../js-shims/validators/status";
import type { QueryCtx } from "../../../../tests/backend/convex/_generated/server";
import { checkOrganizationId, checkWholeNumber, open, refuse } from "../lib/arguments";
import { authorize, findOrganization } from "../lib/host";
import { countStatus } from "../lib/status";

function checkArguments({ organizationId, deferredDays, cursor }: StatusArgs): void {
  checkOrganizationId(organizationId);
  checkWholeNumber("deferredDays", deferredDays);
  if (cursor === undefined) return;
  if (open(["v2MigrationStatus", organizationId, String(deferredDays)], cursor) === undefined) {
    refuse("INVALID_CURSOR", "the cursor is damaged, too old, or of another call", "begin without a cursor");
  }
}

async function count(ctx: QueryCtx, args: StatusArgs): Promise<StatusAnswer> {
  checkArguments(args);
  await findOrganization(ctx, args.organizationId);
  const answer = await countStatus(ctx, args);
  if (args.check === true && answer.verdict !== "complete" && answer.verdict !== "empty") {
    refuse("NOT_COMPLETE", `the organization is not through: the verdict is ${answer.verdict}`);
  }
  return answer;
}

export default internalQueryGeneric({ args: statusArgs, returns: statusAnswer, handler: count });

export const v2MigrationStatus = queryGeneric({
  args: statusArgs,
  returns: statusAnswer,
  handler: async (ctx: QueryCtx, args): Promise<StatusAnswer> => {
    await authorize(ctx, "v2MigrationStatus");
    return await count(ctx, args);
  },
});
