import { readHostFile } from "../host/files.js";
import { shapeOf } from "../host/modules.js";
import { type Project, shown } from "../host/project.js";
import { allSources } from "../host/sources.js";
import type { FilePlan } from "./planFiles.js";

/** The exports that a file has and its replacement has not. */
export type LostExports = { used: { name: string; files: string[] }[]; unused: string[] };

export async function lostExports(project: Project, { path, exports }: FilePlan): Promise<LostExports> {
  const names = (await exportsOf(project, path)).filter((name) => !exports.includes(name));
  const lost = names.map((name) => ({ name, files: usersOf(project, path, name) }));
  return {
    used: lost.filter(({ files }) => files.length > 0),
    unused: lost.filter(({ files }) => files.length === 0).map(({ name }) => name),
  };
}

async function exportsOf(project: Project, path: string): Promise<string[]> {
  try {
    return (await shapeOf(project, path)).exports;
  } catch {
    // A file that does not compile exports nothing that could be used.
    return [];
  }
}

/** The files of the functions that call an export through the API, or import it. */
function usersOf(project: Project, path: string, name: string): string[] {
  const module = path.replace(/\.ts$/, "");
  const called = new RegExp(`\\b${module.replaceAll("/", "\\.")}\\.${name}\\b`);
  const imported = new RegExp(`["'][./]*${module.split("/").at(-1)}(\\.js)?["']`);
  const named = new RegExp(`\\b${name}\\b`);
  return allSources(project)
    .filter((file) => file !== path)
    .filter((file) => {
      const text = readHostFile(project, file) ?? "";
      return called.test(text) || (imported.test(text) && named.test(text));
    })
    .map((file) => shown(project, file));
}
