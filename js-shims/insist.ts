import { retryMs } from "./core.js";
import { messageOf } from "./errors.js";
import { wait } from "./wait.js";

/** Tries a call again where that may help, until `endMs`; a failure that is final is thrown at once. */
export async function insist<T>(
  endMs: number,
  call: () => Promise<T>,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<T> {
  const sinceMs = Date.now();
  for (let failures = 0; ; failures++) {
    try {
      return await call();
    } catch (error) {
      const waitMs = isFinal(error)
        ? undefined
        : retryMs(messageOf(error), failures, sinceMs, Date.now(), endMs, Math.random());
      if (waitMs === undefined) throw error;
      await wait(waitMs);
    }
  }
}
