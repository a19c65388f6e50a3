import { checkCommitted } from "../checks/committed.js";
import { checkConvex } from "../checks/convex.js";
import { checkFiles } from "../checks/files.js";
import { findingsOf, isFailed } from "../checks/finding.js";
import { checkFunctions } from "../checks/functions.js";
import { checkIndexes } from "../checks/indexes.js";
import { checkLedger } from "../checks/ledger.js";
import { printFinding } from "../checks/printFinding.js";
import { exitCodes, Failure } from "../failure.js";
import { configFile, installsLedger, readHostFile, wiringFile } from "../host/files.js";
import { type Formatting, formattingOf } from "../host/formatter.js";
import { findProject, type Project, type ProjectOptions, shown } from "../host/project.js";
import { bringTypes } from "../init/bringTypes.js";
import { type FilePlan, planFiles } from "../init/planFiles.js";
import { planLedger, withLedgerWired } from "../init/planLedger.js";
import { replaceFile, showReplacement } from "../init/replaceFile.js";
import { writeFile } from "../init/writeFile.js";
import { canAsk, requireAnswers } from "../terminal/confirm.js";
import { print, printHeading, printLines } from "../terminal/print.js";

export type InitOptions = ProjectOptions & { yes?: boolean; ledger?: boolean };

export async function init(options: InitOptions): Promise<void> {
  const project = findProject(options);
  const yes = options.yes === true;
  const ledger = options.ledger === true;
  await requireConvex(project);
  await writeFiles(project, yes, ledger);
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
  if (!installsLedger(readHostFile(project, configFile) ?? "")) {
    print("For runs in the background, and a record of who changed what:");
    printLines("npx v2-rollout init --ledger");
  }
  process.exitCode = isWired ? exitCodes.done : exitCodes.failed;
}

/** Everything below reads the project's files by its convex. */
async function requireConvex(project: Project): Promise<void> {
  const finding = (await findingsOf(checkConvex, project)).find(isFailed);
  if (finding)
    throw new Failure(finding.text, finding.remedy.filter((line) => typeof line === "string").join(" "));
}

async function writeFiles(project: Project, yes: boolean, ledger: boolean): Promise<void> {
  const formatting = formattingOf(project);
  const plans = await planFiles(project, formatting);
  if (ledger) planTheLedger(project, formatting, plans);
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

/** Adds convex.config.ts to the plans, and the ledger to a new wiring. */
function planTheLedger(project: Project, formatting: Formatting, plans: FilePlan[]): void {
  const plan = planLedger(project, formatting);
  if (plan === null) {
    print(
      `${shown(project, configFile)} is laid out in a way that only you can extend: import v2Rollout from "v2-rollout/convex.config" and app.use(v2Rollout).`,
    );
  } else {
    plans.push(plan);
  }
  const wiring = plans.find(({ path }) => path === wiringFile.path);
  if (wiring?.state === "new") wiring.after = withLedgerWired(wiring.after);
}

const words = { new: "written", same: "unchanged", own: "kept, yours" } as const;

async function checkWired(project: Project): Promise<boolean> {
  let isWired = true;
  for (const check of [checkFiles, checkFunctions, checkIndexes, checkLedger, checkCommitted]) {
    for (const finding of await findingsOf(check, project)) {
      printFinding(finding);
      if (isFailed(finding)) isWired = false;
    }
  }
  return isWired;
}
