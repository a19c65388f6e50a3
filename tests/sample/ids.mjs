// @ts-check

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * A document's id as Convex writes it, which a real backend takes apart when data is imported: the
 * table's number in sevens of bits, 16 bytes of its own, and a checksum (Fletcher's, modulo 256) over both,
 * all in Crockford's base 32.
 *
 * @param {number} tableNumber User tables are numbered from 10001.
 * @param {Uint8Array} own 16 bytes.
 */
export function documentId(tableNumber, own) {
  const bytes = [];
  let rest = tableNumber;
  for (; rest > 0x7f; rest >>>= 7) {
    bytes.push((rest & 0x7f) | 0x80);
  }
  bytes.push(rest, ...own);
  let low = 0;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) & 0xff;
    high = (high + low) & 0xff;
  }
  return base32([...bytes, low, high]);
}

/** @param {number[]} bytes */
function base32(bytes) {
  let text = "";
  let bits = 0;
  let buffer = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) {
      text += alphabet[(buffer >>> (bits - 5)) & 31];
    }
    buffer &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet[(buffer << (5 - bits)) & 31] : text;
}
