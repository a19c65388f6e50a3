import type { Classes, RunAnswer, StatusAnswer } from "../cli/dashboard/protocol.js";

/** The classes of notes, in the order of a bar; in the words of the command. */
export const classes: readonly { key: keyof Classes; label: string; says: string }[] = [
  { key: "migrated", label: "migrated", says: "done" },
  { key: "eligible", label: "eligible", says: "can be migrated now" },
  { key: "unfinished", label: "unfinished", says: "begun in v2 and not completed" },
  { key: "deferred", label: "deferred", says: "the old pipeline is not done with them" },
  { key: "blocked", label: "blocked", says: "a person must decide" },
  { key: "notReady", label: "not ready", says: "no text, so nothing to migrate" },
];

type Verdict = NonNullable<StatusAnswer["verdict"]>;

/** The words for a verdict, and how early it comes among what needs attention. */
export const verdicts: Record<Verdict, { label: string; rank: number }> = {
  blocked: { label: "blocked", rank: 1 },
  waiting: { label: "waiting", rank: 2 },
  inProgress: { label: "in progress", rank: 3 },
  notStarted: { label: "not started", rank: 4 },
  complete: { label: "complete", rank: 5 },
  empty: { label: "no notes", rank: 6 },
};

export const reasons: Record<StatusAnswer["effective"]["voice_notes_v2"]["reason"], string> = {
  ENVIRONMENT: "an environment variable decides for all",
  PLATFORM: "the platform row decides for all",
  ORGANIZATION: "the organization's own row",
  DEFAULT: "no row: off by default",
};

export const flagKeys = ["voice_notes_v2", "entity_resolution_v2"] as const;

const whyStopped: Record<NonNullable<RunAnswer["stopped"]>, string> = {
  limit: "its limit is reached",
  deadline: "its time was up",
  failures: "too many notes failed",
  error: "the deployment kept failing",
};

/** What a run is at. */
export function stateOf({ state, stopped }: RunAnswer): string {
  return state === "stopped" && stopped !== null ? `stopped: ${whyStopped[stopped]}` : state;
}

export const isOver = ({ state }: RunAnswer): boolean =>
  state === "done" || state === "cancelled" || state === "stopped";

/** Whose notes a run goes through. */
export const reachOf = ({ organizationId }: RunAnswer): string => organizationId ?? "all organizations";
