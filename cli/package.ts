import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { readPackage } from "./host/packages.js";

/** The folder of this package: the nearest above this file with a package.json. */
const root = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(folder: string): string {
  const isRoot = existsSync(join(folder, "package.json")) || dirname(folder) === folder;
  return isRoot ? folder : findRoot(dirname(folder));
}

export function ownVersion(): string {
  return readPackage(root)?.version ?? "unknown";
}

/** The text of a file that `init` writes. */
export function template(name: string): string {
  return readFileSync(join(root, "cli", "templates", `${name}.txt`), "utf8");
}
