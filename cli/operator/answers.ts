import type {
  FlagChangeAnswer,
  StatusAnswer as NotesCounted,
  RunAnswer as Run,
} from "../../pkg/v2_rollout.js";

/** What the functions answer, as the core defines it. */
export type {
  Classes,
  FlagChangeAnswer,
  FlagKey,
  MigrationAnswer,
  NoteFailure,
  Outcome,
  RunAnswer as Run,
} from "../../pkg/v2_rollout.js";

/** A change of an organization's flags, as the ledger keeps it. */
export type Change = Pick<FlagChangeAnswer, "changed" | "before" | "after" | "effective" | "previous"> & {
  organizationId: string;
  function: "enableV2ForOrg" | "disableV2ForOrg";
  by: string;
  reason: string | null;
  restore: boolean;
  atMs: number;
  runId: string | null;
};

/** How far an organization is. A host without the ledger, or of an earlier release, tells neither run nor change. */
export type StatusAnswer = NotesCounted & { run?: Run | null; flagChange?: Change | null };
