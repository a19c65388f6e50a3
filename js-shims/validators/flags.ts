import { type Infer, v } from "convex/values";

import { byKey, effective, nullable } from "./common.js";

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
  /** The organization may be one of which nothing is stored yet; asked only where the host has no look-up. */
  create: v.optional(v.boolean()),
};
export const disableArgs = { ...changeArgs, disabledBy: v.optional(v.string()) };

export const changeAnswer = v.object({
  /** Both effective values are what was asked for. */
  success: v.boolean(),
  flagsSet: v.array(v.string()),
  changed: v.array(v.string()),
  before: byKey(nullable(v.boolean())),
  after: byKey(nullable(v.boolean())),
  effective: effective(),
  /** Given back as `restore`, brings the rows back to what they were before. */
  previous: v.string(),
  warnings: v.array(v.string()),
  /** What to do next. */
  next: v.array(v.string()),
});
export type ChangeAnswer = Infer<typeof changeAnswer>;
