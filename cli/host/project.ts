import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";

import { exitCodes, Failure } from "../failure.js";

/** The options that name a project; every command takes them. */
export type ProjectOptions = { cwd: string; convex?: string };

/** A Convex project that the library is, or is to be, part of. */
export type Project = {
  /** Absolute: the folder of package.json. */
  root: string;
  /** Absolute: the folder of the functions. */
  functions: string;
};

export function findProject({ cwd, convex }: ProjectOptions): Project {
  const root = resolve(cwd);
  if (!isFolder(root)) {
    throw new Failure(`There is no folder ${cwd}.`, "Name the project's folder with --cwd.", exitCodes.usage);
  }
  const functions = resolve(root, convex ?? configuredFunctions(root) ?? "convex");
  if (!isFolder(functions)) {
    throw new Failure(
      `There are no Convex functions here: ${relative(root, functions) || functions} is not a folder.`,
      "Run this in the folder of the project's package.json, or name that with --cwd, and the functions' folder with --convex.",
    );
  }
  return { root, functions };
}

/** How a file of the functions is called in messages: from the project's root, with slashes. */
export function shown(project: Project, file: string): string {
  return relative(project.root, join(project.functions, file)).split(sep).join("/");
}

function configuredFunctions(root: string): string | null {
  const file = join(root, "convex.json");
  if (!existsSync(file)) return null;
  try {
    const { functions } = JSON.parse(readFileSync(file, "utf8")) as { functions?: unknown };
    return typeof functions === "string" ? functions : null;
  } catch {
    throw new Failure(
      "convex.json is not valid JSON.",
      "Correct it, or name the functions' folder with --convex.",
    );
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
