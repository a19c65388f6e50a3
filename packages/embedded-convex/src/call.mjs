// @ts-check
import { AsyncLocalStorage } from "node:async_hooks";

/**
 * @typedef {object} Clock What a transaction sees of time: its start, frozen.
 * @property {number} now Milliseconds since the epoch.
 * @property {number} elapsed Milliseconds, as `performance.now()` counts them.
 */

/**
 * @typedef {object} Request What came in over HTTP, before the function it names begins.
 * @property {"request"} kind
 * @property {import("./logs.mjs").LogLines} logs
 */

/**
 * @typedef {object} Call One run of one function.
 * @property {"query" | "mutation" | "action"} kind
 * @property {string} component Path of the component that the function belongs to; empty for the app.
 * @property {string} path
 * @property {any} ctx The context that the engine made for this run.
 * @property {Clock | null} clock Null in actions, which have the real clock.
 * @property {import("./logs.mjs").LogLines | null} logs Null in nested and scheduled runs.
 * @property {boolean} finished
 * @property {Set<Promise<unknown>>} nested Nested runs that have not ended.
 */

/**
 * The run that the code now executing belongs to. Code inside the functions' realm has one global
 * `Convex`, so this is the only way to tell whose call, console line or clock it is.
 *
 * @type {AsyncLocalStorage<Request | Call>}
 */
export const running = new AsyncLocalStorage();

/** @returns {Call | null} */
export function currentCall() {
  const store = running.getStore();
  return store === undefined || store.kind === "request" ? null : store;
}

/** @returns {number} Milliseconds since the epoch, as the running function may see them. */
export const currentTime = () => currentCall()?.clock?.now ?? Date.now();
