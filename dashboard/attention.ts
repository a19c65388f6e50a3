import type { Member, RunAnswer } from "../cli/dashboard/protocol.js";
import { counted } from "../cli/show/numbers.js";
import { stateOf, verdicts } from "./words.js";

/** What an operator should look at in an organization, the worst first; empty where all is well. */
export function attentionOf(member: Member, runs: readonly RunAnswer[] | null): string[] {
  const { status, problem } = member;
  if (problem !== null) return [problem.message];
  if (status === null) return [];
  const { verdict, stopped, migration, duplicates, effective } = status.value;
  const last = runs?.find(({ organizationId }) => organizationId === member.organizationId);
  const points: string[] = [];
  if (last?.state === "stopped" && last.stopped !== "limit") points.push(`the last run ${stateOf(last)}`);
  if (last !== undefined && last.outcome.failed > 0) {
    points.push(`${counted(last.outcome.failed, "note")} failed in the last run`);
  }
  if (verdict === null) points.push(`counting ended early (${stopped ?? "not done"})`);
  if (migration.blocked > 0) points.push(`${are(migration.blocked)} blocked: a person must decide`);
  if (migration.unfinished > 0 && (last === undefined || last.endedMs !== null)) {
    points.push(`${are(migration.unfinished)} unfinished: migrate with repair`);
  }
  if (duplicates > 0) points.push(`${counted(duplicates, "note")} stored twice`);
  const { voice_notes_v2: notes, entity_resolution_v2: resolution } = effective;
  if (notes.enabled !== resolution.enabled) points.push("one flag is on, and the other off");
  return points;
}

const are = (count: number): string => `${counted(count, "note")} ${count === 1 ? "is" : "are"}`;

/** Those first that need attention, then by verdict, then by what is left. */
export function byNeed(runs: readonly RunAnswer[] | null) {
  const rank = (member: Member): number => {
    if (member.problem !== null) return 0;
    if (attentionOf(member, runs).length > 0) return 1;
    const verdict = member.status?.value.verdict ?? null;
    return verdict === null ? 2 : 2 + verdicts[verdict].rank;
  };
  const left = ({ status }: Member): number => {
    if (status === null) return 0;
    const { voiceNotes, migration } = status.value;
    return voiceNotes.total - migration.migrated - migration.notReady;
  };
  return (a: Member, b: Member): number =>
    rank(a) - rank(b) || left(b) - left(a) || a.organizationId.localeCompare(b.organizationId);
}
