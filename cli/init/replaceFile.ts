import { type Project, shown } from "../host/project.js";
import { confirm } from "../terminal/confirm.js";
import { diff } from "../terminal/diff.js";
import { print, printLines } from "../terminal/print.js";
import { lostExports } from "./lostExports.js";
import type { FilePlan } from "./planFiles.js";
import { writeFile } from "./writeFile.js";

/** Shows what replacing a file changes. */
export async function showReplacement(project: Project, plan: FilePlan): Promise<void> {
  printLines("", diff(shown(project, plan.path), plan.before ?? "", plan.after), "");
  const { used, unused } = await lostExports(project, plan);
  const name = shown(project, plan.path);
  for (const { name: lost, files } of used) {
    print(`Replacing ${name} removes ${lost}, which is still used in ${files.join(", ")}: move it first.`);
  }
  if (unused.length > 0) {
    const they = unused.length === 1 ? "it" : "them";
    print(`Replacing ${name} removes ${unused.join(", ")}; nothing else in the functions uses ${they}.`);
  }
}

/** Replaces a file if it may. Answers whether it did. */
export async function replaceFile(project: Project, plan: FilePlan, yes: boolean): Promise<boolean> {
  await showReplacement(project, plan);
  const isWanted = await confirm(`Replace ${shown(project, plan.path)}?`, yes);
  if (isWanted) writeFile(project, plan);
  return isWanted;
}
