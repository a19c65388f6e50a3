import { setTimeout as sleep } from "node:timers/promises";

import type { Connection } from "../connection/connect.js";
import { CallFailed } from "../connection/errors.js";
import type { Run } from "./answers.js";
import { decideRun, isMoving, lookAtRun } from "./runs.js";

const FIRST_LOOK_MS = 100;
const LOOK_MS = 500;

/** What Ctrl-C does to a run that is watched: it is paused where this program set it going, and else goes on. */
export type OnInterrupt = "pause" | "leave";

/** How a watch ended: the run moves no more, or it was left. */
export type Watched = { run: Run; isLeft: boolean; isPausedByUs: boolean };

/**
 * Watches a run until it moves no more. It goes on without this program: a connection that is lost, or a program that was
 * stopped, only misses some looks.
 */
export async function watchRun(
  connection: Connection,
  runId: string,
  onInterrupt: OnInterrupt,
  interrupted: AbortSignal,
  onLook: (run: Run) => void,
): Promise<Watched> {
  let isAsked = false;
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(2 * waitMs, LOOK_MS)) {
    if (interrupted.aborted && !isAsked && onInterrupt === "pause") {
      isAsked = true;
      await pause(connection, runId);
    }
    const run = await lookAtRun(connection, runId);
    onLook(run);
    if (!isMoving(run)) return { run, isLeft: false, isPausedByUs: isAsked && run.state === "paused" };
    if (interrupted.aborted && onInterrupt === "leave") return { run, isLeft: true, isPausedByUs: false };
    await sleepUnless(interrupted, waitMs);
  }
}

/** One that ended meanwhile, or is being cancelled, need not pause. */
async function pause(connection: Connection, runId: string): Promise<void> {
  try {
    await decideRun(connection, "pause", runId);
  } catch (thrown) {
    if (!(thrown instanceof CallFailed) || thrown.problem.code !== "RUN_STATE") throw thrown;
  }
}

/** Sleeps, but not through an interrupt; once there was one, it sleeps as ever. */
async function sleepUnless(interrupted: AbortSignal, ms: number): Promise<void> {
  if (interrupted.aborted) return await sleep(ms);
  await sleep(ms, undefined, { signal: interrupted }).catch(() => {});
}
