import { compileFunction } from "node:vm";

import { Failure, messageOf } from "../failure.js";
import { esbuildOf } from "./esbuild.js";
import { readHostFile, wiringFile } from "./files.js";
import { firstError } from "./modules.js";
import { type Project, shown } from "./project.js";
import type { Index } from "./schema.js";
import { nameOf, standIn } from "./standIn.js";

/** What v2RolloutHost.ts gives to `defineHost`. */
export type Wiring = {
  authorize: boolean;
  findOrganization: boolean;
  ledger: boolean;
  legacyMigration: boolean;
  /** As `lib/featureFlags` and `setFeatureFlag`; null where it cannot be told. */
  setFeatureFlag: FunctionName | null;
  migrateVoiceNotesToV2: FunctionName | null;
  /** By role; "elsewhere" where it is not written out in the file. */
  indexes: ReadonlyMap<string, Index | "elsewhere">;
};

export type FunctionName = { module: string; name: string };

type Options = {
  functions?: Record<string, unknown>;
  authorize?: unknown;
  findOrganization?: unknown;
  ledger?: unknown;
  legacyMigration?: unknown;
  indexes?: Record<string, unknown>;
};

/**
 * Reads how a project is wired by running v2RolloutHost.ts alone: whatever it imports is a stand-in that does
 * nothing, so that neither the project's code nor the library runs.
 */
export async function readWiring(project: Project): Promise<Wiring | null> {
  const source = readHostFile(project, wiringFile.path);
  if (source === null) return null;
  const name = shown(project, wiringFile.path);
  const options = evaluate(await compiled(project, source, name), name);
  return {
    authorize: isGiven(options.authorize),
    findOrganization: isGiven(options.findOrganization),
    ledger: isGiven(options.ledger),
    legacyMigration: options.legacyMigration === true,
    setFeatureFlag: functionName(options.functions?.["setFeatureFlag"]),
    migrateVoiceNotesToV2: functionName(options.functions?.["migrateVoiceNotesToV2"]),
    indexes: new Map(Object.entries(options.indexes ?? {}).map(([role, index]) => [role, indexOf(index)])),
  };
}

async function compiled(project: Project, source: string, name: string): Promise<string> {
  try {
    const { code } = await esbuildOf(project).transform(source, {
      loader: "ts",
      format: "cjs",
      logLevel: "silent",
    });
    return code;
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
    throw new Failure(`${name} cannot be read: ${firstError(thrown)}`);
  }
}

function evaluate(code: string, name: string): Options {
  const defineHost = (options: Options): Options => options;
  const imported = (path: string): unknown =>
    path === "v2-rollout" ? standIn("", { defineHost }) : standIn("");
  const module: { exports: { host?: Options } } = { exports: {} };
  try {
    compileFunction(code, ["require", "module", "exports"])(imported, module, module.exports);
  } catch (thrown) {
    throw new Failure(`${name} cannot be read: ${messageOf(thrown)}`);
  }
  const { host } = module.exports;
  if (host === undefined) {
    throw new Failure(`${name} does not export \`host\`.`, "It exports what defineHost makes.");
  }
  return host;
}

const isGiven = (hook: unknown): boolean => hook !== undefined && hook !== null;

/** `internal.lib.featureFlags.setFeatureFlag` is `setFeatureFlag` of `lib/featureFlags`. */
function functionName(reference: unknown): FunctionName | null {
  const [root, ...path] = nameOf(reference)?.split(".") ?? [];
  const name = path.pop();
  return root === "internal" && name !== undefined && path.length > 0
    ? { module: path.join("/"), name }
    : null;
}

function indexOf(index: unknown): Index | "elsewhere" {
  const { name, fields } = (index ?? {}) as Partial<Index>;
  return typeof name === "string" && Array.isArray(fields) ? { name, fields } : "elsewhere";
}
