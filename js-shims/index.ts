/** What a host's wiring imports. Each of its script files imports the module of its function alone. */

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
