import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";

import * as make from "../shims/documents";
import { answerOf, deploy, folder, row, type Tables } from "./support";

const identity = `{"subject": "staff_1"}`;
const names = ["enableV2ForOrg", "disableV2ForOrg", "v2MigrationStatus", "runMigration"] as const;
const argsOf = (name: string, organizationId = "org_a") =>
  name === "runMigration" ? { organizationId, dryRun: true } : { organizationId };

/** A function failed, or its arguments are no values of Convex's. A defect of the deployment has another status. */
const isFailure = ({ status }: Response, text: string) => {
  const body = JSON.parse(text);
  return status === 560 ? body.status === "error" : status === 400 && body.code === "BadArguments";
};

const platform = (notes: Record<string, unknown>[]): Tables => ({
  organizations: ["org_a", "org_b"].map((id) => row(make.organization(id))),
  users: [row({ subject: "staff_1", name: "Staff", isPlatformStaff: true })],
  voiceNotes: notes,
});

describe("the four functions", () => {
  let backend: Awaited<ReturnType<typeof deploy>>;
  /** One that an answer about its organization names. */
  const noteOfB = row(make.note({ orgId: "org_b", coachId: undefined }));
  beforeAll(async () => {
    backend = await deploy(platform([row(make.note()), noteOfB]));
  });

  test.each(names)("%s by the short command and by the long one", async (name) => {
    const short = await backend.run(`scripts/${name}`, argsOf(name));
    expect(answerOf(short)).toBeDefined();
    const long = await backend.run(`scripts/${name}:${name}`, argsOf(name), "--identity", identity);
    expect(answerOf(long)).toBeDefined();
    const refused = await backend.run(`scripts/${name}:${name}`, argsOf(name));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('"code":"FORBIDDEN"');
    expect(refused.stderr).toContain(`npx convex run scripts/${name}`);
  });

  test("an anonymous client is refused, and finds no internal function", async () => {
    const client = new ConvexHttpClient(backend.url, { logger: false });
    const status = makeFunctionReference<"query">("scripts/v2MigrationStatus:v2MigrationStatus");
    await expect(client.query(status, { organizationId: "org_a" })).rejects.toMatchObject({
      data: { code: "FORBIDDEN" },
    });
    for (const name of [
      "scripts/v2MigrationStatus:default",
      "v2Rollout:migrate",
      "scripts/runMigration:default",
    ]) {
      const hidden = makeFunctionReference<"action">(name);
      await expect(client.action(hidden, { organizationId: "org_a" })).rejects.toThrow("Could not find");
    }
  });

  test.each([
    [`{"organizationId": ""}`, "INVALID_ARGUMENT"],
    [`{"organizationId": "   "}`, "INVALID_ARGUMENT"],
    [JSON.stringify({ organizationId: "x".repeat(5_000) }), "INVALID_ARGUMENT"],
    [`{"organizationId": 5}`, "ArgumentValidationError"],
    [`{}`, "ArgumentValidationError"],
    [`{"organizationId": "org_a", "extra": 1}`, "ArgumentValidationError"],
    [`{"organizationId": "org_a", "deferredDays": NaN}`, "INVALID_ARGUMENT"],
    [`{"organizationId": "org_a", "deferredDays": 2.5}`, "INVALID_ARGUMENT"],
    [`{"organizationId": "org_a", "cursor": "damaged"}`, "INVALID_CURSOR"],
    [`{"organizationId": "org_nope"}`, "ORGANIZATION_NOT_FOUND"],
    [`{"organizationId": "org_a", "check": true}`, "NOT_COMPLETE"],
  ])("a status of %s fails with %s", async (args, code) => {
    const ran = await backend.run("scripts/v2MigrationStatus", args);
    expect(ran).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(code) });
  });

  test.each([
    [
      `{"organizationId": "org_a", "dryRun": false, "batchSize": NaN}`,
      "batchSize `NaN` must be a whole number from 1",
    ],
    [`{"organizationId": "org_a", "dryRun": false, "batchSize": Infinity}`, "batchSize `Infinity` must be"],
    [`{"organizationId": "org_a", "dryRun": false, "batchSize": 0}`, "batchSize `0` must be"],
    [`{"organizationId": "org_a", "dryRun": false, "batchSize": -1}`, "batchSize `-1` must be"],
    [`{"organizationId": "org_a", "dryRun": false, "batchSize": 2.5}`, "batchSize `2.5` must be"],
    [`{"organizationId": "org_a", "dryRun": false, "limit": 0.5}`, "limit `0.5` must be"],
    [`{"organizationId": "org_a"}`, "ArgumentValidationError"],
  ])("a migration of %s fails", async (args, words) => {
    const ran = await backend.run("scripts/runMigration", args);
    expect(ran).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(words) });
  });

  test("no argument whatever makes a defect, a write, or tells of another organization", async () => {
    const value: fc.Arbitrary<unknown> = fc.oneof(
      fc.constantFrom("org_a", "org_b", "org_nope", "", "a b", true, false, 0, -1, 2.5, 1e21, null, [], {}),
      fc.string(),
      fc.double(),
      fc.jsonValue(),
    );
    const fields = [
      "organizationId",
      "enabledBy",
      "disabledBy",
      "cursor",
      "check",
      "deferredDays",
      "dryRun",
      "batchSize",
      "limit",
      "repair",
      "reason",
      "restore",
      "create",
      "extra",
    ];
    const args = fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 5 });
    const paths = names.flatMap((name) => [`scripts/${name}:${name}`, `scripts/${name}:default`]);
    const before = answerOf(await backend.run("scripts/v2MigrationStatus", { organizationId: "org_b" }));
    expect(before.samples.blocked).toEqual([noteOfB._id]);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), args, fc.boolean(), async (path, given, asArray) => {
        const response = await fetch(`${backend.url}/api/function`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ path, format: "convex_encoded_json", args: asArray ? [given] : given }),
        });
        const text = await response.text();
        expect(isFailure(response, text)).toBe(true);
        expect(text).toMatch(/FORBIDDEN|Could not find|ArgumentValidationError|BadArguments/);
        expect(text).not.toContain(noteOfB._id);
      }),
      { numRuns: 400 },
    );
    // With the key, only what is well-formed may work; nothing may be a defect.
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("v2MigrationStatus", "runMigration"), args, async (name, given) => {
        const response = await fetch(`${backend.url}/api/function`, {
          method: "POST",
          headers: { "Content-Type": "application/json", Authorization: "Convex local" },
          body: JSON.stringify({
            path: `scripts/${name}:default`,
            format: "convex_encoded_json",
            args: name === "runMigration" ? { ...given, dryRun: true } : given,
          }),
        });
        const text = await response.text();
        if (JSON.parse(text).status !== "success") {
          expect(isFailure(response, text)).toBe(true);
          expect(text).toMatch(
            /INVALID_|ORGANIZATION_NOT_FOUND|NOT_COMPLETE|ArgumentValidationError|BadArguments/,
          );
        }
        if (given.organizationId === "org_a") expect(text).not.toContain(noteOfB._id);
      }),
      { numRuns: 300 },
    );
    const after = answerOf(await backend.run("scripts/v2MigrationStatus", { organizationId: "org_b" }));
    expect(after).toEqual(before);
  });
});

test("500 notes: one command migrates what its dry run promised, a second one changes nothing", async () => {
  const notes = Array.from({ length: 500 }, (_, n) =>
    row(
      make.note({
        ...(n % 10 === 1 ? { transcriptionStatus: "pending" } : {}),
        ...(n % 10 === 2 ? { insightsStatus: "cancelled" } : {}),
        ...(n % 10 === 3 ? { transcription: " " } : {}),
        insights: [make.insight({ id: `i${n}` }), make.insight({ id: `j${n}` })],
      }),
    ),
  );
  const save = await folder();
  const backend = await deploy(platform(notes), { save });
  const promised = answerOf(
    await backend.run("scripts/runMigration", { organizationId: "org_a", dryRun: true }),
  );
  const first = answerOf(
    await backend.run("scripts/runMigration", { organizationId: "org_a", dryRun: false }),
  );
  expect({ ...first, dryRun: true, runId: null, batches: 0, batchSize: null, estimate: null }).toEqual({
    ...promised,
    batches: 0,
    batchSize: null,
    estimate: null,
  });
  expect(first).toMatchObject({
    processed: 500,
    artifacts: 350,
    transcripts: 350,
    claims: 700,
    errors: 0,
    skipped: 150,
    done: true,
  });
  const status = answerOf(await backend.run("scripts/v2MigrationStatus", { organizationId: "org_a" }));
  expect(status).toMatchObject({
    migration: { migrated: 350, eligible: 0, deferred: 50, blocked: 50, notReady: 50 },
    transcripts: 350,
    claims: 700,
  });
  const second = answerOf(
    await backend.run("scripts/runMigration", { organizationId: "org_a", dryRun: false }),
  );
  expect(second).toMatchObject({
    artifacts: 0,
    transcripts: 0,
    claims: 0,
    batches: 0,
    outcome: { alreadyMigrated: 350 },
  });
  await backend.stop();
  const lines = (await readFile(join(save, "voiceNoteArtifacts", "documents.jsonl"), "utf8"))
    .trim()
    .split("\n");
  expect(new Set(lines.map((line) => JSON.parse(line).voiceNoteId)).size).toBe(350);
});

describe("at size", () => {
  const organizations = Array.from({ length: 40 }, (_, n) => `club_${n}`);

  test("40 organizations of 200 notes, and any number of ties in _creationTime", async () => {
    const tables: Tables = {
      organizations: organizations.map((id) => row(make.organization(id))),
      voiceNotes: [],
      voiceNoteArtifacts: [],
      voiceNoteTranscripts: [],
      voiceNoteClaims: [],
    };
    for (const organizationId of organizations) {
      for (let n = 0; n < 200; n++) {
        // Half of all notes, artifacts and claims have one and the same creation time.
        const created = n % 2 ? 1_750_000_000_000 : undefined;
        const note = row(make.note({ orgId: organizationId }), created);
        tables.voiceNotes?.push(note);
        if (n % 4 > 1) continue;
        const orgContextCandidates = [{ organizationId, confidence: 1 }];
        const artifact = row(make.artifact({ voiceNoteId: note._id, orgContextCandidates }), created);
        tables.voiceNoteArtifacts?.push(artifact);
        tables.voiceNoteTranscripts?.push(row(make.transcript(artifact._id)));
        for (let c = 0; c < 2; c++)
          tables.voiceNoteClaims?.push(row(make.claim(artifact._id, { organizationId }), created));
      }
    }
    const backend = await deploy(tables);
    for (const organizationId of ["club_0", "club_39"]) {
      expect(answerOf(await backend.run("scripts/v2MigrationStatus", { organizationId }))).toMatchObject({
        voiceNotes: { total: 200 },
        artifacts: { total: 100 },
        transcripts: 100,
        claims: 200,
        migration: { migrated: 100, eligible: 100 },
        orphans: 0,
        duplicates: 0,
      });
    }
  });

  test("3,000 notes with texts of 2 KB in one organization", async () => {
    const notes = Array.from({ length: 3_000 }, (_, n) =>
      row(make.note({ transcription: "x".repeat(2_000) }), 1_750_000_000_000 + (n % 7)),
    );
    const backend = await deploy(platform(notes));
    const answer = answerOf(await backend.run("scripts/v2MigrationStatus", { organizationId: "org_a" }));
    expect(answer).toMatchObject({
      voiceNotes: { total: 3_000 },
      migration: { eligible: 3_000 },
      done: true,
    });
  });

  test("900 notes with texts of 20 KB by the public function, page by page", async () => {
    const notes = Array.from({ length: 900 }, () => row(make.note({ transcription: "x".repeat(20_000) })));
    const backend = await deploy(platform(notes));
    let cursor: string | undefined;
    let pages = 0;
    for (;;) {
      const args = { organizationId: "org_a", ...(cursor === undefined ? {} : { cursor }) };
      const ran = await backend.run(
        "scripts/v2MigrationStatus:v2MigrationStatus",
        args,
        "--identity",
        identity,
      );
      const answer = answerOf(ran);
      pages += 1;
      if (answer.done) {
        expect(answer).toMatchObject({ voiceNotes: { total: 900 }, migration: { eligible: 900 } });
        break;
      }
      expect(answer.read.limitedBy).toBe("bytesRead");
      cursor = answer.cursor;
    }
    expect(pages).toBe(2);
  });
});
