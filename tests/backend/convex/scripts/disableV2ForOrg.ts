import { disableV2ForOrgDoors } from "../../../../js-shims/disableV2ForOrg";
import { host } from "../v2RolloutHost";

const doors = disableV2ForOrgDoors(host);

export default doors.operator;
export const disableV2ForOrg = doors.public;
