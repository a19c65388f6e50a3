import { getConvexSize } from "convex/values";
import fc from "fast-check";
import { expect, test } from "vitest";

import { ByteSum, Meter, valueBytes } from "../../js-shims/meter";

/** Short and long texts of one to four bytes a character. */
const text = fc
  .tuple(fc.constantFrom("a", "é", "€", "😀", "a€"), fc.constantFrom(0, 1, 100, 200, 300, 70_000))
  .map(([character, count]) => character.repeat(count));

const document = fc.record({
  text,
  more: fc.oneof(text, fc.double({ noNaN: true }), fc.boolean(), fc.constant(null), fc.constant(undefined)),
  list: fc.array(fc.record({ text }), { maxLength: 3 }),
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

test("a sum exceeds a limit exactly where its bytes do", () => {
  fc.assert(
    fc.property(
      fc.array(document, { maxLength: 4 }),
      fc.array(fc.tuple(fc.constantFrom(0.2, 0.4, 0.99, 1, 1.5, 4), fc.integer({ min: -1, max: 1 }))),
      (documents, shares) => {
        const bytes = documents.map((document) => valueBytes(document)).reduce((a, b) => a + b, 0);
        const sum = new ByteSum();
        for (const document of documents) sum.add(document);
        for (const [share, more] of shares) {
          const limit = Math.floor(bytes * share) + more;
          expect(sum.exceeds(limit)).toBe(bytes > limit);
        }
        expect(sum.total()).toBe(bytes);
        sum.addBytes(5);
        expect(sum.exceeds(bytes + 4)).toBe(true);
        expect(sum.exceeds(bytes + 5)).toBe(false);
      },
    ),
  );
});

test("the runtime is asked once much is read that is not measured", async () => {
  let asked = 0;
  const measure = { used: 7, remaining: 2 ** 24 };
  const meta = {
    getTransactionMetrics: async () => {
      asked += 1;
      return new Proxy({}, { get: () => measure });
    },
  };
  const meter = new Meter({ meta });
  const read = (text: string) => meter.read({ text }, new ByteSum());
  const textless = valueBytes({ text: "" });
  await meter.account();

  read("a".repeat(1_000));
  expect(await meter.used()).toEqual([8, 7 + textless + 1_000, 7, 7, 7, 7, 7]);
  expect(asked).toBe(1);

  for (let nth = 0; nth < 65; nth++) read("€".repeat(1_000));
  expect(await meter.used()).toEqual([7, 7, 7, 7, 7, 7, 7]);
  expect(asked).toBe(2);
  read("a");
  expect(await meter.used()).toEqual([8, 7 + textless + 1, 7, 7, 7, 7, 7]);

  for (let nth = 0; nth < 500; nth++) read("");
  await meter.used();
  expect(asked).toBe(3);
});

test("where the runtime tells nothing, all is measured", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(document, { maxLength: 5 }), async (documents) => {
      const meter = new Meter({});
      const sum = new ByteSum();
      let bytes = 0;
      for (const fields of documents) {
        meter.read(fields, sum);
        bytes += valueBytes(fields);
      }
      expect((await meter.used()).slice(0, 2)).toEqual([documents.length, bytes]);
      expect(sum.total()).toBe(bytes);
    }),
  );
});
