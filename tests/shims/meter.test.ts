import { getConvexSize } from "convex/values";
import fc from "fast-check";
import { expect, test } from "vitest";

import { Meter, valueBytes } from "../../js-shims/reading/meter";
import { Readers } from "../../js-shims/reading/readers";

/** Short and long texts of one to four bytes a character. */
const text = fc
  .tuple(fc.constantFrom("a", "é", "€", "😀", "a€"), fc.constantFrom(0, 1, 100, 200, 300, 70_000))
  .map(([character, count]) => character.repeat(count));

const document = fc.record({
  text,
  more: fc.oneof(text, fc.double({ noNaN: true }), fc.boolean(), fc.constant(null), fc.constant(undefined)),
  list: fc.array(fc.record({ text }), { maxLength: 3 }),
});

test.each([
  [null, 1],
  [true, 1],
  [false, 1],
  [0, 9],
  [1.5, 9],
  [7n, 9],
  [new ArrayBuffer(0), 2],
  [new ArrayBuffer(300), 302],
  ["", 2],
  ["\u{7f}", 3],
  ["\u{80}", 4],
  ["\u{7ff}", 4],
  ["\u{800}", 5],
  ["\u{d7ff}", 5],
  ["\u{e000}", 5],
  ["\u{ffff}", 5],
  ["\u{10000}", 6],
  ["\u{10ffff}", 6],
  [[], 2],
  [[[], ["a"], null], 2 + 2 + (2 + 3) + 1],
  [{}, 2],
  [{ a: 1, bc: "d", gone: undefined }, 2 + (2 + 9) + (3 + 3)],
  [{ a: { b: [{ c: null }] } }, 2 + (2 + 2 + (2 + 2 + (2 + 2 + 1)))],
])("%o has %i bytes", (value, bytes) => {
  expect(valueBytes(value)).toBe(bytes);
  expect(bytes).toBe(getConvexSize(value as never));
  // So it has in the middle of a long text, and repeated in one.
  if (typeof value === "string") {
    const long = "x".repeat(70_000);
    expect(valueBytes(`${long}${value}${long}`)).toBe(140_000 + bytes);
    for (const count of [256, 257, 40_000]) {
      expect(valueBytes(value.repeat(count))).toBe(2 + count * (bytes - 2));
    }
  }
});

test("a value that Convex does not store has no bytes", () => {
  expect(valueBytes(undefined)).toBe(0);
});

test("what texts hold is left out where their units are counted", () => {
  const texts = { units: 10 };
  expect(valueBytes({ a: "x€", b: ["😀", 1], c: { d: "" } }, texts)).toBe(
    2 + (2 + 2) + (2 + 2 + 2 + 9) + (2 + 2 + 2 + 2),
  );
  expect(texts.units).toBe(10 + 2 + 2 + 0);
});

test("a meter counts ranges, what is inserted, and what is patched", async () => {
  const row = { text: "é" };
  const bytes = valueBytes(row);
  const used = async (ctx: object) => {
    const meter = new Meter(ctx);
    meter.range();
    meter.range();
    meter.insert(row);
    meter.insert(row);
    meter.patch(100);
    const { databaseQueries, documentsRead, bytesRead, documentsWritten, bytesWritten } = (
      await meter.told()
    ).metrics();
    meter.free();
    return [databaseQueries, documentsRead, bytesRead, documentsWritten, bytesWritten].map(
      (metric) => metric.used,
    );
  };
  // The core reckons with 100 bytes per document for what Convex adds to it.
  expect(await used({})).toEqual([2, 1, 100, 3, 2 * bytes + 100 + 3 * 100]);
});

test("a document's bytes are what Convex counts", () => {
  fc.assert(
    fc.property(document, (fields) => {
      expect(valueBytes(fields)).toBeGreaterThanOrEqual(getConvexSize(fields as never));
      const { more, ...defined } = fields;
      const stored = more === undefined ? defined : { ...defined, more };
      expect(valueBytes(fields)).toBe(valueBytes(stored));
    }),
    { numRuns: 200 },
  );
});

test("a document weighs what it has, or less where the runtime tells the rest", () => {
  fc.assert(
    fc.property(document, (fields) => {
      const exact = valueBytes(fields);
      expect(new Meter({}).read(fields)).toEqual({ bytes: exact, units: 0 });
      const { bytes, units } = new Meter({ meta: {} }).read(fields);
      expect(bytes + units).toBeLessThanOrEqual(exact);
      expect(bytes + 3 * units).toBeGreaterThanOrEqual(exact);
    }),
  );
});

test("readers stop exactly where their documents' bytes do", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(document, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(0.2, 0.5, 0.99, 1, 1.01, 2),
      fc.boolean(),
      async (documents, share, isTold) => {
        const sizes = documents.map((fields) => valueBytes(fields));
        const limit = Math.floor(sizes.reduce((a, b) => a + b, 0) * share);
        const readers = new Readers({ documents: 99, bytes: limit }, new Meter(isTold ? { meta: {} } : {}));
        let read = 0;
        for (const fields of documents) {
          if (!(await readers.mayRead())) break;
          readers.read(fields as never);
          read += 1;
        }
        // The first document is always read, and the one that reaches the limit is the last.
        let expected = 0;
        for (let bytes = 0; expected < sizes.length && (expected === 0 || bytes < limit); expected++) {
          bytes += sizes[expected] as number;
        }
        expect(read).toBe(expected);
      },
    ),
    { numRuns: 200 },
  );
});

test("the runtime is asked once much was read that is not measured", async () => {
  let asked = 0;
  const metric = { used: 7, remaining: 2 ** 24 };
  const meta = {
    getTransactionMetrics: async () => {
      asked += 1;
      const names = ["documentsRead", "bytesRead", "databaseQueries", "documentsWritten", "bytesWritten"];
      const all = [...names, "functionsScheduled", "scheduledFunctionArgsBytes"];
      return Object.fromEntries(all.map((name) => [name, metric]));
    },
  };
  const meter = new Meter({ meta });
  const used = async () => {
    const { documentsRead, bytesRead } = (await meter.counted()).metrics();
    return [documentsRead.used, bytesRead.used];
  };
  const read = (text: string) => meter.read({ text });
  const textless = valueBytes({ text: "" });
  await meter.told();

  read("a".repeat(1_000));
  expect(await used()).toEqual([8, 7 + textless + 1_000]);
  expect(asked).toBe(1);

  for (let nth = 0; nth < 65; nth++) read("€".repeat(1_000));
  expect(await used()).toEqual([7, 7]);
  expect(asked).toBe(2);

  for (let nth = 0; nth < 500; nth++) read("");
  await meter.counted();
  expect(asked).toBe(3);
});

test("where the runtime tells nothing although its client asks, the library's own account is exact", async () => {
  let asked = 0;
  const getTransactionMetrics = async () => {
    asked += 1;
    throw new Error("no such call");
  };
  for (const meta of [{ getTransactionMetrics }, {}]) {
    const meter = new Meter({ meta });
    await meter.told();
    const fields = { text: "€".repeat(1_000) };
    expect(meter.read(fields)).toEqual({ bytes: valueBytes(fields), units: 0 });
    meter.insert(fields);
    const { bytesRead, bytesWritten } = (await meter.told()).metrics();
    expect(bytesRead.used).toBe(valueBytes(fields));
    expect(bytesWritten.used).toBeGreaterThanOrEqual(valueBytes(fields));
  }
  expect(asked).toBe(1);
});
