/** Reads and writes the rows of the flags, and reports a change. */

import type { Value } from "convex/values";

import type { StoredDocument } from "./documents.js";
import { flagKeys } from "./flagRows.js";
import type { Host, Index, MutationCtx, RolloutFunction } from "./host.js";
import type { ChangeAnswer } from "./validators/flags.js";

/** Rows of one flag that are read at most. */
const MOST_ROWS = 1_000;

/** Artifacts without an index that are looked at, at most. */
const MOST_ARTIFACTS = 200;

/** Characters of a row's notes at most. */
const MOST_NOTES = 1_000;

/** What the core says of a write. */
const SET = 0;
const DELETE = 1;

/** What a change is asked for. */
export type ChangeRequest = {
  organizationId: string;
  isWanted: boolean;
  actor: string | undefined;
  reason: string | undefined;
  restore: string | undefined;
  /** The organization may be one of which nothing is stored yet. */
  create: boolean;
};

/** A write of a row: 0 set, 1 delete, 2 insert; the index of the organization's row, the value, and what the row's
 * `notes` say of it. */
export type FlagWrite = [kind: number, index: number, enabled: boolean, note: string];

/** What is stored of a flag. */
export type StoredFlag = {
  /** The platform row that the host reads: the first. */
  platform: StoredDocument | null;
  organization: StoredDocument[];
  /** User rows, of all organizations; this many at least where there are `MOST_ROWS`. */
  userRows: number;
};

const rowsOf = (ctx: MutationCtx, table: string, index: Index, values: readonly string[]) =>
  ctx.db.query(table).withIndex(index.name as never, (q) => {
    let builder: unknown = q;
    for (const [at, value] of values.entries()) {
      const step = builder as { eq(field: string, value: string): unknown };
      builder = step.eq(index.fields[at] ?? "", value);
    }
    return builder as typeof q;
  });

async function readRows(
  ctx: MutationCtx,
  index: Index,
  values: readonly string[],
): Promise<StoredDocument[]> {
  return (await rowsOf(ctx, "featureFlags", index, values).take(MOST_ROWS)) as StoredDocument[];
}

/** Is anything stored of an organization? Without an index, the newest artifacts are looked at only. */
export async function isAnythingStored(
  host: Host,
  ctx: MutationCtx,
  organizationId: string,
): Promise<boolean> {
  const { notesByOrganization, claimsByOrganization, draftsByOrganization } = host.indexes;
  for (const [table, index] of [
    ["voiceNotes", notesByOrganization],
    ["voiceNoteClaims", claimsByOrganization],
    ["insightDrafts", draftsByOrganization],
  ] as const) {
    if ((await rowsOf(ctx, table, index, [organizationId]).first()) !== null) return true;
  }
  const { artifactsByOrganization } = host.indexes;
  if (artifactsByOrganization) {
    const artifact = await rowsOf(ctx, "voiceNoteArtifacts", artifactsByOrganization, [
      organizationId,
    ]).first();
    return artifact !== null;
  }
  const newest = (await ctx.db
    .query("voiceNoteArtifacts")
    .order("desc")
    .take(MOST_ARTIFACTS)) as StoredDocument[];
  return newest.some(({ orgContextCandidates: candidates }) => {
    if (!Array.isArray(candidates)) return false;
    return candidates.some((candidate) => candidate?.organizationId === organizationId);
  });
}

/** The newest note first, and as many of the older ones as there is room for. */
function withOlderNotes(note: string, row: StoredDocument | undefined): string {
  const notes = [note];
  let length = note.length;
  for (const older of typeof row?.notes === "string" ? row.notes.split("\n") : []) {
    length += older.length + 1;
    if (length > MOST_NOTES) break;
    notes.push(older);
  }
  return notes.join("\n");
}

/** Reads what is stored of a flag. */
export async function readFlag(
  host: Host,
  ctx: MutationCtx,
  flag: number,
  organizationId: string,
): Promise<StoredFlag> {
  const { flagsByScope, flagsByOrganization } = host.indexes;
  const featureKey = flagKeys[flag] ?? "";
  const platform = await rowsOf(ctx, "featureFlags", flagsByScope, [featureKey, "platform"]).first();
  const organization = await readRows(ctx, flagsByOrganization, [featureKey, "organization", organizationId]);
  const users = await readRows(ctx, flagsByScope, [featureKey, "user"]);
  return { platform: platform as StoredDocument | null, organization, userRows: users.length };
}

/** Writes the rows of a flag. The first one goes through the host's `setFeatureFlag`. */
export async function writeFlag(
  host: Host,
  ctx: MutationCtx,
  common: { featureKey: string; scope: string; organizationId: string; updatedBy: string },
  rows: readonly StoredDocument[],
  writes: readonly FlagWrite[],
): Promise<void> {
  for (const [kind, index, enabled, note] of writes) {
    const row = rows[index];
    if (kind === DELETE) {
      await ctx.db.delete(row?._id as never);
      continue;
    }
    const written = { ...common, enabled, notes: withOlderNotes(note, row) };
    if (index === 0) await ctx.runMutation(host.functions.setFeatureFlag, written);
    else if (kind === SET) await ctx.db.patch(row?._id as never, { ...written, updatedAt: Date.now() });
    else await ctx.db.insert("featureFlags", { ...written, updatedAt: Date.now() });
  }
}

/** One line of JSON for log streams, and a warning where the flags are not what was asked for. */
export function reportChange(request: ChangeRequest, by: string, at: string, answer: ChangeAnswer): void {
  const rolloutFunction: RolloutFunction = request.isWanted ? "enableV2ForOrg" : "disableV2ForOrg";
  const line: Record<string, Value | undefined> = {
    event: "v2-rollout.flags",
    function: rolloutFunction,
    organizationId: request.organizationId,
    by,
    at,
    changed: answer.changed,
    before: answer.before,
    after: answer.after,
    effective: answer.effective,
    reason: request.reason ?? null,
    restore: request.restore !== undefined,
  };
  console.info(JSON.stringify(line));
  if (!answer.success)
    console.warn(`${rolloutFunction} ${request.organizationId}: ${answer.warnings.join("; ")}`);
}
