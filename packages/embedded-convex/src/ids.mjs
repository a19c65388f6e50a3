// @ts-check

const engineIdLength = 32;

/**
 * Which table each document id belongs to. The engine's own ids are digits and the name of the table,
 * together 32 characters or more; in a component its path goes before them, so that they differ from those of a table
 * of the same name elsewhere. Ids from a snapshot are kept as they are, and their tables
 * remembered here: so an id in a plain string stays equal to the `_id` it was copied from, as after a
 * real import.
 */
export class IdRegistry {
  /** @type {Map<string, string>} Loaded documents' tables. */
  #documents = new Map();
  /** @type {Map<string, Set<string>>} Tables that a dangling reference was declared to be of. */
  #dangling = new Map();
  /** @type {Set<string>} */
  #tables;
  #prefix;
  #engineId;

  /**
   * @param {Iterable<string>} tables Those of the schema.
   * @param {string} [component] Path of the component that the tables belong to; empty for the app.
   */
  constructor(tables, component = "") {
    this.#tables = new Set([...tables, "_storage", "_scheduled_functions"]);
    // Names of components have no hyphen.
    this.#prefix = component === "" ? "" : `${component.replaceAll("/", "-")}-`;
    this.#engineId = new RegExp(`^${this.#prefix}([0-9]+)([A-Za-z_][A-Za-z0-9_]*)$`);
  }

  /**
   * @param {string} table
   * @param {number} counter
   * @returns {string} The id of a new document.
   */
  make(table, counter) {
    return this.#prefix + String(counter).padStart(engineIdLength - table.length, "0") + table;
  }

  /** @param {string} table One that the schema need not have. */
  addTable(table) {
    this.#tables.add(table);
  }

  /**
   * @param {string} table
   * @param {string} id
   */
  addDocument(table, id) {
    this.#documents.set(id, table);
  }

  /**
   * @param {string} table
   * @param {string} id
   */
  addDangling(table, id) {
    const tables = this.#dangling.get(id);
    if (tables === undefined) {
      this.#dangling.set(id, new Set([table]));
    } else {
      tables.add(table);
    }
  }

  /**
   * @param {string} id
   * @returns {string | null} The table of the document with this id, or of a dangling reference; null
   *   for what is no id at all.
   */
  tableOf(id) {
    const loaded = this.#documents.get(id);
    if (loaded !== undefined) {
      return loaded;
    }
    const [dangling] = this.#dangling.get(id) ?? [];
    return dangling ?? this.#engineTableOf(id);
  }

  /**
   * @param {string} table
   * @param {string} id
   */
  isId(table, id) {
    return this.#dangling.get(id)?.has(table) || this.tableOf(id) === table;
  }

  /**
   * @param {string} id
   * @returns {number} The counter in an id that has the engine's form, else 0.
   */
  counterOf(id) {
    return Number(this.#match(id)?.[1] ?? 0);
  }

  /** @param {string} id */
  #engineTableOf(id) {
    const table = this.#match(id)?.[2];
    return table !== undefined && this.#tables.has(table) ? table : null;
  }

  /** @param {string} id */
  #match(id) {
    return id.length >= engineIdLength ? this.#engineId.exec(id) : null;
  }
}

/** @typedef {import("./validate.mjs").Validator} Validator */

/** @type {WeakMap<Validator, boolean>} */
const mentionsIds = new WeakMap();

/**
 * @param {Validator} validator
 * @returns {boolean} Whether a matching value can hold an id; what cannot is not walked.
 */
function canHoldIds(validator) {
  const known = mentionsIds.get(validator);
  if (known !== undefined) {
    return known;
  }
  const found = inside(validator);
  mentionsIds.set(validator, found);
  return found;
}

/** @param {Validator} validator */
function inside(validator) {
  switch (validator.type) {
    case "id":
      return true;
    case "array":
      return canHoldIds(validator.value);
    case "union":
      return validator.value.some(canHoldIds);
    case "record":
      return canHoldIds(validator.keys) || canHoldIds(validator.values.fieldType);
    case "object":
      return Object.values(validator.value).some(({ fieldType }) => canHoldIds(fieldType));
    default:
      return false;
  }
}

/**
 * Visits every string that stands where the validator has a `v.id(...)`. The value may be malformed:
 * what has another shape than the validator is passed over.
 *
 * @param {Validator} validator
 * @param {any} value
 * @param {(table: string, id: string) => void} visit
 */
export function visitIds(validator, value, visit) {
  if (!canHoldIds(validator) || value === null || value === undefined) {
    return;
  }
  switch (validator.type) {
    case "id":
      if (typeof value === "string") {
        visit(validator.tableName, value);
      }
      break;
    case "array":
      if (Array.isArray(value)) {
        for (const item of value) {
          visitIds(validator.value, item, visit);
        }
      }
      break;
    case "union":
      for (const member of validator.value) {
        visitIds(member, value, visit);
      }
      break;
    case "record":
      for (const [name, field] of fieldsOf(value)) {
        visitIds(validator.keys, name, visit);
        visitIds(validator.values.fieldType, field, visit);
      }
      break;
    case "object":
      for (const [name, field] of fieldsOf(value)) {
        if (Object.hasOwn(validator.value, name)) {
          visitIds(validator.value[name].fieldType, field, visit);
        }
      }
      break;
  }
}

/** @param {unknown} value */
const fieldsOf = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
