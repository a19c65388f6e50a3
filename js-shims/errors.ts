import { ConvexError, type Value } from "convex/values";

/** What kind of failure it is. Stable: match on it. */
export type RolloutErrorCode =
  | "INVALID_ARGUMENT"
  | "ORGANIZATION_NOT_FOUND"
  | "FORBIDDEN"
  | "INVALID_CURSOR"
  | "NOT_COMPLETE"
  | "MALFORMED_DOCUMENT"
  | "INTERNAL";

/** The data of every `ConvexError` that this library throws. When one is thrown, nothing was written. */
export type RolloutErrorData = {
  code: RolloutErrorCode;
  /** What is wrong: lower-case, no full stop, the caller's input in backticks. */
  message: string;
  /** What to do about it. */
  hint?: string;
};

/** Is this error one of this library's? */
export function isRolloutError(error: unknown): error is ConvexError<RolloutErrorData> {
  if (!(error instanceof ConvexError)) return false;
  const data: unknown = error.data;
  return typeof data === "object" && data !== null && "code" in data && "message" in data;
}

/** Throws the refusal that the core answered with, if it did. */
export function throwIfRefused(refusal: unknown): void {
  if (refusal !== null && refusal !== undefined) throw new ConvexError(refusal as Value);
}
