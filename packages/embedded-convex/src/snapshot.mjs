// @ts-check
import { closeSync, createReadStream, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { jsonToConvex } from "convex/values";
import { encodingOf } from "./encoding.mjs";
import { visitIds } from "./ids.mjs";
import { pathIn } from "./paths.mjs";
import { codeOf, messageOf, Problem } from "./problem.mjs";

/** @typedef {import("./engine.mjs").Engine} Engine */
/** @typedef {import("./engine.mjs").Namespace} Namespace */
/** @typedef {import("./order.mjs").Document} Document */

const documentsFile = "documents.jsonl";

const componentsDirectory = "_components";

/** Functions that the app has scheduled. */
const scheduledTable = "_scheduled_functions";

/** @typedef {Map<string, Document[]>} Tables Documents by table. */
/** @typedef {Map<string, Tables>} Snapshot Tables by path of the component; the app's under the empty path. */

/**
 * Reads an export: `DIR/<table>/documents.jsonl`, one document a line, and the same below `DIR/_components/<name>` for
 * each component. Documents are not validated, so
 * that malformed ones can be tried; ids and creation times are kept.
 *
 * @param {string} directory
 * @returns {Promise<Snapshot>}
 * @throws {Problem} Naming the file and line.
 */
export async function readSnapshot(directory) {
  /** @type {Snapshot} */
  const snapshot = new Map();
  await readComponent(directory, "", snapshot);
  return snapshot;
}

/**
 * @param {string} directory
 * @returns {Promise<Document[]>} Functions that were scheduled when the snapshot was saved, and had not begun.
 * @throws {Problem}
 */
export async function readScheduled(directory) {
  const names = await directoriesIn(directory);
  const jobs = names.includes(scheduledTable) ? await readTable(directory, scheduledTable, new Map()) : [];
  return jobs.filter(({ state }) => state?.kind === "pending");
}

/**
 * @param {string} directory
 * @param {string} component
 * @param {Snapshot} snapshot Added to.
 */
async function readComponent(directory, component, snapshot) {
  /** @type {Tables} */
  const tables = new Map();
  /** @type {Map<string, string>} */
  const tableById = new Map();
  snapshot.set(component, tables);
  const names = await directoriesIn(directory);
  // An export carries Convex's own tables beside the backend's.
  for (const table of names.filter((name) => !name.startsWith("_") && !name.startsWith("."))) {
    tables.set(table, await readTable(directory, table, tableById));
  }
  if (names.includes(componentsDirectory)) {
    const inner = path.join(directory, componentsDirectory);
    for (const name of await directoriesIn(inner)) {
      await readComponent(path.join(inner, name), pathIn(component, name), snapshot);
    }
  }
}

/**
 * @param {Engine} engine One without documents.
 * @param {Snapshot} snapshot
 * @throws {Problem} For a component that the backend does not install, and a table that the schema does not have.
 */
export function loadSnapshot({ namespaces }, snapshot) {
  for (const [component, tables] of snapshot) {
    const namespace = namespaces.get(component);
    if (namespace !== undefined) {
      loadTables(namespace, component, tables);
    } else if (tables.size > 0) {
      throw new Problem(
        `the snapshot has tables of the component \`${component}\`, which the backend does not install`,
      );
    }
  }
}

/**
 * @param {Namespace} namespace
 * @param {string} component
 * @param {Tables} tables
 */
function loadTables({ database, ids, store, schema }, component, tables) {
  const types = new Map(schema?.tables.map(({ tableName, documentType }) => [tableName, documentType]));
  for (const [table, documents] of tables) {
    if (schema !== null && !types.has(table)) {
      const which = component === "" ? "the schema" : `the schema of the component \`${component}\``;
      throw new Problem(`the snapshot has the table \`${table}\`, which ${which} has not`);
    }
    ids.addTable(table);
    for (const document of documents) {
      ids.addDocument(table, document._id);
    }
  }
  let counter = database._nextDocId - 1;
  for (const [table, documents] of tables) {
    const type = types.get(table);
    for (const document of documents) {
      database._documents[document._id] = document;
      counter = Math.max(counter, ids.counterOf(document._id));
      if (type) {
        visitIds(type, document, (of, id) => {
          // An id given out later must not turn a dangling reference into one that is not.
          counter = Math.max(counter, ids.counterOf(id));
          if (!ids.isId(of, id)) {
            ids.addDangling(of, id);
          }
        });
      }
    }
    store.load(table, documents);
  }
  database._nextDocId = counter + 1;
  database._lastCreationTime = latestPast(tables.values());
}

/**
 * @param {Iterable<readonly Document[]>} tables
 * @returns {number} A document dated in the future must not push the clock of new ones there.
 */
function latestPast(tables) {
  const now = Date.now();
  let latest = 0;
  for (const documents of tables) {
    for (const { _creationTime } of documents) {
      if (_creationTime <= now && _creationTime > latest) {
        latest = _creationTime;
      }
    }
  }
  return latest;
}

/**
 * @param {string} directory
 * @returns {Promise<string[]>}
 */
async function directoriesIn(directory) {
  const names = await readdir(directory).catch((error) => {
    throw new Problem(
      codeOf(error) === "ENOENT"
        ? `snapshot ${directory} does not exist`
        : `snapshot ${directory} cannot be read: ${messageOf(error)}`,
    );
  });
  /** @type {string[]} */
  const found = [];
  for (const name of names.sort()) {
    if ((await stat(path.join(directory, name))).isDirectory()) {
      found.push(name);
    }
  }
  return found;
}

/**
 * @param {string} directory
 * @param {string} table
 * @param {Map<string, string>} tableById Of all documents of the component read so far; added to.
 */
async function readTable(directory, table, tableById) {
  const file = path.join(directory, table, documentsFile);
  await stat(file).catch(() => {
    throw new Problem(`${file} does not exist`);
  });
  /** @type {Document[]} */
  const documents = [];
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    if (line.trim() === "") {
      continue;
    }
    const at = `${file}:${number}`;
    const document = parseDocument(line, at);
    const known = tableById.get(document._id);
    if (known !== undefined) {
      throw new Problem(`${at}: duplicate \`_id\` \`${document._id}\`, already in \`${known}\``);
    }
    tableById.set(document._id, table);
    documents.push(document);
  }
  return documents;
}

/**
 * Node's readline also ends lines at characters that JSON strings may contain.
 *
 * @param {string} file
 * @returns {AsyncGenerator<string, void, void>}
 */
async function* linesOf(file) {
  let rest = "";
  for await (const chunk of createReadStream(file, { encoding: "utf8", highWaterMark: 1 << 20 })) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  yield rest;
}

/**
 * @param {string} line
 * @param {string} at
 * @returns {Document}
 */
function parseDocument(line, at) {
  /** @type {any} */
  let document;
  try {
    document = jsonToConvex(JSON.parse(line));
  } catch (error) {
    throw new Problem(`${at}: not a document: ${messageOf(error)}`);
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new Problem(`${at}: not a document: expected an object`);
  }
  if (typeof document._id !== "string" || document._id === "") {
    throw new Problem(`${at}: \`_id\` is missing or not a string`);
  }
  if (typeof document._creationTime !== "number" || !Number.isFinite(document._creationTime)) {
    throw new Problem(`${at}: \`_creationTime\` is missing or not a number`);
  }
  return document;
}

/**
 * Writes every table of the schemas, and others that have documents, in the layout of `readSnapshot`. It does so in one
 * turn, so that all of it is of one moment: functions that are not waited for may still commit afterwards. What the app has
 * scheduled is written beside them.
 *
 * @param {Engine} engine
 * @param {string} directory
 * @throws {Problem}
 */
export function saveSnapshot({ namespaces, app }, directory) {
  try {
    writeTable(path.join(directory, scheduledTable), app.store.committed(scheduledTable));
    for (const [component, { store }] of namespaces) {
      const names = component === "" ? [] : component.split("/");
      const below = path.join(directory, ...names.flatMap((name) => [componentsDirectory, name]));
      for (const table of store.tableNames()) {
        writeTable(path.join(below, table), store.committed(table));
      }
    }
  } catch (error) {
    throw new Problem(`saving to ${directory} failed: ${messageOf(error)}`);
  }
}

/**
 * @param {string} directory
 * @param {readonly Document[]} documents
 */
function writeTable(directory, documents) {
  mkdirSync(directory, { recursive: true });
  const target = path.join(directory, documentsFile);
  // A reader finds the file of before or the whole new one, also if this process is killed meanwhile.
  const scratch = `${target}.${process.pid}.tmp`;
  const file = openSync(scratch, "w");
  try {
    for (let at = 0; at < documents.length; at += 1000) {
      const lines = documents.slice(at, at + 1000).map((document) => `${encodingOf(document).json}\n`);
      writeFileSync(file, lines.join(""));
    }
  } catch (error) {
    rmSync(scratch, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(scratch, target);
}
