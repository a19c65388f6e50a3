// @ts-check

/**
 * What a backend holds that is not the stand-in's: deploying would delete such functions, and importing sits
 * beside such tables, so that either means that it is somebody's.
 *
 * @typedef {object} Holdings
 * @property {string[]} functions Such as `scripts/runMigration.js:default`, or `GET /path` for a route.
 * @property {string[]} tables
 */

/**
 * @param {string} json What `convex function-spec` prints.
 * @returns {string[]}
 * @throws {Error} If it has another form; what cannot be read must not count as empty.
 */
export function functionsOfSpec(json) {
  const { functions } = JSON.parse(json);
  if (!Array.isArray(functions)) {
    throw new Error("`convex function-spec` lists no functions");
  }
  return functions.map(nameOf);
}

/** @param {any} entry */
function nameOf({ identifier, functionType, method, path }) {
  if (typeof identifier === "string") {
    return identifier;
  }
  if (functionType === "HttpAction" && typeof path === "string") {
    return `${method} ${path}`;
  }
  throw new Error("`convex function-spec` lists a function without a name");
}

/**
 * @param {{ stdout: string, stderr: string }} output What `convex data` prints: a table a line, or a sentence
 *   on stderr where there is none.
 * @returns {string[]}
 * @throws {Error} If it has another form.
 */
export function tablesOfData({ stdout, stderr }) {
  const lines = stdout.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0 && !/There are no tables/.test(stderr)) {
    throw new Error("`convex data` says neither which tables there are nor that there are none");
  }
  for (const line of lines) {
    if (!/^[A-Za-z_]\w*$/.test(line)) {
      throw new Error(`\`convex data\` prints what is no name of a table: ${line}`);
    }
  }
  return lines;
}

/**
 * @param {string} table
 * @param {{ stdout: string, stderr: string }} output What `convex data TABLE` prints: documents, or a sentence on
 *   stderr where there is none.
 * @returns {boolean} Whether it holds a document.
 * @throws {Error} If it has another form.
 */
export function holdsDocuments(table, { stdout, stderr }) {
  if (stdout.trim() !== "") {
    return true;
  }
  if (!/There are no documents/.test(stderr)) {
    throw new Error(
      `\`convex data ${table}\` says neither which documents there are nor that there are none`,
    );
  }
  return false;
}

/**
 * @param {Holdings} found
 * @param {Holdings} own
 * @returns {Holdings}
 */
export function foreignOf(found, own) {
  return {
    functions: found.functions.filter((name) => !own.functions.includes(name)),
    tables: found.tables.filter((name) => !own.tables.includes(name)),
  };
}

/**
 * @param {Holdings} foreign
 * @returns {string | null} Why a backend is not touched, or null where it may be.
 */
export function refusalOf({ functions, tables }) {
  const parts = [
    ...(functions.length > 0 ? [`functions: ${some(functions)}`] : []),
    ...(tables.length > 0 ? [`tables: ${some(tables)}`] : []),
  ];
  return parts.length === 0
    ? null
    : `the backend holds what is not the stand-in's, and is left as it is\n  ${parts.join("\n  ")}`;
}

const shown = 8;

/** @param {string[]} names */
function some(names) {
  const rest = names.length - shown;
  return names.slice(0, shown).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
