/** Carries out the change of both flags that `enableV2ForOrg` and `disableV2ForOrg` ask for. */

import { FlagChange, startCore } from "./core.js";
import { flagFact, type StoredDocument } from "./documents.js";
import { findOrganization } from "./doors.js";
import { environment, flagKeys } from "./environment.js";
import { throwIfRefused } from "./errors.js";
import type { Host, Index, MutationCtx } from "./host.js";
import type { ChangeAnswer } from "./validators.js";

/** Rows of one flag that are read at most. More of one organization are no accident that a script cures. */
const MOST_ROWS = 1_000;

async function readRows(
  ctx: MutationCtx,
  index: Index,
  values: readonly string[],
  most: number,
): Promise<StoredDocument[]> {
  const rows = await ctx.db
    .query("featureFlags")
    .withIndex(index.name as never, (q) => {
      let builder: unknown = q;
      for (const [at, value] of values.entries()) {
        const step = builder as { eq(field: string, value: string): unknown };
        builder = step.eq(index.fields[at] ?? "", value);
      }
      return builder as typeof q;
    })
    .take(most);
  return rows as StoredDocument[];
}

const factsOf = (rows: StoredDocument[]) => Uint32Array.from(rows, flagFact);

/** Brings both flags of an organization to a value, in the transaction of `ctx`. */
export async function changeFlags(
  host: Host,
  ctx: MutationCtx,
  request: { organizationId: string; isWanted: boolean; actor: string | undefined },
): Promise<ChangeAnswer> {
  startCore();
  const { organizationId, isWanted } = request;
  const change = new FlagChange(organizationId, isWanted, request.actor);
  try {
    throwIfRefused(change.refusal());
    await findOrganization(host, ctx, organizationId);
    const { flagsByScope, flagsByOrganization } = host.indexes;
    const notes = change.notes(new Date().toISOString());
    const updatedBy = change.updatedBy();
    const variables = environment();
    for (const [flag, featureKey] of flagKeys.entries()) {
      const platform = await readRows(ctx, flagsByScope, [featureKey, "platform"], 1);
      const own = [featureKey, "organization", organizationId];
      const rows = await readRows(ctx, flagsByOrganization, own, MOST_ROWS);
      const users = await readRows(ctx, flagsByScope, [featureKey, "user"], MOST_ROWS);
      for (const row of change.plan(flag, variables[flag], factsOf(platform), factsOf(rows), users.length)) {
        if (row === 0) {
          await ctx.runMutation(host.functions.setFeatureFlag, {
            featureKey,
            scope: "organization",
            organizationId,
            enabled: isWanted,
            updatedBy,
            notes,
          });
        } else {
          await ctx.db.patch(rows[row]?._id as never, {
            enabled: isWanted,
            updatedBy,
            updatedAt: Date.now(),
            notes,
          });
        }
      }
    }
    return change.answer();
  } finally {
    change.free();
  }
}
