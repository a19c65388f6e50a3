/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";
import type * as actions_migration from "../actions/migration.js";
import type * as lib_featureFlags from "../lib/featureFlags.js";
import type * as lib_organizations from "../lib/organizations.js";
import type * as lib_staff from "../lib/staff.js";
import type * as scripts_disableV2ForOrg from "../scripts/disableV2ForOrg.js";
import type * as scripts_enableV2ForOrg from "../scripts/enableV2ForOrg.js";
import type * as scripts_runMigration from "../scripts/runMigration.js";
import type * as scripts_v2MigrationStatus from "../scripts/v2MigrationStatus.js";
import type * as v2Rollout from "../v2Rollout.js";
import type * as v2RolloutHost from "../v2RolloutHost.js";

/**
 * A utility for referencing Convex functions in your app's API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
declare const fullApi: ApiFromModules<{
  "actions/migration": typeof actions_migration;
  "lib/featureFlags": typeof lib_featureFlags;
  "lib/organizations": typeof lib_organizations;
  "lib/staff": typeof lib_staff;
  "scripts/disableV2ForOrg": typeof scripts_disableV2ForOrg;
  "scripts/enableV2ForOrg": typeof scripts_enableV2ForOrg;
  "scripts/runMigration": typeof scripts_runMigration;
  "scripts/v2MigrationStatus": typeof scripts_v2MigrationStatus;
  v2Rollout: typeof v2Rollout;
  v2RolloutHost: typeof v2RolloutHost;
}>;
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

export declare const components: {
  v2Rollout: import("../../../../js-shims/component/_generated/component.js").ComponentApi<"v2Rollout">;
};
