import { wiringFile } from "../host/files.js";
import { shown } from "../host/project.js";
import { readWiring } from "../host/wiring.js";
import { type Check, type Finding, ok, warning } from "./finding.js";

/** Whether the project says who may call the public functions, and which organizations there are. */
export const checkHooks: Check = async (project) => {
  const wiring = await readWiring(project);
  if (wiring === null) return [];
  const name = shown(project, wiringFile.path);
  const findings: Finding[] = [];
  if (!wiring.authorize) {
    findings.push(
      warning(
        `${name} has no authorize: the public functions refuse everybody.`,
        "`npx convex run` works all the same. The file shows how to set it.",
      ),
    );
  }
  if (!wiring.findOrganization) {
    findings.push(
      warning(
        `${name} has no findOrganization: an organization without data cannot be told from a mistyped one.`,
        'Enabling one takes `"create": true` until it is set. The file shows how.',
      ),
    );
  }
  return findings.length > 0 ? findings : [ok(`${name} has authorize and findOrganization`)];
};
