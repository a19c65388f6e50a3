import type {
  AnyDataModel as ConvexDataModel,
  FunctionReference,
  GenericActionCtx,
  GenericMutationCtx,
  GenericQueryCtx,
} from "convex/server";

export type AnyDataModel = ConvexDataModel;

/**
 * The names of the four functions.
 *
 * @example
 * ```ts
 * const readOnly: RolloutFunction[] = ["v2MigrationStatus"];
 * ```
 */
export type RolloutFunction = "enableV2ForOrg" | "disableV2ForOrg" | "v2MigrationStatus" | "runMigration";

/**
 * The context of the function that was called, whichever kind it is. `auth` and `runQuery` are there in all of them. Its
 * data model is `any`, so that helpers written for the host's own model accept it, such as Better Auth's
 * `authComponent.safeGetAuthUser(ctx)`.
 *
 * @example
 * ```ts
 * const subjectOf = async (ctx: HookCtx) => (await ctx.auth.getUserIdentity())?.subject ?? null;
 * ```
 */
// biome-ignore-start lint/suspicious/noExplicitAny: only `any` is assignable to every host's data model
export type HookCtx = GenericQueryCtx<any> | GenericMutationCtx<any> | GenericActionCtx<any>;
// biome-ignore-end lint/suspicious/noExplicitAny: as above

/**
 * Who may use the public functions: only `true` lets a caller in. A throw is a refusal.
 *
 * @example
 * ```ts
 * const authorize: Authorize = async (ctx, { function: name, organizationId }) =>
 *   organizationId === null
 *     ? await ctx.runQuery(internal.staff.isPlatformStaff, {})
 *     : await ctx.runQuery(internal.staff.mayUse, { name, organizationId });
 * ```
 */
export type Authorize = (
  ctx: HookCtx,
  request: {
    function: RolloutFunction;
    /** Null where the request is about every organization: only who is allowed everything may pass. */
    organizationId: string | null;
  },
) => boolean | Promise<boolean>;

/**
 * Knows the platform's organizations: a row, or null if there is none of this id. A row is an object. Any other answer and a
 * throw are errors, not "there is none".
 *
 * @example
 * ```ts
 * const findOrganization: FindOrganization = async (ctx, organizationId) =>
 *   await ctx.runQuery(internal.organizations.find, { organizationId });
 * ```
 */
export type FindOrganization = (ctx: HookCtx, organizationId: string) => unknown;

/**
 * An organization as `listOrganizations` names it. Other fields are ignored.
 *
 * @example
 * ```ts
 * const organization: ListedOrganization = { organizationId: "org_1", name: "Port Rua Rovers FC", slug: "port-rua" };
 * ```
 */
export type ListedOrganization = { organizationId: string; name?: string | null; slug?: string | null };

/**
 * Lists all organizations of the platform, so that `npx v2-rollout` finds them by name or slug, and knows what `--all`
 * is.
 *
 * @example
 * ```ts
 * const listOrganizations: ListOrganizations = async (ctx) => await ctx.runQuery(internal.organizations.list, {});
 * ```
 */
export type ListOrganizations = (ctx: HookCtx) => Promise<readonly ListedOrganization[]>;

/**
 * An index of the host's: its name, and its fields without `_creationTime` and `_id`, which Convex appends.
 *
 * @example
 * ```ts
 * const byOrganization: Index = { name: "by_org_date", fields: ["orgId", "date"] };
 * ```
 */
export type Index = { name: string; fields: readonly string[] };

/**
 * The indexes that the library reads by. `defineHost` has the names of the ADR as defaults, so a host names only those
 * that differ.
 *
 * @example
 * ```ts
 * const indexes: Partial<Indexes> = {
 *   notesByOrganization: { name: "by_org_date", fields: ["orgId", "date"] },
 * };
 * ```
 */
export type Indexes = {
  /** voiceNotes; the first field is the organization. */
  notesByOrganization: Index;
  /** voiceNoteArtifacts by voiceNoteId. */
  artifactsByNote: Index;
  /** voiceNoteArtifacts, if there is an index that finds every artifact that has the organization among its
   * candidates by its first field. Without one the whole table is read. */
  artifactsByOrganization: Index | null;
  /** voiceNoteTranscripts by artifactId. */
  transcriptsByArtifact: Index;
  /** voiceNoteClaims; the first field is the organization. */
  claimsByOrganization: Index;
  /** voiceNoteClaims by artifactId. */
  claimsByArtifact: Index;
  /** voiceNoteEntityResolutions by claimId. */
  resolutionsByClaim: Index;
  /** insightDrafts; the first field is the organization. */
  draftsByOrganization: Index;
  /** featureFlags by featureKey and scope. */
  flagsByScope: Index;
  /** featureFlags by featureKey, scope and organizationId. */
  flagsByOrganization: Index;
};

/**
 * The ledger, as a host's `_generated/api` has it once `convex.config.ts` installs it.
 *
 * @example
 * ```ts
 * const ledger: Ledger = components.v2Rollout;
 * ```
 */
export type Ledger = {
  store: {
    run: FunctionReference<"query", "internal">;
    runsInTheWay: FunctionReference<"query", "internal">;
    runs: FunctionReference<"query", "internal">;
    putRun: FunctionReference<"mutation", "internal">;
    failures: FunctionReference<"query", "internal">;
    addChange: FunctionReference<"mutation", "internal">;
    changes: FunctionReference<"query", "internal">;
    prune: FunctionReference<"mutation", "internal">;
  };
};

/**
 * What a host passes to `defineHost`.
 *
 * @example
 * ```ts
 * const wiring: Wiring = {
 *   functions: {
 *     setFeatureFlag: internal.lib.featureFlags.setFeatureFlag,
 *     migrateVoiceNotesToV2: internal.actions.migration.migrateVoiceNotesToV2,
 *     v2Rollout: internal.v2Rollout,
 *   },
 *   authorize: identityClaim("role", "platform_staff"),
 * };
 * ```
 */
export type Wiring = {
  functions: {
    /** The host's `internal.lib.featureFlags.setFeatureFlag`. */
    setFeatureFlag: FunctionReference<"mutation", "internal">;
    /** The host's `internal.actions.migration.migrateVoiceNotesToV2`. */
    migrateVoiceNotesToV2: FunctionReference<"action", "internal">;
    /** The library's own, as the host exports them: `internal.v2Rollout`. */
    v2Rollout: {
      statusPage: FunctionReference<"query", "internal">;
      migrationPage: FunctionReference<"query", "internal">;
      migrationBatch: FunctionReference<"mutation", "internal">;
      flagRows: FunctionReference<"mutation", "internal">;
      startRun: FunctionReference<"mutation", "internal">;
      beginLeg: FunctionReference<"mutation", "internal">;
      endLeg: FunctionReference<"mutation", "internal">;
      leg: FunctionReference<"action", "internal">;
      watch: FunctionReference<"mutation", "internal">;
    };
  };
  /** The ledger of runs and changes: `components.v2Rollout`, installed by `app.use` in `convex.config.ts`. Without it
   * runs are not registered, and end with the command. */
  ledger?: Ledger;
  /** Who may use the public functions. Without it nobody may. */
  authorize?: Authorize;
  /** Knows the organizations. Without it any well-formed id is taken for one. */
  findOrganization?: FindOrganization;
  /** Lists the organizations, for `npx v2-rollout`. Without it they are named by their ids. */
  listOrganizations?: ListOrganizations;
  /** Indexes that have other names than the ADR's. */
  indexes?: Partial<Indexes>;
  /** `migrateVoiceNotesToV2` is the host's old action, not the relay to `internal.v2Rollout.migrate`. */
  legacyMigration?: boolean;
  /** After how long an action ends itself, in milliseconds. 4 minutes; `npx convex run` waits for 5.
   * 9 minutes at the most. */
  deadlineMs?: number;
  /** Bytes a second that a migration writes on average: a quarter of what the smallest deployment class can
   * take, 1 MiB. 0: as fast as it can. */
  paceBytesPerSecond?: number;
};

/**
 * A wired host: what `defineHost` gives, and what the makers of the functions take.
 *
 * @example
 * ```ts
 * const host: Host = defineHost(wiring);
 * const functions = runMigrationFunctions(host);
 * ```
 */
export type Host = Readonly<Omit<Wiring, "indexes" | "deadlineMs" | "paceBytesPerSecond">> & {
  readonly indexes: Indexes;
  readonly deadlineMs: number;
  readonly paceBytesPerSecond: number;
};

const defaultIndexes: Indexes = {
  notesByOrganization: { name: "by_orgId", fields: ["orgId"] },
  artifactsByNote: { name: "by_voiceNoteId", fields: ["voiceNoteId"] },
  artifactsByOrganization: null,
  transcriptsByArtifact: { name: "by_artifactId", fields: ["artifactId"] },
  claimsByOrganization: { name: "by_org_and_coach", fields: ["organizationId", "coachUserId"] },
  claimsByArtifact: { name: "by_artifactId", fields: ["artifactId"] },
  resolutionsByClaim: { name: "by_claimId", fields: ["claimId"] },
  draftsByOrganization: {
    name: "by_org_and_coach_and_status",
    fields: ["organizationId", "coachUserId", "status"],
  },
  flagsByScope: { name: "by_featureKey_and_scope", fields: ["featureKey", "scope"] },
  flagsByOrganization: {
    name: "by_featureKey_scope_org",
    fields: ["featureKey", "scope", "organizationId"],
  },
};

/** Latest end of an action: the relay runs in Node, where Convex ends an action after 10 minutes without an
 * answer, and the last transaction takes its time. */
const LATEST_DEADLINE_MS = 9 * 60 * 1_000;

/** A number of a wiring, which a host may have reckoned, or read from a text. */
function checked(name: string, value: number, least: "positive" | "zeroOrPositive"): number {
  if (typeof value !== "number") {
    throw new TypeError(`defineHost: ${name} must be a number, but it is a ${typeof value}`);
  }
  if (!Number.isFinite(value) || value < 0 || (value === 0 && least === "positive")) {
    const rule = least === "positive" ? "a positive number" : "zero or a positive number";
    throw new RangeError(`defineHost: ${name} must be ${rule}, but it is ${value}`);
  }
  return value;
}

/**
 * Wires the library into a host. `convex/v2RolloutHost.ts` calls it once, and the other files import the result.
 *
 * @example
 * ```ts
 * export const host = defineHost({
 *   functions: {
 *     setFeatureFlag: internal.lib.featureFlags.setFeatureFlag,
 *     migrateVoiceNotesToV2: internal.actions.migration.migrateVoiceNotesToV2,
 *     v2Rollout: internal.v2Rollout,
 *   },
 *   authorize: identityClaim("role", "platform_staff"),
 *   findOrganization: async (ctx, organizationId) =>
 *     await ctx.runQuery(internal.organizations.find, { organizationId }),
 * });
 * ```
 *
 * @throws RangeError where a number is not finite, negative, or (`deadlineMs`) zero: an action would never end, or do
 * nothing.
 */
export function defineHost(wiring: Wiring): Host {
  const deadlineMs = checked("deadlineMs", wiring.deadlineMs ?? 4 * 60 * 1_000, "positive");
  return {
    ...wiring,
    indexes: { ...defaultIndexes, ...wiring.indexes },
    deadlineMs: Math.min(deadlineMs, LATEST_DEADLINE_MS),
    paceBytesPerSecond: checked("paceBytesPerSecond", wiring.paceBytesPerSecond ?? 2 ** 20, "zeroOrPositive"),
  };
}

/** When an action that begins now is to end, in milliseconds since 1970. */
export const endOfAction = (host: Host): number => Date.now() + host.deadlineMs;

export type QueryCtx = GenericQueryCtx<AnyDataModel>;
export type MutationCtx = GenericMutationCtx<AnyDataModel>;
export type ActionCtx = GenericActionCtx<AnyDataModel>;
