/** A status that reads whole ranges in one transaction, as one writes it first. It ends at Convex's limits. */

import type { Host } from "../../../js-shims/host";
import type { StatusAnswer, StatusArgs } from "../../../js-shims/validators/status";
import type { QueryCtx } from "../../../tests/backend/convex/_generated/server";
import { checkOrganizationId, checkWholeNumber, refuse } from "../../baseline/lib/arguments";
import { flagKeys, valueOf } from "../../baseline/lib/flags";
import { answerOf, type Counts, countDraft, noCounts } from "../../baseline/lib/status/answer";
import { check } from "../../baseline/lib/status/malformed";
import { classOf } from "../../baseline/lib/status/notes";

/** Look-ups that go on side by side. */
const WIDTH = 64;

type Reader = QueryCtx & {
  meta: { getTransactionMetrics(): Promise<Record<string, { used: number; remaining: number }>> };
};

async function readFlags(
  { db }: Reader,
  organizationId: string,
  { flags, malformed }: Counts,
): Promise<void> {
  for (const [at, key] of flagKeys.entries()) {
    const platform = await db
      .query("featureFlags")
      .withIndex("by_featureKey_and_scope", (q) => q.eq("featureKey", key).eq("scope", "platform"))
      .collect();
    const organization = await db
      .query("featureFlags")
      .withIndex("by_featureKey_scope_org", (q) =>
        q.eq("featureKey", key).eq("scope", "organization").eq("organizationId", organizationId),
      )
      .collect();
    const users = await db
      .query("featureFlags")
      .withIndex("by_featureKey_and_scope", (q) => q.eq("featureKey", key).eq("scope", "user"))
      .collect();
    check(malformed, "featureFlags", [...platform, ...organization, ...users]);
    const state = flags[at];
    if (state === undefined) continue;
    state.platform = platform[0] && valueOf(platform[0]);
    state.organization = organization[0] && valueOf(organization[0]);
    state.organizationRows = organization.length;
    state.userRows = users.length;
  }
}

/** Looks up what belongs to each, some side by side, and refuses what one transaction cannot hold. */
async function lookUp<T, R>(
  { meta }: Reader,
  items: readonly T[],
  find: (item: T) => Promise<R[]>,
): Promise<R[][]> {
  const found: R[][] = [];
  for (let at = 0; at < items.length; at += WIDTH) {
    const { databaseQueries, documentsRead, bytesRead } = await meta.getTransactionMetrics();
    if (
      (databaseQueries?.remaining ?? 0) < 2 * WIDTH ||
      (documentsRead?.remaining ?? 0) < 10 * WIDTH ||
      (bytesRead?.remaining ?? 0) < 2 ** 21
    ) {
      refuse("INTERNAL", "the organization is too large for one transaction");
    }
    found.push(...(await Promise.all(items.slice(at, at + WIDTH).map(find))));
  }
  return found;
}

export async function countAtOnce(
  host: Host,
  queryCtx: QueryCtx,
  { organizationId, deferredDays: days }: StatusArgs,
  admit: () => Promise<void>,
): Promise<StatusAnswer> {
  checkOrganizationId(organizationId);
  checkWholeNumber("deferredDays", days);
  await admit();
  const ctx = queryCtx as Reader;
  const { db } = ctx;
  const nowMs = Date.now();
  const counts = noCounts();
  const { migration, malformed } = counts;
  await readFlags(ctx, organizationId, counts);

  const isOurs = ({ orgContextCandidates }: { orgContextCandidates: { organizationId: string }[] }) =>
    orgContextCandidates.some((candidate) => candidate.organizationId === organizationId);
  const notes = await db
    .query("voiceNotes")
    .withIndex("by_orgId", (q) => q.eq("orgId", organizationId))
    .collect();
  const linkedByNote = await lookUp(ctx, notes, ({ _id }) =>
    db
      .query("voiceNoteArtifacts")
      .withIndex("by_voiceNoteId", (q) => q.eq("voiceNoteId", _id))
      .collect(),
  );
  check(malformed, "voiceNotes", notes);
  for (const [at, note] of notes.entries()) {
    const linked = linkedByNote[at] ?? [];
    const completed = linked.some(({ status }) => status === "completed");
    migration[classOf(note, { artifacts: linked.length, completed }, { nowMs, days })] += 1;
    if (linked.length > 1) counts.duplicates += 1;
    counts.met += linked.filter(isOurs).length;
  }

  const artifacts = (await db.query("voiceNoteArtifacts").collect()).filter(isOurs);
  counts.artifacts = artifacts.length;
  check(malformed, "voiceNoteArtifacts", artifacts);
  const transcripts = await lookUp(ctx, artifacts, ({ _id }) =>
    db
      .query("voiceNoteTranscripts")
      .withIndex("by_artifactId", (q) => q.eq("artifactId", _id))
      .collect(),
  );
  for (const rows of transcripts) {
    counts.transcripts += rows.length;
    check(malformed, "voiceNoteTranscripts", rows);
  }

  const claims = await db
    .query("voiceNoteClaims")
    .withIndex("by_org_and_coach", (q) => q.eq("organizationId", organizationId))
    .collect();
  counts.claims = claims.length;
  check(malformed, "voiceNoteClaims", claims);
  const resolutions = await lookUp(ctx, claims, ({ _id }) =>
    db
      .query("voiceNoteEntityResolutions")
      .withIndex("by_claimId", (q) => q.eq("claimId", _id))
      .collect(),
  );
  for (const rows of resolutions) {
    counts.resolutions += rows.length;
    check(malformed, "voiceNoteEntityResolutions", rows);
  }

  const stored = await db
    .query("insightDrafts")
    .withIndex("by_org_and_coach_and_status", (q) => q.eq("organizationId", organizationId))
    .collect();
  check(malformed, "insightDrafts", stored);
  for (const draft of stored) countDraft(counts, draft);

  const { documentsRead, bytesRead, databaseQueries } = await ctx.meta.getTransactionMetrics();
  const reads = {
    documents: documentsRead?.used ?? 0,
    bytes: bytesRead?.used ?? 0,
    ranges: databaseQueries?.used ?? 0,
  };
  return answerOf(host, counts, { reads, transactions: 1, limitedBy: null, cursor: null });
}
