import type { HostFile } from "../host/files.js";
import { hostFiles, importsLibrary, readHostFile, relayFile, wiringFile } from "../host/files.js";
import type { Formatting } from "../host/formatter.js";
import type { Project } from "../host/project.js";
import { readWiring } from "../host/wiring.js";
import { template } from "../package.js";

/** What is to become of one of the seven files. */
export type FilePlan = {
  path: string;
  exports: readonly string[];
  before: string | null;
  after: string;
  /** `own`: the project's owner has made it theirs. */
  state: "new" | "same" | "own" | "different";
};

export async function planFiles(project: Project, formatting: Formatting): Promise<FilePlan[]> {
  const isLegacy = await keepsItsAction(project);
  return hostFiles.map((file) => planFile(project, file, formatting, isLegacy));
}

function planFile(project: Project, file: HostFile, formatting: Formatting, isLegacy: boolean): FilePlan {
  const { path, exports } = file;
  const raw = template(path);
  const before = readHostFile(project, path);
  const plan = { path, exports, before };
  if (before === null) return { ...plan, after: formatting.format(path, raw), state: "new" };
  if (isSame(before, raw)) return { ...plan, after: raw, state: "same" };
  const after = formatting.format(path, raw);
  if (isSame(before, after)) return { ...plan, after, state: "same" };
  const isWiring = file === wiringFile && importsLibrary(before) && /\bdefineHost\(/.test(before);
  const isOwn = isWiring || (file === relayFile && isLegacy);
  return { ...plan, after, state: isOwn ? "own" : "different" };
}

/** Git may have given the file the line ends of another system. */
const isSame = (before: string, after: string): boolean => before.replaceAll("\r\n", "\n") === after;

async function keepsItsAction(project: Project): Promise<boolean> {
  try {
    return (await readWiring(project))?.legacyMigration ?? false;
  } catch {
    // The checks after the files tell what is wrong with it.
    return false;
  }
}
