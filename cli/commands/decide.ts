import type { Connection } from "../connection/connect.js";
import { CallFailed, type Problem } from "../connection/errors.js";
import type { OwnCommand } from "../connection/ownCommands.js";
import { exitCodes, Failure } from "../failure.js";
import type { Run } from "../operator/answers.js";
import { agrees } from "../operator/consent.js";
import { type Decision, decideRun, findRun, lookAtRun, retryRun, setPace } from "../operator/runs.js";
import { deploymentOf, open } from "../operator/session.js";
import { userName } from "../operator/userName.js";
import { bytes } from "../show/numbers.js";
import { Progress } from "../show/progress.js";
import { reachOf, runLine, SHORT } from "../show/runLine.js";
import { print, printLines } from "../terminal/print.js";
import { columns } from "../terminal/width.js";
import { wrap } from "../terminal/wrap.js";
import type { Consent, OperatorOptions } from "./operatorOptions.js";
import { showOne, watchOne } from "./run.js";

export type DecideOptions = OperatorOptions & Consent & { watch?: boolean; by?: string };

export type RunCommand = Decision | "retry";

/** What a decision is called where nobody can be asked, and the question about a run. */
type Asking = { what: string; question: (run: string) => string };

const words: Record<RunCommand, Asking> = {
  pause: { what: "Pausing a run", question: (run) => `Pause ${run}?` },
  resume: { what: "Resuming a run", question: (run) => `Resume ${run}?` },
  cancel: { what: "Cancelling a run", question: (run) => `Cancel ${run}? It cannot be resumed.` },
  retry: { what: "Trying notes again", question: (run) => `Try the notes again that failed in ${run}?` },
};

/** Pauses, resumes or cancels a run, or tries its failed notes again. */
export async function decide(command: RunCommand, named: string, options: DecideOptions): Promise<void> {
  const progress = new Progress();
  const connection = await open(options, (message) => progress.say(message));
  const found = await agreedRun(connection, words[command], named, options, (run) =>
    unfit(command, run, connection.command),
  );
  if (found === null) return;
  const { runId } = found;
  const by = options.by ?? userName();
  const decided =
    command === "retry"
      ? await lookAtRun(connection, await retryRun(connection, found, by === undefined ? {} : { by }))
      : await decideRun(connection, command, runId);
  if (options.watch) {
    const setGoing = command === "resume" || command === "retry";
    await watchOne(connection, command, decided, setGoing ? "pause" : "leave", progress, options);
    return;
  }
  await showOne(connection, command, decided, options);
}

const functions: Record<RunCommand, string> = {
  pause: "v2Rollout:pauseRun",
  resume: "v2Rollout:resumeRun",
  cancel: "v2Rollout:cancelRun",
  retry: "v2Rollout:retryFailures",
};

/** Why a command does not fit a run, by what the deployment says fits it; null where it fits. */
function unfit(command: RunCommand, run: Run, own: OwnCommand): Problem | null {
  const { next, runId, state, endedMs, outcome } = run;
  if (next.some(({ function: name }) => name === functions[command])) return null;
  if (command === "retry" && endedMs !== null && outcome.failed === 0) {
    return { code: "RUN_STATE", message: `no note failed in run \`${runId}\``, hint: null };
  }
  const fitting = (Object.keys(functions) as RunCommand[]).filter((other) =>
    next.some(({ function: name }) => name === functions[other]),
  );
  const others = fitting.map((other) => `\`${other}\``).join(" and ");
  const what =
    fitting.length === 0 ? "nothing more fits" : `only ${others} ${fitting.length === 1 ? "fits" : "fit"}`;
  const hint =
    fitting.length === 0
      ? `start another run with ${own("migrate")}`
      : fitting.map((other) => own(other, runId)).join(" or ");
  return { code: "RUN_STATE", message: `run \`${runId}\` is ${state}: ${what}`, hint };
}

/** Sets how fast a run writes. */
export async function pace(
  named: string,
  bytesPerSecond: string,
  options: OperatorOptions & Consent,
): Promise<void> {
  const wanted = bytesPerSecond === "none" ? null : Number(bytesPerSecond);
  if (wanted !== null && !(Number.isInteger(wanted) && wanted > 0)) {
    throw new Failure(
      `\`${bytesPerSecond}\` is no pace.`,
      "Give bytes per second, as in 500000, or none for as fast as it can.",
      exitCodes.usage,
    );
  }
  const connection = await open(options);
  const speed = wanted === null ? "as fast as it can" : `${bytes(wanted)} per second`;
  const question = (run: string): string => `Set the pace of ${run} to ${speed}?`;
  const found = await agreedRun(connection, { what: "Setting a pace", question }, named, options);
  if (found === null) return;
  await showOne(connection, "pace", await setPace(connection, found.runId, wanted), options);
}

/** The run, if the operator agrees; the question names the deployment and the run. */
async function agreedRun(
  connection: Connection,
  { what, question: ask }: Asking,
  named: string,
  options: OperatorOptions & Consent,
  whyNot: (run: Run) => Problem | null = () => null,
): Promise<Run | null> {
  const found = await findRun(connection, named);
  const problem = whyNot(found);
  if (problem !== null) {
    // Nobody is asked about what would be refused. Where nobody can be asked, consent comes first.
    const { canAsk } = await import("../terminal/confirm.js");
    if (options.yes || (!options.json && canAsk())) throw new CallFailed(problem);
  }
  const deployment = await deploymentOf(connection);
  if (!options.json) {
    const line = `${reachOf(found)}: ${runLine(found)}`;
    printLines(wrap(line, 2, Math.min(columns(), 100)), "");
  }
  const question = ask(`run ${found.runId.slice(0, SHORT)} of ${reachOf(found)} on ${deployment}`);
  if (await agrees({ what, question }, options)) return found;
  print("Nothing was changed.");
  process.exitCode = exitCodes.failed;
  return null;
}
