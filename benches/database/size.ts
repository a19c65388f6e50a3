/** Bytes of documents as Convex counts them. */

const texts = new Map<string, number>();
const values = new WeakMap<object, number>();

/** Measures a text, list or object that many documents share, once. It must not change any more. */
export function share<T extends string | object>(value: T): T {
  if (typeof value === "string") texts.set(value, sizeOf(value));
  else values.set(value, sizeOf(value));
  return value;
}

function textSize(text: string): number {
  // Short ones are cheaper to measure than to find.
  return (text.length > 256 ? texts.get(text) : undefined) ?? 2 + Buffer.byteLength(text);
}

/** The size of a stored value; the same as `getDocumentSize` of convex/values, in less time. */
export function sizeOf(value: unknown): number {
  switch (typeof value) {
    case "string":
      return textSize(value);
    case "number":
    case "bigint":
      return 9;
    case "boolean":
      return 1;
    case "object": {
      if (value === null) return 1;
      const known = values.get(value);
      if (known !== undefined) return known;
      let bytes = 2;
      if (Array.isArray(value)) {
        for (const item of value) bytes += sizeOf(item);
      } else {
        // Field names are ASCII.
        for (const name in value) {
          bytes += name.length + 1 + sizeOf((value as Record<string, unknown>)[name]);
        }
      }
      return bytes;
    }
    default:
      throw new Error(`Convex stores no ${typeof value}`);
  }
}
