import { hostFiles, wiringFile } from "../host/files.js";
import { shapeOf } from "../host/modules.js";
import { type Project, shown } from "../host/project.js";
import { sourceOf } from "../host/sources.js";
import { type FunctionName, readWiring } from "../host/wiring.js";
import { type Check, type Finding, failed, ok } from "./finding.js";

/** Whether the project's own functions, which v2RolloutHost.ts names, exist. */
export const checkFunctions: Check = async (project) => {
  const wiring = await readWiring(project);
  if (wiring === null) return [];
  const own = [wiring.setFeatureFlag, wiring.migrateVoiceNotesToV2].filter((name) => name !== null);
  const findings: Finding[] = [];
  for (const name of own) {
    // The files of the rollout are checked on their own.
    const isOfRollout = !wiring.legacyMigration && hostFiles.some(({ module }) => module === name.module);
    if (!isOfRollout) findings.push(await checkFunction(project, name));
  }
  return findings;
};

async function checkFunction(project: Project, { module, name }: FunctionName): Promise<Finding> {
  const source = sourceOf(project, module);
  const wired = `${shown(project, wiringFile.path)} calls internal.${module.replaceAll("/", ".")}.${name}`;
  const remedy = `Add it, or name your own function in ${shown(project, wiringFile.path)}.`;
  if (source === null) return failed(`${wired}, but there is no ${shown(project, `${module}.ts`)}.`, remedy);
  const { exports } = await shapeOf(project, source);
  return exports.includes(name)
    ? ok(`${shown(project, source)} exports ${name}`)
    : failed(`${wired}, but ${shown(project, source)} does not export it.`, remedy);
}
