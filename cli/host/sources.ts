import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import type { Project } from "./project.js";

const extensions = [".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts"];

/** The source file of a module such as `lib/featureFlags`, relative to the functions, or null. */
export function sourceOf(project: Project, module: string): string | null {
  const files = extensions.map((extension) => `${module}${extension}`);
  return files.find((file) => existsSync(join(project.functions, file))) ?? null;
}

/** Every source file of the functions, relative to their folder. */
export function allSources(project: Project): string[] {
  return readdirSync(project.functions, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => extensions.some((extension) => file.endsWith(extension)))
    .filter((file) => !/(^|\/)(_generated|node_modules)\//.test(file));
}
