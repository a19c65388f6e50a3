/** docs/reference.md names every field and every word of the validators, and no other. */

import type { PropertyValidators } from "convex/values";
import { expect, test } from "vitest";

import { requiredIndexes } from "../../cli/host/requiredIndexes";
import { errorCode, limit } from "../../js-shims/validators/common";
import * as validators from "../../js-shims/validators/index";
import { fieldsOf } from "./fields";
import { codesIn, readDocument, rowsBelow } from "./markdown";

const reference = readDocument("docs/reference.md");

/** Where each validator of the package is described. */
const sections: Record<string, string> = {
  statusArgs: "Arguments of `v2MigrationStatus`",
  statusArgsObject: "Arguments of `v2MigrationStatus`",
  statusAnswer: "Answer of `v2MigrationStatus`",
  runMigrationArgs: "Arguments of `runMigration`",
  runStarted: "Answer of a run in the background",
  runAnswer: "A run",
  change: "A change",
  migrationAnswer: "Answer of `runMigration`",
  legacyMigrationAnswer: "Answer with a migration action of the host's own",
  enableArgs: "Arguments of `enableV2ForOrg`",
  disableArgs: "Arguments of `disableV2ForOrg`",
  changeAnswer: "Answer of `enableV2ForOrg` and `disableV2ForOrg`",
};

/** Of functions that only the library calls. */
const internal = [
  "flagRowsArgs",
  "migrationArgs",
  "migrationArgsObject",
  "startArgs",
  "statusPage",
  "statusPageArgs",
];
const called = Object.entries(validators).filter(([name]) => !internal.includes(name));

/** The words in the first column of the table that a link of a type leads to. */
function wordsAt(anchor: string): string[] {
  const section = reference.sections.find((section) => section.anchor === anchor);
  if (!section) throw new Error(`docs/reference.md has no section ${anchor}`);
  return rowsBelow(reference, section.title).flatMap(([cell = ""]) => codesIn(cell));
}

/** A type as the document writes it, in the words of `fieldsOf`. */
function typeIn(cell: string): string {
  const anchor = cell.match(/^\[[^\]]*\]\(#([^)]+)\)/)?.[1];
  const named = cell.match(/^\[(an? \w+)\]/)?.[1];
  if (named !== undefined) return `${named}${cell.endsWith(" or null") ? " or null" : ""}`;
  const words = anchor === undefined ? codesIn(cell) : wordsAt(anchor);
  const orNull = cell.endsWith(" or null") ? " or null" : "";
  if (words.length === 0) return cell;
  return `${cell.startsWith("array of ") ? "array of " : ""}${words.sort().join(", ")}${orNull}`;
}

const described = (section: string): string[] =>
  rowsBelow(reference, section).flatMap(([paths = "", type = ""]) =>
    codesIn(paths).map((path) => `${section}: ${path}: ${typeIn(type)}`),
  );

test.each(called)("%s", (name, validator) => {
  const section = sections[name] ?? name;
  const isObject = "kind" in validator && validator.kind === "object";
  const fields = (isObject ? validator.fields : validator) as PropertyValidators;
  const known = fieldsOf(fields).map(({ path, type }) => `${section}: ${path}: ${type}`);
  const lines = described(section);
  expect(new Set(lines).size, "no field is described twice").toBe(lines.length);
  expect(lines.sort()).toEqual(known.sort());
});

test("error codes and limits", () => {
  const words = (union: { members: readonly { value: string }[] }) => union.members.map(({ value }) => value);
  for (const [anchor, known] of [
    ["error-codes", words(errorCode())],
    ["limits", words(limit())],
  ] as const) {
    expect(wordsAt(anchor).sort()).toEqual(known.sort());
  }
  const runbook = rowsBelow(readDocument("docs/operators.md"), "What each error code asks of you");
  expect(runbook.flatMap(([cell = ""]) => codesIn(cell)).sort()).toEqual(wordsAt("error-codes").sort());
});

test("the runbook explains why a run stopped, and the classes of notes", () => {
  const runbook = readDocument("docs/operators.md");
  const stopped = rowsBelow(runbook, "A run that stopped").flatMap(([cell = ""]) => codesIn(cell));
  expect(stopped.sort()).toEqual(wordsAt("why-a-run-stopped").sort());
  const classes = rowsBelow(runbook, "The first organization").flatMap(([cell = ""]) => codesIn(cell));
  expect(classes).toEqual(Object.keys(validators.statusAnswer.fields.migration.fields));
});

test("docs/hosts.md lists the indexes", () => {
  const listed = rowsBelow(readDocument("docs/hosts.md"), "Indexes").map((cells) => cells.map(codesIn));
  expect(listed).toEqual(
    requiredIndexes.map(({ role, table, name, fields }) => [[role], [table], [name], [...fields]]),
  );
});
