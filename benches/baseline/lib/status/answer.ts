/** What a status has counted, and the answer. */

import type { Host } from "../../../../js-shims/host";
import type { StatusAnswer } from "../../../../js-shims/validators/status";
import { byKey, effectiveOf, environment, type FlagState, warningsOf } from "../flags";
import { type Malformed, malformedWarnings } from "./malformed";

/** What reading cost. */
export type Reads = { documents: number; bytes: number; ranges: number };

export type Counts = {
  migration: StatusAnswer["migration"];
  /** Notes with more than one linked artifact. */
  duplicates: number;
  /** Artifacts linked to the organization's notes that name the organization too. */
  met: number;
  artifacts: number;
  transcripts: number;
  claims: number;
  resolutions: number;
  drafts: StatusAnswer["drafts"];
  flags: FlagState[];
  malformed: Malformed;
};

export const noCounts = (): Counts => ({
  migration: { migrated: 0, unfinished: 0, notReady: 0, deferred: 0, blocked: 0, eligible: 0 },
  duplicates: 0,
  met: 0,
  artifacts: 0,
  transcripts: 0,
  claims: 0,
  resolutions: 0,
  drafts: { pending: 0, confirmed: 0, rejected: 0, applied: 0, expired: 0 },
  flags: environment().map((environment) => ({
    environment,
    platform: undefined,
    organization: undefined,
    organizationRows: 0,
    userRows: 0,
    hasMoreUserRows: false,
  })),
  malformed: {},
});

/** Counts a draft by its status; any other is none of them. */
export function countDraft({ drafts }: Counts, { status }: Record<string, unknown>): void {
  if (typeof status === "string" && Object.hasOwn(drafts, status)) drafts[status as keyof typeof drafts] += 1;
}

/** How the counting ended. */
export type End = { reads: Reads; transactions: number; limitedBy: string | null; cursor: string | null };

export function answerOf(host: Host, counts: Counts, end: End): StatusAnswer {
  const { migration, artifacts, transcripts, claims, resolutions, drafts, flags, duplicates } = counts;
  const { migrated, unfinished, notReady, deferred, blocked, eligible } = migration;
  const notes = migrated + unfinished + notReady + deferred + blocked + eligible;
  const orphans = Math.max(0, artifacts - counts.met);
  const done = end.cursor === null;
  const { documents, bytes, ranges } = end.reads;
  const byOrganization = "organizationIndex";
  return {
    voiceNotes: { total: notes },
    artifacts: { total: artifacts },
    gap: notes - artifacts,
    transcripts,
    claims,
    entityResolutions: { total: resolutions },
    drafts,
    featureFlags: byKey(flags.map(({ organization }) => organization === true)),
    effective: byKey(flags.map(effectiveOf)),
    migration,
    duplicates,
    orphans,
    verdict: done ? verdictOf(notes, migration) : null,
    done,
    cursor: end.cursor,
    warnings: done
      ? finalWarnings(counts, orphans)
      : ["these are sums so far, not the result: call again with `cursor` to go on"],
    read: {
      documents,
      bytes,
      ranges,
      transactions: end.transactions,
      limitedBy: end.limitedBy,
      routes: {
        voiceNotes: byOrganization,
        voiceNoteArtifacts: host.indexes.artifactsByOrganization === null ? "tableScan" : byOrganization,
        voiceNoteTranscripts: "lookUpPerArtifact",
        voiceNoteClaims: byOrganization,
        voiceNoteEntityResolutions: "lookUpPerClaim",
        insightDrafts: byOrganization,
        featureFlags: "flagKey",
      },
    },
  };
}

function verdictOf(notes: number, migration: StatusAnswer["migration"]): string {
  const left = notes - migration.migrated - migration.notReady;
  if (notes === 0) return "empty";
  if (left === 0) return "complete";
  if (left === migration.blocked) return "blocked";
  if (migration.eligible > 0 && migration.migrated + migration.unfinished === 0) return "notStarted";
  return "inProgress";
}

const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

function finalWarnings({ flags, duplicates, migration, malformed }: Counts, orphans: number): string[] {
  const warnings = warningsOf(flags, undefined);
  const { unfinished, deferred, blocked } = migration;
  if (duplicates > 0) {
    warnings.push(
      `${plural(duplicates, "note has", "notes have")} more than one linked artifact: their v2 rows exist twice or ` +
        "more; keep one artifact a note and delete the others with their transcripts, claims, resolutions and drafts",
    );
  }
  if (orphans > 0) {
    warnings.push(
      `${plural(orphans, "artifact belongs", "artifacts belong")} to no note of the organization: recorded by v2 ` +
        "alone, or their note was deleted or names another organization; look at those that should have a note",
    );
  }
  if (unfinished > 0) {
    warnings.push(
      `${plural(unfinished, "note is", "notes are")} unfinished: in flight, failed, or left by a run that broke off; ` +
        'runMigration with `"repair": true` finishes those that nothing has touched for 24 hours',
    );
  }
  if (deferred > 0) {
    warnings.push(
      `${plural(deferred, "note is", "notes are")} deferred: the old pipeline is not done with ` +
        `${deferred === 1 ? "it" : "them"}; wait, or give \`deferredDays\` for those that it left`,
    );
  }
  if (blocked > 0) {
    warnings.push(
      `${plural(blocked, "note is", "notes are")} blocked: without a coach, or with cancelled insights; a person must ` +
        "set the coach or decide that they stay in v1",
    );
  }
  return [...warnings, ...malformedWarnings(malformed)];
}
