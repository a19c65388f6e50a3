/** Reads the ledger, and carries out what was decided about a run. */

import { describeLast, type Run, type RunDecision, type RunStart, refuse } from "../core.js";
import type { HookCtx, Host, Ledger, MutationCtx } from "../host.js";
import type { Change, Failure, FailurePage, RunAnswer } from "../validators/ledger.js";

/** Who reads the ledger: any function of the host. */
export type Reading = Pick<HookCtx, "runQuery">;

/** Failures that an answer names. */
const MOST_FAILURES = 50;

/** The ledger, or INVALID_ARGUMENT where the host has none. */
export function ledgerOf(host: Host, what: string): Ledger {
  return host.ledger ?? refuse({ kind: "noLedger", what });
}

/** A run, or RUN_NOT_FOUND. */
export async function readRun({ store }: Ledger, ctx: Reading, runId: string): Promise<Run> {
  const run: Run | null = await ctx.runQuery(store.run, { runId });
  return run ?? refuse({ kind: "noRun", runId });
}

/** The first notes that failed in a run. */
export async function firstFailures({ store }: Ledger, ctx: Reading, runId: string): Promise<Failure[]> {
  const page: FailurePage = await ctx.runQuery(store.failures, { runId, after: null, most: MOST_FAILURES });
  return page.failures;
}

/** The runs that may exclude one of an organization, or of all. */
export const runsInTheWay = async (
  { store }: Ledger,
  ctx: Reading,
  organizationId: string | null,
): Promise<Run[]> => await ctx.runQuery(store.runsInTheWay, { organizationId });

/** Writes a run as it is now, and schedules what is to follow: all in the transaction of `ctx`. */
export async function carryOut(
  host: Host,
  { store }: Ledger,
  ctx: MutationCtx,
  { run, isChanged, excludesOthers, effects, failures, recovered }: RunDecision,
): Promise<void> {
  if (isChanged) await ctx.runMutation(store.putRun, { run, excludesOthers, failures, recovered });
  const { runId } = run;
  const { leg, watch } = host.functions.v2Rollout;
  for (const effect of effects) {
    if (effect.kind === "scheduleLeg") {
      await ctx.scheduler.runAfter(effect.afterMs, leg, { runId, generation: effect.generation });
    } else if (effect.kind === "scheduleWatch") {
      await ctx.scheduler.runAt(effect.atMs, watch, { runId, generation: effect.generation });
    }
  }
}

/** The same of a run that begins or goes on, and of the runs that make way for it. */
export async function carryOutStart(
  host: Host,
  ledger: Ledger,
  ctx: MutationCtx,
  { decision, others }: RunStart,
): Promise<Run> {
  for (const other of others) await carryOut(host, ledger, ctx, other);
  await carryOut(host, ledger, ctx, decision);
  return decision.run;
}

/** What the ledger tells of an organization: its current or last run, and the last change of its flags. */
export async function lastOf(
  { ledger }: Host,
  ctx: Reading,
  organizationId: string,
): Promise<{ run: RunAnswer | null; flagChange: Change | null }> {
  if (ledger === undefined) return { run: null, flagChange: null };
  const { store } = ledger;
  // A run that was resumed is the current one, though others were begun since.
  const current = await runsInTheWay({ store }, ctx, organizationId);
  const ofOrganization: Run[] = await ctx.runQuery(store.runs, { organizationId, most: 1 });
  const ofAll: Run[] = await ctx.runQuery(store.runs, { organizationId: null, most: 1 });
  const [flagChange]: Change[] = await ctx.runQuery(store.changes, { of: { organizationId }, most: 1 });
  return {
    run: describeLast([...current, ...ofOrganization, ...ofAll]) ?? null,
    flagChange: flagChange ?? null,
  };
}

/** Stores a change of the flags, with the run that is under way: in the transaction of the change. */
export async function addChange(
  { ledger }: Host,
  ctx: MutationCtx,
  change: Omit<Change, "runId">,
): Promise<void> {
  if (ledger === undefined) return;
  const [run] = await runsInTheWay(ledger, ctx, change.organizationId);
  await ctx.runMutation(ledger.store.addChange, { change: { ...change, runId: run?.runId ?? null } });
}
