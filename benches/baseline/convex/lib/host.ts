/** The host, as `tests/backend` wires it: who may use the public doors, and which organizations there are. */

import type { Auth } from "convex/server";

import { internal } from "../../../../tests/backend/convex/_generated/api";
import { refuse } from "./arguments";

export { internal };

type HookCtx = { auth: Auth; runQuery: (...args: never[]) => Promise<unknown> };

export async function authorize(ctx: HookCtx, name: string): Promise<void> {
  const runQuery = ctx.runQuery as (reference: unknown, args: unknown) => Promise<unknown>;
  const identity = await ctx.auth.getUserIdentity();
  if (identity !== null) {
    const { subject } = identity;
    if ((await runQuery(internal.lib.staff.isPlatformStaff, { subject })) === true) return;
  }
  const hint = `operators run \`npx convex run scripts/${name}\``;
  refuse("FORBIDDEN", `this caller may not use ${name}`, hint);
}

export async function findOrganization(
  { runQuery }: Pick<HookCtx, "runQuery">,
  organizationId: string,
): Promise<void> {
  const find = runQuery as (reference: unknown, args: unknown) => Promise<unknown>;
  const row = await find(internal.lib.organizations.find, { organizationId }).catch(() => null);
  if (row === null || row === undefined) {
    refuse("ORGANIZATION_NOT_FOUND", `there is no organization \`${organizationId}\``);
  }
}
