import { type ByKey, constants } from "./core.js";
import type { Host } from "./host.js";

declare const process: { env: Record<string, string | undefined> };

/** The deployment's values of the variables that overrule the two flags. */
export function environment(): ByKey<string | undefined> {
  const { voice_notes_v2, entity_resolution_v2 } = constants.flagVariables;
  return {
    voice_notes_v2: process.env[voice_notes_v2],
    entity_resolution_v2: process.env[entity_resolution_v2],
  };
}

/** What a cursor belongs to beside its call: the deployment, where the runtime tells which it is, and the host's
 * indexes. */
export const boundTo = (host: Host): { deployment: string | undefined; indexes: string } => ({
  deployment: process.env.CONVEX_CLOUD_URL,
  indexes: JSON.stringify(host.indexes),
});
