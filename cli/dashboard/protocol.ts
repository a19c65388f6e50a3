/** What the page and the program say to each other. */

import type { RunAnswer } from "../../pkg/v2_rollout.js";
import type { Problem } from "../connection/errors.js";
import type { FlagChangeAnswer, FlagKey, NoteFailure, StatusAnswer } from "../operator/answers.js";
import type { Migration } from "../operator/migration.js";

export type { Classes, FlagKey, NoteFailure, Outcome, StatusAnswer } from "../operator/answers.js";
export type { FlagChangeAnswer, Migration, Problem, RunAnswer };

/** The name and the slug are null where the host does not tell them. */
export type Organization = { organizationId: string; name: string | null; slug: string | null };

/** What was read of the deployment, when, and why it could not be read again since. */
export type Reading<Value> = { value: Value; atMs: number; problem: Problem | null };

/** All that the page shows at a glance. */
export type Snapshot = {
  deployment: string;
  isReadOnly: boolean;
  /** Who acts, unless the operator gives another name. */
  by: string | null;
  /** Set while the deployment does not answer. */
  silence: { sinceMs: number; problem: Problem } | null;
  ledger: { kind: "unknown" } | { kind: "present" } | { kind: "missing"; problem: Problem };
  fleet: Fleet | null;
  /** The newest runs; null where there is no ledger, or nothing was read yet. */
  runs: RunAnswer[] | null;
};

export type Fleet = {
  /** Whence the organizations are known. With a list of the host's, it is all of them. */
  from: "list" | "arguments" | "runs";
  members: Member[];
};

/** An organization in the fleet; what is null was not read yet. */
export type Member = Organization & { status: Reading<Summary> | null; problem: Problem | null };

/** What of a status is shown in the fleet. */
export type Summary = Pick<
  StatusAnswer,
  "verdict" | "stopped" | "voiceNotes" | "migration" | "duplicates" | "effective" | "warnings"
>;

/** An organization, as its own view shows it. */
export type Detail = Organization & {
  status: Reading<StatusAnswer> | null;
  problem: Problem | null;
  history: Reading<History> | null;
  /** Commands for a terminal. */
  next: { why: string; command: string }[];
};

export type History = { changes: Change[]; runs: RunAnswer[] };

/** A change of an organization's flags, as the ledger keeps it. */
export type Change = {
  organizationId: string;
  function: "enableV2ForOrg" | "disableV2ForOrg";
  by: string;
  reason: string | null;
  restore: boolean;
  changed: FlagKey[];
  before: Record<FlagKey, boolean | null>;
  after: Record<FlagKey, boolean | null>;
  effective: StatusAnswer["effective"];
  atMs: number;
  runId: string | null;
};

export type RunWithChanges = RunAnswer & { flagChanges: Change[] };

export type FailurePage = { failures: NoteFailure[]; isLast: boolean };

/** All that the page can ask the program to do. */
export type Action =
  | {
      kind: "enable" | "disable";
      organizationId: string;
      by: string | null;
      reason: string | null;
    }
  /** A dry run. */
  | { kind: "rehearse"; organizationId: string | null; limit: number | null; repair: boolean }
  /** A run in the background; of all organizations where none is named. */
  | {
      kind: "migrate";
      organizationId: string | null;
      limit: number | null;
      repair: boolean;
      by: string | null;
      reason: string | null;
    }
  | { kind: "pause" | "resume" | "cancel" | "retry"; runId: string }
  /** Bytes per second on average; null is as fast as it can. */
  | { kind: "setPace"; runId: string; bytesPerSecond: number | null };

export type ActionAnswer =
  /** The flags' rows; null where the answer was lost and the status shows that it was done. */
  | { kind: "flags"; change: FlagChangeAnswer | null }
  | { kind: "rehearsed"; migration: Migration }
  | { kind: "started"; runId: string }
  | { kind: "run"; run: RunAnswer };

/** Every answer of the program's. */
export type Answer<Value> =
  | { kind: "done"; value: Value }
  /** The deployment refused, or did not answer. */
  | { kind: "failed"; problem: Problem };
