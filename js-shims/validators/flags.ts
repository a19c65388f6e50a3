import { type Infer, v } from "convex/values";

import type { FlagChangeAnswer } from "../core.js";
import { byKey, effective, flagKey, nullable, oneOf, type Same } from "./common.js";

const changeArgs = {
  organizationId: v.string(),
  /** Why; kept in the rows' notes. */
  reason: v.optional(v.string()),
  /** The `previous` of an earlier answer: brings the rows back to what they were then. */
  restore: v.optional(v.string()),
  /** Fail with OVERRULED, and write nothing, where the change would have no effect. */
  check: v.optional(v.boolean()),
};
export const enableArgs = {
  ...changeArgs,
  enabledBy: v.optional(v.string()),
  /** The organization may be one of which nothing is stored yet; asked only where the host has no lookup. */
  create: v.optional(v.boolean()),
};
export const disableArgs = { ...changeArgs, disabledBy: v.optional(v.string()) };

export const changeAnswer = v.object({
  success: v.boolean(),
  flagsSet: v.array(flagKey()),
  changed: v.array(flagKey()),
  before: byKey(nullable(v.boolean())),
  after: byKey(nullable(v.boolean())),
  effective: effective(),
  previous: nullable(v.string()),
  warnings: v.array(v.string()),
  next: v.array(
    v.object({
      function: oneOf("scripts/v2MigrationStatus", "scripts/runMigration"),
      args: v.object({ organizationId: v.string(), dryRun: v.optional(v.boolean()) }),
      why: v.string(),
    }),
  ),
});
/** What `enableV2ForOrg` and `disableV2ForOrg` answer. */
export type ChangeAnswer = FlagChangeAnswer;

true satisfies Same<Infer<typeof changeAnswer>, FlagChangeAnswer>;

/** A change whose further rows are brought to its value, and how far it is. */
export const flagRowsArgs = {
  organizationId: v.string(),
  key: flagKey(),
  enabled: v.boolean(),
  updatedBy: v.string(),
  reason: v.optional(v.string()),
  at: v.string(),
  /** What identifies the first row and its last write, as the change left it. */
  left: v.string(),
  /** Where the rows stand that are dealt with. */
  after: v.string(),
};
const flagRowsArgsObject = v.object(flagRowsArgs);
export type FlagRowsArgs = Infer<typeof flagRowsArgsObject>;
