import { existsSync } from "node:fs";
import { join } from "node:path";

import { findPackage, readPackage } from "../host/packages.js";
import { type Check, failed, ok } from "./finding.js";

const parts = ["pkg/v2_rollout.js", "pkg/v2_rollout_bg.wasm", "dist"];
const REINSTALL = "Install it again: `npm install v2-rollout`, or the tarball that it came as.";

/** Whether the installed library is whole, and its WebAssembly of the same release as the rest. */
export const checkLibrary: Check = ({ root }) => {
  const library = findPackage(root, "v2-rollout");
  if (library === null) {
    return [
      failed(
        "v2-rollout is not installed in this project.",
        "Run `npm install v2-rollout`, or install its tarball.",
      ),
    ];
  }
  const { folder, json } = library;
  const missing = parts.filter((part) => !existsSync(join(folder, part)));
  if (missing.length > 0) {
    return [failed(`The installed v2-rollout is incomplete; it lacks ${missing.join(", ")}.`, REINSTALL)];
  }
  const core = readPackage(join(folder, "pkg"))?.version;
  if (core !== json.version) {
    return [
      failed(`v2-rollout is ${json.version}, but its pkg/ is ${core ?? "of no known version"}.`, REINSTALL),
    ];
  }
  return [ok(`v2-rollout ${json.version}, complete`)];
};
