import type { Run } from "../operator/answers.js";
import { isMoving } from "../operator/runs.js";
import type { Suggestion } from "./suggestions.js";

/** What fits a run now, as the deployment says; these are its words. */
const steps: Record<string, { why: string; verb: string; flags: readonly string[] }> = {
  pauseRun: { why: "To stop it after its current batch, and go on later:", verb: "pause", flags: [] },
  resumeRun: { why: "To go on:", verb: "resume", flags: ["--watch"] },
  cancelRun: { why: "To end it for good:", verb: "cancel", flags: [] },
  retryFailures: {
    why: "To try the notes again that failed, once they are corrected:",
    verb: "retry",
    flags: ["--watch"],
  },
};

/** The commands that fit a run; of one that is under way also how to watch it. */
export function runSteps(run: Run): Suggestion[] {
  const { runId, state, next } = run;
  const watch = { why: "To watch it:", words: ["run", runId, "--watch"] };
  return [
    ...(isMoving(run) ? [watch] : []),
    ...next.flatMap(({ function: name }) => {
      const step = steps[name.replace("v2Rollout:", "")];
      if (step === undefined) return [];
      const why = state === "cancelling" ? "To end it at once, where it does not obey:" : step.why;
      return [{ why, words: [step.verb, runId, ...step.flags] }];
    }),
  ];
}
