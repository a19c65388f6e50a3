import { forbidden, type Open, organizationNotFound } from "./core/protocol.js";
import { throwIfRefused } from "./errors.js";
import type { HookCtx, Host, RolloutFunction } from "./host.js";

/** Lets the caller of a public door in, or throws FORBIDDEN. */
export async function authorize(
  host: Host,
  ctx: HookCtx,
  rolloutFunction: RolloutFunction,
  organizationId: string | null,
  open: Open,
): Promise<void> {
  const hookCtx: HookCtx = { auth: ctx.auth, runQuery: ctx.runQuery };
  const request = { function: rolloutFunction, organizationId };
  let isAllowed = false;
  try {
    isAllowed = (await host.authorize?.(hookCtx, request)) === true;
  } catch {
    // A hook that throws refuses.
  }
  if (isAllowed) return;
  throwIfRefused(forbidden(open, rolloutFunction));
}

/** Asks the host's look-up for the organization, or throws ORGANIZATION_NOT_FOUND. */
export async function findOrganization(
  host: Host,
  ctx: HookCtx,
  organizationId: string,
  open: Open,
): Promise<void> {
  if (!host.findOrganization) return;
  const hookCtx: HookCtx = { auth: ctx.auth, runQuery: ctx.runQuery };
  let row: unknown = null;
  try {
    row = await host.findOrganization(hookCtx, organizationId);
  } catch {
    // A look-up that throws knows no organization of this id.
  }
  if (row !== null && row !== undefined) return;
  throwIfRefused(organizationNotFound(open, organizationId));
}
