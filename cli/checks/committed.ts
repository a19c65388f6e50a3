import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { relative, resolve, sep } from "node:path";

import { dependencyOn, findPackage } from "../host/packages.js";
import { type Check, failed, ok, warning } from "./finding.js";

/** Whether a clone of the project would have the library, where that is a tarball or a folder of a monorepo. */
export const checkCommitted: Check = ({ root }) => {
  const tarball = dependencyOn(root, "v2-rollout")?.match(/^file:(.+\.t(?:ar\.)?gz)$/)?.[1];
  if (tarball !== undefined && !existsSync(resolve(root, tarball))) {
    return [
      failed(
        `package.json takes v2-rollout from ${tarball}, which is not there.`,
        "Put the tarball back, and commit it.",
      ),
    ];
  }
  const folder = tarball === undefined ? linkedFolder(root) : null;
  const path = tarball ?? folder;
  if (path === null) return [];
  // A folder's dist is what a .gitignore often names.
  const parts = folder === null ? [path] : [`${folder}/dist`, `${folder}/pkg`];
  const files = folder === null ? [path] : [`${folder}/dist/core.js`, `${folder}/pkg/v2_rollout_bg.wasm`];
  const fates = files.map((file) => fateOf(root, file));
  if (fates.includes("outside")) {
    return [
      warning(
        `v2-rollout comes from ${path}, outside of this repository: npm ci would not find it elsewhere.`,
        "Move it into the repository, and install it from there.",
      ),
    ];
  }
  const ignored = fates.find((fate) => typeof fate === "object");
  if (ignored !== undefined) {
    return [
      warning(
        `v2-rollout comes from ${path}, which git ignores (${ignored.rule}): npm ci would not find it elsewhere.`,
        "Commit it all the same:",
        { code: `git add --force ${parts.join(" ")}` },
      ),
    ];
  }
  return fates.includes("unknown") ? [] : [ok(`${path} is not ignored by git`)];
};

/** Where the library is if it is not in a node_modules itself, from the project's folder. */
function linkedFolder(root: string): string | null {
  const library = findPackage(root, "v2-rollout");
  if (library === null) return null;
  const folder = realpathSync(library.folder);
  if (folder.split(sep).includes("node_modules")) return null;
  return relative(realpathSync(root), folder).split(sep).join("/");
}

/** What git does with a file. A committed one is never ignored. */
type Fate = "kept" | { rule: string } | "outside" | "unknown";

function fateOf(root: string, file: string): Fate {
  const { status, stdout, stderr } = spawnSync("git", ["check-ignore", "--verbose", "--", file], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  if (status === 0) {
    const rule = stdout.split("\t")[0] ?? "";
    // A rule that takes the file back in is told of, too.
    return /:\d+:!/.test(rule) ? "kept" : { rule };
  }
  if (stderr?.includes("outside repository")) return "outside";
  return status === 1 ? "kept" : "unknown";
}
