/** Ready-made hooks for a host that signs its users in with `@convex-dev/better-auth`. */

import type { FunctionReference } from "convex/server";

import type { Authorize, FindOrganization, HookCtx, ListedOrganization, ListOrganizations } from "./host.js";

/** What is used of the component: `components.betterAuth` of `_generated/api` is one. */
export type BetterAuthComponent = {
  adapter: {
    findOne: FunctionReference<"query", "internal">;
    findMany: FunctionReference<"query", "internal">;
  };
};

/** A stored row of the component's. Which fields a table has depends on the plugins. */
export type BetterAuthRow = { readonly _id: string; readonly [field: string]: unknown };

/** What `betterAuth` may be told about a host. */
export type BetterAuthOptions = {
  /**
   * Whether a signed-in user belongs to the platform's staff, who may use the public functions on every organization.
   * Without it: who has the role `admin` of the admin plugin and is not banned.
   */
  isPlatformStaff?: (user: BetterAuthRow) => boolean | Promise<boolean>;
  /**
   * A field that every organization has and no other table, by which a row is known to be an organization. `slug`
   * without it, as the organization plugin has it.
   */
  organizationField?: string;
};

/**
 * Gives the hooks of `defineHost`: `authorize` lets in the platform's staff, `findOrganization` finds an organization of
 * the organization plugin by its id, `listOrganizations` lists them all.
 *
 * ```ts
 * import { defineHost } from "v2-rollout";
 * import { betterAuth } from "v2-rollout/betterAuth";
 * import { components, internal } from "./_generated/api";
 *
 * export const host = defineHost({
 *   functions: { ... },
 *   ...betterAuth(components.betterAuth, {
 *     isPlatformStaff: (user) => user.isPlatformStaff === true,
 *   }),
 * });
 * ```
 */
export function betterAuth(
  component: BetterAuthComponent,
  { isPlatformStaff = isAdmin, organizationField = "slug" }: BetterAuthOptions = {},
): { authorize: Authorize; findOrganization: FindOrganization; listOrganizations: ListOrganizations } {
  return {
    authorize: async (ctx) => {
      const user = await signedInUser(component, ctx);
      return user !== null && (await isPlatformStaff(user)) === true;
    },
    findOrganization: async (ctx, organizationId) => {
      const row = await findById(component, ctx, "organization", organizationId);
      return hasText(row, organizationField) ? row : null;
    },
    listOrganizations: async (ctx) => {
      const organizations: ListedOrganization[] = [];
      let cursor: string | null = null;
      for (;;) {
        const page: Page = await ctx.runQuery(component.adapter.findMany, {
          model: "organization",
          paginationOpts: { cursor, numItems: PAGE },
        });
        organizations.push(...page.page.map(listed));
        if (page.isDone) return organizations;
        cursor = page.continueCursor;
      }
    },
  };
}

/** Organizations that are read at once. */
const PAGE = 100;

/** What the adapter answers with. */
type Page = { page: BetterAuthRow[]; isDone: boolean; continueCursor: string };

const listed = (row: BetterAuthRow): ListedOrganization => ({
  organizationId: row._id,
  name: textIn(row, "name"),
  slug: textIn(row, "slug"),
});

const textIn = (row: BetterAuthRow, field: string): string | null =>
  hasText(row, field) ? String(row[field]) : null;

/** The admin plugin stores several roles with commas between them. */
const isAdmin = ({ role, banned }: BetterAuthRow): boolean =>
  banned !== true && typeof role === "string" && role.split(",").some((name) => name.trim() === "admin");

/** The user of a session that is stored and has not ended: a token outlives the session that it was issued for. */
async function signedInUser(component: BetterAuthComponent, ctx: HookCtx): Promise<BetterAuthRow | null> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null || typeof identity["sessionId"] !== "string") return null;
  const { subject, sessionId } = identity;
  const stillGoingOn = { field: "expiresAt", operator: "gt", value: Date.now() };
  const session = await findById(component, ctx, "session", sessionId, [stillGoingOn]);
  if (session?.["userId"] !== subject) return null;
  const user = await findById(component, ctx, "user", subject);
  return hasText(user, "email") ? user : null;
}

type Condition = { field: string; operator: string; value: string | number };

/** The row of an id, or null. The adapter does not look whether it is one of the table that is asked for. */
async function findById(
  component: BetterAuthComponent,
  ctx: HookCtx,
  model: "organization" | "session" | "user",
  id: string,
  conditions: Condition[] = [],
): Promise<BetterAuthRow | null> {
  const where = [{ field: "_id", value: id }, ...conditions];
  // The adapter throws where the id is malformed.
  try {
    const row: BetterAuthRow | null = await ctx.runQuery(component.adapter.findOne, { model, where });
    return row?._id === id ? row : null;
  } catch (error) {
    if (!looksLikeId.test(id) || malformedId.test(String(error))) return null;
    throw error;
  }
}

/** Convex's ids are in Crockford's base32. The message of the error may be redacted, so the id itself is looked at, too. */
const looksLikeId = /^[0-9a-hjkmnp-tv-z]{31,37}$/;

/** How `db.get` refuses an id that only looks like one: a mistyped letter makes its checksum wrong. */
const malformedId = /Invalid argument `id`|Unable to decode ID/;

const hasText = (row: BetterAuthRow | null, field: string): boolean => {
  const value = row?.[field];
  return typeof value === "string" && value !== "";
};
