import { readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import { hostFiles, importsLibrary, readHostFile, relayFile } from "../host/files.js";
import { findProject, type Project, type ProjectOptions, shown } from "../host/project.js";
import { allSources } from "../host/sources.js";
import { confirm, requireAnswers } from "../terminal/confirm.js";
import { print, printHeading, printLines } from "../terminal/print.js";

export type UninstallOptions = ProjectOptions & { yes?: boolean };

export async function uninstall(options: UninstallOptions): Promise<void> {
  const project = findProject(options);
  const yes = options.yes === true;
  const paths = hostFiles.map(({ path }) => path).filter((path) => isOfLibrary(project, path));
  if (paths.length === 0) {
    print("There is nothing to remove: none of the files that init writes imports v2-rollout here.");
    return;
  }
  printHeading("Files to remove");
  printLines(...paths.map((path) => shown(project, path)));
  printWhatStays();
  printLines("");
  requireAnswers(yes, "Removing files");
  if (!(await confirm(`${counted("Remove", paths.length)}?`, yes))) {
    print("Nothing was removed.");
    return;
  }
  for (const path of paths) remove(project, path);
  print(`${counted("Removed", paths.length)}.`);
  printNext(project, paths);
}

const counted = (verb: string, count: number): string => `${verb} ${count} file${count === 1 ? "" : "s"}`;

function isOfLibrary(project: Project, path: string): boolean {
  const text = readHostFile(project, path);
  return text !== null && importsLibrary(text);
}

function remove(project: Project, path: string): void {
  rmSync(join(project.functions, path));
  const folder = dirname(join(project.functions, path));
  if (folder !== project.functions && readdirSync(folder).length === 0) rmdirSync(folder);
}

function printWhatStays(): void {
  printHeading("What stays");
  print(
    "All data. The rows of featureFlags stay, so an organization that is on v2 stays on it; to switch it off, run scripts/disableV2ForOrg before you deploy without the files. The artifacts, transcripts and claims of migrated notes stay, too, beside the v1 notes.",
  );
}

function printNext(project: Project, paths: readonly string[]): void {
  printHeading("Next");
  if (paths.includes(relayFile.path)) {
    const name = shown(project, relayFile.path);
    print(`If ${name} was an action of your own before, version control has it:`);
    printLines(`git log --oneline -- ${name}`, "");
  }
  const others = allSources(project).filter((path) => isOfLibrary(project, path));
  if (others.length > 0) {
    print("Of these files of yours, remove what they take from v2-rollout:");
    printLines(...others.map((path) => shown(project, path)), "");
  }
  print("Then remove the package, and let Convex generate the types anew:");
  printLines("npm uninstall v2-rollout", "npx convex dev              (or: npx convex deploy)");
}
