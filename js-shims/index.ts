/**
 * What a host's wiring imports. Each of its script files imports only the module of its own function, such as
 * `v2-rollout/runMigration`, because Convex loads what a file imports in every call.
 *
 * @example
 * ```ts
 * import { defineHost, type Host } from "v2-rollout";
 * ```
 *
 * @packageDocumentation
 */

export { isRolloutError, type RolloutErrorCode, type RolloutErrorData } from "./errors.js";
export { allowList, anyone, identityClaim } from "./hooks.js";
export {
  type Authorize,
  defineHost,
  type FindOrganization,
  type HookCtx,
  type Host,
  type Index,
  type Indexes,
  type Ledger,
  type ListedOrganization,
  type ListOrganizations,
  type RolloutFunction,
  type Wiring,
} from "./host.js";
export type {
  ChangeAnswer,
  LegacyMigrationAnswer,
  MigrationAnswer,
  MigrationArgs,
  StatusAnswer,
  StatusArgs,
} from "./validators/index.js";
