import { expect, test } from "vitest";

import { Meter } from "../../js-shims/reading/meter";
import { Readers } from "../../js-shims/reading/readers";

test("a reader that is put back again and again gets its turn", async () => {
  // Room for one document of the largest size, not for two side by side.
  const readers = new Readers({ documents: 10_000, bytes: 1.5 * 2 ** 20 }, new Meter({}));
  const tick = async () => {
    for (let nth = 0; nth < 10; nth++) await null;
  };
  expect(readers.mayRead()).toBe(true);
  let answer: boolean | undefined;
  void Promise.resolve(readers.mayRead()).then((told) => {
    answer = told;
  });
  for (let nth = 0; nth < 1_000; nth++) {
    readers.read(null);
    // It is quicker than the one that waits.
    expect(readers.mayRead()).toBe(true);
    await tick();
    expect(answer).toBeUndefined();
  }
  readers.read(null);
  await tick();
  expect(answer).toBe(true);
});
