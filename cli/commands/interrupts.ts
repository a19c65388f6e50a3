import type { OwnCommand } from "../connection/ownCommands.js";
import type { Run } from "../operator/answers.js";
import { isMoving } from "../operator/runs.js";
import { columns } from "../terminal/width.js";
import { wrap } from "../terminal/wrap.js";

/** What Ctrl-C does, and what is said of it the first time. */
export const interrupts = {
  pause: {
    hint: "Ctrl-C stops behind the current batch, and leaves the run paused.",
    first: "Stopping behind the current batch; Ctrl-C again ends this program at once.",
  },
  leave: {
    hint: "Ctrl-C ends the watching; the run goes on.",
    first: "Leaving; the run goes on.",
  },
  windows: {
    hint: "Ctrl-C stops after the current window.",
    first: "Stopping after the current window; Ctrl-C again ends at once.",
  },
} as const;

export const leftWindows =
  "Ended. The current window may still run on the deployment for a few seconds.\nIt is safe to run the command again.";

/** What a second Ctrl-C leaves behind: runs that may not have heard of the first one. */
export function leftRuns(runs: readonly Run[], command: OwnCommand): string {
  const moving = runs.filter(isMoving);
  const lines = moving.slice(0, NAMED).map(({ runId, organizationId }) => {
    const watch = command("run", runId, "--watch");
    return `The run of ${organizationId ?? "all organizations"} may go on by itself on the deployment: watch it with ${watch}, stop it with ${command("pause", runId)}.`;
  });
  if (moving.length === 0) lines.push(`What was started goes on by itself: ${command("runs")} lists it.`);
  if (moving.length > NAMED) lines.push(`So may others: ${command("runs")} lists them.`);
  return ["Ended.", ...lines].map((line) => wrap(line, 0, columns())).join("\n");
}

const NAMED = 3;
