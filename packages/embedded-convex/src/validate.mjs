// @ts-check
import { CommitTsPlaceholder, convexToJson, jsonToConvex } from "convex/values";

/** @typedef {{ fieldType: Validator, optional: boolean }} Field */

/**
 * A validator as `exportArgs()` and a schema's `export()` write it.
 *
 * @typedef {(
 *   | { type: "null" | "number" | "bigint" | "boolean" | "string" | "bytes" | "any" | "commitTs" }
 *   | { type: "literal", value: any }
 *   | { type: "id", tableName: string }
 *   | { type: "array", value: Validator }
 *   | { type: "record", keys: Validator, values: Field }
 *   | { type: "union", value: Validator[] }
 *   | { type: "object", value: Record<string, Field> }
 * )} Validator
 */

/**
 * @typedef {object} Mismatch
 * @property {string} message
 * @property {string} path Such as `.claims[0].title`; empty at the top.
 * @property {unknown} value
 * @property {Validator} validator
 */

/** @typedef {(table: string, id: string) => boolean} IsId */

const maxShownLength = 1024;

/**
 * @param {Validator} validator
 * @param {any} value
 * @param {IsId} isId
 * @param {string} [path]
 * @returns {Mismatch | null} The first mismatch, or null if the value matches.
 */
export function findMismatch(validator, value, isId, path = "") {
  switch (validator.type) {
    case "any":
      return null;
    case "object":
      return isPlainObject(value)
        ? objectMismatch(validator, value, isId, path)
        : mismatch(validator, value, path);
    case "record":
      return isPlainObject(value)
        ? recordMismatch(validator, value, isId, path)
        : mismatch(validator, value, path);
    case "array":
      return Array.isArray(value)
        ? first(value.entries(), ([at, item]) => findMismatch(validator.value, item, isId, `${path}[${at}]`))
        : mismatch(validator, value, path);
    case "union":
      return validator.value.some((member) => findMismatch(member, value, isId) === null)
        ? null
        : mismatch(validator, value, path);
    case "id":
      return idMismatch(validator, value, isId, path);
    case "literal":
      return value === jsonToConvex(validator.value) ? null : mismatch(validator, value, path);
    default:
      return scalarMatches(validator.type, value) ? null : mismatch(validator, value, path);
  }
}

/**
 * @param {Mismatch} found
 * @param {string} label What the value is called: `Value` or `Object`.
 */
export function describeMismatch(found, label = "Value") {
  const path = found.path === "" ? "" : `Path: ${found.path}\n`;
  return (
    `${found.message}\n\n${path}${label}: ${show(found.value)}\n` +
    `Validator: ${describeValidator(found.validator)}`
  );
}

/**
 * @template T
 * @param {Iterable<T>} items
 * @param {(item: T) => Mismatch | null} find
 */
function first(items, find) {
  for (const item of items) {
    const found = find(item);
    if (found !== null) {
      return found;
    }
  }
  return null;
}

/**
 * @param {Validator} validator
 * @param {unknown} value
 * @param {string} path
 * @param {string} [message]
 * @returns {Mismatch}
 */
const mismatch = (validator, value, path, message = "Value does not match validator.") => ({
  message,
  path,
  value,
  validator,
});

/**
 * @param {Extract<Validator, { type: "object" }>} validator
 * @param {Record<string, unknown>} value
 * @param {IsId} isId
 * @param {string} path
 */
function objectMismatch(validator, value, isId, path) {
  for (const [name, { fieldType, optional }] of Object.entries(validator.value)) {
    const field = Object.hasOwn(value, name) ? value[name] : undefined;
    if (field === undefined) {
      if (!optional) {
        const message =
          `Object is missing the required field \`${name}\`. Consider wrapping the field validator ` +
          "in `v.optional(...)` if this is expected.";
        return mismatch(validator, value, path, message);
      }
      continue;
    }
    const found = findMismatch(fieldType, field, isId, `${path}.${name}`);
    if (found !== null) {
      return found;
    }
  }
  for (const [name, field] of Object.entries(value)) {
    if (field !== undefined && !Object.hasOwn(validator.value, name)) {
      const message = `Object contains extra field \`${name}\` that is not in the validator.`;
      return mismatch(validator, value, path, message);
    }
  }
  return null;
}

/**
 * @param {Extract<Validator, { type: "record" }>} validator
 * @param {Record<string, unknown>} value
 * @param {IsId} isId
 * @param {string} path
 */
function recordMismatch(validator, value, isId, path) {
  return first(
    Object.entries(value),
    ([name, field]) =>
      findMismatch(validator.keys, name, isId, path) ??
      findMismatch(validator.values.fieldType, field, isId, `${path}.${name}`),
  );
}

/**
 * @param {Extract<Validator, { type: "id" }>} validator
 * @param {unknown} value
 * @param {IsId} isId
 * @param {string} path
 */
function idMismatch(validator, value, isId, path) {
  if (typeof value !== "string") {
    return mismatch(validator, value, path);
  }
  const message = `Found \`${value}\`, which is not an ID of table \`${validator.tableName}\`.`;
  return isId(validator.tableName, value)
    ? null
    : mismatch(validator, value, path, `Value does not match validator. ${message}`);
}

/**
 * @param {string} type
 * @param {unknown} value
 */
function scalarMatches(type, value) {
  switch (type) {
    case "null":
      return value === null;
    case "number":
    case "boolean":
    case "string":
      return typeof value === type;
    case "bytes":
      return value instanceof ArrayBuffer;
    case "bigint":
    case "commitTs":
      // Until it commits, the writing transaction has a placeholder where the timestamp will be.
      return typeof value === "bigint" || value instanceof CommitTsPlaceholder;
    default:
      return false;
  }
}

/** @param {unknown} value */
function isPlainObject(value) {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ArrayBuffer)
  );
}

/** @param {any} value */
function show(value) {
  let text;
  try {
    text = JSON.stringify(convexToJson(value));
  } catch {
    text = String(value);
  }
  return text.length <= maxShownLength ? text : `${text.slice(0, maxShownLength)}...`;
}

/**
 * @param {Validator} validator
 * @returns {string} As it would be written in code.
 */
export function describeValidator(validator) {
  const field = (/** @type {Field} */ { fieldType, optional }) =>
    optional ? `v.optional(${describeValidator(fieldType)})` : describeValidator(fieldType);
  switch (validator.type) {
    case "literal":
      return `v.literal(${JSON.stringify(validator.value)})`;
    case "id":
      return `v.id("${validator.tableName}")`;
    case "array":
      return `v.array(${describeValidator(validator.value)})`;
    case "record":
      return `v.record(${describeValidator(validator.keys)}, ${field(validator.values)})`;
    case "union":
      return `v.union(${validator.value.map(describeValidator).join(", ")})`;
    case "object": {
      const fields = Object.entries(validator.value).map(([name, of]) => `${name}: ${field(of)}`);
      return `v.object({${fields.join(", ")}})`;
    }
    case "number":
      return "v.float64()";
    case "bigint":
      return "v.int64()";
    default:
      return `v.${validator.type}()`;
  }
}
