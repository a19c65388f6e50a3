import { disableV2ForOrgFunctions } from "../../../../js-shims/functions/disableV2ForOrg";
import { host } from "../v2RolloutHost";

const functions = disableV2ForOrgFunctions(host);

export default functions.internal;
export const disableV2ForOrg = functions.public;
