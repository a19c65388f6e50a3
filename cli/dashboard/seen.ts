import { CallFailed, type Problem } from "../connection/errors.js";
import type { Reading } from "./protocol.js";

/** A reading takes at most this share of the time, so that the dashboard is no load on a large deployment. */
const LEAST_REST = 20;

/** Something of the deployment's that is read again from time to time. */
export class Seen<Value> {
  #value: { value: Value; atMs: number } | null = null;
  #problem: Problem | null = null;
  #isReading = false;
  #isWanted = true;
  #endedMs = 0;
  #tookMs = 0;

  constructor(
    private readonly read: () => Promise<Value>,
    private readonly everyMs: number,
    private readonly rest = LEAST_REST,
  ) {}

  get value(): Value | null {
    return this.#value?.value ?? null;
  }

  get reading(): Reading<Value> | null {
    return this.#value === null ? null : { ...this.#value, problem: this.#problem };
  }

  /** Why it could not be read the last time. */
  get problem(): Problem | null {
    return this.#problem;
  }

  /** When it was read last; those that never were come first. */
  get endedMs(): number {
    return this.#isWanted ? 0 : this.#endedMs;
  }

  isDue(nowMs: number, everyMs = this.everyMs): boolean {
    if (this.#isReading) return false;
    return this.#isWanted || nowMs - this.#endedMs >= Math.max(everyMs, this.rest * this.#tookMs);
  }

  /** Read it as soon as can be. */
  want(): void {
    this.#isWanted = true;
  }

  /** Reads it. A refusal of the deployment's is kept; where it does not answer at all, that is thrown. */
  async refresh(): Promise<void> {
    const beganMs = Date.now();
    this.#isReading = true;
    this.#isWanted = false;
    try {
      this.#value = { value: await this.read(), atMs: beganMs };
      this.#problem = null;
    } catch (thrown) {
      if (!(thrown instanceof CallFailed)) {
        this.#isWanted = true;
        throw thrown;
      }
      this.#problem = thrown.problem;
    } finally {
      this.#isReading = false;
      this.#endedMs = Date.now();
      this.#tookMs = this.#endedMs - beganMs;
    }
  }
}
