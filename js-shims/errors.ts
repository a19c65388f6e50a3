import { ConvexError } from "convex/values";

import type { Code, Refusal } from "./core.js";

/** What kind of failure it is. Stable: match on it. */
export type RolloutErrorCode = Code;

/** The data of every `ConvexError` that this library throws. When one is thrown, nothing was written. */
export type RolloutErrorData = { [Field in keyof Refusal]: Refusal[Field] };

/** Is this error one of this library's? */
export function isRolloutError(error: unknown): error is ConvexError<RolloutErrorData> {
  if (!(error instanceof ConvexError)) return false;
  const data: unknown = error.data;
  return typeof data === "object" && data !== null && "code" in data && "message" in data;
}
