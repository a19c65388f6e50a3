/** The two flags, and what their rows tell the core. */

import type { StoredDocument } from "./documents.js";

declare const process: { env: Record<string, string | undefined> };

/** The two flags, as the core knows them. */
export const flagKeys = ["voice_notes_v2", "entity_resolution_v2"] as const;

/** The deployment's values of the variables that overrule the two flags. */
export const environment = (): [voiceNotes: string | undefined, entityResolution: string | undefined] => [
  process.env.VOICE_NOTES_V2_GLOBAL,
  process.env.ENTITY_RESOLUTION_V2_GLOBAL,
];

/** The fact of a flag row. */
export function flagFact(row: StoredDocument): number {
  return row.enabled === true ? 1 : row.enabled === false ? 0 : 2;
}
