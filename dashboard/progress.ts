import type { Fleet, RunAnswer } from "../cli/dashboard/protocol.js";

/**
 * How far a run is. The ledger knows the total of few runs; for the others it is what was counted last in their reach, as a run goes
 * through every note there.
 */
export function progressOf(
  run: RunAnswer,
  fleet: Fleet | null,
): { share: number | null; secondsLeft: number | null } {
  const { share, secondsLeft, settled, notesPerSecond } = run.progress;
  if (share !== null) return { share, secondsLeft };
  const { migrated, repaired } = run.outcome;
  // With a limit it ends earlier, and how early depends on what it meets.
  if (run.limit !== null) return { share: Math.min(1, (migrated + repaired) / run.limit), secondsLeft };
  const total = totalOf(run, fleet);
  if (total === null || total === 0) return { share: null, secondsLeft };
  const left = Math.max(0, total - settled);
  return {
    share: Math.min(1, settled / total),
    secondsLeft: notesPerSecond === null || notesPerSecond === 0 ? null : left / notesPerSecond,
  };
}

function totalOf({ organizationId }: RunAnswer, fleet: Fleet | null): number | null {
  if (fleet === null || (organizationId === null && fleet.from !== "list")) return null;
  const reached = fleet.members.filter(
    (member) => organizationId === null || member.organizationId === organizationId,
  );
  const totals = reached.map(({ status }) => status?.value.voiceNotes.total ?? null);
  if (totals.length === 0 || totals.includes(null)) return null;
  return totals.reduce<number>((sum, total) => sum + (total ?? 0), 0);
}
