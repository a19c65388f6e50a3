/** The boundary between the languages, as JavaScript meets it: through the compiled wasm. */

import { ConvexError } from "convex/values";
import { describe, expect, test } from "vitest";

import {
  checkMigrationCall,
  constants,
  FlagChange,
  type FlagChangeCall,
  judge,
  MigrationRun,
  missingRows,
  notesThatFit,
  type Page,
  refuse,
  type StatusCall,
  StatusScan,
  type StatusStep,
  Transaction,
} from "../../js-shims/core";

const statusCall: StatusCall = {
  organizationId: "org_a",
  check: false,
  acceptBlocked: false,
  indexes: "",
  halvings: 0,
  environment: { voice_notes_v2: undefined, entity_resolution_v2: undefined },
  nowMs: 1e12,
  artifactsAreIndexed: false,
};
const lastPage: Page = { isLast: true, malformed: [] };
const note = {
  transcriptionStatus: "completed",
  insightsStatus: "completed",
  hasCoach: true,
  hasText: true,
  createdMs: 1,
} as const;

const notes = [
  { id: "n1", facts: note },
  { id: "n2", facts: note },
];

/** The last page of a range, and nothing in it. */
function feedNothing(scan: StatusScan, step: StatusStep): void {
  if (step.kind !== "readPage") throw new Error(`no page is asked for, but ${step.kind}`);
  switch (step.range.kind) {
    case "notes":
      scan.feedNotes([], lastPage);
      break;
    case "artifacts":
      scan.feedArtifacts({ organizationIds: [], counts: new Uint32Array() }, lastPage);
      break;
    case "claims":
      scan.feedClaims(0, lastPage);
      break;
    case "drafts":
      scan.feedDrafts([], lastPage);
      break;
    default:
      scan.feedFlags([], lastPage);
  }
}

/** A scan that asks for a page of a range; those before it were empty. */
function scanAt(range: string, call: StatusCall = statusCall): StatusScan {
  const scan = new StatusScan(call);
  for (;;) {
    const step = scan.next(new Transaction());
    if (step.kind !== "readPage" || step.range.kind === range) return scan;
    feedNothing(scan, step);
  }
}

test("a refusal is a ConvexError with the data that a caller sees", () => {
  const refused = (call: () => unknown): unknown => {
    try {
      call();
    } catch (error) {
      expect(error).toBeInstanceOf(ConvexError);
      return (error as ConvexError<never>).data;
    }
  };
  expect(refused(() => new StatusScan({ ...statusCall, organizationId: "a b" }))).toEqual({
    code: "INVALID_ARGUMENT",
    message: "organizationId `a b` must be 1 to 128 visible ASCII characters without spaces",
    hint: "give the organization's id, neither its name nor its slug",
  });
  expect(refused(() => refuse({ kind: "strangeCaller", functionName: "runMigration" }))).toMatchObject({
    code: "FORBIDDEN",
  });
  expect(refused(() => refuse({ kind: "lostPosition" }))).toEqual({
    code: "INVALID_CURSOR",
    message: "cursor names a place that is gone",
    hint: "start again without `cursor`: what was done stays done, and counts start at zero",
  });
});

test("a status of nothing is empty", () => {
  const scan = new StatusScan(statusCall);
  const kinds: string[] = [];
  let step = scan.next(new Transaction());
  for (; step.kind === "readPage"; step = scan.next(new Transaction())) {
    kinds.push(step.range.kind);
    feedNothing(scan, step);
  }
  const flags = ["platformFlags", "organizationFlags", "userFlags"];
  expect(kinds).toEqual([...flags, ...flags, "notes", "artifacts", "claims", "drafts"]);
  expect(step).toEqual({ kind: "done" });
  expect(scan.answer(undefined, new Transaction())).toMatchObject({
    verdict: "empty",
    cursor: null,
    voiceNotes: { total: 0 },
    read: { limitedBy: null, routes: { voiceNoteArtifacts: "tableScan" } },
  });
});

test("a cursor goes on where the scan paused", () => {
  const scan = scanAt("notes");
  scan.feedNotes(notes, { firstId: "n1", isLast: false, malformed: [] });
  expect(scan.next(new Transaction())).toMatchObject({ kind: "lookUp", rows: [0, 1], after: null });
  scan.feedLinkedArtifacts([], { complete: 2, malformed: [] });
  const full = new Transaction();
  for (let nth = 0; nth < 16; nth++) full.countRead(2 ** 20, 0);
  expect(scan.next(full)).toEqual({ kind: "pause", rows: 2 });
  const answer = scan.answer('[2,"n2"]', full);
  expect(answer).toMatchObject({ done: false, verdict: null, read: { limitedBy: "bytesRead" } });

  const rest = new StatusScan({ ...statusCall, cursor: answer.cursor ?? "" });
  const from = { kind: "position", position: '[2,"n2"]' };
  expect(rest.next(new Transaction())).toMatchObject({ kind: "readPage", range: { kind: "notes" }, from });
  rest.feedNotes([], lastPage);
  expect(rest.answer(undefined, new Transaction())).toMatchObject({ migration: { eligible: 2 } });
});

test("ids of organizations are compared whole, whatever is in them", () => {
  const scan = scanAt("artifacts");
  const organizationIds = ["org_b", "org_a", "x\norg_a", "org_a\n", "", "ORG_A", "örg_a", "org_a"];
  const counts = new Uint32Array([2, 1, 1, 1, 2, 1, 0]);
  scan.feedArtifacts({ organizationIds, counts }, lastPage);
  expect(scan.next(new Transaction())).toMatchObject({ kind: "lookUp", rows: [0, 5] });
});

test("a run and a change", () => {
  const run = new MigrationRun({
    organizationId: "org_a",
    indexes: "",
    dryRun: true,
    repair: false,
    isLegacy: false,
    background: false,
    hasLedger: false,
    nowMs: 0,
    deadlineMs: 1e9,
    paceBytesPerSecond: 0,
  });
  expect(run.next(0)).toEqual({
    kind: "readPage",
    after: null,
    notes: 1_000,
    attempt: { nowMs: 0, runMs: 0, isRetry: false },
  });
  const judged = { position: "[1]", createdMs: 1 };
  const rows = { areWritten: false, transcripts: 1, claims: 3, bytes: 9, repairedBytes: null };
  run.pageRead({
    notes: [
      { ...judged, id: "n1", verdict: "migrate", rows },
      { ...judged, id: "n2", verdict: "notReady", rows: null },
    ],
    malformed: [],
    isLast: true,
  });
  expect(run.next(0)).toEqual({ kind: "ended" });
  expect(run.answer().answer).toMatchObject({ claims: 3, outcome: { migrated: 1, notReady: 1 } });

  const change = new FlagChange({
    organizationId: "org_a",
    enabled: true,
    check: false,
    create: false,
    isKnown: true,
  });
  const counts = { hasMoreOrganizationRows: false, userRows: 0, hasMoreUserRows: false };
  const plan = change.plan(
    {
      voice_notes_v2: { ...counts, organization: [] },
      entity_resolution_v2: {
        ...counts,
        organization: [
          { value: "off", bytes: 200 },
          { value: "on", bytes: 200 },
        ],
      },
    },
    "now",
    new Transaction(),
  );
  expect(plan).toMatchObject({
    updatedBy: "script",
    writes: [
      {
        kind: "setFeatureFlag",
        key: "voice_notes_v2",
        enabled: true,
        notes: "enableV2ForOrg by script at now: none -> true",
      },
      {
        kind: "setFeatureFlag",
        key: "entity_resolution_v2",
        enabled: true,
        notes: "enableV2ForOrg by script at now: false -> true",
      },
    ],
    further: [],
    answer: { changed: ["voice_notes_v2", "entity_resolution_v2"] },
  });
});

test("constants are those of the core", () => {
  expect(constants.insightsStatuses).toContain("awaiting_confirmation");
  expect(constants.flagVariables.voice_notes_v2).toBe("VOICE_NOTES_V2_GLOBAL");
});

describe("a wrong call throws and names what is wrong", () => {
  const wrong = (value: unknown) => value as never;
  const change: FlagChangeCall = {
    organizationId: "org_a",
    enabled: true,
    check: false,
    create: false,
    isKnown: true,
  };
  const rows = { organization: [], hasMoreOrganizationRows: false, userRows: 0, hasMoreUserRows: false };
  const counts = new Uint32Array([1]);

  test.each<[string, () => unknown, string]>([
    ["no call", () => new StatusScan(wrong(undefined)), "StatusScan: expected an object, got undefined"],
    [
      "a field that is missing",
      () => new StatusScan(wrong({ ...statusCall, nowMs: undefined })),
      "StatusScan.nowMs: expected a number, got undefined",
    ],
    [
      "a field of the wrong type",
      () => new StatusScan(wrong({ ...statusCall, artifactsAreIndexed: 1 })),
      "StatusScan.artifactsAreIndexed: expected a boolean, got number",
    ],
    [
      "a field of one of two flags",
      () => new StatusScan(wrong({ ...statusCall, environment: { voice_notes_v2: 1 } })),
      "StatusScan.environment.voice_notes_v2: expected a string, got number",
    ],
    [
      "another page than was asked for",
      () => scanAt("notes").feedClaims(1, lastPage),
      "feedClaims: a page of Notes was asked for",
    ],
    [
      "a page that was not asked for",
      () => new StatusScan(statusCall).feedFlags([], lastPage),
      "feedFlags: no page was asked for",
    ],
    [
      "a word of no closed set",
      () =>
        scanAt("notes").feedNotes(
          wrong([notes[0], { id: "n2", facts: { ...note, insightsStatus: "done" } }]),
          lastPage,
        ),
      "feedNotes[1].facts.insightsStatus: unknown variant `done`, expected one of `pending`, `processing`, " +
        "`completed`, `failed`, `awaiting_confirmation`, `cancelled`, `unknown`",
    ],
    [
      "a column that is missing",
      () => scanAt("artifacts").feedArtifacts(wrong({ counts }), lastPage),
      "feedArtifacts.organizationIds: expected an array, got undefined",
    ],
    [
      "a column of another type",
      () => scanAt("artifacts").feedArtifacts(wrong({ organizationIds: ["org_a"], counts: [1] }), lastPage),
      "feedArtifacts.counts: expected a Uint32Array, got object",
    ],
    [
      "columns of different lengths",
      () => scanAt("artifacts").feedArtifacts({ organizationIds: ["org_a", "org_b"], counts }, lastPage),
      "candidate counts add up to 1, but there are 2 organizationIds",
    ],
    [
      "no page",
      () => scanAt("claims").feedClaims(1, wrong(null)),
      "feedClaims: expected an object, got object",
    ],
    [
      "a negative number",
      () => new Transaction().tell(wrong({ documentsRead: { used: -1, remaining: 1 } })),
      "Transaction.tell.documentsRead.used: expected a whole number from 0",
    ],
    [
      "an unknown purpose",
      () => new Transaction().room(wrong("lunch")),
      "Transaction.room: unknown variant `lunch`, expected one of `noteRange`, `notesById`, " +
        "`artifactsOfNotes`, `repairs`",
    ],
    [
      "no decision about repairs",
      () =>
        judge(wrong({ nowMs: 1, runMs: 1, isRetry: false, endsAtMalformed: false }), {
          notes: [],
          artifacts: [],
        }),
      "judge.repair: expected a boolean, got undefined",
    ],
    [
      "an artifact of no note",
      () =>
        judge(
          { nowMs: 1, runMs: 1, isRetry: false, repair: true, endsAtMalformed: false },
          {
            notes: [null],
            artifacts: [{ note: 1, isCompleted: true, createdMs: 1, organizationIds: [] }],
          },
        ),
      "judge: note 1 is none of the 1 judged",
    ],
    [
      "an unknown verdict",
      () => missingRows(wrong("maybe")),
      "missingRows: unknown variant `maybe`, expected one of",
    ],
    [
      "rows that are none",
      () => notesThatFit(new Transaction(), wrong([null, { areWritten: false, transcripts: 1 }])),
      "notesThatFit[1].claims: expected a number, got undefined",
    ],
    [
      "a run without a decision to write",
      () => checkMigrationCall(wrong({ organizationId: "org_a" })),
      "checkMigrationCall.dryRun: expected a boolean, got undefined",
    ],
    [
      "a change without a value",
      () => new FlagChange(wrong({ ...change, enabled: undefined })),
      "FlagChange.enabled: expected a boolean, got undefined",
    ],
    [
      "rows of one flag only",
      () => new FlagChange(change).plan(wrong({ voice_notes_v2: rows }), "now", new Transaction()),
      "FlagChange.plan.entity_resolution_v2: expected an object, got undefined",
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).not.toThrow(ConvexError);
  });
});
