import { expect, test } from "vitest";

import { numbersOf } from "../../js-shims/core/protocol";
import cases from "../fixtures/gaps.json";

test.each(cases)("$numbers are read from their gaps", ({ numbers, text }) => {
  expect(numbersOf(text)).toEqual(numbers);
});
