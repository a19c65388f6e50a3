// @ts-check

/**
 * What an output can show.
 *
 * @typedef {object} Terminal
 * @property {boolean} isLive Whether a line can be rewritten in place.
 * @property {boolean} hasColor
 * @property {number} width In columns.
 */

const unknownWidth = 80;

/**
 * @param {{ isTTY?: boolean, columns?: number }} stream
 * @param {NodeJS.ProcessEnv} env `NO_COLOR` with any text switches colours off (no-color.org).
 * @returns {Terminal}
 */
export function terminalOf(stream, env) {
  const isLive = stream.isTTY === true && env.TERM !== "dumb";
  return { isLive, hasColor: isLive && !env.NO_COLOR, width: stream.columns || unknownWidth };
}

/** @typedef {(text: string) => string} Paint */
/** @typedef {"bold" | "dim" | "red" | "green" | "yellow" | "cyan"} Style */

/** @type {Record<Style, [on: number, off: number]>} */
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/**
 * @param {boolean} hasColor
 * @returns {Record<Style, Paint>}
 */
export function paints(hasColor) {
  const entries = Object.entries(codes).map(([style, [on, off]]) => {
    /** @type {Paint} */
    const paint = (text) => (hasColor && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text);
    return [style, paint];
  });
  return Object.fromEntries(entries);
}

/** @param {number} ms */
export function duration(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const clearLine = "\r\x1b[K";

/**
 * Shows a line and rewrites it each second. Where that is not possible, nothing is shown.
 *
 * @param {{ write(text: string): unknown }} stream
 * @param {Terminal} terminal
 * @param {(elapsedMs: number) => string} textOf
 * @returns {() => void} Takes the line away.
 */
export function liveLine(stream, { isLive, width }, textOf) {
  if (!isLive) {
    return () => {};
  }
  const start = performance.now();
  const draw = () => {
    stream.write(clearLine + textOf(performance.now() - start).slice(0, width - 1));
  };
  draw();
  const timer = setInterval(draw, 1000);
  return () => {
    clearInterval(timer);
    stream.write(clearLine);
  };
}
