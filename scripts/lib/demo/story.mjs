// @ts-check
import { classOfKind, clubs } from "../../../tests/sample/clubs.mjs";
import { changeLines, refusalLines, runLines, statusLines } from "./layout.mjs";

/**
 * @typedef {object} Scene
 * @property {string} title
 * @property {string} name Of the function, as `convex run` takes it.
 * @property {Record<string, unknown>} args
 * @property {boolean} [isRefused] Whether the command must fail.
 * @property {(answer: any) => import("./layout.mjs").Lines} lines
 * @property {(answer: any, earlier: Record<string, any>) => [fact: string, holds: boolean][]} facts What
 *   must be true of the answer.
 * @property {string} [key] By which later scenes find the answer in `earlier`.
 */

const [club, halfSet, untouched] = clubs;
const { organizationId } = club;
/** The old pipeline is done with a note within minutes: after a week it has given up on it. */
const deferredDays = 7;
const keys = ["voice_notes_v2", "entity_resolution_v2"];

/**
 * Which number of each class the sample data holds, as it is written down there.
 * @type {Record<string, number>}
 */
const sampleCounts = {};
for (const [kind, count] of Object.entries(club.notes)) {
  sampleCounts[classOfKind[kind]] = (sampleCounts[classOfKind[kind]] ?? 0) + count;
}

/** @param {any} run What a dry run promises of a real one. */
const promised = ({ processed, artifacts, transcripts, claims, errors, skipped, outcome }) =>
  JSON.stringify({ processed, artifacts, transcripts, claims, errors, skipped, outcome: sorted(outcome) });

/** @param {Record<string, unknown>} record */
const sorted = (record) => Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));

/**
 * @param {any} record
 * @param {(value: any) => boolean} holds
 */
const everyFlag = (record, holds) => keys.every((key) => holds(record[key]));

/** @type {Scene[]} */
export const scenes = [
  {
    title: `How far is ${club.name}?`,
    name: "scripts/v2MigrationStatus",
    args: { organizationId },
    lines: statusLines,
    key: "before",
    facts: (status) => [
      ["the counts are complete", status.done],
      [
        "every class has the number that the sample data has",
        JSON.stringify(sorted(status.migration)) === JSON.stringify(sorted(sampleCounts)),
      ],
    ],
  },
  {
    title: "What would a migration do? Nothing is written yet.",
    name: "scripts/runMigration",
    args: { organizationId, dryRun: true },
    lines: (run) => runLines(run, true),
    key: "dryRun",
    facts: (run, { before }) => [
      ["the run is done", run.done],
      ["every eligible note would be migrated", run.outcome.migrated === before.migration.eligible],
    ],
  },
  {
    title: "New notes go to v2 from here on.",
    name: "scripts/enableV2ForOrg",
    args: { organizationId, enabledBy: "demo" },
    lines: changeLines,
    facts: ({ success, after, effective }) => [
      ["it succeeded", success],
      ["both flags are on", everyFlag(after, (value) => value === true)],
      ["both have effect", everyFlag(effective, ({ enabled }) => enabled)],
    ],
  },
  {
    title: "The old notes follow.",
    name: "scripts/runMigration",
    args: { organizationId, dryRun: false },
    lines: (run) => runLines(run, false),
    key: "run",
    facts: (run, { dryRun }) => [
      ["the run is done", run.done],
      ["its numbers are those that the dry run promised", promised(run) === promised(dryRun)],
    ],
  },
  {
    title: "How far is it now?",
    name: "scripts/v2MigrationStatus",
    args: { organizationId },
    lines: statusLines,
    facts: (status, { before, run }) => [
      ["no note is eligible any more", status.migration.eligible === 0],
      [
        "the migrated notes are there",
        status.migration.migrated === before.migration.migrated + run.outcome.migrated,
      ],
      ["the artifacts are there", status.artifacts.total === before.artifacts.total + run.artifacts],
      ["the transcripts are there", status.transcripts === before.transcripts + run.transcripts],
      ["the claims are there", status.claims === before.claims + run.claims],
      ["both flags have effect", everyFlag(status.effective, ({ enabled }) => enabled)],
    ],
  },
  {
    title: "Earlier runs broke off, and the old pipeline left some notes long ago: they follow, too.",
    name: "scripts/runMigration",
    args: { organizationId, dryRun: false, repair: true, deferredDays },
    lines: (run) => runLines(run, false),
    key: "repair",
    facts: ({ done, errors, outcome }) => [
      ["the run is done", done],
      ["nothing failed", errors === 0],
      ["every note that nothing keeps back is migrated", outcome.unfinished === 0 && outcome.deferred === 0],
    ],
  },
  {
    title: "What is left is for a person: notes without a coach, or with cancelled insights.",
    name: "scripts/v2MigrationStatus",
    args: { organizationId, deferredDays },
    lines: statusLines,
    key: "left",
    facts: ({ verdict, migration }, { repair }) => [
      ["only blocked notes are left", verdict === "blocked"],
      ["they are those of the run", migration.blocked === repair.outcome.blocked],
    ],
  },
  {
    title: "And back: v2 is off again, and what was migrated stays.",
    name: "scripts/disableV2ForOrg",
    args: { organizationId, disabledBy: "demo" },
    lines: changeLines,
    facts: ({ success, after, effective }) => [
      ["it succeeded", success],
      ["both flags are off", everyFlag(after, (value) => value === false)],
      ["neither has effect", everyFlag(effective, ({ enabled }) => !enabled)],
    ],
  },
  {
    title: `At ${halfSet.name} somebody has set one flag by hand and forgotten the other.`,
    name: "scripts/enableV2ForOrg",
    args: { organizationId: halfSet.organizationId, enabledBy: "demo" },
    lines: changeLines,
    facts: ({ success, changed }) => [
      ["it succeeded", success],
      ["only the forgotten flag was written", changed.join() === "entity_resolution_v2"],
    ],
  },
  {
    title: "A slip of the pen is refused, and nothing is written.",
    name: "scripts/enableV2ForOrg",
    args: { organizationId: club.slug },
    isRefused: true,
    lines: refusalLines,
    facts: (stderr) => [["it names the code", String(stderr).includes("ORGANIZATION_NOT_FOUND")]],
  },
  {
    title: `At ${untouched.name} nothing was done yet, and nothing needs a person. New notes go to v2.`,
    name: "scripts/enableV2ForOrg",
    args: { organizationId: untouched.organizationId, enabledBy: "demo" },
    lines: changeLines,
    facts: ({ success }) => [["it succeeded", success]],
  },
  {
    title: "The old notes follow.",
    name: "scripts/runMigration",
    args: { organizationId: untouched.organizationId, dryRun: false, deferredDays },
    lines: (run) => runLines(run, false),
    facts: ({ done, errors }) => [
      ["the run is done", done],
      ["nothing failed", errors === 0],
    ],
  },
  {
    title: "Is it complete? With `check` the command fails unless it is.",
    name: "scripts/v2MigrationStatus",
    args: { organizationId: untouched.organizationId, check: true, deferredDays },
    lines: statusLines,
    key: "complete",
    facts: ({ verdict }) => [["the verdict is `complete`", verdict === "complete"]],
  },
];

/**
 * @param {Record<string, any>} earlier Answers by key.
 * @returns {string[]} Where the organizations stand, and what an operator would do next.
 */
export function ending({ left, repair, complete }) {
  const { noCoach, insightsCancelled } = repair.reasons;
  return [
    `${club.name} is \`${left.verdict}\`. Of its ${left.voiceNotes.total} notes ${left.migration.migrated} are in v2 ` +
      `and ${left.migration.notReady} hold no text. ${noCoach} have no coach: set one in your app and run ` +
      `\`runMigration\` again. The insights of ${insightsCancelled} were cancelled: decide whether those notes stay in v1.`,
    `${untouched.name} is \`${complete.verdict}\`: ${complete.migration.migrated} notes are in v2, and ` +
      `${complete.migration.notReady} hold no text to migrate.`,
  ];
}
