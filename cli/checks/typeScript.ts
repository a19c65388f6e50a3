import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { findPackage, type InstalledPackage, programOf } from "../host/packages.js";
import { type Project, shown } from "../host/project.js";
import { isAtLeast } from "../host/versions.js";
import { type Check, failed, ok, warning } from "./finding.js";

/** The settings that find the types of `v2-rollout/runMigration`, by `exports` or by `typesVersions`. */
const fitting = ["bundler", "node16", "node18", "node20", "nodenext", "node", "node10"];

type CompilerOptions = { module?: string; moduleResolution?: string };

/** Whether the project's type check, which `npx convex dev` and `deploy` run, can find the library's types. */
export const checkTypeScript: Check = (project) => {
  const name = shown(project, "tsconfig.json");
  if (!existsSync(join(project.functions, "tsconfig.json"))) {
    return [ok(`No ${name}: the functions' types are not checked`)];
  }
  const typescript = findPackage(project.root, "typescript");
  if (typescript === null) return [ok("No typescript: the functions' types are not checked")];
  const options = optionsOf(project, typescript);
  if (typeof options === "string") {
    return [failed(`${name} cannot be read: ${options}`)];
  }
  if (options === null) return [warning(`${name} could not be read by tsc --showConfig.`)];
  const resolution = resolutionOf(options, typescript.json.version ?? "0");
  if (fitting.includes(resolution)) return [ok(`${name}: moduleResolution is ${resolution}`)];
  return [
    failed(
      `${name}: with moduleResolution ${resolution} TypeScript does not find v2-rollout/runMigration and the like.`,
      "Set in its compilerOptions:",
      { code: `"module": "ESNext",\n"moduleResolution": "Bundler",` },
    ),
  ];
};

/** The options with everything that they extend, an error of the file's, or null. */
function optionsOf(project: Project, typescript: InstalledPackage): CompilerOptions | string | null {
  const program = programOf(typescript, "tsc");
  if (program === null) return null;
  const { status, stdout } = spawnSync(process.execPath, [program, "--showConfig", "-p", project.functions], {
    cwd: project.root,
    encoding: "utf8",
  });
  if (status !== 0) return stdout.split("\n")[0]?.trim() || null;
  try {
    return (JSON.parse(stdout) as { compilerOptions?: CompilerOptions }).compilerOptions ?? {};
  } catch {
    return null;
  }
}

function resolutionOf({ module, moduleResolution }: CompilerOptions, version: string): string {
  if (moduleResolution !== undefined) return moduleResolution.toLowerCase();
  const kind = module?.toLowerCase() ?? "";
  if (fitting.includes(kind)) return kind;
  // What TypeScript takes where nothing is said.
  if (kind === "preserve" || isAtLeast(version, "6")) return "bundler";
  return kind === "commonjs" ? "node10" : "classic";
}
