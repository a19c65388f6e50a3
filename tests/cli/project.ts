import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { onTestFinished } from "vitest";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const program = join(repository, "dist", "cli", "main.js");
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

/** As `npx convex dev` writes it in a new project. */
const tsconfig = `{
  /* Comments and trailing commas are what Convex writes, too. */
  "compilerOptions": {
    "allowJs": true,
    "strict": true,
    "moduleResolution": "Bundler",
    "skipLibCheck": true,
    "target": "ESNext",
    "lib": ["ES2023", "dom"],
    "module": "ESNext",
    "isolatedModules": true,
    "noEmit": true,
  },
  "include": ["./**/*"],
  "exclude": ["./_generated"]
}`;

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

  run(args: string[], env: Record<string, string> = {}): Result {
    const { PATH = "" } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
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
  project.write(join(functions, "tsconfig.json"), tsconfig);
  cpSync(join(standIn, "schema.ts"), join(folder, "schema.ts"));
  cpSync(join(standIn, "lib", "featureFlags.ts"), join(folder, "lib", "featureFlags.ts"), {
    recursive: true,
  });
  cpSync(join(standIn, "_generated"), join(folder, "_generated"), { recursive: true });
  project.write(
    join(functions, "_generated", "api.d.ts"),
    project
      .read("_generated/api.d.ts")
      .split("\n")
      .filter((line) => !/typeof|import type \* as/.test(line) || /featureFlags|fullApi/.test(line))
      .join("\n"),
  );
  project.link("convex", convex);
  project.link("typescript", "typescript");
  const library = JSON.stringify({ name: "v2-rollout", version: "0.2.0" });
  project.write("node_modules/v2-rollout/package.json", library);
  project.write("node_modules/v2-rollout/pkg/package.json", library);
  project.write("node_modules/v2-rollout/pkg/v2_rollout.js", "");
  project.write("node_modules/v2-rollout/pkg/v2_rollout_bg.wasm", "");
  project.write("node_modules/v2-rollout/dist/index.js", "");
  return project;
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
