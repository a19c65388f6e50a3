import { checkCommitted } from "../checks/committed.js";
import { checkConvex } from "../checks/convex.js";
import { checkFiles } from "../checks/files.js";
import { findingsOf, isFailed } from "../checks/finding.js";
import { checkFunctions } from "../checks/functions.js";
import { checkIndexes } from "../checks/indexes.js";
import { printFinding } from "../checks/printFinding.js";
import { exitCodes, Failure } from "../failure.js";
import { formattingOf } from "../host/formatter.js";
import { findProject, type Project, type ProjectOptions, shown } from "../host/project.js";
import { bringTypes } from "../init/bringTypes.js";
import { planFiles } from "../init/planFiles.js";
import { replaceFile, showReplacement } from "../init/replaceFile.js";
import { writeFile } from "../init/writeFile.js";
import { canAsk, requireAnswers } from "../terminal/confirm.js";
import { print, printHeading, printLines } from "../terminal/print.js";

export type InitOptions = ProjectOptions & { yes?: boolean };

export async function init(options: InitOptions): Promise<void> {
  const project = findProject(options);
  const yes = options.yes === true;
  await requireConvex(project);
  await writeFiles(project, yes);
  printHeading("Types");
  await bringTypes(project, yes);
  printHeading("Checks");
  const isWired = await checkWired(project);
  printHeading("Next");
  if (!isWired) print("Correct what failed above, then:");
  printLines(
    "npx v2-rollout doctor",
    "npx convex dev              (or: npx convex deploy)",
    `npx convex run scripts/v2MigrationStatus '{"organizationId": "..."}'`,
  );
  process.exitCode = isWired ? exitCodes.done : exitCodes.failed;
}

/** Everything below reads the project's files by its convex. */
async function requireConvex(project: Project): Promise<void> {
  const finding = (await findingsOf(checkConvex, project)).find(isFailed);
  if (finding)
    throw new Failure(finding.text, finding.remedy.filter((line) => typeof line === "string").join(" "));
}

async function writeFiles(project: Project, yes: boolean): Promise<void> {
  const formatting = formattingOf(project);
  const plans = await planFiles(project, formatting);
  const replacements = plans.filter(({ state }) => state === "different");
  const isConsenting = yes || replacements.length === 0;
  // All are shown before the program gives up, so that --yes is an informed answer.
  if (!isConsenting && !canAsk()) {
    for (const plan of replacements) await showReplacement(project, plan);
  }
  requireAnswers(isConsenting, "Overwriting files that differ");
  const lines: string[] = [];
  for (const plan of plans) {
    const { state, path } = plan;
    if (state === "new") writeFile(project, plan);
    const isReplaced = state === "different" && (await replaceFile(project, plan, yes));
    const word = state === "different" ? (isReplaced ? "replaced" : "left as it is") : words[state];
    lines.push(`${word.padEnd(15)}${shown(project, path)}`);
  }
  printHeading("Files");
  printLines(...lines);
  const problem = formatting.problem();
  if (problem !== null) print(`The files are not formatted as this project is: ${problem}`);
}

const words = { new: "written", same: "unchanged", own: "kept, yours" } as const;

async function checkWired(project: Project): Promise<boolean> {
  let isWired = true;
  for (const check of [checkFiles, checkFunctions, checkIndexes, checkCommitted]) {
    for (const finding of await findingsOf(check, project)) {
      printFinding(finding);
      if (isFailed(finding)) isWired = false;
    }
  }
  return isWired;
}
