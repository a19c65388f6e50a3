/** What a run is asked for, checked before it is passed on. The run itself is the library's, and so are its cursors, in a
 * format of their own: here, any is opened and found damaged. */

import type { Host } from "../../../js-shims/host";
import type { MigrationArgs } from "../../../js-shims/validators/migration";
import { checkOrganizationId, checkWholeNumber, refuse } from "./arguments";
import { openCursor } from "./cursor";

export function checkMigration(host: Host, args: MigrationArgs): void {
  const { organizationId, dryRun, repair = false, limit, deferredDays, cursor } = args;
  if (organizationId !== undefined) checkOrganizationId(organizationId);
  checkWholeNumber("batchSize", args.batchSize);
  checkWholeNumber("limit", limit);
  checkWholeNumber("deferredDays", deferredDays);
  if (host.legacyMigration) {
    const unknown =
      (limit !== undefined && "limit") ||
      (repair && "repair") ||
      (deferredDays !== undefined && "deferredDays") ||
      (cursor !== undefined && "cursor");
    const hint =
      "make `actions/migration.ts` the relay to `internal.v2Rollout.migrate` and drop `legacyMigration`";
    if (unknown)
      refuse("INVALID_ARGUMENT", `${unknown} is unknown to this host's own migration action`, hint);
  }
  if (cursor === undefined) return;
  openCursor(`runMigration ${organizationId ?? ""} ${dryRun} ${repair}`, cursor, Date.now());
}

/** A warning where a host's own old action cannot get further. */
export function legacyWarning(processed: number, skipped: number): string | null {
  if (processed === 0 || skipped !== processed) return null;
  return (
    "every note that was looked at was skipped: this host's own action looks at the same first notes each time and " +
    "cannot get further; make `actions/migration.ts` the relay to `internal.v2Rollout.migrate` and drop " +
    "`legacyMigration`"
  );
}
