/** A status of one transaction. */

import type { StoredDocument } from "../../../../js-shims/documents";
import { firstMalformed, type Table } from "../../../../js-shims/malformed";
import type { StatusAnswer, StatusArgs } from "../../../../js-shims/validators/status";
import type { QueryCtx } from "../../../../tests/backend/convex/_generated/server";
import { refuse } from "./arguments";
import { byKey, effectiveOf, environment, type FlagState, flagKeys, valueOf, warningsOf } from "./flags";

const DAY = 86_400_000;
/** Look-ups that go on side by side. */
const WIDTH = 64;
/** Malformed documents that are named. */
const NAMED = 3;

const routes = {
  voiceNotes: "organizationIndex",
  voiceNoteArtifacts: "tableScan",
  voiceNoteTranscripts: "lookUpPerArtifact",
  voiceNoteClaims: "organizationIndex",
  voiceNoteEntityResolutions: "lookUpPerClaim",
  insightDrafts: "organizationIndex",
  featureFlags: "flagKey",
};

type Note = StoredDocument;

/** Malformed documents by table. How one is told is the shims' own: it is no part of the core. */
export class Malformed {
  private readonly names = new Map<Table, string[]>();

  check(table: Table, documents: readonly StoredDocument[]): void {
    const find = firstMalformed[table];
    for (const document of documents) {
      const field = find(document);
      if (field === null) continue;
      const names = this.names.get(table) ?? [];
      names.push(`${document._id}: ${field}`);
      this.names.set(table, names);
    }
  }

  warnings(): string[] {
    return (Object.keys(routes) as Table[]).flatMap((table) => {
      const lines = this.names.get(table) ?? [];
      const count = lines.length;
      if (count === 0) return [];
      const named = lines.slice(0, NAMED).map((line) => `\`${line}\``);
      const more = count > NAMED ? ` and ${count - NAMED} more` : "";
      const documents = count === 1 ? "document" : "documents";
      return [
        `${count} malformed ${documents} in ${table} (${named.join(", ")}${more}): counted by what is certain of ` +
          "them; repair or delete them",
      ];
    });
  }
}

export type Class = keyof StatusAnswer["migration"];

export function classOf(
  note: Note,
  linked: { artifacts: number; completed: boolean },
  now: number,
  deferredDays: number | undefined,
): Class {
  if (linked.completed) return "migrated";
  if (linked.artifacts > 0) return "unfinished";
  const { transcription, transcriptionStatus, insightsStatus } = note;
  if (transcriptionStatus === "failed" || transcriptionStatus === undefined) return "notReady";
  const isTranscribing = transcriptionStatus !== "completed";
  if (!isTranscribing && !(typeof transcription === "string" && transcription.trim() !== ""))
    return "notReady";
  const isOpen =
    insightsStatus === "pending" ||
    insightsStatus === "processing" ||
    insightsStatus === "awaiting_confirmation";
  if (isTranscribing || isOpen) {
    if (deferredDays === undefined || now - note._creationTime < deferredDays * DAY) return "deferred";
    if (isTranscribing) return "notReady";
  }
  if (!note.coachId || insightsStatus === "cancelled") return "blocked";
  return "eligible";
}

type Reader = QueryCtx & {
  meta: { getTransactionMetrics(): Promise<Record<string, { used: number; remaining: number }>> };
};

async function flagStates(ctx: Reader, organizationId: string, malformed: Malformed): Promise<FlagState[]> {
  const variables = environment();
  const states: FlagState[] = [];
  for (const [at, key] of flagKeys.entries()) {
    const rows = ctx.db.query("featureFlags");
    const platform = await rows
      .withIndex("by_featureKey_and_scope", (q) => q.eq("featureKey", key).eq("scope", "platform"))
      .first();
    const organization = await ctx.db
      .query("featureFlags")
      .withIndex("by_featureKey_scope_org", (q) =>
        q.eq("featureKey", key).eq("scope", "organization").eq("organizationId", organizationId),
      )
      .collect();
    const users = await ctx.db
      .query("featureFlags")
      .withIndex("by_featureKey_and_scope", (q) => q.eq("featureKey", key).eq("scope", "user"))
      .collect();
    malformed.check("featureFlags", [...(platform ? [platform] : []), ...organization, ...users]);
    states.push({
      environment: variables[at],
      platform: platform === null ? undefined : valueOf(platform),
      organization: organization.map(valueOf),
      userRows: users.length,
    });
  }
  return states;
}

/** Looks up what belongs to each, some side by side, and refuses what one transaction cannot hold. */
async function lookUp<T, R>(
  ctx: Reader,
  items: readonly T[],
  find: (item: T) => Promise<R[]>,
): Promise<R[][]> {
  const found: R[][] = [];
  for (let at = 0; at < items.length; at += WIDTH) {
    const { databaseQueries, documentsRead, bytesRead } = await ctx.meta.getTransactionMetrics();
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

const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

export async function countStatus(queryCtx: QueryCtx, args: StatusArgs): Promise<StatusAnswer> {
  const ctx = queryCtx as Reader;
  const { db } = ctx;
  const { organizationId } = args;
  const now = Date.now();
  const malformed = new Malformed();
  const states = await flagStates(ctx, organizationId, malformed);

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
  const migration = { migrated: 0, unfinished: 0, notReady: 0, deferred: 0, blocked: 0, eligible: 0 };
  let duplicates = 0;
  let met = 0;
  malformed.check("voiceNotes", notes);
  for (const [at, note] of notes.entries()) {
    const linked = linkedByNote[at] ?? [];
    const completed = linked.some(({ status }) => status === "completed");
    migration[classOf(note, { artifacts: linked.length, completed }, now, args.deferredDays)] += 1;
    if (linked.length > 1) duplicates += 1;
    met += linked.filter(({ orgContextCandidates }) =>
      orgContextCandidates.some((candidate) => candidate.organizationId === organizationId),
    ).length;
  }

  const artifactIds = [];
  const artifacts = await db.query("voiceNoteArtifacts").collect();
  malformed.check("voiceNoteArtifacts", artifacts);
  for (const artifact of artifacts) {
    const isOurs = artifact.orgContextCandidates.some(
      (candidate) => candidate.organizationId === organizationId,
    );
    if (isOurs) artifactIds.push(artifact._id);
  }
  let transcripts = 0;
  const transcriptsByArtifact = await lookUp(ctx, artifactIds, (artifactId) =>
    db
      .query("voiceNoteTranscripts")
      .withIndex("by_artifactId", (q) => q.eq("artifactId", artifactId))
      .collect(),
  );
  for (const rows of transcriptsByArtifact) {
    transcripts += rows.length;
    malformed.check("voiceNoteTranscripts", rows);
  }

  const claims = await db
    .query("voiceNoteClaims")
    .withIndex("by_org_and_coach", (q) => q.eq("organizationId", organizationId))
    .collect();
  malformed.check("voiceNoteClaims", claims);
  let resolutions = 0;
  const resolutionsByClaim = await lookUp(ctx, claims, ({ _id }) =>
    db
      .query("voiceNoteEntityResolutions")
      .withIndex("by_claimId", (q) => q.eq("claimId", _id))
      .collect(),
  );
  for (const rows of resolutionsByClaim) {
    resolutions += rows.length;
    malformed.check("voiceNoteEntityResolutions", rows);
  }

  const drafts = { pending: 0, confirmed: 0, rejected: 0, applied: 0, expired: 0 };
  const stored = await db
    .query("insightDrafts")
    .withIndex("by_org_and_coach_and_status", (q) => q.eq("organizationId", organizationId))
    .collect();
  malformed.check("insightDrafts", stored);
  for (const draft of stored) {
    if (Object.hasOwn(drafts, draft.status)) drafts[draft.status] += 1;
  }

  const orphans = Math.max(0, artifactIds.length - met);
  const left = notes.length - migration.migrated - migration.notReady;
  const { documentsRead, bytesRead, databaseQueries } = await ctx.meta.getTransactionMetrics();
  return {
    voiceNotes: { total: notes.length },
    artifacts: { total: artifactIds.length },
    gap: notes.length - artifactIds.length,
    transcripts,
    claims: claims.length,
    entityResolutions: { total: resolutions },
    drafts,
    featureFlags: byKey(states.map(({ organization: [first] }) => first === true)),
    effective: byKey(states.map(effectiveOf)),
    migration,
    duplicates,
    orphans,
    verdict: verdictOf(notes.length, left, migration),
    done: true,
    cursor: null,
    warnings: [
      ...warningsOf(states, undefined),
      ...(duplicates > 0
        ? [
            `${plural(duplicates, "note has", "notes have")} more than one linked artifact: their v2 rows exist ` +
              "twice or more; keep one artifact a note and delete the others with their transcripts, claims, " +
              "resolutions and drafts",
          ]
        : []),
      ...(orphans > 0
        ? [
            `${plural(orphans, "artifact belongs", "artifacts belong")} to no note of the organization: recorded ` +
              "by v2 alone, or their note was deleted or names another organization; look at those that should " +
              "have a note",
          ]
        : []),
      ...(migration.unfinished > 0
        ? [
            `${plural(migration.unfinished, "note is", "notes are")} unfinished: in flight, failed, or left by a ` +
              'run that broke off; runMigration with `"repair": true` finishes those that nothing has touched ' +
              "for 24 hours",
          ]
        : []),
      ...(migration.blocked > 0
        ? [
            `${plural(migration.blocked, "note is", "notes are")} blocked: without a coach, or with cancelled ` +
              "insights; a person must set the coach or decide that they stay in v1",
          ]
        : []),
      ...malformed.warnings(),
    ],
    read: {
      documents: documentsRead?.used ?? 0,
      bytes: bytesRead?.used ?? 0,
      ranges: databaseQueries?.used ?? 0,
      transactions: 1,
      limitedBy: null,
      routes,
    },
  };
}

function verdictOf(notes: number, left: number, migration: StatusAnswer["migration"]): string {
  if (notes === 0) return "empty";
  if (left === 0) return "complete";
  if (left === migration.blocked) return "blocked";
  if (migration.eligible > 0 && migration.migrated + migration.unfinished === 0) return "notStarted";
  return "inProgress";
}
