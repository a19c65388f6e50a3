import { Core, initSync } from "../../pkg/migration.js";
import module from "../../pkg/migration_bg.wasm";
import { throwIfRefused } from "../errors.js";
import type { Host } from "../host.js";
import type { MigrationArgs } from "../validators/migration.js";
import { ask, once, refusalsOf } from "./protocol.js";

/** Opens the module. Never at import time: a call that does without should not pay for it. */
export function open(): Core {
  initSync({ module });
  return new Core();
}

export const refusals = refusalsOf(open);

/** A warning where a host's own old action cannot get further. */
export const legacyWarning = (processed: number, skipped: number): string | null =>
  once(open, 8, { numbers: [processed, skipped] });

/** Begins a run; its arguments are accepted, the cursor included. */
export function beginMigration(host: Host, args: MigrationArgs): Core {
  const shown = (value: number | undefined) => (value === undefined ? undefined : String(value));
  const core = open();
  const refusal: unknown = ask(core, 1, {
    numbers: [
      args.dryRun,
      args.repair ?? false,
      host.legacyMigration ?? false,
      Date.now(),
      host.deadlineMs,
      host.paceBytesPerSecond / 1_000,
    ],
    texts: [
      args.organizationId,
      shown(args.batchSize),
      shown(args.limit),
      shown(args.deferredDays),
      args.cursor,
    ],
  });
  if (refusal !== null) core.free();
  throwIfRefused(refusal);
  return core;
}
