import { type ByKey, constants } from "./core.js";

declare const process: { env: Record<string, string | undefined> };

/** The deployment's values of the variables that overrule the two flags. */
export function environment(): ByKey<string | undefined> {
  const { voice_notes_v2, entity_resolution_v2 } = constants.flagVariables;
  return {
    voice_notes_v2: process.env[voice_notes_v2],
    entity_resolution_v2: process.env[entity_resolution_v2],
  };
}
