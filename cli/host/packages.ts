import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What matters here of a package.json. */
export type PackageJson = {
  version?: string;
  bin?: string | Record<string, string>;
  exports?: Record<string, string | { default: string }>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
};

export type InstalledPackage = { folder: string; json: PackageJson };

/** The package.json of a folder, or null where there is none that can be read. */
export function readPackage(folder: string): PackageJson | null {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageJson;
  } catch {
    return null;
  }
}

/** Finds an installed package as Node does: in the nearest node_modules of a folder or of one above it. */
export function findPackage(from: string, name: string): InstalledPackage | null {
  const folder = join(from, "node_modules", name);
  const json = existsSync(folder) ? readPackage(folder) : null;
  if (json !== null) return { folder, json };
  const parent = dirname(from);
  return parent === from ? null : findPackage(parent, name);
}

/** The range by which a project depends on a package, or null where it does not. */
export function dependencyOn(project: string, name: string): string | null {
  const json = readPackage(project);
  return json?.dependencies?.[name] ?? json?.devDependencies?.[name] ?? null;
}

/** The script behind a program that an installed package brings. */
export function programOf({ folder, json }: InstalledPackage, name: string): string | null {
  const script = typeof json.bin === "string" ? json.bin : json.bin?.[name];
  return script === undefined ? null : join(folder, script);
}
