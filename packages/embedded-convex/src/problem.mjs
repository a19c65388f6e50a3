// @ts-check

/**
 * A mistake in what the deployment was given: flags, a backend, a snapshot. It is shown as its message
 * alone, since a stack would only say where this program noticed.
 */
export class Problem extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "Problem";
  }
}

/** @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * @param {unknown} error
 * @returns {string | undefined} The system's error code, such as `ENOENT`.
 */
export function codeOf(error) {
  const code = /** @type {{ code?: unknown } | null | undefined} */ (error)?.code;
  return typeof code === "string" ? code : undefined;
}
