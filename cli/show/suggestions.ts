import type { StatusAnswer } from "../operator/answers.js";
import { isMoving, isUnderWay } from "../operator/runs.js";

/** What an operator would run next, each with why. The verdict decides; these are its words. */
export type Suggestion = { why: string; words: readonly string[] };

export function suggestions(organizationId: string, status: StatusAnswer): Suggestion[] {
  const { verdict, effective, migration, duplicates, run } = status;
  const of = (command: string, ...rest: string[]): string[] => [command, organizationId, ...rest];
  const isOn = effective.voice_notes_v2.enabled && effective.entity_resolution_v2.enabled;
  const enable = { why: "Send new notes to the new pipeline:", words: of("enable") };
  const list = (name: "unfinished" | "deferred" | "blocked", why: string): Suggestion[] =>
    migration[name] > 0 ? [{ why, words: of("list", name) }] : [];
  const left = [
    ...(migration.unfinished > 0
      ? [{ why: "Finish what was broken off, after a dry run:", words: of("migrate", "--repair") }]
      : []),
    ...list("deferred", "See which notes the old pipeline still has:"),
    ...list("blocked", "See which notes wait for a decision:"),
    ...(duplicates > 0
      ? [{ why: "See which notes were stored twice:", words: of("list", "duplicates") }]
      : []),
  ];
  if (run && isUnderWay(run)) {
    return [
      isMoving(run)
        ? { why: "Watch the run that is under way:", words: ["run", run.runId, "--watch"] }
        : { why: "Let the run go on that is paused:", words: ["resume", run.runId, "--watch"] },
      ...(isOn ? [] : [enable]),
    ];
  }
  switch (verdict) {
    case null:
      return [{ why: "Count again:", words: of("status") }];
    case "notStarted":
    case "inProgress":
      return [
        ...(isOn ? [] : [enable]),
        { why: "Migrate, after a dry run and a question:", words: of("migrate") },
        ...left.slice(0, 1),
      ];
    case "waiting":
    case "blocked":
      return left;
    case "complete":
    case "empty":
      return [...(isOn ? [] : [enable]), ...left];
  }
}
