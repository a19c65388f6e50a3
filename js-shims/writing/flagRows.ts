/** Reads and writes the rows of the flags. */

import { constants, type FlagKey, type FlagWrite, type KeyRows, type Traces } from "../core.js";
import { environment } from "../environment.js";
import type { Host, Index, MutationCtx } from "../host.js";
import { flagValue, organizationIdsOf, type StoredDocument } from "../reading/documents.js";

const { mostFlagRows, mostNewestArtifacts } = constants;

const rangeOf = (ctx: MutationCtx, table: string, index: Index, ...values: string[]) =>
  ctx.db.query(table).withIndex(index.name as never, (q) => {
    let builder: unknown = q;
    for (const [at, value] of values.entries()) {
      const step = builder as { eq(field: string, value: string): unknown };
      builder = step.eq(index.fields[at] ?? "", value);
    }
    return builder as typeof q;
  });

/** What is stored of an organization. Without an index of artifacts, the newest are looked at only. */
export async function findTraces(host: Host, ctx: MutationCtx, organizationId: string): Promise<Traces> {
  const { notesByOrganization, claimsByOrganization, draftsByOrganization, artifactsByOrganization } =
    host.indexes;
  for (const [table, index] of [
    ["voiceNotes", notesByOrganization],
    ["voiceNoteClaims", claimsByOrganization],
    ["insightDrafts", draftsByOrganization],
    ["voiceNoteArtifacts", artifactsByOrganization],
  ] as const) {
    if (index !== null && (await rangeOf(ctx, table, index, organizationId).first()) !== null) {
      return { hasDocuments: true, newestCandidates: [] };
    }
  }
  if (artifactsByOrganization !== null) return { hasDocuments: false, newestCandidates: [] };
  const newest = await ctx.db.query("voiceNoteArtifacts").order("desc").take(mostNewestArtifacts);
  return {
    hasDocuments: false,
    newestCandidates: newest.flatMap((row) => organizationIdsOf(row as StoredDocument)),
  };
}

/** What is stored of a flag: what the core is told, and the organization's rows. */
export type StoredFlag = { described: KeyRows; organization: StoredDocument[] };

export async function readFlag(
  host: Host,
  ctx: MutationCtx,
  key: FlagKey,
  organizationId: string,
): Promise<StoredFlag> {
  const { flagsByScope, flagsByOrganization } = host.indexes;
  const platform = (await rangeOf(
    ctx,
    "featureFlags",
    flagsByScope,
    key,
    "platform",
  ).first()) as StoredDocument | null;
  const organization = (await rangeOf(
    ctx,
    "featureFlags",
    flagsByOrganization,
    key,
    "organization",
    organizationId,
  ).take(mostFlagRows)) as StoredDocument[];
  const users = await rangeOf(ctx, "featureFlags", flagsByScope, key, "user").take(mostFlagRows);
  return {
    described: {
      environment: environment()[key],
      platform: platform === null ? undefined : flagValue(platform),
      organization: organization.map((row) => ({
        value: flagValue(row),
        notes: typeof row.notes === "string" ? row.notes : undefined,
      })),
      userRows: users.length,
    },
    organization,
  };
}

/** Carries out a write. `rows` are the organization's of its flag. */
export async function writeFlag(
  host: Host,
  ctx: MutationCtx,
  write: FlagWrite,
  organizationId: string,
  updatedBy: string,
  rows: readonly StoredDocument[],
): Promise<void> {
  if (write.kind === "delete") {
    await ctx.db.delete(rows[write.row]?._id as never);
    return;
  }
  const { key: featureKey, enabled, notes } = write;
  const row = { featureKey, scope: "organization", organizationId, enabled, updatedBy, notes };
  switch (write.kind) {
    case "setFeatureFlag":
      await ctx.runMutation(host.functions.setFeatureFlag, row);
      break;
    case "patch":
      await ctx.db.patch(rows[write.row]?._id as never, { ...row, updatedAt: Date.now() });
      break;
    case "insert":
      await ctx.db.insert("featureFlags", { ...row, updatedAt: Date.now() });
      break;
  }
}
