import { checkCommitted } from "../checks/committed.js";
import { checkConvex } from "../checks/convex.js";
import { checkFiles } from "../checks/files.js";
import { type Check, type Finding, findingsOf, isFailed } from "../checks/finding.js";
import { checkFunctions } from "../checks/functions.js";
import { checkGeneratedApi } from "../checks/generatedApi.js";
import { checkHooks } from "../checks/hooks.js";
import { checkIndexes } from "../checks/indexes.js";
import { checkLedger } from "../checks/ledger.js";
import { checkLibrary } from "../checks/library.js";
import { checkNode } from "../checks/node.js";
import { printFinding } from "../checks/printFinding.js";
import { checkTypeScript } from "../checks/typeScript.js";
import { exitCodes } from "../failure.js";
import { findProject, type ProjectOptions } from "../host/project.js";
import { print, printLines } from "../terminal/print.js";

const checks: readonly Check[] = [
  checkNode,
  checkConvex,
  checkLibrary,
  checkCommitted,
  checkTypeScript,
  checkFiles,
  checkFunctions,
  checkIndexes,
  checkHooks,
  checkLedger,
  checkGeneratedApi,
];

export async function doctor(options: ProjectOptions): Promise<void> {
  const project = findProject(options);
  const findings: Finding[] = [];
  for (const check of checks) {
    for (const finding of await findingsOf(check, project)) {
      // Two checks may be stopped by the same thing.
      if (findings.some(({ text }) => text === finding.text)) continue;
      findings.push(finding);
      printFinding(finding);
    }
  }
  printLines("");
  print(verdictOf(findings));
  process.exitCode = findings.some(isFailed) ? exitCodes.failed : exitCodes.done;
}

function verdictOf(findings: readonly Finding[]): string {
  const failures = findings.filter(isFailed).length;
  const warnings = findings.filter(({ state }) => state === "warning").length;
  const also = warnings === 0 ? "" : ` (${counted(warnings, "warning")})`;
  if (failures === 0) return `The rollout can work here${also}.`;
  return `The rollout cannot work here yet: ${counted(failures, "check")} failed${also}.`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
