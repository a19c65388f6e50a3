import { v2RolloutFunctions } from "../../../js-shims/functions/v2Rollout";
import { host } from "./v2RolloutHost";

export const {
  statusPage,
  migrationPage,
  migrationBatch,
  migrate,
  flagRows,
  duplicates,
  organizations,
  deployment,
  startRun,
  beginLeg,
  endLeg,
  leg,
  watch,
  runs,
  run,
  failures,
  pauseRun,
  resumeRun,
  cancelRun,
  retryFailures,
  setPace,
  changes,
  prune,
} = v2RolloutFunctions(host);
