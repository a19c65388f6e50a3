import { enableV2ForOrgFunctions } from "../../../../js-shims/functions/enableV2ForOrg";
import { host } from "../v2RolloutHost";

const functions = enableV2ForOrgFunctions(host);

export default functions.internal;
export const enableV2ForOrg = functions.public;
