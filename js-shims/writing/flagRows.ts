/** Reads and writes the rows of the flags. */

import { type FlagKey, type FlagRow, type FlagWrite, flagRoom, type KeyRows, type Traces } from "../core.js";
import { environment } from "../environment.js";
import type { Host, MutationCtx } from "../host.js";
import { flagValue, organizationIdsOf, type StoredDocument } from "../reading/documents.js";
import { type Database, readBehind, type Source, source } from "../reading/keyset.js";
import { type Meter, valueBytes } from "../reading/meter.js";
import { withReaders } from "../reading/readers.js";

/** The organization's rows of a flag. */
export const organizationRows = (host: Host, key: FlagKey, organizationId: string): Source =>
  source("featureFlags", host.indexes.flagsByOrganization, key, "organization", organizationId);

async function first(db: Database, { table, index, values }: Source, meter: Meter) {
  meter.range();
  const range = db.query(table).withIndex(index.name as never, (q) => {
    let builder = q as unknown as { eq(field: string, value: unknown): typeof builder };
    for (const [at, value] of values.entries()) builder = builder.eq(index.fields[at] as string, value);
    return builder as unknown as typeof q;
  });
  const document = (await range.first()) as StoredDocument | null;
  if (document !== null) meter.read(document);
  return document;
}

/** What is stored of an organization. Without an index of artifacts, the newest are looked at only. */
export async function findTraces(
  host: Host,
  { db }: MutationCtx,
  organizationId: string,
  meter: Meter,
): Promise<Traces> {
  const { notesByOrganization, claimsByOrganization, draftsByOrganization, artifactsByOrganization } =
    host.indexes;
  for (const [table, index] of [
    ["voiceNotes", notesByOrganization],
    ["voiceNoteClaims", claimsByOrganization],
    ["insightDrafts", draftsByOrganization],
    ["voiceNoteArtifacts", artifactsByOrganization],
  ] as const) {
    if (index !== null && (await first(db, source(table, index, organizationId), meter)) !== null) {
      return { hasDocuments: true, newestCandidates: [] };
    }
  }
  const newest = artifactsByOrganization === null ? await newestArtifacts(db, meter) : [];
  return { hasDocuments: false, newestCandidates: newest.flatMap(organizationIdsOf) };
}

async function newestArtifacts(db: Database, meter: Meter): Promise<StoredDocument[]> {
  const room = flagRoom(await meter.told(), 0).newestArtifacts;
  return await withReaders(room, meter, async (readers) => {
    meter.range();
    // Stryker disable next-line StringLiteral: convex-test takes every other word for the same
    const iterator = db.query("voiceNoteArtifacts").order("desc")[Symbol.asyncIterator]();
    const artifacts: StoredDocument[] = [];
    while (await readers.mayRead()) {
      const next = await iterator.next();
      const artifact = next.done ? null : (next.value as StoredDocument);
      readers.read(artifact);
      if (artifact === null) return artifacts;
      artifacts.push(artifact);
    }
    // Stryker disable next-line OptionalChaining: Convex's iterators have it, and their type does not say so
    await iterator.return?.();
    return artifacts;
  });
}

export const describedRow = (row: StoredDocument): FlagRow => ({
  value: flagValue(row),
  notes: typeof row.notes === "string" ? row.notes : undefined,
  bytes: valueBytes(row),
});

/** What identifies the first of the organization's rows and its last write: by it a later change is told. */
export async function firstRowStamp(
  { db }: MutationCtx,
  rows: Source,
  meter: Meter,
): Promise<string | undefined> {
  const row = await first(db, rows, meter);
  return row === null ? undefined : JSON.stringify([row._id, flagValue(row), row.updatedAt]);
}

/** What is stored of a flag: what the core is told, and the organization's rows. */
export type StoredFlag = { described: KeyRows; organization: StoredDocument[] };

/** Reads the rows of a flag, where those of so many flags are read behind it. */
export async function readFlag(
  host: Host,
  { db }: MutationCtx,
  key: FlagKey,
  flagsBehind: number,
  organizationId: string,
  meter: Meter,
): Promise<StoredFlag> {
  const { flagsByScope } = host.indexes;
  const platform = await first(db, source("featureFlags", flagsByScope, key, "platform"), meter);
  const rows = organizationRows(host, key, organizationId);
  const { organizationRows: most } = flagRoom(await meter.told(), flagsBehind);
  const organization = await withReaders(most, meter, (readers) =>
    readBehind(db, rows, null, readers, meter),
  );
  const { userRows: mostUsers } = flagRoom(await meter.told(), flagsBehind);
  const users = await withReaders(mostUsers, meter, (readers) =>
    readBehind(db, source("featureFlags", flagsByScope, key, "user"), null, readers, meter),
  );
  return {
    described: {
      environment: environment()[key],
      platform: platform === null ? undefined : flagValue(platform),
      organization: organization.documents.map(describedRow),
      hasMoreOrganizationRows: !organization.isLast,
      userRows: users.documents.length,
      hasMoreUserRows: !users.isLast,
    },
    organization: organization.documents,
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
