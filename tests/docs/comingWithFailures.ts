/**
 * What the documents say already and the sources do not know yet: a field of docs/reference.md as `section: field: type`, a
 * word as `section: word`, an export of a template as `template: name`. Empty when they know it.
 */
export const comingWithFailures: readonly string[] = [
  "Error codes: LOOKUP_FAILED",
  "Limits: memory",
  "Arguments of `v2MigrationStatus`: acceptBlocked?: boolean",
  "Answer of `v2MigrationStatus`: samples.unfinished: array of strings",
  "Answer of `v2MigrationStatus`: samples.deferred: array of strings",
  "Answer of `v2MigrationStatus`: samples.blocked: array of strings",
  "Answer of `v2MigrationStatus`: samples.duplicates: array of strings",
  "Answer of `v2MigrationStatus`: stopped: deadline, error or null",
  "Answer of `v2MigrationStatus`: verdict: blocked, complete, empty, inProgress, notStarted, waiting or null",
  "Answer of `v2MigrationStatus`: read.limitedBy: LIMITS or null",
  "Answer of `runMigration`: reasons.unknownStatus: number",
  "Answer of `runMigration`: reasons.changedRecently: number",
  "Answer of `runMigration`: reasons.noTimeOfChange: number",
  "Answer of `runMigration`: failures[].code: CODES",
  "Answer of `runMigration`: samples.unfinished: array of strings",
  "Answer of `runMigration`: samples.deferred: array of strings",
  "Answer of `runMigration`: samples.blocked: array of strings",
  "Answer of `runMigration`: batchSize.limitedBy: LIMITS or null",
  "Answer of `runMigration`: next: object or null",
  "Answer of `runMigration`: next.function: scripts/runMigration",
  "Answer of `runMigration`: next.args.dryRun: boolean",
  "Answer of `runMigration`: next.args.organizationId?: string",
  "Answer of `runMigration`: next.args.limit?: number",
  "Answer of `runMigration`: next.args.batchSize?: number",
  "Answer of `runMigration`: next.args.deferredDays?: number",
  "Answer of `runMigration`: next.args.repair?: boolean",
  "Answer of `runMigration`: next.args.cursor: string",
];
