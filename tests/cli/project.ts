import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { onTestFinished } from "vitest";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const standIn = join(repository, "tests", "backend", "convex");

export const hostFiles = [
  "v2RolloutHost.ts",
  "v2Rollout.ts",
  "scripts/enableV2ForOrg.ts",
  "scripts/disableV2ForOrg.ts",
  "scripts/v2MigrationStatus.ts",
  "scripts/runMigration.ts",
  "actions/migration.ts",
];

/** The text of the tsconfig.json that `npx convex dev` writes in a new project. */
export function generatedTsconfig(convex: string): string {
  const templates = join(repository, "node_modules", convex, "dist", "cjs", "cli", "codegen_templates");
  return createRequire(import.meta.url)(join(templates, "tsconfig.js")).tsconfigCodegen();
}

export type Result = { code: number | null; out: string; err: string };

/** A project of Convex's in a folder of its own, and the program that runs in it. */
export class Project {
  readonly root = mkdtempSync(join(tmpdir(), "v2-rollout-host-"));

  constructor(readonly functions = "convex") {
    onTestFinished(() => rmSync(this.root, { recursive: true, force: true }));
  }

  path(file: string): string {
    return join(this.root, file);
  }

  /** The text of a file of the functions. */
  read(file: string): string {
    return readFileSync(this.path(join(this.functions, file)), "utf8");
  }

  has(file: string): boolean {
    return existsSync(this.path(join(this.functions, file)));
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text);
  }

  /** Changes a file of the functions; the text to be replaced must be there. */
  edit(file: string, before: string, after: string): void {
    const text = this.read(file);
    if (!text.includes(before)) throw new Error(`${file} does not hold ${before}`);
    this.write(join(this.functions, file), text.replace(before, after));
  }

  remove(file: string): void {
    rmSync(this.path(file), { recursive: true });
  }

  link(module: string, to: string): void {
    mkdirSync(dirname(this.path(join("node_modules", module))), { recursive: true });
    symlinkSync(join(repository, "node_modules", to), this.path(join("node_modules", module)));
  }

  /** Moves a folder, and links to it from where it was. */
  move(from: string, to: string): void {
    mkdirSync(dirname(this.path(to)), { recursive: true });
    renameSync(this.path(from), this.path(to));
    symlinkSync(this.path(to), this.path(from));
  }

  initGit(): void {
    execFileSync("git", ["init", "--quiet"], { cwd: this.root });
  }

  /** Runs `v2-rollout` in the project: its own where the whole library is installed. */
  run(args: string[], env: Record<string, string> = {}): Result {
    const program = join("dist", "cli", "main.js");
    const own = this.path(join("node_modules", "v2-rollout", program));
    return this.runProgram(existsSync(own) ? own : join(repository, program), args, env);
  }

  /** Runs a script of Node's in the project. */
  runProgram(script: string, args: string[], env: Record<string, string> = {}): Result {
    const { PATH = "" } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      cwd: this.root,
      env: { PATH, CI: "1", ...env },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { code: status, out: stdout, err: stderr };
  }
}

/** A project with the tables of the v2 model, a release of convex, and the library installed. */
export function newProject({ convex = "convex-oldest", functions = "convex" } = {}): Project {
  const project = new Project(functions);
  const folder = project.path(functions);
  project.write("package.json", JSON.stringify({ name: "host", dependencies: { convex: "*" } }));
  project.write(join(functions, "tsconfig.json"), generatedTsconfig(convex));
  cpSync(join(standIn, "schema.ts"), join(folder, "schema.ts"));
  cpSync(join(standIn, "lib", "featureFlags.ts"), join(folder, "lib", "featureFlags.ts"), {
    recursive: true,
  });
  cpSync(join(standIn, "_generated"), join(folder, "_generated"), { recursive: true });
  project.write(
    join(functions, "_generated", "api.d.ts"),
    project
      .read("_generated/api.d.ts")
      .replace(/"[^"]*js-shims[^"]*"/, '"v2-rollout/_generated/component.js"')
      .split("\n")
      .filter((line) => !/typeof|import type \* as/.test(line) || /featureFlags|fullApi/.test(line))
      .join("\n"),
  );
  project.link("convex", convex);
  project.link("typescript", "typescript");
  installStub(project);
  return project;
}

/** What `doctor` looks at of the installed library. */
function installStub(project: Project): void {
  const library = { name: "v2-rollout", version: "0.2.0" };
  const files = {
    "package.json": JSON.stringify({
      ...library,
      exports: { "./runMigration": { default: "./dist/runMigration.js" } },
    }),
    "dist/core.js": "",
    "dist/runMigration.js": "",
    "pkg/package.json": JSON.stringify(library),
    "pkg/v2_rollout.js": "",
    "pkg/v2_rollout_bg.wasm": "",
  };
  for (const [file, text] of Object.entries(files))
    project.write(join("node_modules/v2-rollout", file), text);
}

/** A project in which `init --yes` has been run. */
export function installedProject(options?: Parameters<typeof newProject>[0]): Project {
  const project = newProject(options);
  const { code, out, err } = project.run(["init", "--yes"]);
  if (code !== 0) throw new Error(`init failed: ${out}${err}`);
  return project;
}

/** Prose without its line breaks, which depend on where it is broken. */
export const unwrapped = (text: string): string => text.replaceAll(/\s+/g, " ");
