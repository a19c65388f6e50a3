import type { Host } from "../host.js";
import { flagRowsFunction } from "../writing/furtherFlagRows.js";
import { migrateFunction } from "../writing/migrateNotes.js";
import { migrationBatchFunction, migrationPageFunction } from "../writing/migrationTransactions.js";
import { statusPageFunction } from "./v2MigrationStatus.js";

/** What the library needs inside Convex beside the four functions: all internal, exported by one file of the
 * host, `convex/v2Rollout.ts`. */
export function v2RolloutFunctions(host: Host) {
  return {
    statusPage: statusPageFunction(host),
    migrationPage: migrationPageFunction(host),
    migrationBatch: migrationBatchFunction(host),
    migrate: migrateFunction(host),
    flagRows: flagRowsFunction(host),
  };
}
