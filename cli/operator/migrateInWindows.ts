import type { Connection } from "../connection/connect.js";
import { CallFailed, NoAnswer } from "../connection/errors.js";
import { Failure } from "../failure.js";
import type { MigrationAnswer, Outcome } from "./answers.js";
import { type Migration, type MigrationOptions, nothingYet, written } from "./migration.js";
import { statusOf } from "./organizations.js";

const FUNCTION = "scripts/runMigration:default";

/** A window is to take about so long: Ctrl-C stops after it. */
const WINDOW_MS = 3_000;
const FIRST_WINDOW = 50;
const LARGEST_WINDOW = 2_000;
/** Windows in a row whose answer is lost, after which it is given up. */
const MOST_LOST = 5;

type OnProgress = (soFar: Migration) => void;

/** What a migration of an organization, or of all, would do, to the end or to the limit; nothing is written. */
export async function rehearse(
  connection: Connection,
  organizationId: string | undefined,
  { limit, ...options }: MigrationOptions,
): Promise<Migration> {
  const run = new Sum(true);
  while (!run.isOver) {
    const rest = limit === undefined ? {} : { limit: limit - written(run.soFar) };
    const args = { organizationId, dryRun: true, ...options, ...rest, ...run.position };
    run.add((await connection.read(FUNCTION, args)) as MigrationAnswer);
  }
  return run.soFar;
}

/**
 * Migrates an organization in short windows, each a call with a `limit`. Between two of them the run can be stopped, and
 * a window whose answer is lost is made up for by the next: a note that is migrated is passed over.
 */
export async function migrateInWindows(
  connection: Connection,
  organizationId: string,
  { limit = Number.POSITIVE_INFINITY, ...options }: MigrationOptions,
  isInterrupted: () => boolean,
  onProgress: OnProgress,
): Promise<Migration> {
  const run = new Sum(false);
  let window = FIRST_WINDOW;
  let lostInARow = 0;
  while (!run.isOver) {
    const rest = limit - written(run.soFar);
    if (rest <= 0) run.stop("limit");
    else if (isInterrupted()) run.stop("interrupted");
    if (run.isOver) break;
    const args = {
      organizationId,
      dryRun: false,
      ...options,
      limit: Math.min(window, rest),
      ...run.position,
    };
    const began = Date.now();
    try {
      run.add((await connection.write(FUNCTION, args)) as MigrationAnswer);
      lostInARow = 0;
      const factor = Math.min(2, WINDOW_MS / Math.max(1, Date.now() - began));
      window = Math.min(LARGEST_WINDOW, Math.max(1, Math.round(args.limit * factor)));
    } catch (thrown) {
      const isLost = thrown instanceof NoAnswer && ++lostInARow < MOST_LOST;
      if (isLost) run.lose();
      else if (isStale(thrown) && run.position.cursor !== undefined) run.startOver();
      else throw brokenOff(run.soFar, thrown);
      if (isLost) await untilAnswered(connection, organizationId, run.soFar);
    }
    onProgress(run.soFar);
  }
  return run.soFar;
}

/** Waits until the deployment answers again. */
async function untilAnswered(
  connection: Connection,
  organizationId: string,
  soFar: Migration,
): Promise<void> {
  try {
    await statusOf(connection, organizationId, {});
  } catch (thrown) {
    throw brokenOff(soFar, thrown);
  }
}

/** What was thrown, and what was done before, if anything was. */
const brokenOff = (soFar: Migration, thrown: unknown): unknown =>
  soFar.windows === 0 ? thrown : new Broken(soFar, thrown);

/** A migration that broke off after it had written. */
export class Broken extends Error {
  constructor(
    readonly soFar: Migration,
    override readonly cause: unknown,
  ) {
    super("the migration broke off");
  }
}

/** A deployment that got other indexes or another release meanwhile. */
const isStale = (thrown: unknown): boolean =>
  thrown instanceof CallFailed && thrown.problem.code === "INVALID_CURSOR";

/** Adds up windows. */
class Sum {
  readonly soFar: Migration;
  private readonly began = Date.now();
  private cursor: string | null = null;

  constructor(dryRun: boolean) {
    this.soFar = nothingYet(dryRun);
  }

  get isOver(): boolean {
    return this.soFar.done || this.soFar.stopped !== null;
  }

  get position(): { cursor?: string } {
    return this.cursor === null ? {} : { cursor: this.cursor };
  }

  add(answer: MigrationAnswer): void {
    if (answer.outcome === undefined) throw oldAction();
    const sum = this.soFar;
    for (const key of Object.keys(sum.outcome) as (keyof Outcome)[]) sum.outcome[key] += answer.outcome[key];
    sum.artifacts += answer.artifacts;
    sum.transcripts += answer.transcripts;
    sum.claims += answer.claims;
    sum.failures.push(...answer.failures);
    sum.warnings = [...new Set([...sum.warnings, ...answer.warnings])];
    sum.batchSize = answer.batchSize;
    if (answer.estimate !== null) {
      const before = sum.estimate ?? { batches: 0, bytesWritten: 0, seconds: 0 };
      sum.estimate = {
        batches: before.batches + answer.estimate.batches,
        bytesWritten: before.bytesWritten + answer.estimate.bytesWritten,
        seconds: before.seconds + answer.estimate.seconds,
      };
    }
    this.tick();
    this.cursor = answer.cursor;
    sum.done = answer.done;
    // A window ends at its limit or at the deadline, and the next one goes on.
    if (answer.stopped === "failures" || answer.stopped === "error") sum.stopped = answer.stopped;
    else if (answer.stopped === "limit" && sum.dryRun) sum.stopped = "limit";
  }

  lose(): void {
    this.soFar.lostAnswers += 1;
    this.tick();
  }

  /** From the first note again: what is not written was counted, and is counted anew. */
  startOver(): void {
    this.cursor = null;
    Object.assign(this.soFar.outcome, {
      alreadyMigrated: 0,
      unfinished: 0,
      notReady: 0,
      deferred: 0,
      blocked: 0,
    });
  }

  stop(why: "limit" | "interrupted"): void {
    this.soFar.stopped = why;
  }

  private tick(): void {
    this.soFar.windows += 1;
    this.soFar.seconds = (Date.now() - this.began) / 1_000;
  }
}

const oldAction = (): Failure =>
  new Failure(
    "This backend keeps its own migration action, which cannot be stopped or continued.",
    "Run it with `npx convex run scripts/runMigration`, or replace it as docs/hosts.md says.",
  );
