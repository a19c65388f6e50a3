/** What the page makes of what it is told. */

import { expect, test } from "vitest";

import type { Fleet, Member, RunAnswer } from "../../cli/dashboard/protocol";
import { classes, verdicts } from "../../cli/show/classes";
import { attentionOf, byNeed } from "../../dashboard/attention";
import { progressOf } from "../../dashboard/progress";
import * as words from "../../dashboard/words";
import { runAnswer, statusAnswer } from "./fakeDeployment";

test("the words of the page are those of the command", () => {
  expect(words.classes).toEqual(classes.map(({ key, label, says }) => ({ key, label, says })));
  expect(words.verdicts).toEqual(
    Object.fromEntries(Object.entries(verdicts).map(([key, { label, rank }]) => [key, { label, rank }])),
  );
});

const run = (fields: object = {}) => runAnswer(fields) as unknown as RunAnswer;

const member = (
  organizationId: string,
  fields: object | null = {},
  problem: string | null = null,
): Member => ({
  organizationId,
  name: null,
  slug: null,
  status: fields === null ? null : { value: statusAnswer(fields) as never, atMs: 0, problem: null },
  problem: problem === null ? null : { code: "INTERNAL", message: problem, hint: null },
});

const fleet = (from: Fleet["from"], ...members: Member[]): Fleet => ({ from, members });
const progress = (fields: object) => ({
  progress: { settled: 4, share: null, notesPerSecond: 2, secondsLeft: null, ...fields },
});
const two = [member("org_a"), member("org_b")];

test.each([
  ["what the ledger knows", run(progress({ share: 0.5, secondsLeft: 7 })), fleet("list", ...two), 0.5, 7],
  ["the organization's notes", run(progress({})), fleet("runs", ...two), 0.4, 3],
  ["all that are listed", run({ ...progress({}), organizationId: null }), fleet("list", ...two), 0.2, 8],
  [
    "all, where not all are known",
    run({ ...progress({}), organizationId: null }),
    fleet("runs", ...two),
    null,
    null,
  ],
  ["one that was not counted", run(progress({})), fleet("list", member("org_a", null)), null, null],
  ["one that is not in the fleet", run(progress({})), fleet("list", member("org_b")), null, null],
  ["no speed yet", run(progress({ notesPerSecond: null })), fleet("list", ...two), 0.4, null],
  ["more than were counted", run(progress({ settled: 12 })), fleet("list", ...two), 1, 0],
  ["a limit", run({ ...progress({}), limit: 8 }), fleet("list", ...two), 0.25, null],
  ["nothing", run(progress({})), null, null, null],
])("the share of a run is told by %s", (_name, given, known, share, secondsLeft) => {
  expect(progressOf(given, known)).toEqual({ share, secondsLeft });
});

const half = {
  voice_notes_v2: { enabled: true, reason: "ORGANIZATION" },
  entity_resolution_v2: { enabled: false, reason: "DEFAULT" },
};
const counts = (fields: object) => ({ migration: { ...statusAnswer().migration, ...fields } });

test.each([
  ["nothing", member("org_a"), [], []],
  ["a look that failed", member("org_a", null, "it broke"), [], ["it broke"]],
  [
    "a count that broke off",
    member("org_a", { verdict: null, stopped: "deadline" }),
    [],
    ["counting ended early (deadline)"],
  ],
  ["blocked notes", member("org_a", counts({ blocked: 1 })), [], ["1 note is blocked: a person must decide"]],
  [
    "unfinished notes",
    member("org_a", counts({ unfinished: 2 })),
    [],
    ["2 notes are unfinished: migrate with repair"],
  ],
  ["unfinished notes of a run that goes on", member("org_a", counts({ unfinished: 2 })), [run()], []],
  ["duplicates", member("org_a", { duplicates: 3 }), [], ["3 notes stored twice"]],
  ["half a switch", member("org_a", { effective: half }), [], ["one flag is on, and the other off"]],
  [
    "a run that broke off",
    member("org_a"),
    [run({ state: "stopped", stopped: "error", endedMs: 1 })],
    ["the last run stopped: the deployment kept failing"],
  ],
  ["a run at its limit", member("org_a"), [run({ state: "stopped", stopped: "limit", endedMs: 1 })], []],
  [
    "notes that failed in the last run, not in one before",
    member("org_a"),
    [
      run({ outcome: { ...run().outcome, failed: 1 }, endedMs: 2 }),
      run({ state: "stopped", stopped: "error", endedMs: 1 }),
    ],
    ["1 note failed in the last run"],
  ],
  ["a run of others", member("org_b"), [run({ state: "stopped", stopped: "error", endedMs: 1 })], []],
])("%s asks for attention as it should", (_name, given, runs, points) => {
  expect(attentionOf(given, runs)).toEqual(points);
});

test("what needs attention comes first, then by verdict, then by what is left", () => {
  const members = [
    member("empty", { verdict: "empty", voiceNotes: { total: 0 } }),
    member("complete", { verdict: "complete" }),
    member("less", { verdict: "notStarted", voiceNotes: { total: 5 } }),
    member("more", { verdict: "notStarted", voiceNotes: { total: 9 } }),
    member("waiting", { verdict: "waiting" }),
    member("unread", null),
    member("duplicates", { verdict: "complete", duplicates: 1 }),
    member("failed", null, "it broke"),
  ];
  expect(members.sort(byNeed([])).map(({ organizationId }) => organizationId)).toEqual([
    "failed",
    "duplicates",
    "unread",
    "waiting",
    "more",
    "less",
    "complete",
    "empty",
  ]);
});
