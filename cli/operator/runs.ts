import type { Connection } from "../connection/connect.js";
import { CallFailed, NoAnswer } from "../connection/errors.js";
import type { Change, NoteFailure, Run } from "./answers.js";
import type { MigrationOptions } from "./migration.js";

/** A run with the changes of flags that it saw. */
export type RunWithChanges = Run & { flagChanges: Change[] };

/** What can be decided about a run, and the states in which it then is. */
const decisions = {
  pause: { name: "v2Rollout:pauseRun", leadsTo: ["pausing", "paused"] },
  resume: { name: "v2Rollout:resumeRun", leadsTo: ["queued", "running"] },
  cancel: { name: "v2Rollout:cancelRun", leadsTo: ["cancelling", "cancelled"] },
} as const satisfies Record<string, { name: string; leadsTo: readonly Run["state"][] }>;

export type Decision = keyof typeof decisions;

/** Who starts a run, why, and of how many notes. */
export type Starter = { by?: string; reason?: string; total?: number };

const ATTEMPTS = 3;

/** Whether the backend keeps runs at all. */
export async function hasLedger(connection: Connection): Promise<boolean> {
  try {
    await runsOf(connection, {});
    return true;
  } catch (thrown) {
    if (lacksLedger(thrown)) return false;
    throw thrown;
  }
}

/** A host without the ledger, or one that was wired for an earlier release. */
export const lacksLedger = (thrown: unknown): boolean =>
  thrown instanceof CallFailed &&
  (thrown.problem.code === "FUNCTION_NOT_FOUND" || thrown.problem.message.includes("needs the ledger"));

/** A leg works on it, or is about to. */
export const isMoving = ({ state }: Run): boolean =>
  state === "queued" || state === "running" || state === "pausing" || state === "cancelling";

/** It keeps other runs from its organization. */
export const isUnderWay = (run: Run): boolean => isMoving(run) || run.state === "paused";

/** Runs from the newest on: of an organization, or all. */
export const runsOf = async (connection: Connection, reach: { organizationId?: string }): Promise<Run[]> =>
  (await connection.read("v2Rollout:runs", reach)) as Run[];

export const lookAtRun = async (connection: Connection, runId: string): Promise<RunWithChanges> =>
  (await connection.read("v2Rollout:run", { runId })) as RunWithChanges;

/** Finds a run by its id, or by the beginning of it. */
export async function findRun(connection: Connection, named: string): Promise<RunWithChanges> {
  if (named.length >= WHOLE_ID) return await lookAtRun(connection, named);
  const matching = (await runsOf(connection, {})).filter(({ runId }) => runId.startsWith(named));
  const [only, another] = matching;
  if (only !== undefined && another === undefined) return await lookAtRun(connection, only.runId);
  const message =
    only === undefined
      ? `no run of the newest ones begins with \`${named}\``
      : `\`${named}\` begins the ids of ${matching.length} runs`;
  throw new CallFailed({
    code: "RUN_NOT_FOUND",
    message,
    hint: "give the whole id; `npx v2-rollout runs` lists them",
  });
}

const WHOLE_ID = 36;

/** The notes that failed in a run, the first hundred or all. */
export async function failuresOf(
  connection: Connection,
  runId: string,
  most: "first" | "all",
): Promise<NoteFailure[]> {
  const failures: NoteFailure[] = [];
  for (;;) {
    const after = failures.at(-1)?.voiceNoteId;
    const args = { runId, ...(after === undefined ? {} : { after }) };
    const page = (await connection.read("v2Rollout:failures", args)) as {
      failures: NoteFailure[];
      isLast: boolean;
    };
    failures.push(...page.failures);
    if (page.isLast || most === "first" || page.failures.length === 0) return failures;
  }
}

/** Starts a run in the background and tells its id. Where the answer is lost, the ledger knows whether it was started. */
export async function startRun(
  connection: Connection,
  organizationId: string,
  how: MigrationOptions,
  { by, reason, total }: Starter,
): Promise<string> {
  const args = {
    organizationId,
    dryRun: false,
    background: true,
    ...how,
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { reason }),
    ...(total ? { total } : {}),
  };
  const isOurs = (run: Run): boolean => run.by === (by ?? "script") && run.retryOf === null;
  return await startOnce(connection, organizationId, "scripts/runMigration:default", args, isOurs);
}

/** Starts a run of the notes that failed in another one, and tells its id. */
export async function retryRun(connection: Connection, failed: Run, { by }: Starter): Promise<string> {
  const args = { runId: failed.runId, ...(by === undefined ? {} : { by }) };
  const isOurs = (run: Run): boolean => run.retryOf === failed.runId;
  return await startOnce(connection, failed.organizationId, "v2Rollout:retryFailures", args, isOurs);
}

async function startOnce(
  connection: Connection,
  organizationId: string | null,
  name: string,
  args: object,
  isOurs: (run: Run) => boolean,
): Promise<string> {
  const newest = async (): Promise<Run | undefined> => {
    const runs = await runsOf(connection, organizationId === null ? {} : { organizationId });
    return runs.find((run) => run.organizationId === organizationId);
  };
  const before = await newest();
  for (let attempt = 1; ; attempt++) {
    try {
      return ((await connection.write(name, args)) as { runId: string }).runId;
    } catch (thrown) {
      // The first attempt may come late, and then the second finds it in its way.
      const isInTheWay = thrown instanceof CallFailed && thrown.problem.code === "RUN_EXISTS" && attempt > 1;
      if (!(thrown instanceof NoAnswer) && !isInTheWay) throw thrown;
      const after = await newest();
      if (after !== undefined && after.runId !== before?.runId && isOurs(after)) return after.runId;
      if (isInTheWay || attempt === ATTEMPTS) throw thrown;
    }
  }
}

/** Pauses, resumes or cancels a run. Where the answer is lost, the run's state tells whether that was done. */
export async function decideRun(connection: Connection, decision: Decision, runId: string): Promise<Run> {
  const { name, leadsTo } = decisions[decision];
  const isDone = ({ state }: Run): boolean => (leadsTo as readonly string[]).includes(state);
  for (let attempt = 1; ; attempt++) {
    try {
      return (await connection.write(name, { runId })) as Run;
    } catch (thrown) {
      if (!(thrown instanceof NoAnswer) || attempt === ATTEMPTS) throw thrown;
      const run = await lookAtRun(connection, runId);
      if (isDone(run)) return run;
    }
  }
}

/** Sets how fast a run writes, in bytes per second; null for as fast as it can. */
export const setPace = async (
  connection: Connection,
  runId: string,
  bytesPerSecond: number | null,
): Promise<Run> =>
  // To set it twice does no harm, so that it may be tried as often as what writes nothing.
  (await connection.read("v2Rollout:setPace", { runId, bytesPerSecond })) as Run;
