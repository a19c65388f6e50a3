import { describe, expect, test } from "vitest";

import { defineHost, type Wiring } from "../../js-shims";
import { host } from "../backend/convex/v2RolloutHost";

const wired = (options: object) => defineHost({ functions: host.functions, ...options } as Wiring);

describe("defineHost", () => {
  test.each([
    [{}, 240_000, 2 ** 20],
    [{ deadlineMs: 0.5, paceBytesPerSecond: 0 }, 0.5, 0],
    [{ deadlineMs: 3_600_000, paceBytesPerSecond: 5 }, 540_000, 5],
  ])("takes %o", (options, deadlineMs, paceBytesPerSecond) => {
    expect(wired(options)).toMatchObject({ deadlineMs, paceBytesPerSecond });
  });

  const positive = "deadlineMs must be a positive number";
  const zero = "paceBytesPerSecond must be zero or a positive number";
  test.each([
    [{ deadlineMs: Number.NaN }, RangeError, `defineHost: ${positive}, but it is NaN`],
    [{ deadlineMs: 0 }, RangeError, `defineHost: ${positive}, but it is 0`],
    [{ deadlineMs: -1 }, RangeError, `defineHost: ${positive}, but it is -1`],
    [{ deadlineMs: Number.POSITIVE_INFINITY }, RangeError, `defineHost: ${positive}, but it is Infinity`],
    [{ deadlineMs: "4" }, TypeError, "defineHost: deadlineMs must be a number, but it is a string"],
    [{ paceBytesPerSecond: Number.NaN }, RangeError, `defineHost: ${zero}, but it is NaN`],
    [{ paceBytesPerSecond: -5 }, RangeError, `defineHost: ${zero}, but it is -5`],
    [
      { paceBytesPerSecond: 1n },
      TypeError,
      "defineHost: paceBytesPerSecond must be a number, but it is a bigint",
    ],
  ])("refuses %o", (options, kind, message) => {
    expect(() => wired(options)).toThrow(new kind(message));
  });
});
