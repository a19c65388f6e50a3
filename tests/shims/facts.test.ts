import { describe, expect, test } from "vitest";

import {
  artifactToJudge,
  candidatesOf,
  draftStatus,
  flagValue,
  linkedArtifacts,
  noteFacts,
  type StoredDocument,
} from "../../js-shims/reading/documents";
import * as make from "./documents";

const stored = (fields: Record<string, unknown>): StoredDocument => ({
  _id: "id_1",
  _creationTime: 5,
  ...fields,
});

describe("the facts of a note", () => {
  test("are these", () => {
    expect(noteFacts(stored(make.note({ insightsStatus: "cancelled" })))).toEqual({
      transcriptionStatus: "completed",
      insightsStatus: "cancelled",
      hasCoach: true,
      hasText: true,
      createdMs: 5,
    });
  });

  test.each([
    [undefined, undefined],
    [null, undefined],
    ["pending", "pending"],
    ["", "unknown"],
    ["done", "unknown"],
    [0, "unknown"],
    [false, "unknown"],
  ])("a status %o is told as %o", (status, told) => {
    const facts = noteFacts(stored(make.note({ transcriptionStatus: status, insightsStatus: status })));
    expect(facts).toMatchObject({ transcriptionStatus: told, insightsStatus: told });
  });

  test.each([
    ["coach_1", true],
    [" ", true],
    ["", false],
    [null, false],
    [undefined, false],
    [7, false],
    [{}, false],
  ])("a coach %o is one: %s", (coachId, hasCoach) => {
    expect(noteFacts(stored(make.note({ coachId }))).hasCoach).toBe(hasCoach);
  });

  test.each([
    ["said", true],
    ["!", true],
    ["~", true],
    ["é", true],
    ["\u{7f}", true],
    [" said", true],
    ["\u{a0}said", true],
    ["", false],
    [" ", false],
    [" \n\t\u{a0}\u{2003}", false],
    ["\u{a0}", false],
    [null, false],
    [undefined, false],
    [7, false],
    [["said"], false],
  ])("a transcription %o is a text: %s", (transcription, hasText) => {
    expect(noteFacts(stored(make.note({ transcription }))).hasText).toBe(hasText);
  });
});

test.each([
  [true, "on"],
  [false, "off"],
  [undefined, "malformed"],
  [null, "malformed"],
  [1, "malformed"],
  ["false", "malformed"],
])("a flag that is %o is told as %s", (enabled, told) => {
  expect(flagValue(stored(make.flag({ enabled })))).toBe(told);
});

test.each([
  ["pending", "pending"],
  ["expired", "expired"],
  ["lost", null],
  [undefined, null],
  [null, null],
])("a draft that is %o is told as %s", (status, told) => {
  expect(draftStatus(stored(make.draft("c", "a", { status })))).toBe(told);
});

describe("an artifact", () => {
  const candidates = [{ organizationId: "org_a" }, { organizationId: "org_b" }];
  const artifact = (fields: Record<string, unknown> = {}) =>
    stored(make.artifact({ orgContextCandidates: candidates, updatedAt: 7, ...fields }));

  test("is told with the place of its note, its times, and the organizations it names", () => {
    expect(artifactToJudge(artifact(), 3)).toEqual({
      note: 3,
      isCompleted: true,
      createdMs: 5,
      updatedMs: 7,
      organizationIds: ["org_a", "org_b"],
    });
    expect(linkedArtifacts([artifact(), artifact({ status: "failed" })], 3)).toEqual([
      { note: 3, isCompleted: true, organizationIds: ["org_a", "org_b"] },
      { note: 3, isCompleted: false, organizationIds: ["org_a", "org_b"] },
    ]);
  });

  test.each([
    ["completed", true],
    ["failed", false],
    ["Completed", false],
    [undefined, false],
    [true, false],
  ])("that is %o is completed: %s", (status, isCompleted) => {
    expect(artifactToJudge(artifact({ status }), 0).isCompleted).toBe(isCompleted);
  });

  test.each([
    [0, 0],
    [undefined, undefined],
    [null, undefined],
    ["7", undefined],
    [7n, undefined],
  ])("that was changed at %o is told as changed at %o", (updatedAt, updatedMs) => {
    expect(artifactToJudge(artifact({ updatedAt }), 0).updatedMs).toBe(updatedMs);
  });

  test("may have candidates that are none", () => {
    const odd = [null, undefined, 5, "org_c", [], {}, { organizationId: 3 }, { organizationId: "org_a" }];
    for (const [orgContextCandidates, organizationIds] of [
      [odd, ["org_a"]],
      [[{ organizationId: "" }], [""]],
      ["org_a", []],
      [undefined, []],
      [null, []],
      [{ length: 1, 0: { organizationId: "org_a" } }, []],
    ]) {
      const row = artifact({ orgContextCandidates });
      expect(artifactToJudge(row, 0).organizationIds).toEqual(organizationIds);
    }
  });

  test("is told beside others by how many organizations each names", () => {
    const rows = [
      artifact(),
      artifact({ orgContextCandidates: null }),
      artifact({ orgContextCandidates: [] }),
      artifact({ orgContextCandidates: [{ organizationId: "org_c" }, null] }),
    ];
    expect(candidatesOf(rows)).toEqual({
      organizationIds: ["org_a", "org_b", "org_c"],
      counts: Uint32Array.of(2, 0, 0, 1),
    });
  });
});
