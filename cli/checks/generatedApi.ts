import { missingModules, readGeneratedApi } from "../host/generatedApi.js";
import { shown } from "../host/project.js";
import { type Check, ok, warning } from "./finding.js";

const GENERATE = "`npx convex codegen` generates it, and so does every deployment.";

/** Whether the generated types know the files. Only a warning: a deployment generates them anew. */
export const checkGeneratedApi: Check = (project) => {
  const api = readGeneratedApi(project);
  if (api === null) return [warning(`${shown(project, "_generated/api.d.ts")} is missing.`, GENERATE)];
  const missing = missingModules(api.text);
  const name = shown(project, api.path);
  if (missing.length === 0) return [ok(`${name} knows the files`)];
  return [warning(`${name} does not know ${missing.join(", ")}.`, GENERATE)];
};
