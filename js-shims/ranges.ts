/** The ranges of documents that a status reads, and how they are read. */

import type { StoredDocument } from "./documents.js";
import { flagKeys } from "./flagRows.js";
import type { Host, Index } from "./host.js";
import {
  type Allowance,
  type Database,
  everyDocument,
  type Page,
  readBehind,
  type Source,
  source,
} from "./keyset.js";
import type { Table } from "./malformed.js";
import type { Meter } from "./meter.js";

/** The core's ranges, by their numbers. */
export const ranges = [
  "platformFlags",
  "organizationFlags",
  "userFlags",
  "notes",
  "artifacts",
  "claims",
  "drafts",
] as const;
export type Range = (typeof ranges)[number];

export const tables: Record<Range, Table> = {
  platformFlags: "featureFlags",
  organizationFlags: "featureFlags",
  userFlags: "featureFlags",
  notes: "voiceNotes",
  artifacts: "voiceNoteArtifacts",
  claims: "voiceNoteClaims",
  drafts: "insightDrafts",
};

export function sourceOf(host: Host, range: Range, flag: number, organizationId: string): Source {
  const { indexes } = host;
  const table = tables[range];
  const key = flagKeys[flag] ?? "";
  switch (range) {
    case "platformFlags":
      return source(table, indexes.flagsByScope, key, "platform");
    case "organizationFlags":
      return source(table, indexes.flagsByOrganization, key, "organization", organizationId);
    case "userFlags":
      return source(table, indexes.flagsByScope, key, "user");
    case "notes":
      return source(table, indexes.notesByOrganization, organizationId);
    case "artifacts":
      return indexes.artifactsByOrganization
        ? source(table, indexes.artifactsByOrganization, organizationId)
        : everyDocument(table);
    case "claims":
      return source(table, indexes.claimsByOrganization, organizationId);
    case "drafts":
      return source(table, indexes.draftsByOrganization, organizationId);
  }
}

/** Where that is which belongs to a document of a range. */
export function lookUpOf(host: Host, range: Range): { table: Table; index: Index } {
  const { indexes } = host;
  if (range === "notes") return { table: "voiceNoteArtifacts", index: indexes.artifactsByNote };
  if (range === "artifacts") return { table: "voiceNoteTranscripts", index: indexes.transcriptsByArtifact };
  return { table: "voiceNoteEntityResolutions", index: indexes.resolutionsByClaim };
}

/** What several sources hold, as far as it was read: all of the first `complete`, and of the next maybe a part. */
export type Found = { lists: StoredDocument[][]; complete: number };

/** Reads several sources, so many at once, the first behind a position, until the allowance is spent. What is behind
 * one that broke off is dropped, as if it had not begun. */
export async function readEach(
  db: Database,
  sources: readonly Source[],
  after: string | null,
  width: number,
  allowance: Allowance,
  meter: Meter,
): Promise<Found> {
  const pages: (Page | undefined)[] = [];
  let next = 0;
  const worker = async () => {
    while (next < sources.length && !allowance.isSpent()) {
      const at = next++;
      pages[at] = await readBehind(db, sources[at] as Source, at === 0 ? after : null, allowance, meter);
    }
  };
  const workers: Promise<void>[] = [];
  while (workers.length < width) workers.push(worker());
  await Promise.all(workers);

  const lists: StoredDocument[][] = [];
  let complete = 0;
  for (let at = 0; at < pages.length && complete === at; at++) {
    const read = pages[at];
    if (read) lists.push(read.documents);
    if (read?.isLast) complete += 1;
  }
  return { lists, complete };
}
