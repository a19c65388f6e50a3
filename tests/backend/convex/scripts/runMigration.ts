import { runMigrationFunctions } from "../../../../js-shims/functions/runMigration";
import { host } from "../v2RolloutHost";

const functions = runMigrationFunctions(host);

export default functions.internal;
export const runMigration = functions.public;
