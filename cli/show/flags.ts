import type { StatusAnswer } from "../operator/answers.js";

/** What decides a flag. */
export const decidedBy: Record<StatusAnswer["effective"]["voice_notes_v2"]["reason"], string> = {
  ENVIRONMENT: "an environment variable decides for all",
  PLATFORM: "the platform row decides for all",
  ORGANIZATION: "the organization's row",
  DEFAULT: "no row: off by default",
};

/** The value of an organization's row. */
export const rowOf = (value: boolean | null): string => (value === null ? "none" : value ? "on" : "off");
