/** Where a status finds what it reads. */

import type { Range } from "../core.js";
import type { Host, Index } from "../host.js";
import { everyDocument, type Source, source } from "./keyset.js";
import type { Table } from "./malformed.js";

export const tables: Record<Range["kind"], Table> = {
  platformFlags: "featureFlags",
  organizationFlags: "featureFlags",
  userFlags: "featureFlags",
  notes: "voiceNotes",
  artifacts: "voiceNoteArtifacts",
  claims: "voiceNoteClaims",
  drafts: "insightDrafts",
};

export function sourceOf({ indexes }: Host, range: Range, organizationId: string): Source {
  const table = tables[range.kind];
  switch (range.kind) {
    case "platformFlags":
      return source(table, indexes.flagsByScope, range.key, "platform");
    case "organizationFlags":
      return source(table, indexes.flagsByOrganization, range.key, "organization", organizationId);
    case "userFlags":
      return source(table, indexes.flagsByScope, range.key, "user");
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
export function lookUpOf({ indexes }: Host, range: Range): { table: Table; index: Index } {
  if (range.kind === "notes") return { table: "voiceNoteArtifacts", index: indexes.artifactsByNote };
  if (range.kind === "artifacts") {
    return { table: "voiceNoteTranscripts", index: indexes.transcriptsByArtifact };
  }
  return { table: "voiceNoteEntityResolutions", index: indexes.resolutionsByClaim };
}
