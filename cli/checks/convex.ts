import { findPackage } from "../host/packages.js";
import { isAtLeast } from "../host/versions.js";
import { type Check, failed, ok } from "./finding.js";

const MINIMUM = "1.29.3";

export const checkConvex: Check = ({ root }) => {
  const version = findPackage(root, "convex")?.json.version;
  if (version === undefined) {
    return [failed("convex is not installed in this project.", `Run \`npm install convex@latest\`.`)];
  }
  if (isAtLeast(version, MINIMUM)) return [ok(`convex ${version}`)];
  return [failed(`convex is ${version}; ${MINIMUM} or newer is needed.`, "Run `npm install convex@latest`.")];
};
