/** Who may call a public function, and which organizations there are. */

import { refuse } from "../core.js";
import { messageOf } from "../errors.js";
import type { HookCtx, Host, RolloutFunction } from "../host.js";
import { insist } from "../insist.js";

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
    // Stryker disable next-line OptionalChaining: without a hook, what it throws then refuses as well
    isAllowed = (await host.authorize?.(ctx, request)) === true;
  } catch {
    // A hook that throws refuses.
  }
  if (!isAllowed) refuse({ kind: "strangeCaller", functionName: rolloutFunction });
}

/** Asks the host's lookup for the organization, or throws ORGANIZATION_NOT_FOUND; LOOKUP_FAILED where the lookup
 * fails. */
export async function findOrganization(host: Host, ctx: HookCtx, organizationId: string): Promise<void> {
  await lookUp(host, ctx, organizationId, (lookup) => lookup());
}

/** The same in an action, which has timers: a lookup that fails is tried again, until `endMs`. */
export async function findOrganizationInAction(
  host: Host,
  ctx: HookCtx,
  organizationId: string,
  endMs: number,
): Promise<void> {
  await lookUp(host, ctx, organizationId, (lookup) => insist(endMs, lookup));
}

async function lookUp(
  host: Host,
  ctx: HookCtx,
  organizationId: string,
  attempt: (lookup: () => Promise<unknown>) => Promise<unknown>,
): Promise<void> {
  const { findOrganization } = host;
  if (!findOrganization) return;
  let row: unknown;
  try {
    row = await attempt(async () => await findOrganization(ctx, organizationId));
  } catch (error) {
    refuse({ kind: "failedLookup", organizationId, message: messageOf(error) });
  }
  if (row === null) refuse({ kind: "noOrganization", organizationId });
  if (typeof row === "object" && !Array.isArray(row)) return;
  const message = `it answered ${shown(row)}, neither a row nor null`;
  refuse({ kind: "failedLookup", organizationId, message });
}

/** What a lookup answered that is no row. */
function shown(answer: unknown): string {
  if (Array.isArray(answer)) return "an array";
  return typeof answer === "string" ? `the text \`${answer}\`` : String(answer);
}
