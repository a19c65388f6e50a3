import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import { dependencyOn } from "../host/packages.js";
import { type Check, failed, ok, warning } from "./finding.js";

/** Whether a tarball that package.json points at is there, and would be committed. */
export const checkTarball: Check = ({ root }) => {
  const range = dependencyOn(root, "v2-rollout");
  const path = range?.match(/^file:(.+\.t(?:ar\.)?gz)$/)?.[1];
  if (path === undefined) return [];
  if (!existsSync(resolve(root, path))) {
    return [
      failed(
        `package.json takes v2-rollout from ${path}, which is not there.`,
        "Put the tarball back, and commit it.",
      ),
    ];
  }
  const rule = ignoringRule(root, path);
  if (rule === null) return [ok(`${path} is not ignored by .gitignore`)];
  return [
    warning(
      `.gitignore has ${rule}, and package.json takes v2-rollout from ${path}: npm ci would not find it elsewhere.`,
      "Add below it to .gitignore, and commit the tarball:",
      { code: `!${path.replace(/^\.\//, "")}` },
    ),
  ];
};

/** The last rule of .gitignore that is about the file, unless it takes it back in. */
function ignoringRule(root: string, path: string): string | null {
  const file = join(root, ".gitignore");
  if (!existsSync(file)) return null;
  const about = readFileSync(file, "utf8")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => matches(line.replace(/^!/, ""), path.replace(/^\.\//, "")));
  const last = about.at(-1);
  return last === undefined || last.startsWith("!") ? null : last;
}

/** A rule with a slash is about the path, another about the name alone. */
function matches(rule: string, path: string): boolean {
  if (rule === "" || rule.startsWith("#")) return false;
  const isOfPath = rule.replace(/^\*\*\//, "").includes("/");
  const pattern = rule.replace(/^\/|^\*\*\//, "").replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  const expression = new RegExp(`^${pattern.replaceAll("*", "[^/]*").replaceAll("?", "[^/]")}$`);
  return expression.test(isOfPath ? path : basename(path));
}
