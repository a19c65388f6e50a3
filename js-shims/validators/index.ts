/** What the functions take and answer. Each function imports the file of its own: what a validator is made of is
 * made in every call. */

export * from "./flags.js";
export {
  type Change,
  change,
  type RunAnswer,
  type RunStarted,
  runAnswer,
  runStarted,
} from "./ledger.js";
export * from "./migration.js";
export * from "./status.js";
