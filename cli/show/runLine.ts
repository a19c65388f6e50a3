import type { Run } from "../operator/answers.js";
import { bold, green, red, yellow } from "../terminal/color.js";
import { howFarOfRun } from "./howFar.js";
import { counted, number, percent } from "./numbers.js";
import { when } from "./times.js";

const { stdout } = process;

/** As much of an id as tells runs apart; every command takes it. */
export const SHORT = 8;

export const reachOf = ({ organizationId }: Run): string => organizationId ?? "all organizations";

/** `RUNNING`, `STOPPED AT THE LIMIT`, `DONE, WITH FAILURES` */
export function stateWord(run: Run): string {
  const { state, stopped, outcome } = run;
  if (state === "stopped") {
    const paint = stopped === "limit" || stopped === "deadline" ? yellow : red;
    return bold(stdout, paint(stdout, stoppedWords[stopped ?? "error"]));
  }
  if (state !== "done") return bold(stdout, yellow(stdout, state.toUpperCase()));
  return bold(stdout, outcome.failed > 0 ? red(stdout, "DONE, WITH FAILURES") : green(stdout, "DONE"));
}

export const stoppedWords = {
  limit: "STOPPED AT THE LIMIT",
  deadline: "STOPPED AT THE DEADLINE",
  failures: "STOPPED: TOO MANY NOTES FAIL",
  error: "STOPPED BY AN ERROR",
} as const;

/** `running, 45% of 4,400 notes, since 2026-11-25 16:10Z by Ann Lee (3f2a1b9c)` */
export function runLine(run: Run, inStatus: number | null = null): string {
  const { state, stopped, outcome, by, runId, startedMs, endedMs } = run;
  const { notes, whole } = howFarOfRun(run, inStatus);
  const word = state === "stopped" ? `stopped (${stopped})` : state;
  const far =
    endedMs !== null
      ? `${counted(outcome.migrated + outcome.repaired, "note")} migrated`
      : whole === null
        ? counted(notes, "note")
        : `${percent(notes, whole)} of ${counted(whole, "note")}`;
  const failed = outcome.failed === 0 ? "" : `, ${number(outcome.failed)} failed`;
  const time = endedMs === null ? `since ${when(startedMs)}` : when(endedMs);
  return `${word}, ${far}${failed}, ${time} by ${by} (run ${runId.slice(0, SHORT)})`;
}
