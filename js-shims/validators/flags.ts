import { type Infer, v } from "convex/values";

import type { FlagChangeAnswer } from "../core.js";
import { byKey, effective, flagKey, nullable, type Same } from "./common.js";

const changeArgs = {
  organizationId: v.string(),
  /** Why; kept in the rows' notes. */
  reason: v.optional(v.string()),
  /** The `previous` of an earlier answer: brings the rows back to what they were then. */
  restore: v.optional(v.string()),
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
  previous: v.string(),
  warnings: v.array(v.string()),
  next: v.array(v.string()),
});
/** What `enableV2ForOrg` and `disableV2ForOrg` answer. */
export type ChangeAnswer = FlagChangeAnswer;

true satisfies Same<Infer<typeof changeAnswer>, FlagChangeAnswer>;
