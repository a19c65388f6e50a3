import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

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

/** Whether a rule is about a file, or about a folder that holds it. */
function matches(rule: string, path: string): boolean {
  if (rule === "" || rule.startsWith("#")) return false;
  const parts = path.split("/");
  const isOfFolders = rule.endsWith("/");
  const expression = expressionOf(rule);
  return parts.some((name, index) => {
    if (isOfFolders && index === parts.length - 1) return false;
    // A rule with a slash inside is about the whole path, another about a name.
    const isOfPath = rule.replace(/^\*\*\/|\/$/g, "").includes("/");
    return expression.test(isOfPath ? parts.slice(0, index + 1).join("/") : name);
  });
}

function expressionOf(rule: string): RegExp {
  const pattern = rule.replace(/^(\*\*)?\//, "").replace(/\/$/, "");
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", "[^/]*").replaceAll("?", "[^/]")}$`);
}
