import type { Connection } from "../connection/connect.js";
import { exitCodes } from "../failure.js";
import type { Run } from "../operator/answers.js";
import { endingOf } from "../operator/migrateByLedger.js";
import { endingCodes } from "../operator/report.js";
import { failuresOf, findRun, isMoving, lookAtRun } from "../operator/runs.js";
import { open } from "../operator/session.js";
import { type OnInterrupt, watchRun } from "../operator/watchRun.js";
import { howFarOfRun } from "../show/howFar.js";
import { printJson } from "../show/json.js";
import { Progress } from "../show/progress.js";
import { reachOf } from "../show/runLine.js";
import { printRun } from "../show/runSummary.js";
import { onInterrupt } from "../terminal/interrupt.js";
import { interrupts, leftRuns } from "./interrupts.js";
import type { OperatorOptions } from "./operatorOptions.js";

export type RunOptions = OperatorOptions & { watch?: boolean };

/** Shows one run, or watches it to its end. */
export async function run(named: string, options: RunOptions): Promise<void> {
  const progress = new Progress();
  const connection = await open(options, (message) => progress.say(message));
  const found = await findRun(connection, named);
  if (options.watch) await watchOne(connection, "run", found, "leave", progress, options);
  else await showOne(connection, "run", found, options);
}

/** Watches a run to its end, shows what became of it, and exits as that says. */
export async function watchOne(
  connection: Connection,
  command: string,
  run: Run,
  whatCtrlCDoes: OnInterrupt,
  progress: Progress,
  options: OperatorOptions,
): Promise<void> {
  const title = reachOf(run);
  const words = interrupts[whatCtrlCDoes];
  let last = run;
  const interrupt = onInterrupt(
    () => progress.stopping(words.first),
    () => progress.say(leftRuns([last], connection.command)),
  );
  progress.start(1);
  if (isMoving(run)) progress.say(words.hint);
  progress.begin(title, howFarOfRun(run));
  try {
    const watched = await watchRun(connection, run.runId, whatCtrlCDoes, interrupt.signal, (looked) => {
      last = looked;
      progress.update(title, howFarOfRun(looked));
    });
    const { run: ended, isLeft } = watched;
    const isAsWanted =
      (ended.state === "paused" && command === "pause") ||
      (ended.state === "cancelled" && command === "cancel");
    process.exitCode = isLeft
      ? exitCodes.notComplete
      : isAsWanted
        ? exitCodes.done
        : endingCodes[endingOf(ended)];
  } finally {
    progress.end();
    interrupt.end();
  }
  await showOne(connection, command, await lookAtRun(connection, run.runId), options);
}

/** Shows a run as it is. */
export async function showOne(
  connection: Connection,
  command: string,
  run: Run,
  options: OperatorOptions,
): Promise<void> {
  const hasFailures = run.outcome.failed > 0;
  const failures = hasFailures ? await failuresOf(connection, run.runId, options.json ? "all" : "first") : [];
  if (options.json) {
    const exitCode = Number(process.exitCode ?? exitCodes.done);
    const runs = [{ ...run, failures }];
    printJson({ command, deployment: connection.name, exitCode, organizations: [], runs });
    return;
  }
  printRun(run, failures, connection.name, options);
}
