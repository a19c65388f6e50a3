/** The migration by the library: the real shims and the real core, as fast as it can. */

import { type ActionCtx, endOfAction } from "../../js-shims/host.js";
import type { MigrationAnswer } from "../../js-shims/index.js";
import { beginLeg, registerRun } from "../../js-shims/ledger/calls.js";
import { migrateNotes } from "../../js-shims/writing/migrateNotes.js";
import { host } from "./deployment.js";
import type { Runner } from "./engine.js";

/** Runs the migration to its end. */
export async function migrate({ t }: Runner, organizationId: string): Promise<MigrationAnswer> {
  return await t.action(
    async (ctx: ActionCtx) =>
      await migrateNotes(host, ctx, { organizationId, dryRun: false }, endOfAction(host)),
  );
}

/** The same, recorded in the ledger. */
export async function migrateRecorded({ t }: Runner, organizationId: string): Promise<MigrationAnswer> {
  const args = { organizationId, dryRun: false };
  return await t.action(async (ctx: ActionCtx) => {
    const endMs = endOfAction(host);
    const { runId } = await registerRun(host, ctx, args, endMs);
    const leg = { runId, generation: 1 };
    const run = (await beginLeg(host, ctx, leg, endMs)) ?? undefined;
    return await migrateNotes(host, ctx, args, endMs, { ...leg, run });
  });
}
