/** How a host's own old action is called, and what is answered of it. */

import type { LegacyMigrationAnswer, MigrationArgs } from "./validators/migration.js";

/** What an old action takes; its arguments are strict. */
export function legacyArgs({ organizationId, dryRun, batchSize }: MigrationArgs): MigrationArgs {
  return {
    dryRun,
    ...(organizationId === undefined ? {} : { organizationId }),
    ...(batchSize === undefined ? {} : { batchSize }),
  };
}

/** What an old action answered, with a warning if there is one. */
export function legacyAnswer(
  { processed, artifacts, transcripts, claims, errors, skipped }: Omit<LegacyMigrationAnswer, "warnings">,
  warning: string | null,
): LegacyMigrationAnswer {
  const warnings = warning === null ? [] : [warning];
  return { processed, artifacts, transcripts, claims, errors, skipped, warnings };
}
