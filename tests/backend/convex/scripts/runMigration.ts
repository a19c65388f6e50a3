import { runMigrationDoors } from "../../../../js-shims/runMigration";
import { host } from "../v2RolloutHost";

const doors = runMigrationDoors(host);

export default doors.operator;
export const runMigration = doors.public;
