import { ConvexError } from "convex/values";

import type { Code, Refusal } from "./core.js";

/**
 * What kind of failure it is. Codes are stable: match on them, not on messages.
 *
 * @example
 * ```ts
 * const isForbidden = (code: RolloutErrorCode) => code === "FORBIDDEN";
 * ```
 */
export type RolloutErrorCode = Code;

/**
 * The data of every `ConvexError` that this library throws. When one is thrown, nothing was written.
 *
 * @example
 * ```ts
 * const sentence = ({ message, hint }: RolloutErrorData) => (hint === undefined ? message : `${message}; ${hint}`);
 * ```
 */
export type RolloutErrorData = { [Field in keyof Refusal]: Refusal[Field] };

/** What an error says. The message of a `ConvexError` is its data as JSON. */
export function messageOf(error: unknown): string {
  if (isRolloutError(error)) return String(error.data.message);
  return error instanceof Error ? error.message : String(error);
}

/**
 * Whether an error is one of this library's, on the server and in clients alike.
 *
 * @example
 * ```ts
 * try {
 *   await client.mutation(api.scripts.enableV2ForOrg.enableV2ForOrg, { organizationId });
 * } catch (error) {
 *   if (!isRolloutError(error)) throw error;
 *   if (error.data.code === "ORGANIZATION_NOT_FOUND") console.warn(error.data.message);
 * }
 * ```
 */
export function isRolloutError(error: unknown): error is ConvexError<RolloutErrorData> {
  if (!(error instanceof ConvexError)) return false;
  const data: unknown = error.data;
  return typeof data === "object" && data !== null && "code" in data && "message" in data;
}
