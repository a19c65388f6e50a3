import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Project } from "./project.js";

/** One of the seven files that wire the library into a project. */
export type HostFile = {
  /** Relative to the functions; its template is called the same. */
  path: string;
  /** As Convex names the module. */
  module: string;
  exports: readonly string[];
  /** What of the library it imports. */
  from: string;
};

const scripts = ["enableV2ForOrg", "disableV2ForOrg", "v2MigrationStatus", "runMigration"];

const hostFile = (module: string, exports: readonly string[], from: string): HostFile => ({
  path: `${module}.ts`,
  module,
  exports,
  from,
});

/** The file that a project's owner edits: hooks and indexes are named in it. */
export const wiringFile = hostFile("v2RolloutHost", ["host"], "v2-rollout");

/** The relay; a project may keep an action of its own instead. */
export const relayFile = hostFile("actions/migration", ["migrateVoiceNotesToV2"], "v2-rollout/validators");

export const hostFiles: readonly HostFile[] = [
  wiringFile,
  hostFile(
    "v2Rollout",
    [
      "statusPage",
      "migrationPage",
      "migrationBatch",
      "migrate",
      "flagRows",
      "duplicates",
      "organizations",
      "deployment",
      "startRun",
      "beginLeg",
      "endLeg",
      "leg",
      "watch",
      "runs",
      "run",
      "failures",
      "pauseRun",
      "resumeRun",
      "cancelRun",
      "retryFailures",
      "setPace",
      "changes",
      "prune",
    ],
    "v2-rollout/v2Rollout",
  ),
  ...scripts.map((name) => hostFile(`scripts/${name}`, ["default", name], `v2-rollout/${name}`)),
  relayFile,
];

/** Where an app installs components, and so the ledger. */
export const configFile = "convex.config.ts";

/** Whether a text of that file installs the ledger. */
export const installsLedger = (text: string): boolean =>
  /^(?!\s*(\/\/|\*)).*\bfrom\s+["']v2-rollout\/convex\.config/m.test(text) && /\.use\(/.test(text);

/** The text of a file of the functions, or null where there is none. */
export function readHostFile(project: Project, path: string): string | null {
  const file = join(project.functions, path);
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}

/** Whether a source text imports from the library, outside of comments. */
export function importsLibrary(text: string): boolean {
  return /^(?!\s*(\/\/|\*)).*\bfrom\s+["']v2-rollout["'/]/m.test(text);
}
