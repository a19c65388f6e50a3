/** The migration by the library: the real shims and the real core, as fast as it can. */

import type { ActionCtx } from "../../js-shims/host.js";
import type { MigrationAnswer } from "../../js-shims/index.js";
import { migrateNotes } from "../../js-shims/writing/migrateNotes.js";
import { host as wiredHost } from "../../tests/backend/convex/v2RolloutHost.js";
import type { Runner } from "./engine.js";

const host = { ...wiredHost, paceBytesPerSecond: 0 };

/** Runs the migration to its end. */
export async function migrate({ t }: Runner, organizationId: string): Promise<MigrationAnswer> {
  return await t.action(
    async (ctx: ActionCtx) => await migrateNotes(host, ctx, { organizationId, dryRun: false }),
  );
}
