// @ts-check
import { getDocumentSize, jsonToConvex } from "convex/values";
import { currentTime } from "./call.mjs";
import { describeMismatch, findMismatch } from "./validate.mjs";

/** @typedef {import("./order.mjs").Document} Document */
/** @typedef {import("./engine.mjs").Schema} Schema */

const maxDocumentBytes = 1 << 20;
const maxArrayLength = 8192;
const maxFieldCount = 1024;

/**
 * Writes of convex-test's database, with ids of any form, with what Convex refuses of a document, and
 * with the indexes kept in step.
 *
 * @param {any} database
 * @param {import("./store.mjs").Store} store
 * @param {import("./ids.mjs").IdRegistry} ids
 * @param {Schema | null} schema
 */
export function installWrites(database, store, ids, schema) {
  // Loaded ids may be any string, also a name that every object inherits.
  database._documents = Object.create(null);
  installTransactions(database, store);

  const get = database.get.bind(database);
  database.get = (/** @type {string | undefined} */ table, /** @type {string} */ id) => {
    const document = get(table, id);
    // A snapshot may name a document of another table where this table's was declared.
    return table === undefined || ids.tableOf(id) === table ? document : null;
  };

  database._generateId = (/** @type {string} */ table) => {
    const id = ids.make(table, database._nextDocId);
    database._nextDocId += 1;
    return id;
  };

  const addWrite = database._addWrite.bind(database);
  database._addWrite = (/** @type {string} */ id, /** @type {Document | null} */ document) => {
    addWrite(id, document);
    // A nested commit writes the same document again, one level further out.
    if (store.written(id) !== document) {
      store.write(id, document);
    }
  };

  database._validate = (/** @type {string} */ table, /** @type {any} */ document) => {
    validateDocument(schema, ids, table, document);
  };

  database._validateId = (/** @type {unknown} */ table, /** @type {unknown} */ id) => {
    if (typeof id !== "string") {
      throw new Error(`Invalid argument \`id\`, expected string but got '${typeof id}'`);
    }
    if (ids.tableOf(id) === null) {
      throw new Error(`Invalid argument \`id\`: Unable to decode ID: Invalid ID '${id}'`);
    }
    if (table !== undefined && !ids.isId(String(table), id)) {
      throw new Error(
        `Invalid argument \`id\`, expected ID in table '${table}' but got ID in table ` +
          `'${ids.tableOf(id)}'`,
      );
    }
  };

  database.insert = (/** @type {string} */ table, /** @type {any} */ value) => {
    database._validate(table, value);
    ids.addTable(table);
    const _id = database._generateId(table);
    const last = database._lastCreationTime;
    const now = currentTime();
    const _creationTime = now <= last ? last + 0.001 : now;
    const document = { ...value, _id, _creationTime };
    checkSize(document);
    database._lastCreationTime = _creationTime;
    database._addWrite(_id, document);
    return _id;
  };

  const update = (
    /** @type {"Update" | "Replace"} */ verb,
    /** @type {string | undefined} */ table,
    /** @type {string} */ id,
    /** @type {Record<string, any>} */ value,
  ) => {
    const before = existing(database, table, id, verb);
    const { _id, _creationTime, ...fields } = before;
    const { _id: newId = _id, _creationTime: newTime = _creationTime, ...given } = decode(value);
    if (newId !== _id || newTime !== _creationTime) {
      throw new Error(`Provided \`_id\` or \`_creationTime\` does not match the document \`${_id}\``);
    }
    const after = dropUndefined(verb === "Update" ? { ...fields, ...given } : given);
    database._validate(ids.tableOf(_id), after);
    const document = { ...after, _id, _creationTime };
    checkSize(document);
    database._addWrite(_id, document);
  };
  database.patch = (/** @type {any} */ table, /** @type {any} */ id, /** @type {any} */ value) =>
    update("Update", table, id, value);
  database.replace = (/** @type {any} */ table, /** @type {any} */ id, /** @type {any} */ value) =>
    update("Replace", table, id, value);
  database.delete = (/** @type {any} */ table, /** @type {any} */ id) => {
    database._addWrite(existing(database, table, id, "Delete")._id, null);
  };
}

/**
 * @param {any} database
 * @param {import("./store.mjs").Store} store
 */
function installTransactions(database, store) {
  const commit = database.commit.bind(database);
  const rollback = database.rollbackWrites.bind(database);
  const stash = database.stashWrites.bind(database);
  const restore = database.restoreWrites.bind(database);

  database.startTransaction = () => {
    database._writes.push(Object.create(null));
  };

  database.commit = (/** @type {bigint | null} */ commitTs = null) => {
    if (database._writes.length !== 1) {
      // What the transaction sees is the same one level further out.
      commit(commitTs);
      return;
    }
    const ids = Object.keys(database._writes[0]);
    /** @type {Map<string, import("./indexes.mjs").Change>} */
    const changes = new Map();
    for (const id of ids) {
      changes.set(id, { before: database._documents[id], after: undefined });
    }
    commit(commitTs);
    for (const [id, change] of changes) {
      change.after = database._documents[id];
    }
    store.commit(changes);
  };

  database.rollbackWrites = () => {
    rollback();
    store.rollback(database._writes);
  };

  database.stashWrites = () => {
    store.hidePending();
    return stash();
  };

  database.restoreWrites = (/** @type {any} */ stashed) => {
    restore(stashed);
    store.showPending();
  };
}

/**
 * @param {any} database
 * @param {string | undefined} table
 * @param {string} id
 * @param {string} verb
 * @returns {Document}
 */
function existing(database, table, id, verb) {
  const document = database.get(table, id);
  if (document === null) {
    throw new Error(`${verb} on nonexistent document ID ${id}`);
  }
  return document;
}

/**
 * @param {Record<string, any>} value Encoded; a patch marks the fields that it removes.
 * @returns {Record<string, any>}
 */
function decode(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`Invalid argument \`value\`, expected object but got '${typeof value}'`);
  }
  const removed = (/** @type {any} */ field) =>
    typeof field === "object" && field !== null && "$undefined" in field;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, removed(field) ? undefined : jsonToConvex(field)]),
  );
}

/** @param {Record<string, any>} fields */
const dropUndefined = (fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/**
 * @param {Schema | null} schema
 * @param {import("./ids.mjs").IdRegistry} ids
 * @param {string} table
 * @param {any} document
 */
function validateDocument(schema, ids, table, document) {
  const type = schema?.tables.find(({ tableName }) => tableName === table)?.documentType;
  if (!schema?.schemaValidation || type === undefined || type === null) {
    return;
  }
  const found = findMismatch(type, document, (of, id) => ids.isId(of, id));
  if (found !== null) {
    throw new Error(
      `Failed to insert or update a document in table "${table}" because it does not match the ` +
        `schema: ${describeMismatch(found, found.path === "" ? "Object" : "Value")}`,
    );
  }
}

/** @param {Document} document */
function checkSize(document) {
  const bytes = getDocumentSize(document);
  if (bytes > maxDocumentBytes) {
    const mebibytes = (bytes / maxDocumentBytes).toFixed(2);
    throw new Error(`Value is too large (${mebibytes} MiB > maximum size 1 MiB)`);
  }
  checkShape(document);
}

/** @param {any} value */
function checkShape(value) {
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) {
    return;
  }
  const items = Array.isArray(value) ? value : Object.values(value);
  if (Array.isArray(value) && value.length > maxArrayLength) {
    throw new Error(`Array length is too long (${value.length} > maximum length ${maxArrayLength})`);
  }
  if (!Array.isArray(value) && items.length > maxFieldCount) {
    throw new Error(`Object has too many fields (${items.length} > maximum number ${maxFieldCount})`);
  }
  for (const item of items) {
    checkShape(item);
  }
}
