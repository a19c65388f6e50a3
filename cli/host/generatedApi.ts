import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { hostFiles } from "./files.js";
import type { Project } from "./project.js";

/** What Convex generates of the functions' types; newer projects can have it as one TypeScript file. */
export type GeneratedApi = { path: string; text: string };

export function readGeneratedApi(project: Project): GeneratedApi | null {
  for (const path of ["_generated/api.d.ts", "_generated/api.ts"]) {
    const file = join(project.functions, path);
    if (existsSync(file)) return { path, text: readFileSync(file, "utf8") };
  }
  return null;
}

export function writeGeneratedApi(project: Project, { path, text }: GeneratedApi): void {
  writeFileSync(join(project.functions, path), text);
}

/** The modules of the seven files that the generated types do not know. */
export function missingModules(text: string): string[] {
  return hostFiles.map(({ module }) => module).filter((module) => !importOf(module).test(text));
}

const importOf = (module: string): RegExp => new RegExp(`["']\\.\\./${module}(\\.js)?["']`);

/** Adds modules as Convex would, in its order, or answers null where the text is not laid out as it is known. */
export function withModules(text: string, modules: readonly string[]): string | null {
  const lines = text.split("\n");
  for (const module of modules) {
    if (!addImport(lines, module) || !addEntry(lines, module)) return null;
  }
  return lines.join("\n");
}

const identifierOf = (module: string): string => module.replaceAll(/[/-]/g, "_");

function addImport(lines: string[], module: string): boolean {
  const line = `import type * as ${identifierOf(module)} from "../${module}.js";`;
  const existing = modulesIn(lines, /^import type \* as \w+ from ["']\.\.\/(.+?)(?:\.js)?["'];?$/);
  // Without any, they follow the import from Convex itself, or precede it where one file holds it all.
  const first = lines.findIndex((text) => /from ["']convex\/server["'];?$/.test(text)) + 1;
  return insert(lines, line, module, existing, first);
}

function addEntry(lines: string[], module: string): boolean {
  const opening = lines.findIndex((text) => /\bApiFromModules<\{/.test(text));
  if (opening === -1) return false;
  // No module at all: the braces are closed on the line that opens them.
  const empty = lines[opening]?.match(/^(.*ApiFromModules<\{)(\}>.*)$/);
  if (empty) lines.splice(opening, 1, empty[1] ?? "", empty[2] ?? "");
  const key = module.includes("/") ? `"${module}"` : module;
  const existing = modulesIn(lines, /^ +["']?([^"':]+)["']?: typeof \w+[;,]?$/);
  return insert(lines, `  ${key}: typeof ${identifierOf(module)};`, module, existing, opening + 1);
}

function modulesIn(lines: readonly string[], pattern: RegExp): { module: string; line: number }[] {
  return lines.flatMap((text, line) => {
    const module = pattern.exec(text)?.[1];
    return module === undefined ? [] : [{ module, line }];
  });
}

function insert(
  lines: string[],
  text: string,
  module: string,
  existing: readonly { module: string; line: number }[],
  otherwise: number,
): boolean {
  const next = existing.find((each) => each.module > module);
  const last = existing.at(-1);
  const at = next?.line ?? (last === undefined ? otherwise : last.line + 1);
  if (at === 0) return false;
  lines.splice(at, 0, text);
  return true;
}
