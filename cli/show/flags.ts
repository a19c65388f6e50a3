import type { FlagChangeAnswer, StatusAnswer } from "../operator/answers.js";

/** What decides a flag. */
export const decidedBy: Record<StatusAnswer["effective"]["voice_notes_v2"]["reason"], string> = {
  ENVIRONMENT: "an environment variable decides for all",
  PLATFORM: "the platform row decides for all",
  ORGANIZATION: "the organization's row",
  DEFAULT: "no row: off by default",
};

/** The value of an organization's row. */
export const rowOf = (value: boolean | null): string => (value === null ? "none" : value ? "on" : "off");

/** Both rows in a few words: `both rows on`, `no rows`, `voice_notes_v2 on, entity_resolution_v2 none`. */
export function rowsOf({
  voice_notes_v2: notes,
  entity_resolution_v2: entities,
}: FlagChangeAnswer["before"]): string {
  if (notes !== entities) return `voice_notes_v2 ${rowOf(notes)}, entity_resolution_v2 ${rowOf(entities)}`;
  return notes === null ? "no rows" : `both rows ${rowOf(notes)}`;
}
