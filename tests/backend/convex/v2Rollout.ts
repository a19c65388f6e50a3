import { v2RolloutFunctions } from "../../../js-shims/functions/v2Rollout";
import { host } from "./v2RolloutHost";

export const { statusPage, migrationPage, migrationBatch, migrate, flagRows } = v2RolloutFunctions(host);
