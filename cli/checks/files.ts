import { type HostFile, hostFiles, readHostFile, relayFile } from "../host/files.js";
import { shapeOf } from "../host/modules.js";
import { type Project, shown } from "../host/project.js";
import { readWiring } from "../host/wiring.js";
import { type Check, type Finding, failed, findingsOf, ok } from "./finding.js";

const WRITE = "Run `npx v2-rollout init`; it shows what it changes.";

/** Whether the seven files are there, export what they should, and take it from the library. */
export const checkFiles: Check = async (project) => {
  const isLegacy = await keepsItsAction(project);
  const files = hostFiles.filter((file) => !(isLegacy && file === relayFile));
  const missing = files.filter(({ path }) => readHostFile(project, path) === null);
  const findings = missing.length > 0 ? [missingFiles(project, missing)] : [];
  for (const file of files) findings.push(...(await findingsOf(() => checkFile(project, file), project)));
  return findings.length > 0 ? findings : [ok(`The ${files.length} files of the rollout are wired`)];
};

function missingFiles(project: Project, files: readonly HostFile[]): Finding {
  const names = files.map(({ path }) => shown(project, path));
  if (names.length === 1) return failed(`${names[0]} is missing.`, WRITE);
  return failed(`${names.length} files of the rollout are missing:`, { code: names.join("\n") }, WRITE);
}

async function keepsItsAction(project: Project): Promise<boolean> {
  try {
    return (await readWiring(project))?.legacyMigration ?? false;
  } catch {
    // That the file cannot be read is found when it is checked itself.
    return false;
  }
}

async function checkFile(project: Project, file: HostFile): Promise<Finding[]> {
  const name = shown(project, file.path);
  if (readHostFile(project, file.path) === null) return [];
  const { exports, imports } = await shapeOf(project, file.path);
  const missing = file.exports.filter((wanted) => !exports.includes(wanted));
  if (missing.length > 0) return [failed(`${name} does not export ${missing.join(", ")}.`, WRITE)];
  if (imports.includes(file.from)) return [];
  if (file !== relayFile) return [failed(`${name} does not import ${file.from}.`, WRITE)];
  return [
    failed(
      `${name} holds an action of your own, not the relay to the rollout.`,
      `${WRITE} To keep it, set \`legacyMigration: true\` in ${shown(project, "v2RolloutHost.ts")}.`,
    ),
  ];
}
