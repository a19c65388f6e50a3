/** A host's own old action: three arguments, which are strict, and six numbers back. */

import { legacyWarning } from "../core.js";
import type { ActionCtx, Host } from "../host.js";
import type { LegacyMigrationAnswer, MigrationArgs } from "../validators/migration.js";

export async function runLegacyMigration(
  host: Host,
  ctx: ActionCtx,
  { organizationId, dryRun, batchSize }: MigrationArgs,
): Promise<LegacyMigrationAnswer> {
  const numbers: Omit<LegacyMigrationAnswer, "warnings"> = await ctx.runAction(
    host.functions.migrateVoiceNotesToV2,
    {
      dryRun,
      ...(organizationId === undefined ? {} : { organizationId }),
      ...(batchSize === undefined ? {} : { batchSize }),
    },
  );
  const { processed, artifacts, transcripts, claims, errors, skipped } = numbers;
  const warning = legacyWarning(processed, skipped);
  const warnings = warning === undefined ? [] : [warning];
  return { processed, artifacts, transcripts, claims, errors, skipped, warnings };
}
