/** One status that is followed by its cursor for a long time. */

import { expect, test } from "vitest";
import type { StatusPage } from "../../js-shims/validators";
import { internal } from "../backend/convex/_generated/api";
import { backend } from "./backend";
import * as make from "./documents";
import { seed } from "./seed";

const organizationId = "org_a";
const notes = 600;
const leastTransactions = 150;
/** A cursor carries sums and positions: it must not grow with what was counted. */
const mostCharacters = 1_024;

test("a cursor lives for more than 150 transactions, stays small, and counts exactly", async () => {
  const t = backend();
  await seed(t);
  const expected = { migrated: 0, unfinished: 0, blocked: 0, eligible: 0 };
  for (let at = 0; at < notes; at++) {
    const [kind] = (["migrated", "eligible", "unfinished", "blocked"] as const).slice(at % 4);
    expected[kind as keyof typeof expected] += 1;
    await t.run(async ({ db }) => {
      const fields = { orgId: organizationId, ...(kind === "blocked" ? { coachId: undefined } : {}) };
      const voiceNoteId = await db.insert("voiceNotes", make.note(fields) as never);
      if (kind !== "migrated" && kind !== "unfinished") return;
      const status = kind === "migrated" ? "completed" : "failed";
      const artifactId = await db.insert(
        "voiceNoteArtifacts",
        make.artifact({ voiceNoteId, status, artifactId: `artifact_${at}` }) as never,
      );
      await db.insert("voiceNoteTranscripts", make.transcript(artifactId) as never);
      await db.insert("voiceNoteClaims", make.claim(artifactId, { claimId: `claim_${at}` }) as never);
    });
  }

  const transactionLimits = { documentsRead: 12, databaseQueries: 30 };
  const sizes: number[] = [];
  let cursor: string | null = null;
  let answer: StatusPage;
  do {
    const args: { organizationId: string; cursor?: string } =
      cursor === null ? { organizationId } : { organizationId, cursor };
    answer = await t.query(
      async (ctx) => await ctx.runQuery(internal.v2Rollout.statusPage, args, { transactionLimits }),
    );
    cursor = answer.cursor;
    if (cursor !== null) sizes.push(cursor.length);
  } while (!answer.done && sizes.length < 10_000);

  expect(answer.read.transactions).toBe(sizes.length + 1);
  expect(answer.read.transactions).toBeGreaterThanOrEqual(leastTransactions);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(mostCharacters);
  const linked = expected.migrated + expected.unfinished;
  expect(answer).toMatchObject({
    done: true,
    voiceNotes: { total: notes },
    migration: { notReady: 0, deferred: 0, ...expected },
    artifacts: { total: linked },
    transcripts: linked,
    claims: linked,
    duplicates: 0,
    orphans: 0,
  });
});
