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
  const hookCtx: HookCtx = { auth: ctx.auth, runQuery: ctx.runQuery };
  const request = { function: rolloutFunction, organizationId };
  let isAllowed = false;
  try {
    isAllowed = (await host.authorize?.(hookCtx, request)) === true;
  } catch {
    // A hook that throws refuses.
  }
  if (!isAllowed) refuseCaller(rolloutFunction);
}

/** Asks the host's lookup for the organization, or throws ORGANIZATION_NOT_FOUND. */
export async function findOrganization(host: Host, ctx: HookCtx, organizationId: string): Promise<void> {
  if (!host.findOrganization) return;
  const hookCtx: HookCtx = { auth: ctx.auth, runQuery: ctx.runQuery };
  let row: unknown = null;
  try {
    row = await host.findOrganization(hookCtx, organizationId);
  } catch {
    // A lookup that throws knows no organization of this id.
  }
  if (row === null || row === undefined) refuseOrganization(organizationId);
}
