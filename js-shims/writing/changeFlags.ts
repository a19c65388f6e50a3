/** Carries out the change of both flags that `enableV2ForOrg` and `disableV2ForOrg` ask for. */

import { FlagChange, type FlagChangeCall, free } from "../core.js";
import { findOrganization } from "../functions/access.js";
import type { Host, MutationCtx } from "../host.js";
import { addChange } from "../ledger/store.js";
import type { StoredDocument } from "../reading/documents.js";
import { positionOf } from "../reading/keyset.js";
import { Meter } from "../reading/meter.js";
import type { ChangeAnswer } from "../validators/flags.js";
import { findTraces, firstRowStamp, organizationRows, readFlag, writeFlag } from "./flagRows.js";
import { scheduleFlagRows } from "./furtherFlagRows.js";

/** Brings both flags of an organization to a value, or back to what they were, in the transaction of `ctx`. */
export async function changeFlags(
  host: Host,
  ctx: MutationCtx,
  request: Omit<FlagChangeCall, "isKnown">,
): Promise<ChangeAnswer> {
  const change = new FlagChange({ ...request, isKnown: host.findOrganization !== undefined });
  const meter = new Meter(ctx);
  try {
    await findOrganization(host, ctx, request.organizationId);
    return await carryOut(host, ctx, request, change, meter);
  } finally {
    free(meter, change);
  }
}

async function carryOut(
  host: Host,
  ctx: MutationCtx,
  { organizationId, enabled, reason, restore }: Omit<FlagChangeCall, "isKnown">,
  change: FlagChange,
  meter: Meter,
): Promise<ChangeAnswer> {
  const flags = {
    voice_notes_v2: await readFlag(host, ctx, "voice_notes_v2", 1, organizationId, meter),
    entity_resolution_v2: await readFlag(host, ctx, "entity_resolution_v2", 0, organizationId, meter),
  };
  const rows = {
    voice_notes_v2: flags.voice_notes_v2.described,
    entity_resolution_v2: flags.entity_resolution_v2.described,
  };
  const at = new Date().toISOString();
  const traces = change.needsTraces(rows) ? await findTraces(host, ctx, organizationId, meter) : undefined;
  const plan = change.plan(rows, at, await meter.told(), traces);
  const { updatedBy } = plan;
  for (const write of plan.writes) {
    await writeFlag(host, ctx, write, organizationId, updatedBy, flags[write.key].organization);
  }
  for (const { key, afterRow } of plan.further) {
    const organization = organizationRows(host, key, organizationId);
    // There are rows, and the core names one of them.
    const left = (await firstRowStamp(ctx, organization, meter)) as string;
    const last = flags[key].organization[afterRow] as StoredDocument;
    const call = { organizationId, key, enabled, updatedBy, at, reason };
    await scheduleFlagRows(host, ctx, { ...call, left, after: positionOf(organization, last) });
  }
  const { success, changed, before, after, effective, previous, warnings } = plan.answer;
  const name = enabled ? "enableV2ForOrg" : "disableV2ForOrg";
  console.info(
    JSON.stringify({
      event: "v2-rollout.flags",
      function: name,
      organizationId,
      by: updatedBy,
      at,
      changed,
      before,
      after,
      effective,
      reason: reason ?? null,
      restore: restore !== undefined,
    }),
  );
  await addChange(host, ctx, {
    organizationId,
    function: name,
    by: updatedBy,
    reason: reason ?? null,
    restore: restore !== undefined,
    changed,
    before,
    after,
    effective,
    previous,
    atMs: Date.now(),
  });
  if (!success) console.warn(`${name} ${organizationId}: ${warnings.join("; ")}`);
  return plan.answer;
}
