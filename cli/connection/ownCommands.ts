import { CallFailed } from "./errors.js";
import type { ConnectionOptions } from "./options.js";
import { quoted, sameDeployment } from "./target.js";

/** A command of this program for the same deployment, as a hint names it. */
export type OwnCommand = (...words: string[]) => string;

export const ownCommand =
  (options: ConnectionOptions): OwnCommand =>
  (...words) =>
    `\`${["npx v2-rollout", ...[...words, ...sameDeployment(options)].map(quoted)].join(" ")}\``;

/** What this program calls the functions that a hint may name. */
const verbs: Record<string, readonly [verb: string, ...flags: string[]]> = {
  run: ["run", "--watch"],
  pauseRun: ["pause"],
  resumeRun: ["resume"],
  cancelRun: ["cancel"],
  retryFailures: ["retry"],
};

/** A failure that names commands of this program, where it named functions for `convex run`. */
export function inOwnWords(thrown: unknown, command: OwnCommand): unknown {
  if (!(thrown instanceof CallFailed) || thrown.problem.hint === null) return thrown;
  const message = thrown.problem.message.replaceAll(/`(\w+)`/g, (whole, name) => {
    const [verb] = verbs[name] ?? [];
    return verb === undefined ? whole : `\`${verb}\``;
  });
  const hint = thrown.problem.hint
    .replaceAll(/`npx convex run v2Rollout:(\w+) '\{"runId": "([^"]+)"\}'`/g, (whole, name, runId) => {
      const [verb, ...flags] = verbs[name] ?? [];
      return verb === undefined ? whole : command(verb, runId, ...flags);
    })
    .replaceAll("`npx convex run v2Rollout:runs`", command("runs"))
    .replaceAll("`npx convex run scripts/runMigration`", command("migrate"));
  return new CallFailed({ ...thrown.problem, message, hint });
}
