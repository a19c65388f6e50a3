/** Carries out the change of both flags that `enableV2ForOrg` and `disableV2ForOrg` ask for. */

import { FlagChange, type FlagRows, nothingStored, open } from "./core/flags.js";
import { findOrganization } from "./doors.js";
import { throwIfRefused } from "./errors.js";
import { environment, flagFact, flagKeys } from "./flagRows.js";
import {
  type ChangeRequest,
  isAnythingStored,
  readFlag,
  reportChange,
  type StoredFlag,
  writeFlag,
} from "./flagStore.js";
import type { Host, MutationCtx } from "./host.js";
import type { ChangeAnswer } from "./validators/flags.js";

/** What the core wants to know of a flag's rows. */
const factsOf = ({ platform, organization, userRows }: StoredFlag, flag: 0 | 1): FlagRows => ({
  environment: environment()[flag],
  platform: platform === null ? [] : [flagFact(platform)],
  organization: organization.map(flagFact),
  userRows,
});

/** Brings both flags of an organization to a value, or back to what they were, in the transaction of `ctx`. */
export async function changeFlags(
  host: Host,
  ctx: MutationCtx,
  request: ChangeRequest,
): Promise<ChangeAnswer> {
  const { organizationId } = request;
  const change = new FlagChange(request);
  try {
    await findOrganization(host, ctx, organizationId, open);
    const flags = [
      await readFlag(host, ctx, 0, organizationId),
      await readFlag(host, ctx, 1, organizationId),
    ] as const;
    const mustBeKnown = request.isWanted && !request.create && !host.findOrganization;
    if (mustBeKnown && flags.every(({ organization }) => organization.length === 0)) {
      if (!(await isAnythingStored(host, ctx, organizationId))) throwIfRefused(nothingStored(organizationId));
    }
    const now = new Date().toISOString();
    const { updatedBy, writes, answer } = change.plan(factsOf(flags[0], 0), factsOf(flags[1], 1), now);
    for (const flag of [0, 1] as const) {
      const row = { featureKey: flagKeys[flag], scope: "organization", organizationId, updatedBy };
      await writeFlag(host, ctx, row, flags[flag].organization, writes[flag]);
    }
    reportChange(request, updatedBy, now, answer);
    return answer;
  } finally {
    change.free();
  }
}
