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
    ...texts(
      "next",
      change.next.map((/** @type {any} */ call) => `${call.function}: ${call.why}`),
    ),
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
 * @param {number} width Of the terminal.
 * @param {(label: string) => string} [paint] What a label looks like.
 * @returns {string} One line each, with the labels in a column.
 */
export function layOut(lines, width, paint = (label) => label) {
  const labelWidth = Math.max(...lines.map(([label]) => label.length));
  const indent = " ".repeat(labelWidth + 4);
  const textWidth = width - indent.length;
  return lines
    .map(([label, text]) => {
      const broken = text.startsWith("npx ") ? breakCommand(text, textWidth) : wrap(text, textWidth);
      return `  ${paint(label)}${" ".repeat(labelWidth - label.length)}  ${broken.join(`\n${indent}`)}\n`;
    })
    .join("");
}

/** A shell's JSON and code stay whole, so that they can be copied; so does what a no-break space joins. */
const words = (/** @type {string} */ text) => text.match(/'\{[^']*\}'|`[^`]*`[^ ]*|[^ ]+/g) ?? [];

/**
 * @param {string | number} one
 * @param {string | number} other
 */
const together = (one, other) => `${one}\u00a0${other}`;

/**
 * @param {string} text
 * @param {number} width
 * @returns {string[]} Lines that are no wider, unless a single word is.
 */
export function wrap(text, width) {
  return fill(words(text), width, 0);
}

/**
 * @param {string} command As one would type it.
 * @param {number} width
 * @returns {string[]} Lines that a shell takes for one.
 */
export function breakCommand(command, width) {
  if (command.length <= width) {
    return [command];
  }
  const lines = fill(words(command), width - " \\".length, "  ".length);
  return lines
    .map((line, at) => `${at === 0 ? "" : "  "}${line}${at < lines.length - 1 ? " \\" : ""}`)
    .flatMap((line) => (line.length > width ? breakJson(line) : [line]));
}

/**
 * JSON may be broken between its fields, and a quoted newline needs no backslash.
 *
 * @param {string} line
 */
const breakJson = (line) => line.split(/(?<=,)(?=")/).map((part, at) => (at === 0 ? part : `    ${part}`));

/**
 * @param {string[]} parts
 * @param {number} width
 * @param {number} indent Of every line but the first.
 * @returns {string[]}
 */
function fill(parts, width, indent) {
  /** @type {string[]} */
  const lines = [];
  let line = "";
  for (const part of parts) {
    const room = width - (lines.length === 0 ? 0 : indent);
    if (line !== "" && line.length + 1 + part.length > room) {
      lines.push(line);
      line = part;
    } else {
      line = line === "" ? part : `${line} ${part}`;
    }
  }
  return [...lines, line].map((text) => text.replaceAll("\u00a0", " "));
}

/**
 * What a warning is about: the status and a migration say the same in other words, and numbers change.
 *
 * @param {string} warning
 */
function topicOf(warning) {
  const classes = [
    ["unfinished", /unfinished|none is completed/],
    ["deferred", /deferred/],
    ["blocked", /blocked/],
  ];
  const known = /** @type {[string, RegExp][]} */ (classes).find(([, pattern]) => pattern.test(warning));
  return known?.[0] ?? warning.replaceAll(/\d+/g, "#");
}

/**
 * @param {Lines} lines
 * @param {Set<string>} seen Topics that a warning was shown about; those of `lines` are added.
 * @returns {Lines} Without what was shown before.
 */
export function withoutRepeats(lines, seen) {
  let repeated = 0;
  const kept = lines.filter(([label, text]) => {
    if (label !== "warning") {
      return true;
    }
    const isNew = !seen.has(topicOf(text));
    seen.add(topicOf(text));
    repeated += isNew ? 0 : 1;
    return isNew;
  });
  return repeated === 0 ? kept : [...kept, ["warning", `${repeated} as above`]];
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
    .map(([name, count]) => together(count, name))
    .join("\u00a0+ ") || "0";

/** @param {Record<string, { enabled: boolean, reason: string }>} effective */
const effectiveFlags = (effective) =>
  Object.entries(effective)
    .map(([key, { enabled, reason }]) => together(key, together(enabled ? "on" : "off", `(${reason})`)))
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
