import { hasDeployment, runCodegen } from "../host/codegen.js";
import {
  type GeneratedApi,
  missingModules,
  readGeneratedApi,
  withModules,
  writeGeneratedApi,
} from "../host/generatedApi.js";
import { type Project, shown } from "../host/project.js";
import { canAsk, confirm } from "../terminal/confirm.js";
import { diff } from "../terminal/diff.js";
import { print, printLines } from "../terminal/print.js";

/** Brings the generated types up to date: by Convex where there is a deployment, else by hand. */
export async function bringTypes(project: Project, yes: boolean): Promise<void> {
  if (isCurrent(project)) {
    print("The generated types know the files.");
    return;
  }
  if (hasDeployment(project)) {
    print("Running `npx convex codegen` ...");
    const problem = runCodegen(project);
    if (problem === null && isCurrent(project)) {
      print("The generated types know the files now.");
      return;
    }
    print(problem === null ? "It does not list the files." : `It did not work: ${problem}`);
  }
  const api = readGeneratedApi(project);
  if (api === null) {
    print(`There is no ${shown(project, "_generated/api.d.ts")} yet: \`npx convex dev\` generates it.`);
    return;
  }
  await addByHand(project, api, yes);
}

async function addByHand(project: Project, api: GeneratedApi, yes: boolean): Promise<void> {
  const name = shown(project, api.path);
  const text = withModules(api.text, missingModules(api.text));
  if (text === null) {
    print(`${name} is laid out in a way that only Convex can extend: run \`npx convex codegen\`.`);
    return;
  }
  print(
    `\`npx convex codegen\` brings ${name} up to date, but needs a deployment. This is what it would add:`,
  );
  printLines("", diff(name, api.text, text), "");
  if (!yes && !canAsk()) {
    print(`${name} is left as it is. Run \`npx convex codegen\`, or \`npx v2-rollout init --yes\`.`);
  } else if (await confirm(`Add this to ${name}?`, yes)) {
    writeGeneratedApi(project, { ...api, text });
    print(`Added to ${name}.`);
  }
}

function isCurrent(project: Project): boolean {
  const api = readGeneratedApi(project);
  return api !== null && missingModules(api.text).length === 0;
}
