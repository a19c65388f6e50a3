import { v2MigrationStatusDoors } from "../../../../js-shims/v2MigrationStatus";
import { host } from "../v2RolloutHost";

const doors = v2MigrationStatusDoors(host);

export default doors.operator;
export const v2MigrationStatus = doors.public;
