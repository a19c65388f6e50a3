// @ts-check
import { randomBytes } from "node:crypto";
import { ConvexError, convexToJson, jsonToConvex } from "convex/values";

export const convexErrorMark = Symbol.for("ConvexError");

/** What the deployment itself refuses: no function threw it, so it carries no stack. */
export class Refusal extends Error {}

/** What a function threw, out of its realm. */
export class FunctionError extends Error {
  /**
   * @param {string} message
   * @param {string} errorName
   * @param {string[]} frames
   */
  constructor(message, errorName, frames) {
    super(message);
    this.name = errorName;
    this.frames = frames;
  }
}

/**
 * @param {unknown} thrown Of the functions' realm, or of this one if a syscall threw it.
 * @param {(line: string) => string | null} frameOf
 * @returns {Error} Of this realm.
 */
export function fromRealm(thrown, frameOf) {
  if (thrown instanceof Refusal || thrown instanceof FunctionError) {
    return thrown;
  }
  if (typeof thrown !== "object" || thrown === null) {
    return new FunctionError(String(thrown), "Error", []);
  }
  const error = /** @type {any} */ (thrown);
  const frames = framesOf(error, frameOf);
  if (convexErrorMark in error) {
    return Object.assign(new ConvexError(decodeData(error.data)), {
      message: error.message,
      frames,
    });
  }
  return new FunctionError(String(error.message ?? "Error"), String(error.name ?? "Error"), frames);
}

/** @param {unknown} data Encoded by the function's own copy of the convex package. */
function decodeData(data) {
  return typeof data === "string" ? jsonToConvex(JSON.parse(data)) : /** @type {any} */ (data ?? null);
}

/**
 * @param {any} data
 * @returns {string} JSON
 */
export const encodeData = (data) => JSON.stringify(convexToJson(data ?? null));

/**
 * @param {any} error
 * @param {(line: string) => string | null} frameOf
 */
function framesOf(error, frameOf) {
  const stack = typeof error.stack === "string" ? error.stack : "";
  return stack
    .split("\n")
    .filter((/** @type {string} */ line) => /^\s+at /.test(line))
    .map(frameOf)
    .filter((/** @type {string | null} */ line) => line !== null);
}

/**
 * @param {any} error
 * @returns {{ errorMessage: string, errorData?: unknown }} As Convex words it to its clients.
 */
export function describeError(error) {
  const prefix = `[Request ID: ${randomBytes(8).toString("hex")}] Server Error\n`;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Refusal) {
    return { errorMessage: prefix + message };
  }
  const isConvexError = typeof error === "object" && error !== null && convexErrorMark in error;
  const name = isConvexError ? "ConvexError" : (error?.name ?? "Error");
  const frames = (error?.frames ?? []).map((/** @type {string} */ frame) => `\n${frame}`).join("");
  const errorMessage = `${prefix}Uncaught ${name}: ${message}${frames}`;
  return isConvexError ? { errorMessage, errorData: JSON.parse(encodeData(error.data)) } : { errorMessage };
}
