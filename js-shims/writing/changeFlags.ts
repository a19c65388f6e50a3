/** Carries out the change of both flags that `enableV2ForOrg` and `disableV2ForOrg` ask for. */

import { FlagChange, type FlagChangeCall } from "../core.js";
import { findOrganization } from "../functions/access.js";
import type { Host, MutationCtx } from "../host.js";
import type { ChangeAnswer } from "../validators/flags.js";
import { findTraces, readFlag, writeFlag } from "./flagRows.js";

/** Brings both flags of an organization to a value, or back to what they were, in the transaction of `ctx`. */
export async function changeFlags(
  host: Host,
  ctx: MutationCtx,
  request: Omit<FlagChangeCall, "isKnown">,
): Promise<ChangeAnswer> {
  const { organizationId } = request;
  const change = new FlagChange({ ...request, isKnown: host.findOrganization !== undefined });
  try {
    await findOrganization(host, ctx, organizationId);
    const flags = {
      voice_notes_v2: await readFlag(host, ctx, "voice_notes_v2", organizationId),
      entity_resolution_v2: await readFlag(host, ctx, "entity_resolution_v2", organizationId),
    };
    const rows = {
      voice_notes_v2: flags.voice_notes_v2.described,
      entity_resolution_v2: flags.entity_resolution_v2.described,
    };
    const now = new Date().toISOString();
    const traces = change.needsTraces(rows) ? await findTraces(host, ctx, organizationId) : undefined;
    const plan = change.plan(rows, now, traces);
    for (const write of plan.writes) {
      const { organization } = flags[write.key];
      await writeFlag(host, ctx, write, organizationId, plan.updatedBy, organization);
    }
    console.info(JSON.stringify(plan.log));
    if (plan.logWarning !== null) console.warn(plan.logWarning);
    return plan.answer;
  } finally {
    change.free();
  }
}
