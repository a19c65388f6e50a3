import { enableV2ForOrgDoors } from "../../../../js-shims/enableV2ForOrg";
import { host } from "../v2RolloutHost";

const doors = enableV2ForOrgDoors(host);

export default doors.operator;
export const enableV2ForOrg = doors.public;
