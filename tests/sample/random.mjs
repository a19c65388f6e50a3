// @ts-check

/**
 * Numbers that look random and are the same on every run (mulberry32).
 *
 * @param {number} seed
 */
export function randomFrom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** @param {number} end @returns {number} A whole number below `end`. */
  const below = (end) => Math.floor(next() * end);
  return {
    next,
    below,
    /** @template T @param {readonly T[]} values @returns {T} */
    pick: (values) => values[below(values.length)],
    /** @param {number} length */
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
    /** @template T @param {T[]} values @returns {T[]} The same array, in another order. */
    shuffle: (values) => {
      for (let at = values.length - 1; at > 0; at -= 1) {
        const other = below(at + 1);
        [values[at], values[other]] = [values[other], values[at]];
      }
      return values;
    },
  };
}

/** @typedef {ReturnType<typeof randomFrom>} Random */

/** @param {Random} random */
export function uuidFrom(random) {
  const bytes = random.bytes(16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
