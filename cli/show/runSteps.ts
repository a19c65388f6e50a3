import type { Run } from "../operator/answers.js";
import { isMoving } from "../operator/runs.js";
import { AS_MANY_AGAIN, theRest } from "./goOn.js";
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

/** The commands that fit a run; of one that is under way also how to watch it, of a canary how to migrate the rest. */
export function runSteps(run: Run): Suggestion[] {
  const { runId, organizationId, stopped, next, repair, deferredDays } = run;
  const how = { repair, ...(deferredDays === null ? {} : { deferredDays }) };
  const watch = { why: "To watch it:", words: ["run", runId, "--watch"] };
  return [
    ...(isMoving(run) ? [watch] : []),
    ...(stopped === "limit" && organizationId !== null ? [theRest([organizationId], how)] : []),
    ...next.flatMap(({ function: name }) => {
      const step = steps[name.replace("v2Rollout:", "")];
      if (step === undefined) return [];
      return [{ why: whyOf(run, step), words: [step.verb, runId, ...step.flags] }];
    }),
  ];
}

function whyOf({ state, stopped }: Run, { verb, why }: { verb: string; why: string }): string {
  if (state === "cancelling") return "To end it at once, where it does not obey:";
  return stopped === "limit" && verb === "resume" ? AS_MANY_AGAIN : why;
}
