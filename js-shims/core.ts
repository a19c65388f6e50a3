/// <reference path="./wasm.d.ts" />
import { initSync } from "../pkg/v2_rollout.js";
import module from "../pkg/v2_rollout_bg.wasm";

export {
  checkComplete,
  FlagChange,
  forbidden,
  headroom,
  judgeNotes,
  legacyWarning,
  lostPosition,
  MigrationRun,
  nothingStored,
  organizationNotFound,
  StatusRun,
} from "../pkg/v2_rollout.js";

let isStarted = false;

/** Starts the core. Called by whoever needs it, never at import time: a function call that does without
 * should not pay for it. */
export function startCore(): void {
  if (isStarted) return;
  initSync({ module });
  isStarted = true;
}
