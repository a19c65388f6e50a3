// @ts-check

/** @typedef {[label: string, text: string][]} Lines */

/**
 * A selection of a status, in the answer's own words.
 *
 * @param {any} status
 * @returns {Lines}
 */
export function statusLines(status) {
  const { migration, drafts } = status;
  const { documents, bytes, ranges, transactions } = status.read;
  const draftTotal = Object.values(drafts).reduce((sum, count) => sum + count, 0);
  return [
    ["verdict", `${status.verdict}${status.done ? "" : " (not done)"}`],
    ["voiceNotes", `${status.voiceNotes.total} = ${counts(migration)}`],
    [
      "v2 rows",
      `artifacts ${status.artifacts.total}, transcripts ${status.transcripts}, claims ${status.claims}, ` +
        `entityResolutions ${status.entityResolutions.total}, drafts ${draftTotal}`,
    ],
    ["oddities", `gap ${status.gap}, duplicates ${status.duplicates}, orphans ${status.orphans}`],
    ["flags", effectiveFlags(status.effective)],
    ["read", `documents ${documents}, bytes ${bytes}, ranges ${ranges}, transactions ${transactions}`],
    ...texts("warning", status.warnings),
  ];
}

/**
 * @param {any} run
 * @param {boolean} isDry
 * @returns {Lines}
 */
export function runLines(run, isDry) {
  const { processed, errors, skipped, artifacts, transcripts, claims } = run;
  return [
    ["processed", `${processed} = ${counts(run.outcome)}`],
    [
      isDry ? "would insert" : "inserted",
      `artifacts ${artifacts}, transcripts ${transcripts}, claims ${claims}`,
    ],
    [
      "run",
      `done ${run.done}, errors ${errors}, skipped ${skipped}, batches ${run.batches}, ` +
        `stopped ${run.stopped}`,
    ],
    ...texts(
      "failure",
      run.failures.map((/** @type {unknown} */ failure) => JSON.stringify(failure)),
    ),
    ...texts("warning", run.warnings),
    ...texts("next", run.next),
  ];
}

/**
 * @param {any} change
 * @returns {Lines}
 */
export function changeLines(change) {
  return [
    ["success", String(change.success)],
    ["changed", change.changed.length > 0 ? change.changed.join(", ") : "nothing"],
    ["before", rowFlags(change.before)],
    ["after", rowFlags(change.after)],
    ["effective", effectiveFlags(change.effective)],
    ...texts("warning", change.warnings),
    ...texts("next", change.next),
  ];
}

/**
 * @param {string} stderr Of the CLI, when a function has refused.
 * @returns {Lines}
 */
export function refusalLines(stderr) {
  const data = /ConvexError: (\{.*\})$/m.exec(stderr)?.[1];
  if (data === undefined) {
    return [["stderr", stderr.trim()]];
  }
  return Object.entries(JSON.parse(data)).map(([field, text]) => [field, String(text)]);
}

/**
 * @param {Lines} lines
 * @returns {string} One a line, labels in a column.
 */
export function layOut(lines) {
  const width = Math.max(...lines.map(([label]) => label.length));
  const indent = " ".repeat(width + 4);
  return lines
    .map(([label, text]) => `  ${label.padEnd(width)}  ${wrap(text).join(`\n${indent}`)}\n`)
    .join("");
}

const textWidth = 100;

/**
 * @param {string} text
 * @returns {string[]} Lines; a command is left in one, to be copied.
 */
function wrap(text) {
  if (text.startsWith("npx ")) {
    return [text];
  }
  /** @type {string[]} */
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > textWidth) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** The CLI prints fields by the alphabet; a note's classes have an order of their own. */
const classOrder = [
  "migrated",
  "repaired",
  "alreadyMigrated",
  "unfinished",
  "notReady",
  "deferred",
  "blocked",
  "eligible",
  "failed",
];

/** @param {Record<string, number>} record */
const counts = (record) =>
  Object.entries(record)
    .filter(([, count]) => count !== 0)
    .sort(([one], [other]) => classOrder.indexOf(one) - classOrder.indexOf(other))
    .map(([name, count]) => `${count} ${name}`)
    .join(" + ") || "0";

/** @param {Record<string, { enabled: boolean, reason: string }>} effective */
const effectiveFlags = (effective) =>
  Object.entries(effective)
    .map(([key, { enabled, reason }]) => `${key} ${enabled ? "on" : "off"} (${reason})`)
    .join(", ");

/** @param {Record<string, boolean | null>} rows */
const rowFlags = (rows) =>
  Object.entries(rows)
    .map(([key, value]) => `${key} ${value === null ? "no row" : value ? "on" : "off"}`)
    .join(", ");

/**
 * @param {string} label
 * @param {string | string[] | null | undefined} given
 * @returns {Lines}
 */
const texts = (label, given) => [given ?? []].flat().map((text) => [label, text]);
