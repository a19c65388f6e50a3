/**
 * What is decided about the vectors in `tests/vectors`, by the compiled wasm and, where documents are read, by the shims.
 * `tests/vectors.rs` reads the same ones natively.
 */

import { expect, test } from "vitest";

import {
  checkMigrationCall,
  decideRun,
  FlagChange,
  type FlagValue,
  judge,
  type KeyRows,
  type MigrationCall,
  MigrationRun,
  type Run,
  type RunEvent,
  Transaction,
} from "../../js-shims/core";
import { isRolloutError } from "../../js-shims/errors";
import { internal } from "../backend/convex/_generated/api";
import cursors from "../vectors/cursors.json";
import failures from "../vectors/failures.json";
import flags from "../vectors/flags.json";
import notes from "../vectors/notes.json";
import runs from "../vectors/runs.json";
import { backend } from "./backend";
import * as make from "./documents";
import { migrate } from "./migrate";
import { seed } from "./seed";

const migration: MigrationCall = {
  organizationId: "org_a",
  indexes: "",
  dryRun: false,
  repair: false,
  isLegacy: false,
  background: false,
  hasLedger: false,
  nowMs: 0,
  deadlineMs: 1e9,
  paceBytesPerSecond: 0,
};

/** The code and the message of what is thrown. */
async function refused(call: () => unknown): Promise<{ code: string; message: string }> {
  try {
    await call();
  } catch (error) {
    if (isRolloutError(error)) return error.data;
    throw error;
  }
  throw new Error("it was not refused");
}

/** Null in a vector is what a document has not. */
const withoutNulls = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

test.each(notes)("a note with $name", async ({ facts, document, artifacts, verdict, class: expected }) => {
  const call = { nowMs: 1, runMs: 1, isRetry: false, repair: false, endsAtMalformed: false };
  const judged = judge(call, {
    notes: [
      { facts: { ...(withoutNulls(facts) as typeof facts), createdMs: 1 } as never, isMalformed: false },
    ],
    artifacts: artifacts.map((status) => ({
      note: 0,
      isCompleted: status === "completed",
      createdMs: 1,
      organizationIds: [],
    })),
  });
  expect(judged).toEqual([{ verdict, repairedArtifact: null }]);

  // As documents, counted by a status and by a dry run.
  const t = backend({ validate: false });
  await seed(t);
  await t.run(async ({ db }) => {
    const voiceNoteId = await db.insert("voiceNotes", withoutNulls(make.note(document)) as never);
    for (const status of artifacts)
      await db.insert("voiceNoteArtifacts", make.artifact({ voiceNoteId, status }) as never);
  });
  const status = await t.action(internal.scripts.v2MigrationStatus.default, { organizationId: "org_a" });
  const none = { migrated: 0, unfinished: 0, notReady: 0, deferred: 0, blocked: 0, eligible: 0 };
  expect(status.migration).toEqual({ ...none, [expected]: 1 });
  const { outcome } = await migrate(t, { organizationId: "org_a", dryRun: true });
  const { migrated: alreadyMigrated, eligible: migrated, ...left } = status.migration;
  expect(outcome).toEqual({ ...left, alreadyMigrated, migrated, repaired: 0, failed: 0 });
});

test.each(failures.messages)("a failure with `$message`", ({ message, kind }) => {
  const expected = failures.steps[kind as keyof typeof failures.steps];
  const run = new MigrationRun(migration);
  const taken: string[] = [];
  while (taken.length < expected.length) {
    const step = run.next(0);
    taken.push(step.kind === "sweep" ? `sweep ${step.notes}` : step.kind);
    if (step.kind === "sweep") run.failed(message, 0, 1);
  }
  expect(taken).toEqual(expected);
  run.free();
});

test.each(cursors)("a cursor of `$cursor`", async ({ cursor, message }) => {
  const expected = expect.objectContaining({ code: "INVALID_CURSOR", message });
  expect(await refused(() => checkMigrationCall({ ...migration, cursor }))).toEqual(expected);
  const t = backend();
  await seed(t);
  expect(await refused(() => migrate(t, { organizationId: "org_a", dryRun: true, cursor }))).toEqual(
    expected,
  );
  const status = internal.scripts.v2MigrationStatus.default;
  expect(await refused(() => t.action(status, { organizationId: "org_a", cursor }))).toEqual(expected);
});

/** What is written for the first flag where the rows of both are these. */
function planned(enabled: boolean, values: string[], more: Partial<KeyRows> = {}, restore?: string) {
  const rows: KeyRows = {
    ...more,
    organization: values.map((value) => ({ value: value as FlagValue, bytes: 200 })),
    hasMoreOrganizationRows: false,
    userRows: 0,
    hasMoreUserRows: false,
  };
  const call = { organizationId: "org_a", enabled, check: false, create: false, isKnown: true };
  const change = new FlagChange(restore === undefined ? call : { ...call, restore });
  const { answer, writes } = change.plan(
    { voice_notes_v2: rows, entity_resolution_v2: rows },
    "now",
    new Transaction(),
  );
  change.free();
  const shown = writes.slice(0, writes.length / 2).map((write) => {
    const value = "enabled" in write ? [write.enabled] : [];
    return [write.kind, ...("row" in write ? [write.row] : []), ...value].join(" ");
  });
  return { answer, writes: shown };
}

test.each(flags.changes)(
  "a change of flags with $name",
  ({ enabled, environment, platform, organization, ...expected }) => {
    const { answer, writes } = planned(enabled, organization, {
      environment: environment ?? undefined,
      platform: (platform as FlagValue | null) ?? undefined,
    });
    expect(answer.effective.voice_notes_v2).toEqual(expected.effective);
    expect(writes).toEqual(expected.writes);
  },
);

test.each(flags.restores)("a restore of $name", ({ before, enabled, writes }) => {
  const { previous } = planned(enabled, before).answer;
  const changed = Array(Math.max(before.length, 1)).fill(enabled ? "on" : "off");
  expect(planned(!enabled, changed, {}, previous ?? "").writes).toEqual(writes);
});

const events: Record<string, RunEvent> = {
  legBegan: { kind: "legBegan", generation: 2 },
  "legBegan of another generation": { kind: "legBegan", generation: 1 },
  batchAsked: { kind: "batchAsked", generation: 2, number: 4 },
  "batchAsked again": { kind: "batchAsked", generation: 2, number: 3 },
  watched: { kind: "watched", generation: 2 },
  pause: { kind: "pause" },
  cancel: { kind: "cancel" },
};

test.each(runs.turns)("a run that is $state: $event", async ({ state, event, becomes, effects }) => {
  const run = {
    ...runs.row,
    state,
    stopped: state === "stopped" ? "failures" : null,
    leaseEndsMs: runs.withLease.includes(state) ? 200_000 : null,
  } as Run;
  const [name = "", isLate] = event.split(" once the lease has expired");
  const decide = () => decideRun(run, events[name] as RunEvent, isLate === undefined ? 199_999 : 200_000);
  if (becomes === "RUN_STATE") {
    expect(await refused(decide)).toMatchObject({ code: "RUN_STATE" });
  } else {
    const decision = decide();
    expect(decision.run.state).toBe(becomes);
    expect(decision.effects.map(({ kind }) => kind)).toEqual(effects);
  }
});
