import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { Failure, messageOf } from "../failure.js";
import { esbuildOf } from "./esbuild.js";
import { firstError } from "./modules.js";
import { type Project, shown } from "./project.js";
import { sourceOf } from "./sources.js";

export type Index = { name: string; fields: readonly string[] };

/** Each table's indexes. */
export type Tables = ReadonlyMap<string, readonly Index[]>;

/** What `export()` of a schema's definition answers, as JSON. */
type ExportedSchema = {
  tables: { tableName: string; indexes: { indexDescriptor: string; fields: string[] }[] }[];
};

/** Packages that are CommonJS may ask for Node's modules, which a bundle of ES modules cannot. */
const requireForBundle = `import { createRequire as requireForBundle } from "node:module";
const require = requireForBundle(import.meta.url);`;

/** Reads the tables and indexes out of the project's schema: bundles it, as a deployment would, and loads it. */
export async function readTables(project: Project): Promise<Tables> {
  const source = sourceOf(project, "schema");
  if (source === null) {
    throw new Failure(
      `There is no ${shown(project, "schema.ts")}.`,
      "The tables and indexes are declared there.",
    );
  }
  const name = shown(project, source);
  const folder = await mkdtemp(join(tmpdir(), "v2-rollout-"));
  try {
    const outfile = join(folder, "schema.mjs");
    await bundle(project, join(project.functions, source), outfile, name);
    const { default: schema } = await load(pathToFileURL(outfile).href, name);
    if (typeof schema?.export !== "function") {
      throw new Failure(
        `${name} does not export a schema by default.`,
        "It ends with `export default defineSchema({...})`.",
      );
    }
    const { tables } = JSON.parse(schema.export()) as ExportedSchema;
    return new Map(
      tables.map(({ tableName, indexes }) => [
        tableName,
        indexes.map(({ indexDescriptor, fields }) => ({ name: indexDescriptor, fields })),
      ]),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundle(project: Project, source: string, outfile: string, name: string): Promise<void> {
  try {
    await esbuildOf(project).build({
      entryPoints: [source],
      absWorkingDir: project.root,
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      conditions: ["convex", "module"],
      banner: { js: requireForBundle },
      logLevel: "silent",
    });
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
    throw new Failure(`${name} cannot be bundled: ${firstError(thrown)}`);
  }
}

async function load(url: string, name: string): Promise<{ default?: { export?: () => string } }> {
  try {
    return (await import(url)) as { default?: { export?: () => string } };
  } catch (thrown) {
    throw new Failure(`${name} cannot be loaded: ${messageOf(thrown)}`);
  }
}
