/** What the doors to `runMigration` ask the core. They carry nothing out, and so load a module that cannot. */

import { Core, initSync } from "../../pkg/admission.js";
import module from "../../pkg/admission_bg.wasm";
import type { Host } from "../host.js";
import type { MigrationArgs } from "../validators/migration.js";
import { askToMigrate } from "./migrationCall.js";
import { accept, once } from "./protocol.js";

/** Opens the module. Never at import time: a call that does without should not pay for it. */
export function open(): Core {
  initSync({ module });
  return new Core();
}

/** A warning where a host's own old action cannot get further. */
export const legacyWarning = (processed: number, skipped: number): string | null =>
  once(open, 8, { numbers: [processed, skipped] });

/** Refuses what a run would: its arguments are accepted, the cursor included. */
export function checkMigration(host: Host, args: MigrationArgs): void {
  const core = open();
  accept(core, askToMigrate(core, host, args));
  core.free();
}
