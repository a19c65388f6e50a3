import type { FlagKey, StatusAnswer } from "../operator/answers.js";
import { isMoving, isUnderWay } from "../operator/runs.js";

/** What an operator would run next, each with why. The verdict decides; these are its words. */
export type Suggestion = { why: string; words: readonly string[] };

/** `deferredDays` are those that the status was asked with: what is run next must count alike. */
export function suggestions(
  organizationId: string,
  status: StatusAnswer,
  deferredDays?: number,
): Suggestion[] {
  const { verdict, effective, migration, duplicates, run } = status;
  const of = (command: string, ...rest: string[]): string[] => [command, organizationId, ...rest];
  const days = deferredDays === undefined ? [] : ["--deferred-days", String(deferredDays)];
  const isOn = effective.voice_notes_v2.enabled && effective.entity_resolution_v2.enabled;
  const enable =
    isOn || overrulers(status).length > 0
      ? []
      : [{ why: "Send new notes to the new pipeline:", words: of("enable") }];
  const list = (name: "unfinished" | "deferred" | "blocked", why: string): Suggestion[] =>
    migration[name] > 0 ? [{ why, words: of("list", name, ...days) }] : [];
  const left = [
    ...(migration.unfinished > 0
      ? [{ why: "Finish what was broken off, after a dry run:", words: of("migrate", "--repair", ...days) }]
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
      ...enable,
    ];
  }
  switch (verdict) {
    case null:
      return [{ why: "Count again:", words: of("status", ...days) }];
    case "notStarted":
    case "inProgress":
      return [
        ...enable,
        { why: "Migrate, after a dry run and a question:", words: of("migrate", ...days) },
        ...left,
      ];
    case "waiting":
    case "blocked":
    case "complete":
    case "empty":
      return [...enable, ...left];
  }
}

/** What keeps v2 off for all organizations, so that enable would be refused. */
export function overrulers({ effective }: StatusAnswer): string[] {
  const keys: FlagKey[] = ["voice_notes_v2", "entity_resolution_v2"];
  return keys.flatMap((key) => {
    const { enabled, reason } = effective[key];
    if (enabled) return [];
    if (reason === "ENVIRONMENT") return [`the variable ${key.toUpperCase()}_GLOBAL`];
    return reason === "PLATFORM" ? [`the platform row of ${key}`] : [];
  });
}
