/** What the functions answer, as the core defines it. */
export type {
  Classes,
  FlagChangeAnswer,
  FlagKey,
  MigrationAnswer,
  NoteFailure,
  Outcome,
  StatusAnswer,
} from "../../pkg/v2_rollout.js";
