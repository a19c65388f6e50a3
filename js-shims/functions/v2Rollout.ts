import type { Host } from "../host.js";
import {
  beginLegFunction,
  endLegFunction,
  legFunction,
  startRunFunction,
  watchFunction,
} from "../ledger/legs.js";
import {
  cancelRunFunction,
  changesFunction,
  failuresFunction,
  pauseRunFunction,
  pruneFunction,
  resumeRunFunction,
  retryFailuresFunction,
  runFunction,
  runsFunction,
  setPaceFunction,
} from "../ledger/operators.js";
import { flagRowsFunction } from "../writing/furtherFlagRows.js";
import { migrateFunction } from "../writing/migrateNotes.js";
import { migrationBatchFunction, migrationPageFunction } from "../writing/migrationTransactions.js";
import { duplicatesFunction } from "./duplicates.js";
import { deploymentFunction, organizationsFunction } from "./organizations.js";
import { statusPageFunction } from "./v2MigrationStatus.js";

/** What the library and its command line program need inside Convex beside the four functions: all internal, exported
 * by one file of the host, `convex/v2Rollout.ts`. */
export function v2RolloutFunctions(host: Host) {
  return {
    statusPage: statusPageFunction(host),
    migrationPage: migrationPageFunction(host),
    migrationBatch: migrationBatchFunction(host),
    migrate: migrateFunction(host),
    flagRows: flagRowsFunction(host),
    duplicates: duplicatesFunction(host),
    organizations: organizationsFunction(host),
    deployment: deploymentFunction(),
    startRun: startRunFunction(host),
    beginLeg: beginLegFunction(host),
    endLeg: endLegFunction(host),
    leg: legFunction(host),
    watch: watchFunction(host),
    runs: runsFunction(host),
    run: runFunction(host),
    failures: failuresFunction(host),
    pauseRun: pauseRunFunction(host),
    resumeRun: resumeRunFunction(host),
    cancelRun: cancelRunFunction(host),
    retryFailures: retryFailuresFunction(host),
    setPace: setPaceFunction(host),
    changes: changesFunction(host),
    prune: pruneFunction(host),
  };
}
