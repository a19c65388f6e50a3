import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";

import { findPackage, type PackageJson, readPackage } from "../host/packages.js";
import { type Check, type Finding, failed, ok } from "./finding.js";

/** What loads pkg/. */
const core = "dist/core.js";
const parts = [core, "pkg/v2_rollout.js", "pkg/v2_rollout_bg.wasm"];
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
  const missing = [...new Set([...parts, ...entriesOf(json)])].filter(
    (part) => !existsSync(join(folder, part)),
  );
  if (missing.length > 0) {
    return [failed(`The installed v2-rollout is incomplete; it lacks ${missing.join(", ")}.`, REINSTALL)];
  }
  const version = readPackage(join(folder, "pkg"))?.version;
  if (version !== json.version) {
    return [
      failed(
        `v2-rollout is ${json.version}, but pkg/, which its ${core} loads, is ${version ?? "of no known version"}.`,
        REINSTALL,
      ),
    ];
  }
  return [ok(`v2-rollout ${json.version}, complete`), ...secondConvex(root, folder)];
};

/** In a monorepo npm installs a folder's devDependencies, too: with them a convex beside the host's. */
function secondConvex(root: string, library: string): Finding[] {
  const own = findPackage(realpathSync(library), "convex");
  const convex = findPackage(root, "convex");
  if (own === null || convex === null || realpathSync(own.folder) === realpathSync(convex.folder)) return [];
  return [
    failed(
      `v2-rollout brings convex ${own.json.version} beside this project's ${convex.json.version}: the types of the one do not fit the other's.`,
      "Take out what only the library's own tests need, from the top of the monorepo:",
      { code: "npm pkg delete devDependencies --workspace v2-rollout" },
      { code: "npm install && npm dedupe" },
    ),
  ];
}

/** The files that a host's imports lead to. */
function entriesOf({ exports = {} }: PackageJson): string[] {
  return Object.values(exports).map((target) =>
    (typeof target === "string" ? target : target.default).replace(/^\.\//, ""),
  );
}
