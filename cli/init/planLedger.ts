import { configFile, installsLedger, readHostFile } from "../host/files.js";
import type { Formatting } from "../host/formatter.js";
import type { Project } from "../host/project.js";
import { template } from "../package.js";
import type { FilePlan } from "./planFiles.js";

/** What is to become of convex.config.ts, which installs the ledger; null where it is laid out in a way that only its
 * owner can extend. */
export function planLedger(project: Project, formatting: Formatting): FilePlan | null {
  const before = readHostFile(project, configFile);
  const plan = { path: configFile, exports: ["default"], before };
  if (before === null) {
    return { ...plan, after: formatting.format(configFile, template(configFile)), state: "new" };
  }
  if (installsLedger(before)) return { ...plan, after: before, state: "same" };
  const after = withLedger(before);
  return after === null ? null : { ...plan, after, state: "different" };
}

/** The wiring of a new project, with the ledger. */
export const withLedgerWired = (wiring: string): string =>
  wiring
    .replace(
      'import { internal } from "./_generated/api"',
      'import { components, internal } from "./_generated/api"',
    )
    .replace(
      / *\/\/ The ledger keeps[\s\S]*?( *)\/\/ ledger: components\.v2Rollout,\n *\/\/\n/,
      "$1ledger: components.v2Rollout,\n",
    );

/** Adds the import behind the last one, and the use behind the definition of the app. */
export function withLedger(text: string): string | null {
  const lines = text.split("\n");
  const definition = lines.findIndex((line) => /\bdefineApp\(.*\);?\s*$/.test(line));
  const app = lines[definition]?.match(/^(?:export )?(?:const|let) (\w+)/)?.[1];
  const isImport = (line: string): boolean => /\bfrom ["'][^"']+["'];?\s*$/.test(line);
  const lastImport = lines.map(isImport).lastIndexOf(true);
  if (app === undefined || lastImport === -1 || lastImport > definition) return null;
  const semicolon = lines[definition]?.trimEnd().endsWith(";") ? ";" : "";
  const quote = lines[lastImport]?.includes("'") ? "'" : '"';
  lines.splice(definition + 1, 0, `${app}.use(v2Rollout)${semicolon}`);
  lines.splice(
    lastImport + 1,
    0,
    `import v2Rollout from ${quote}v2-rollout/convex.config${quote}${semicolon}`,
  );
  return lines.join("\n");
}
