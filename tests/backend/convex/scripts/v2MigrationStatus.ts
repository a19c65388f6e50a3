import { v2MigrationStatusFunctions } from "../../../../js-shims/functions/v2MigrationStatus";
import { host } from "../v2RolloutHost";

const functions = v2MigrationStatusFunctions(host);

export default functions.internal;
export const v2MigrationStatus = functions.public;
