/** The host's hooks, as the library asks them. */

import type { HookCtx, Host, RolloutFunction } from "../../../js-shims/host";
import { quoted, refuse } from "./arguments";

export async function authorize(
  host: Host,
  { auth, runQuery }: HookCtx,
  rolloutFunction: RolloutFunction,
  organizationId: string | null,
): Promise<void> {
  let isAllowed = false;
  try {
    const request = { function: rolloutFunction, organizationId };
    isAllowed = (await host.authorize?.({ auth, runQuery }, request)) === true;
  } catch {
    // A hook that throws refuses.
  }
  if (isAllowed) return;
  const hint =
    `operators run \`npx convex run scripts/${rolloutFunction}\`, which needs the deployment's key; others need ` +
    "the host's `authorize` hook to let them in";
  refuse("FORBIDDEN", `this caller may not use ${rolloutFunction}`, hint);
}

export async function findOrganization(
  host: Host,
  { auth, runQuery }: HookCtx,
  organizationId: string,
): Promise<void> {
  if (!host.findOrganization) return;
  let row: unknown = null;
  try {
    row = await host.findOrganization({ auth, runQuery }, organizationId);
  } catch {
    // A look-up that throws knows no organization of this id.
  }
  if (row !== null && row !== undefined) return;
  const hint = "check its spelling: it is the organization's id, neither its name nor its slug";
  refuse("ORGANIZATION_NOT_FOUND", `organizationId ${quoted(organizationId)} names no organization`, hint);
}
