import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { exitCodes, Failure } from "../failure.js";

/** Variables that name a deployment; what is empty is not set. */
export type Environment = (name: string) => string | null;

/** Reads variables where `convex run` does: of an --env-file alone, else of the process, .env.local and .env. */
export function readEnvironment(folder: string, envFile: string | undefined): Environment {
  const files = envFile === undefined ? [".env.local", ".env"] : [envFile];
  const sources: Record<string, string | undefined>[] = envFile === undefined ? [process.env] : [];
  for (const file of files) {
    const path = envFile === undefined ? join(folder, file) : resolve(folder, file);
    if (existsSync(path)) sources.push(parse(readFileSync(path, "utf8")));
    else if (envFile !== undefined) {
      throw new Failure(`There is no file ${envFile}.`, "Name it with --env-file.", exitCodes.usage);
    }
  }
  return (name) => sources.find((source) => source[name] !== undefined)?.[name] || null;
}

const line = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^#\n]*))/gm;

function parse(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [, name = "", double, single, bare = ""] of text.matchAll(line)) {
    values[name] = double ?? single ?? bare.trim();
  }
  return values;
}
