import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { dependencyOn, findPackage, programOf } from "./packages.js";
import { type Project, shown } from "./project.js";

type Formatter = {
  name: string;
  package: string;
  configs: readonly string[];
  args: (path: string) => string[];
};

const formatters: readonly Formatter[] = [
  {
    name: "biome",
    package: "@biomejs/biome",
    configs: ["biome.json", "biome.jsonc"],
    args: (path) => ["format", `--stdin-file-path=${path}`],
  },
  {
    name: "prettier",
    package: "prettier",
    configs: [
      ".prettierrc",
      ".prettierrc.json",
      ".prettierrc.yaml",
      ".prettierrc.yml",
      ".prettierrc.js",
      ".prettierrc.mjs",
      ".prettierrc.cjs",
      ".prettierrc.ts",
      ".prettierrc.toml",
      "prettier.config.js",
      "prettier.config.mjs",
      "prettier.config.cjs",
      "prettier.config.ts",
    ],
    args: (path) => ["--stdin-filepath", path],
  },
];

const TIMEOUT_MS = 30_000;

/** Formats texts as a project does, where it has a formatter of its own. */
export type Formatting = {
  format: (path: string, text: string) => string;
  /** The formatter that did not work, and why. */
  problem: () => string | null;
};

export function formattingOf(project: Project): Formatting {
  // convex itself depends on prettier: that it is installed does not say that the project uses it.
  const formatter = formatters.find(
    (each) =>
      dependencyOn(project.root, each.package) !== null ||
      each.configs.some((config) => existsSync(join(project.root, config))),
  );
  const installed = formatter && findPackage(project.root, formatter.package);
  const program = installed ? programOf(installed, formatter.name) : null;
  if (!formatter || program === null) return { format: (_path, text) => text, problem: () => null };
  let problem: string | null = null;
  const format = (path: string, text: string): string => {
    if (problem !== null) return text;
    const { status, stdout, stderr, error } = spawnSync(
      process.execPath,
      [program, ...formatter.args(shown(project, path))],
      { cwd: project.root, input: text, encoding: "utf8", timeout: TIMEOUT_MS },
    );
    if (status === 0 && stdout !== "") return stdout;
    const reason = error?.message ?? stderr.split("\n").find((line) => line.trim() !== "") ?? "no output";
    problem = `${formatter.name} could not format the files: ${reason.trim()}`;
    return text;
  };
  return { format, problem: () => problem };
}
