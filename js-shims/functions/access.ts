/** Who may call a public function, and which organizations there are. */

import { lookupRetryMs, refuse } from "../core.js";
import { messageOf } from "../errors.js";
import type { HookCtx, Host, RolloutFunction } from "../host.js";
import { wait } from "../wait.js";

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
  await lookUp(host, ctx, organizationId);
}

/** The same in an action, which has timers: a lookup that fails is tried again, until the action is to end. */
export async function findOrganizationInAction(
  host: Host,
  ctx: HookCtx,
  organizationId: string,
): Promise<void> {
  const sinceMs = Date.now();
  const endMs = sinceMs + host.deadlineMs;
  let failures = 0;
  await lookUp(host, ctx, organizationId, async (message) => {
    const waitMs = lookupRetryMs(message, failures++, sinceMs, Date.now(), endMs, Math.random());
    if (waitMs !== undefined) await wait(waitMs);
    return waitMs !== undefined;
  });
}

/** What a lookup answered that is no row. */
function shown(answer: unknown): string {
  if (Array.isArray(answer)) return "an array";
  return typeof answer === "string" ? `the text \`${answer}\`` : String(answer);
}

async function lookUp(
  host: Host,
  ctx: HookCtx,
  organizationId: string,
  mayTryAgain?: (message: string) => Promise<boolean>,
): Promise<void> {
  if (!host.findOrganization) return;
  for (;;) {
    let row: unknown;
    try {
      row = await host.findOrganization(ctx, organizationId);
    } catch (error) {
      const message = messageOf(error);
      if (await mayTryAgain?.(message)) continue;
      refuse({ kind: "failedLookup", organizationId, message });
    }
    if (row === null) refuse({ kind: "noOrganization", organizationId });
    if (typeof row === "object" && !Array.isArray(row)) return;
    const message = `it answered ${shown(row)}, neither a row nor null`;
    refuse({ kind: "failedLookup", organizationId, message });
  }
}
