// @ts-check
import { inspect } from "node:util";

const maxLines = 256;
const maxLineBytes = 4096;
const cutMark = " (truncated due to length)";

/** Console lines of one outermost function, within Convex's limits of number and length. */
export class LogLines {
  /** @type {string[]} */
  #lines = [];

  /** @param {string} line */
  push(line) {
    if (this.#lines.length < maxLines - 1) {
      this.#lines.push(cut(line));
    } else if (this.#lines.length === maxLines - 1) {
      this.#lines.push(`[ERROR] Log overflow (maximum ${maxLines}). Remaining log lines omitted.`);
    }
  }

  /** @returns {string[]} */
  toJSON() {
    return this.#lines;
  }
}

/**
 * Clients find the level by the brackets at the start and print the rest.
 *
 * @param {string} level
 * @param {readonly unknown[]} values
 */
export function formatLine(level, values) {
  return `[${level}] ${values.map(format).join(" ")}`;
}

/** @param {unknown} value */
function format(value) {
  try {
    return inspect(value, { depth: 6, breakLength: 120 });
  } catch {
    // A getter or a proxy of the function's own may throw; a console line never fails a function.
    return "[value that cannot be shown]";
  }
}

/** @param {string} line */
function cut(line) {
  const bytes = Buffer.from(line, "utf8");
  if (bytes.length <= maxLineBytes) {
    return line;
  }
  let end = maxLineBytes - cutMark.length;
  // Never inside a character: continuation bytes are 10xxxxxx.
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) {
    end -= 1;
  }
  return bytes.subarray(0, end).toString("utf8") + cutMark;
}
