import type { ConnectionOptions } from "../connection/options.js";
import type { Change, NoteFailure, Run } from "../operator/answers.js";
import { workedSeconds } from "../operator/migration.js";
import { isMoving } from "../operator/runs.js";
import { bold, dim, red, yellow } from "../terminal/color.js";
import { printLines } from "../terminal/print.js";
import { columns } from "../terminal/width.js";
import { wrap } from "../terminal/wrap.js";
import { progressBar } from "./bar.js";
import { classes } from "./classes.js";
import { changeLine } from "./history.js";
import { howFarOfRun } from "./howFar.js";
import { bytes, counted, duration, number, percent } from "./numbers.js";
import { reachOf, stateWord } from "./runLine.js";
import { runSteps } from "./runSteps.js";
import { keyReminder, shellCommand } from "./shellCommand.js";
import { when } from "./times.js";

const { stdout } = process;

/** One run, on a screen. */
export function printRun(
  run: Run & { flagChanges?: readonly Change[] },
  failures: readonly NoteFailure[],
  deployment: string,
  options: ConnectionOptions,
): void {
  const width = Math.min(columns(), 100);
  const { notes, whole, notesPerSecond, secondsLeft, remarks } = howFarOfRun(run);
  printLines(`${bold(stdout, reachOf(run))}  ${dim(stdout, deployment)}`, "");
  const far = whole === null ? counted(notes, "note") : `${number(notes)} of ${counted(whole, "note")}`;
  const speed = notesPerSecond === null ? "" : `, ${number(Math.round(notesPerSecond))} notes/s`;
  const left = secondsLeft === null || !isMoving(run) ? "" : `, ${duration(secondsLeft)} left`;
  printLines(`${stateWord(run)}  ${far}${speed}${left}`);
  if (whole !== null) {
    const bar = progressBar(notes, whole, width - 9, stdout);
    printLines("", `  ${bar} ${percent(notes, whole).padStart(4)}`);
  }
  const facts = factsOf(
    run,
    remarks.filter((remark) => remark !== run.state),
  );
  printLines("", ...facts.map((line) => `  ${wrap(line, 4, width)}`));
  printFailed(run, failures);
  for (const change of run.flagChanges ?? [])
    printLines("", `  flags: ${wrap(changeLine(change), 4, width - 7)}`);
  if (run.lastError !== null) {
    const said = `last error, ${when(run.lastError.atMs)}: ${run.lastError.message}`;
    printLines("", `${yellow(stdout, "!")} ${wrap(said, 2, width)}`);
  }
  printSteps(run, options);
}

export function printSteps(run: Run, options: ConnectionOptions): void {
  const steps = runSteps(run);
  for (const { why, words } of steps) printLines("", why, shellCommand(words, options));
  const reminder = steps.length === 0 ? null : keyReminder(options);
  if (reminder !== null) printLines("", reminder);
}

function factsOf(run: Run, remarks: readonly string[]): string[] {
  const { runId, by, reason, startedMs, endedMs, outcome, retryOf, limit, repair, deferredDays } = run;
  const how = [
    ...(retryOf === null ? [] : [`tries the failed notes of ${retryOf} again`]),
    ...(limit === null ? [] : [`${number(limit)} notes at most`]),
    ...(repair ? ["also finishes what was broken off"] : []),
    ...(deferredDays === null ? [] : [`takes deferred notes of ${counted(deferredDays, "day")}`]),
  ];
  const left = classes.flatMap(({ key, label }) =>
    key !== "migrated" && key !== "eligible" && outcome[key] > 0 ? [`${number(outcome[key])} ${label}`] : [],
  );
  const done = [
    `${number(outcome.migrated)} migrated`,
    ...(outcome.repaired > 0 ? [`${number(outcome.repaired)} finished`] : []),
    ...(outcome.alreadyMigrated > 0 ? [`${number(outcome.alreadyMigrated)} migrated before`] : []),
  ];
  return [
    `run ${runId}`,
    `started ${when(startedMs)} by ${by}${reason === null ? "" : `: ${reason}`}`,
    ...(endedMs === null ? [] : [`ended ${when(endedMs)}, after ${duration(workedSeconds(run))} of work`]),
    ...(how.length === 0 ? [] : [how.join(", ")]),
    done.join(", "),
    ...(left.length === 0 ? [] : [`left as they are: ${left.join(", ")}`]),
    ...(run.endedMs !== null || remarks.length === 0 ? [] : [remarks.join(", ")]),
    ...(run.bytesWritten === 0
      ? []
      : [`${bytes(run.bytesWritten)} written in ${counted(run.batches, "batch", "batches")}`]),
  ];
}

function printFailed({ outcome }: Run, failures: readonly NoteFailure[]): void {
  if (outcome.failed === 0) return;
  printLines("", red(stdout, `  ${counted(outcome.failed, "note")} failed`));
  for (const { voiceNoteId, code, message } of failures.slice(0, SHOWN)) {
    printLines(`    ${wrap(`${voiceNoteId}  ${code}: ${message}`, 6, Math.min(columns(), 120) - 6)}`);
  }
  if (outcome.failed > SHOWN) printLines(`    and ${number(outcome.failed - SHOWN)} more: see --json`);
}

const SHOWN = 10;
