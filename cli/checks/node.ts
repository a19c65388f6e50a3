import { isAtLeast } from "../host/versions.js";
import { type Check, failed, ok } from "./finding.js";

const MINIMUM = "20";

export const checkNode: Check = () => [
  isAtLeast(process.version, MINIMUM)
    ? ok(`Node.js ${process.version.slice(1)}`)
    : failed(
        `Node.js is ${process.version.slice(1)}; ${MINIMUM} or newer is needed.`,
        "Install a newer Node.js.",
      ),
];
