// @ts-check
import { duration } from "../terminal.mjs";

const headLines = 60;
const tailLines = 140;

/** Lines of cargo that tell of work under way, hundreds of them on a fresh machine. */
const progress =
  /^\s*(Compiling|Checking|Downloading|Downloaded|Updating|Locking|Adding|Blocking|Fresh|Finished|Running) /;

/**
 * @param {string} output
 * @returns {string} What a person needs of it: causes are at the beginning (a compiler) or the end (a test
 *   runner), so that a long one loses its middle.
 */
export function excerpt(output) {
  const lines = output
    .trimEnd()
    .split("\n")
    .filter((line) => !progress.test(line));
  if (lines.length <= headLines + tailLines) {
    return lines.join("\n");
  }
  const left = lines.length - headLines - tailLines;
  return [...lines.slice(0, headLines), `[... ${left} lines ...]`, ...lines.slice(-tailLines)].join("\n");
}

/**
 * @param {string} output
 * @returns {string[]} What a step says that it leaves out, and why: nobody would look for it in a log.
 */
export const skipped = (output) => [...new Set(output.match(/^.* are skipped: .*$/gm) ?? [])];

/**
 * @param {string} name
 * @param {number} ms
 * @param {import("./counts.mjs").Counts} counts
 * @param {boolean} isOneCheck
 * @param {Record<"red" | "green", import("../terminal.mjs").Paint>} paint
 */
export function headline(name, ms, { passed, failed, skipped }, isOneCheck, paint) {
  const parts = [duration(ms)];
  if (!isOneCheck) {
    parts.push(`${passed} passed`);
    if (failed > 0) {
      parts.push(`${failed} failed`);
    }
    if (skipped > 0) {
      parts.push(`${skipped} skipped`);
    }
  }
  const verdict = failed > 0 ? paint.red("FAIL") : paint.green("ok  ");
  return `${verdict} ${name} (${parts.join(", ")})`;
}
