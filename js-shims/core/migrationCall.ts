import type { Host } from "../host.js";
import type { MigrationArgs } from "../validators/migration.js";
import { ask, type Core } from "./protocol.js";

/** Asks a core to begin a run: the refusal of its arguments, the cursor included, or null. */
export function askToMigrate(core: Core, host: Host, args: MigrationArgs): unknown {
  return ask(core, 1, {
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
      args.batchSize?.toString(),
      args.limit?.toString(),
      args.deferredDays?.toString(),
      args.cursor,
    ],
  });
}
