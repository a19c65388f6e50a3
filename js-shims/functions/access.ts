/** Who may call a public function, and which organizations there are. */

import { refuseCaller, refuseOrganization } from "../core.js";
import type { HookCtx, Host, RolloutFunction } from "../host.js";

/** Lets the caller of a public function in, or throws FORBIDDEN. */
export async function authorize(
  host: Host,
  ctx: HookCtx,
  rolloutFunction: RolloutFunction,
  organizationId: string | null,
): Promise<void> {
  const request = { function: rolloutFunction, organizationId };
  let isAllowed = false;
  try {
    isAllowed = (await host.authorize?.(ctx, request)) === true;
  } catch {
    // A hook that throws refuses.
  }
  if (!isAllowed) refuseCaller(rolloutFunction);
}

/**
 * Asks the host's lookup for the organization, or throws ORGANIZATION_NOT_FOUND. What the lookup throws goes through: a
 * lookup that is broken does not know that there is no such organization.
 */
export async function findOrganization(host: Host, ctx: HookCtx, organizationId: string): Promise<void> {
  if (!host.findOrganization) return;
  const row = await host.findOrganization(ctx, organizationId);
  if (row === null || row === undefined) refuseOrganization(organizationId);
}
