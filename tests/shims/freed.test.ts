/** What a function takes of the core's memory, it gives back: there, nothing else frees it. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { runMigrationFunctions } from "../../js-shims/functions/runMigration";
import { api, internal } from "../backend/convex/_generated/api";
import { host } from "../backend/convex/v2RolloutHost";
import { type Backend, backend } from "./backend";
import * as make from "./documents";
import { seed, staff } from "./seed";

const objects = { made: 0, freed: 0 };

beforeEach(() => {
  // The binding tells the runtime of each object that it makes, and of each that it frees.
  const { register, unregister } = FinalizationRegistry.prototype;
  vi.spyOn(FinalizationRegistry.prototype, "register").mockImplementation(function (this: never, ...of) {
    objects.made += 1;
    Reflect.apply(register, this, of);
  });
  vi.spyOn(FinalizationRegistry.prototype, "unregister").mockImplementation(function (this: never, ...of) {
    objects.freed += 1;
    return Reflect.apply(unregister, this, of);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const organizationId = "org_a";
const judging = { repair: true, isRetry: false, nowMs: 1, runMs: 1 };
const { v2Rollout, scripts } = internal;

test.each<[string, (t: Backend) => Promise<unknown>]>([
  ["a status", (t) => t.action(scripts.v2MigrationStatus.default, { organizationId })],
  ["a page of a status", (t) => t.query(v2Rollout.statusPage, { organizationId })],
  ["a change of flags", (t) => t.mutation(scripts.enableV2ForOrg.default, { organizationId })],
  [
    "a transaction of further rows",
    (t) => {
      const change = {
        key: "voice_notes_v2",
        enabled: true,
        updatedBy: "Ann Lee",
        at: "2026-02-08",
      } as const;
      return t.mutation(v2Rollout.flagRows, { ...change, organizationId, left: "", after: '["id"]' });
    },
  ],
  ["a migration", (t) => t.action(scripts.runMigration.default, { organizationId, dryRun: false })],
  [
    "a migration that cannot begin",
    async (t) => {
      const missing = { ...host.functions, migrateVoiceNotesToV2: v2Rollout.leg };
      const { internal: run } = runMigrationFunctions({
        ...host,
        functions: missing as typeof host.functions,
      });
      const { _handler: handler } = run as unknown as { _handler: (ctx: object, args: object) => unknown };
      vi.spyOn(console, "error").mockImplementation(() => undefined);
      await t.action(async (ctx) => await handler(ctx, { organizationId, dryRun: false }));
    },
  ],
  [
    "a page of a migration",
    (t) =>
      t.query(v2Rollout.migrationPage, { ...judging, organizationId, after: null, most: 9, dryRun: true }),
  ],
  ["a sweep", (t) => t.mutation(v2Rollout.migrationBatch, { ...judging, notes: { after: null, most: 9 } })],
  ["a batch", (t) => t.mutation(v2Rollout.migrationBatch, { ...judging, notes: [] })],
  [
    "a status that is refused",
    (t) => {
      const { v2MigrationStatus } = api.scripts.v2MigrationStatus;
      return t.withIdentity(staff).query(v2MigrationStatus, { organizationId: "org_z" });
    },
  ],
  [
    "a change that is refused",
    (t) => t.mutation(scripts.enableV2ForOrg.default, { organizationId: "org_z", create: false }),
  ],
  [
    "a transaction of further rows that fails",
    (t) => {
      const change = {
        key: "voice_notes_v2",
        enabled: true,
        updatedBy: "Ann Lee",
        at: "2026-02-08",
      } as const;
      return t.mutation(v2Rollout.flagRows, { ...change, organizationId, left: "", after: "nowhere" });
    },
  ],
])("%s", async (_, run) => {
  const t = backend();
  await seed(t);
  await t.run(async ({ db }) => {
    const voiceNoteId = await db.insert("voiceNotes", make.note() as never);
    await db.insert("voiceNoteArtifacts", make.artifact({ voiceNoteId, status: "failed" }) as never);
    await db.insert("voiceNotes", make.note() as never);
  });
  objects.made = 0;
  objects.freed = 0;
  await run(t).catch(() => undefined);
  expect(objects.made).toBeGreaterThan(0);
  expect(objects.freed).toBe(objects.made);
});
