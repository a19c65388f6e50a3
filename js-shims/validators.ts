/** What the functions take and answer. Each function imports the file of its own: what a validator is made of is
 * made in every call. */

export * from "./validators/flags.js";
export * from "./validators/migration.js";
export * from "./validators/status.js";
