/** Small deployments that were told wrong things once, and what they are told now. */

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import * as make from "../shims/documents";
import { answerOf, deploy, folder, readTable, redeploy, row } from "./support";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/cases/${name}`, import.meta.url));
const organizationId = "org_a";
const keys = ["voice_notes_v2", "entity_resolution_v2"];

describe("env-strings: a variable that is set to neither true nor false", () => {
  test("has no effect, and every function says so", async () => {
    const env = { VOICE_NOTES_V2_GLOBAL: "True", ENTITY_RESOLUTION_V2_GLOBAL: "false " };
    const backend = await redeploy(fixture("env-strings"), { env });
    for (const name of ["enableV2ForOrg", "v2MigrationStatus", "disableV2ForOrg"]) {
      const { effective, warnings } = answerOf(await backend.run(`scripts/${name}`, { organizationId }));
      const reason = "ORGANIZATION";
      const enabled = name !== "disableV2ForOrg";
      for (const key of keys) expect(effective[key]).toEqual({ enabled, reason });
      expect(warnings).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/VOICE_NOTES_V2_GLOBAL.*`True`/),
          expect.stringMatching(/ENTITY_RESOLUTION_V2_GLOBAL.*`false `/),
        ]),
      );
    }
  });
});

describe("flag-notes-lost: what a person wrote into a flag's row", () => {
  test("stays there, beside the library's own line", async () => {
    const save = await folder();
    const backend = await redeploy(fixture("flag-notes-lost"), { save });
    answerOf(await backend.run("scripts/enableV2ForOrg", { organizationId, enabledBy: "ann" }));
    await backend.stop();
    const before = await readTable(fixture("flag-notes-lost"), "featureFlags");
    const after = await readTable(save, "featureFlags");
    expect(after).toHaveLength(2);
    for (const [at, { notes }] of after.entries()) {
      expect(notes).toContain(before[at]?.notes);
      expect(notes).toContain("enableV2ForOrg by ann");
    }
  });
});

describe("flag-strings: rows whose value is a text", () => {
  test("are booleans once a change is restored, and nothing calls them malformed", async () => {
    const save = await folder();
    const backend = await redeploy(fixture("flag-strings"), { save });
    const { previous } = answerOf(await backend.run("scripts/enableV2ForOrg", { organizationId }));
    const { after, warnings } = answerOf(
      await backend.run("scripts/disableV2ForOrg", { organizationId, restore: previous }),
    );
    expect(after.voice_notes_v2).toBe(false);
    expect(warnings.join("\n")).not.toMatch(/malformed|neither true nor false/);
    await backend.stop();
    for (const { organizationId: owner, enabled } of (await readTable(save, "featureFlags")).slice(0, 2)) {
      expect([owner, enabled]).toEqual([organizationId, false]);
    }
  });
});

describe("nulls: fields that are stored as null", () => {
  test("are counted as what is certain of them", async () => {
    const backend = await redeploy(fixture("nulls"));
    expect(answerOf(await backend.run("scripts/v2MigrationStatus", { organizationId }))).toMatchObject({
      voiceNotes: { total: 15 },
      migration: { eligible: 11, blocked: 2, notReady: 2 },
    });
    const answer = answerOf(await backend.run("scripts/runMigration", { organizationId, dryRun: false }));
    expect(answer).toMatchObject({ outcome: { migrated: 3, failed: 8, blocked: 2, notReady: 2 } });
    expect(answer.failures).toHaveLength(8);
    for (const { code } of answer.failures) expect(code).toBe("MALFORMED_DOCUMENT");
  });
});

describe("texts", () => {
  test("that would break a line, or cannot be seen, are refused as a reason", async () => {
    const backend = await redeploy(fixture("texts"));
    for (const reason of ["a\u0000b", "a\u0001b", "a\u2028b", "a\u2029b", "   ", "\u200b", "\u202Eevil"]) {
      const ran = await backend.run("scripts/enableV2ForOrg", { organizationId, reason });
      expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining("INVALID_ARGUMENT") });
    }
    const { before } = answerOf(await backend.run("scripts/enableV2ForOrg", { organizationId }));
    expect(before).toEqual({ voice_notes_v2: null, entity_resolution_v2: null });
  });

  test("of transcripts are migrated as they are", async () => {
    const texts = ["half \ud83d of an emoji", "a\u0000b", "\u202Eright to left"];
    const save = await folder();
    const tables = {
      organizations: [row(make.organization(organizationId))],
      voiceNotes: texts.map((transcription) => row(make.note({ transcription }))),
    };
    const backend = await deploy(tables, { save });
    answerOf(await backend.run("scripts/runMigration", { organizationId, dryRun: false }));
    await backend.stop();
    expect((await readTable(save, "voiceNoteTranscripts")).map(({ fullText }) => fullText)).toEqual(texts);
  });
});

describe("future-updatedAt: unfinished notes whose artifact changed at an odd time", () => {
  test("are repaired when they are quiet for a day, and each that is left is told", async () => {
    const now = Date.now();
    const [minute, hour] = [60_000, 3_600_000];
    const day = 24 * hour;
    const times = {
      quiet: now - 2 * day,
      hourAgo: now - hour,
      future: now + 5 * minute,
      microseconds: now * 1_000,
      notANumber: Number.NaN,
      infinite: Number.POSITIVE_INFINITY,
    };
    const unfinished = (created: number) =>
      Object.values(times).flatMap((updatedAt) => {
        const note = row(make.note(), created);
        return [
          {
            note,
            artifact: row(make.artifact({ voiceNoteId: note._id, status: "processing", updatedAt }), created),
          },
        ];
      });
    // What is no time counts from the artifact's creation.
    const all = [...unfinished(now - 3 * day), ...unfinished(now - hour)];
    const backend = await deploy({
      organizations: [row(make.organization(organizationId))],
      voiceNotes: all.map(({ note }) => note),
      voiceNoteArtifacts: all.map(({ artifact }) => artifact),
    });
    const args = { organizationId, repair: true };
    const dry = answerOf(await backend.run("scripts/runMigration", { ...args, dryRun: true }));
    const answer = answerOf(await backend.run("scripts/runMigration", { ...args, dryRun: false }));
    for (const { outcome, reasons } of [dry, answer]) {
      // All quiet ones, and the old ones that tell no time.
      expect(outcome).toMatchObject({ repaired: 6, unfinished: 6 });
      expect(reasons).toMatchObject({ changedRecently: 2, noTimeOfChange: 4 });
    }
    expect(answer.warnings.join("\n")).toMatch(/2 notes.*24 hours[\s\S]*4 notes/);
  });
});
