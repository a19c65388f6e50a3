// @ts-check
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "./errors.mjs";
import { messageOf, Problem } from "./problem.mjs";

/**
 * @typedef {object} Fault What goes wrong with which calls, as people write it.
 * @property {"query" | "mutation"} on Calls of this kind: those of clients, actions and the scheduler.
 * @property {string} [path] Only functions whose path contains this, such as `books:add`; calls within a
 *   transaction match, too.
 * @property {number} [from] The first matching call that is affected, counted from 1 since the start; default 1.
 * @property {number} [count] How many calls are affected; default 1; 0 for all from there on.
 * @property {number} [forMs] Instead of `count`: calls that begin within so many milliseconds of the first one.
 * @property {string} [message] The call fails with this text and does not commit.
 * @property {true} [lostAnswer] The call commits and then fails.
 * @property {number} [delayMs] The answer comes so many milliseconds later.
 * @property {true} [exit] The process ends when the call has committed.
 */

/**
 * @typedef {object} Plan What happens to one call.
 * @property {string | null} message
 * @property {boolean} isAnswerLost
 * @property {number} delayMs
 * @property {boolean} exit
 */

/**
 * @typedef {object} Callee
 * @property {import("./functions.mjs").Kind} kind
 * @property {string} path
 */

/** What Convex says when it cannot tell whether a call has committed. */
const lostAnswer = "Your request couldn't be completed. Try again later.";

const effects = ["message", "lostAnswer", "delayMs", "exit"];
// The longest that a timer of Node.js can wait.
const maxMs = 2 ** 31 - 1;
const firstRetryMs = 50;
const maxRetryMs = 2000;

/** @param {unknown} value */
const isText = (value) => typeof value === "string" && value !== "";

/** @param {number} least */
const isWhole = (least) => (/** @type {unknown} */ value) =>
  Number.isSafeInteger(value) && Number(value) >= least;

/** @param {unknown} value */
const isMs = (value) => isWhole(1)(value) && Number(value) <= maxMs;

/** @type {Record<string, [(value: unknown) => boolean, string]>} */
const fields = {
  on: [(value) => value === "query" || value === "mutation", '"query" or "mutation"'],
  path: [isText, "a part of a function's path"],
  from: [isWhole(1), "a whole number from 1"],
  count: [isWhole(0), "a whole number from 0"],
  forMs: [isMs, "a whole number of milliseconds from 1"],
  message: [isText, "a text"],
  lostAnswer: [(value) => value === true, "true"],
  delayMs: [isMs, "a whole number of milliseconds from 1"],
  exit: [(value) => value === true, "true"],
};

/**
 * @param {string} text JSON
 * @returns {Fault}
 * @throws {Problem}
 */
export function parseFault(text) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Problem(`a fault is a JSON object, got \`${text}\`: ${messageOf(error)}`);
  }
  return checkFault(value);
}

/**
 * @param {unknown} value
 * @returns {Fault}
 * @throws {Problem}
 */
export function checkFault(value) {
  const got = JSON.stringify(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Problem(`a fault is a JSON object, got \`${got}\``);
  }
  for (const [name, given] of Object.entries(value)) {
    if (!Object.hasOwn(fields, name)) {
      const known = Object.keys(fields).join("`, `");
      throw new Problem(`a fault has no field \`${name}\`, only \`${known}\``);
    }
    const [isRight, expected] = fields[name];
    if (!isRight(given)) {
      throw new Problem(`\`${name}\` of a fault is ${expected}, got \`${JSON.stringify(given)}\``);
    }
  }
  if (!("on" in value)) {
    throw new Problem(`\`on\` of a fault is missing in \`${got}\``);
  }
  if ("count" in value && "forMs" in value) {
    throw new Problem(`\`count\` and \`forMs\` of a fault cannot be combined, got \`${got}\``);
  }
  if (effects.filter((name) => name in value).length !== 1) {
    throw new Problem(`a fault has exactly one of \`${effects.join("`, `")}\`, got \`${got}\``);
  }
  return /** @type {Fault} */ (value);
}

/** A fault and the calls that it has seen. */
class CountedFault {
  #calls = 0;
  #beganAt = 0;

  /** @param {Fault} fault */
  constructor(fault) {
    this.fault = fault;
  }

  /**
   * Counts a call if it matches.
   *
   * @param {Callee} callee
   * @param {boolean} isNested
   * @returns {boolean} Whether it is affected.
   */
  hits({ kind, path }, isNested) {
    const { on, path: part, from = 1, count = 1, forMs } = this.fault;
    if (kind !== on || (part === undefined ? isNested : !path.includes(part))) {
      return false;
    }
    this.#calls += 1;
    if (this.#calls < from) {
      return false;
    }
    if (forMs === undefined) {
      return count === 0 || this.#calls < from + count;
    }
    const now = Number(process.hrtime.bigint()) / 1e6;
    if (this.#calls === from) {
      this.#beganAt = now;
    }
    return now - this.#beganAt <= forMs;
  }
}

/** The faults of a deployment. Each one counts the calls that match it, whatever the others do to them. */
export class Faults {
  /** @type {CountedFault[]} */
  #faults = [];
  #exit;

  /** @param {() => void} exit Ends the process. */
  constructor(exit) {
    this.#exit = exit;
  }

  /**
   * Replaces all faults; each one counts from here on.
   *
   * @param {readonly unknown[]} faults
   * @throws {Problem} For one that is not a `Fault`; then nothing has changed.
   */
  set(faults) {
    this.#faults = faults.map((fault) => new CountedFault(checkFault(fault)));
  }

  /**
   * Makes a call that somebody waits for.
   *
   * @template T
   * @param {Callee} callee
   * @param {boolean} isNested Whether it is made within a transaction.
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async call(callee, isNested, work) {
    const { message, isAnswerLost, delayMs, exit } = this.#plan(callee, isNested);
    const [ended] = await Promise.allSettled([
      message === null ? work() : Promise.reject(new Refusal(message)),
    ]);
    if (exit) {
      this.#exit();
    }
    if (delayMs > 0) {
      await sleep(delayMs);
    }
    if (isAnswerLost && message === null) {
      throw new Refusal(lostAnswer);
    }
    if (ended.status === "rejected") {
      throw ended.reason;
    }
    return ended.value;
  }

  /**
   * Begins a scheduled mutation. Nobody waits for its answer, and Convex runs it until it has committed: a call that
   * fails is made again, as one more call.
   *
   * @param {Callee} callee
   * @param {Pick<import("./engine.mjs").Engine, "restart" | "atEnd">} transaction
   */
  async beginScheduled(callee, { restart, atEnd }) {
    let plan = this.#plan(callee, false);
    for (let waitMs = firstRetryMs; plan.message !== null; waitMs = Math.min(2 * waitMs, maxRetryMs)) {
      if (plan.exit) {
        this.#exit();
      }
      await restart(waitMs);
      plan = this.#plan(callee, false);
    }
    if (plan.exit) {
      atEnd(this.#exit);
    }
  }

  /**
   * @param {Callee} callee
   * @param {boolean} isNested
   * @returns {Plan}
   */
  #plan(callee, isNested) {
    const hits = this.#faults.filter((counted) => counted.hits(callee, isNested)).map(({ fault }) => fault);
    return {
      message: hits.find(({ message }) => message !== undefined)?.message ?? null,
      isAnswerLost: hits.some((fault) => fault.lostAnswer),
      delayMs: hits.reduce((sum, { delayMs = 0 }) => sum + delayMs, 0),
      exit: hits.some((fault) => fault.exit),
    };
  }
}
