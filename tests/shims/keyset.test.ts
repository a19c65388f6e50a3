import { expect, test } from "vitest";

import { Allowance } from "../../js-shims/keyset";
import { Meter } from "../../js-shims/meter";

test("a reader that is put back again and again holds no more than one that waits once", async () => {
  // Room for one document of the largest size, not for two side by side.
  const allowance = new Allowance({ documents: 10_000, bytes: 1.5 * 2 ** 20 }, new Meter({}));
  const tick = async () => {
    for (let nth = 0; nth < 10; nth++) await null;
  };
  expect(allowance.mayAsk()).toBe(true);
  let answer: boolean | undefined;
  void Promise.resolve(allowance.mayAsk()).then((told) => {
    answer = told;
  });
  for (let nth = 0; nth < 1_000; nth++) {
    allowance.onAnswered(null);
    // It is quicker than the one that waits.
    expect(allowance.mayAsk()).toBe(true);
    await tick();
    expect(answer).toBeUndefined();
  }
  allowance.onAnswered(null);
  // A promise for each time that it was put back would take a thousand turns.
  await tick();
  expect(answer).toBe(true);
});
