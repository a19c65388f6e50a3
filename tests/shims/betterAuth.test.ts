import type { FunctionReference, GenericActionCtx, GenericMutationCtx, GenericQueryCtx } from "convex/server";
import { describe, expect, test } from "vitest";

import { type BetterAuthOptions, betterAuth } from "../../js-shims/betterAuth";
import { findOrganization } from "../../js-shims/functions/access";
import type { HookCtx } from "../../js-shims/host";
import type { DataModel } from "../backend/convex/_generated/dataModel";
import { host } from "../backend/convex/v2RolloutHost";

/** An id as Convex gives them. */
const id = (name: string) => name.replace(/[ilou]/g, "0").padEnd(32, "7");
const ann = id("ann");
const session = id("session");
const organization = id("a");

type Row = { _id: string; [field: string]: unknown };
type Condition = { field: string; operator?: string; value: string | number };

const rows = (user: object = {}): Row[] => [
  { _id: ann, email: "ann@example.com", role: "admin", ...user },
  { _id: session, token: "t", userId: ann, expiresAt: Date.now() + 60_000 },
  { _id: organization, name: "A", slug: "a" },
];

type Query = FunctionReference<"query", "internal">;
const component = { adapter: { findOne: {} as Query, findMany: {} as Query } };

/** As the component's adapter finds a row: by its id whatever its table, and then by what else is asked. */
function context(stored: Row[], identity: object | null = { subject: ann, sessionId: session }): HookCtx {
  const findOne = (_: unknown, { where }: { model: string; where: Condition[] }) => {
    const [{ value }, ...others] = where as [Condition, ...Condition[]];
    if (value === id("down")) throw new Error("Your request couldn't be completed. Try again later.");
    if (value === id("mistyped")) {
      throw new Error(
        "Uncaught Error: Invalid argument `id` for `db.get`: Unable to decode ID: Invalid checksum",
      );
    }
    if (String(value).length < 31) throw new Error("[Request ID: 1] Server Error");
    const row = stored.find(({ _id }) => _id === value);
    const fits = others.every(({ field, value: bound }) => Number(row?.[field]) > Number(bound));
    return row !== undefined && fits ? row : null;
  };
  return {
    auth: { getUserIdentity: async () => identity },
    runQuery: async (reference: unknown, args: never) => findOne(reference, args),
  } as unknown as HookCtx;
}

describe("authorize", () => {
  type Case = [who: string, expected: boolean, ctx: HookCtx, options?: BetterAuthOptions];
  test.each<Case>([
    ["an admin", true, context(rows())],
    ["an admin with other roles", true, context(rows({ role: "user, admin" }))],
    ["a banned admin", false, context(rows({ banned: true }))],
    ["a user", false, context(rows({ role: "user" }))],
    ["a user whose role only begins so", false, context(rows({ role: "administrator" }))],
    ["a user without a role", false, context(rows({ role: undefined }))],
    ["a user whose role is null", false, context(rows({ role: null }))],
    ["nobody", false, context(rows(), null)],
    ["an identity without a session", false, context(rows(), { subject: ann })],
    ["a session of another one", false, context(rows(), { subject: organization, sessionId: session })],
    ["a session that is not stored", false, context(rows(), { subject: ann, sessionId: id("none") })],
    ["a malformed session", false, context(rows(), { subject: ann, sessionId: "s" })],
    ["a session that ended", false, context(rows().map((row) => ({ ...row, expiresAt: 1 })))],
    ["a user who was deleted", false, context(rows().slice(1))],
    ["a row that is no user", false, context(rows({ email: undefined }))],
    [
      "the host's staff",
      true,
      context(rows({ staff: true })),
      { isPlatformStaff: (user) => user.staff === true },
    ],
    ["an admin who is not", false, context(rows()), { isPlatformStaff: (user) => user.staff === true }],
    ["a later answer", true, context(rows()), { isPlatformStaff: async () => true }],
    ["a truthy answer", false, context(rows()), { isPlatformStaff: (user) => user.role as never }],
  ])("%s: %s", async (_who, expected, ctx, options) => {
    const { authorize } = betterAuth(component, options);
    expect(await authorize(ctx, { function: "runMigration", organizationId: null })).toBe(expected);
  });

  test("an adapter that throws lets nobody in", async () => {
    const { authorize } = betterAuth(component);
    const ctx = context(rows(), { subject: ann, sessionId: id("down") });
    await expect(authorize(ctx, { function: "runMigration", organizationId: null })).rejects.toThrow(
      "Try again",
    );
  });
});

describe("listOrganizations", () => {
  /** As the component's adapter lists rows: by pages, however few it likes. */
  const list = async (stored: Row[], page = 2) => {
    const runQuery = async (
      reference: unknown,
      { model, paginationOpts: { cursor } }: { model: string; paginationOpts: { cursor: string | null } },
    ) => {
      expect([reference, model]).toEqual([component.adapter.findMany, "organization"]);
      const from = Number(cursor ?? 0);
      const isDone = from + page >= stored.length;
      return { page: stored.slice(from, from + page), isDone, continueCursor: String(from + page) };
    };
    return await betterAuth(component).listOrganizations({ runQuery } as unknown as HookCtx);
  };

  test("lists all, over several pages", async () => {
    const stored = Array.from({ length: 5 }, (_, at) => ({
      _id: id(`o${at}`),
      name: `N${at}`,
      slug: `s${at}`,
    }));
    expect(await list(stored)).toEqual(
      stored.map(({ _id, name, slug }) => ({ organizationId: _id, name, slug })),
    );
    expect(await list([])).toEqual([]);
  });

  test("takes no name where there is none", async () => {
    expect(await list([{ _id: organization, name: "", slug: null, metadata: "m" }])).toEqual([
      { organizationId: organization, name: null, slug: null },
    ]);
  });
});

describe("findOrganization", () => {
  test.each<[string, unknown, string, BetterAuthOptions?]>([
    ["one that is stored", expect.objectContaining({ slug: "a" }), organization],
    ["one that is not", null, id("b")],
    ["a user's id", null, ann],
    ["a malformed id, the message redacted", null, "org_a"],
    ["an id whose checksum is wrong", null, id("mistyped")],
    [
      "one known by another field",
      expect.objectContaining({ name: "A" }),
      organization,
      { organizationField: "name" },
    ],
    ["one that lacks the field", null, organization, { organizationField: "plan" }],
  ])("%s", async (_what, expected, organizationId, options) => {
    const lookup = betterAuth(component, options).findOrganization;
    expect(await lookup(context(rows()), organizationId)).toEqual(expected);
  });

  test("an adapter that throws is not an organization that is not there", async () => {
    const wired = { ...host, ...betterAuth(component) };
    await expect(findOrganization(wired, context(rows()), id("down"))).rejects.toThrow("Try again later");
    await expect(findOrganization(wired, context(rows()), id("b"))).rejects.toMatchObject({
      data: { code: "ORGANIZATION_NOT_FOUND" },
    });
  });
});

test("a helper that is written for the host's data model accepts the hooks' context", async () => {
  type Ctx = GenericQueryCtx<DataModel> | GenericMutationCtx<DataModel> | GenericActionCtx<DataModel>;
  const safeGetAuthUser = async (ctx: Ctx) => await ctx.auth.getUserIdentity();
  const authorize: typeof host.authorize = async (ctx) => (await safeGetAuthUser(ctx)) !== null;
  expect(await authorize?.(context([]), { function: "runMigration", organizationId: null })).toBe(true);
});
