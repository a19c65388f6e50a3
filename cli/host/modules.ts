import { join } from "node:path";

import type { Plugin } from "esbuild";

import { Failure } from "../failure.js";
import { esbuildOf } from "./esbuild.js";
import { type Project, shown } from "./project.js";

/** What a source file exports, and from where it imports; imports of types alone are left out. */
export type ModuleShape = { exports: string[]; imports: string[] };

/** Names are wanted, not code: packages and what Convex generates stay imports. */
const withoutForeign: Plugin = {
  name: "without-foreign",
  setup(build) {
    build.onResolve({ filter: /^[^./]|\/_generated\// }, ({ path, kind }) =>
      kind === "entry-point" ? null : { path, external: true },
    );
  },
};

/** Reads a source file's exports and imports, by the esbuild of the project. */
export async function shapeOf(project: Project, file: string): Promise<ModuleShape> {
  const path = join(project.functions, file);
  try {
    const { metafile } = await esbuildOf(project).build({
      entryPoints: [path],
      absWorkingDir: project.root,
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "neutral",
      logLevel: "silent",
      plugins: [withoutForeign],
    });
    const [output] = Object.values(metafile.outputs);
    return {
      exports: output?.exports ?? [],
      imports: (output?.imports ?? []).map((imported) => imported.path),
    };
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
    throw new Failure(`${shown(project, file)} cannot be read: ${firstError(thrown)}`);
  }
}

/** The first of the errors that esbuild found, with its line. */
export function firstError(thrown: unknown): string {
  const [error] = (thrown as { errors?: { text: string; location: { line: number } | null }[] }).errors ?? [];
  if (error === undefined) return String(thrown instanceof Error ? thrown.message : thrown);
  return error.location === null ? error.text : `line ${error.location.line}: ${error.text}`;
}
