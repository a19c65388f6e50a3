// @ts-check
import { closeSync, createReadStream, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { jsonToConvex } from "convex/values";
import { encodingOf } from "./encoding.mjs";
import { counterOf, visitIds } from "./ids.mjs";
import { codeOf, messageOf, Problem } from "./problem.mjs";

/** @typedef {import("./engine.mjs").Engine} Engine */
/** @typedef {import("./order.mjs").Document} Document */

const documentsFile = "documents.jsonl";

/** @typedef {Map<string, Document[]>} Snapshot Documents by table. */

/**
 * Reads an export: `DIR/<table>/documents.jsonl`, one document a line. Documents are not validated, so
 * that malformed ones can be tried; ids and creation times are kept.
 *
 * @param {string} directory
 * @returns {Promise<Snapshot>}
 * @throws {Problem} Naming the file and line.
 */
export async function readSnapshot(directory) {
  /** @type {Snapshot} */
  const snapshot = new Map();
  /** @type {Map<string, string>} */
  const tableById = new Map();
  for (const table of await tablesIn(directory)) {
    snapshot.set(table, await readTable(directory, table, tableById));
  }
  return snapshot;
}

/**
 * @param {Engine} engine One without documents.
 * @param {Snapshot} snapshot
 * @throws {Problem} For a table that the schema does not have.
 */
export function loadSnapshot({ database, ids, store, schema }, snapshot) {
  const types = new Map(schema?.tables.map(({ tableName, documentType }) => [tableName, documentType]));
  for (const [table, documents] of snapshot) {
    if (schema !== null && !types.has(table)) {
      throw new Problem(`the snapshot has the table \`${table}\`, which the schema has not`);
    }
    ids.addTable(table);
    for (const document of documents) {
      ids.addDocument(table, document._id);
    }
  }
  let counter = database._nextDocId - 1;
  for (const [table, documents] of snapshot) {
    const type = types.get(table);
    for (const document of documents) {
      database._documents[document._id] = document;
      counter = Math.max(counter, counterOf(document._id));
      if (type) {
        visitIds(type, document, (of, id) => {
          // An id given out later must not turn a dangling reference into one that is not.
          counter = Math.max(counter, counterOf(id));
          if (!ids.isId(of, id)) {
            ids.addDangling(of, id);
          }
        });
      }
    }
    store.load(table, documents);
  }
  database._nextDocId = counter + 1;
  database._lastCreationTime = latestPast(snapshot.values());
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
async function tablesIn(directory) {
  const names = await readdir(directory).catch((error) => {
    throw new Problem(
      codeOf(error) === "ENOENT"
        ? `snapshot ${directory} does not exist`
        : `snapshot ${directory} cannot be read: ${messageOf(error)}`,
    );
  });
  /** @type {string[]} */
  const tables = [];
  for (const name of names.sort()) {
    // An export carries Convex's own tables beside the backend's.
    const isOwn = name.startsWith("_") || name.startsWith(".");
    if (!isOwn && (await stat(path.join(directory, name))).isDirectory()) {
      tables.push(name);
    }
  }
  return tables;
}

/**
 * @param {string} directory
 * @param {string} table
 * @param {Map<string, string>} tableById Of all documents read so far; added to.
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
 * Writes every table of the schema, and others that have documents, in the layout of `loadSnapshot`. It does so in one
 * turn, so that all of it is of one moment: functions that are not waited for may still commit afterwards.
 *
 * @param {Engine} engine
 * @param {string} directory
 * @throws {Problem}
 */
export function saveSnapshot({ store }, directory) {
  try {
    for (const table of store.tableNames()) {
      writeTable(path.join(directory, table), store.committed(table));
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
