import { describe, expect, test } from "vitest";

import { artifactRow, claimRows, type Note, topicOf, transcriptRow } from "../../js-shims/writing/convert";
import * as make from "./documents";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const now = 1_770_000_000_000;

const note = (fields: Record<string, unknown> = {}) =>
  ({ _id: "note_1", _creationTime: 1_234.75, ...make.note(fields) }) as unknown as Note;

/** The claims of a note's insights; each insight is well-formed but for these fields. */
const claims = (...insights: Record<string, unknown>[]) =>
  claimRows(note({ insights: insights.map((fields) => make.insight(fields)) }), now);

test("an artifact", () => {
  expect(artifactRow(note({ source: "voicemail", audioStorageId: "file_1" }), now)).toEqual({
    artifactId: expect.stringMatching(uuid),
    sourceChannel: "voicemail",
    senderUserId: "coach_1",
    orgContextCandidates: [{ organizationId: "org_a", confidence: 1 }],
    status: "completed",
    voiceNoteId: "note_1",
    rawMediaStorageId: "file_1",
    createdAt: 1_234,
    updatedAt: now,
  });
  expect(artifactRow(note(), now)).toMatchObject({
    sourceChannel: "app_recorded",
    rawMediaStorageId: undefined,
  });
});

test("a transcript", () => {
  expect(transcriptRow(note({ transcription: " Said \n" }), now)).toEqual({
    artifactId: "",
    fullText: " Said \n",
    segments: [],
    modelUsed: "migration",
    language: "en",
    duration: 0,
    createdAt: now,
  });
});

describe("a claim", () => {
  test("carries over what its insight says", () => {
    const [claim] = claims({
      ...{ category: "goal", recommendedUpdate: "Practise", confidence: 0.5 },
      ...{ playerIdentityId: "p1", playerName: "Aoife", teamId: "t1", teamName: "U12" },
      ...{ assigneeUserId: "u1", assigneeName: "Coach" },
    });
    expect(claim).toEqual({
      claimId: "insight_1",
      artifactId: "",
      sourceText: "Strikes the ball well off her left",
      topic: "development_milestone",
      title: "Striking",
      description: "Strikes the ball well off her left",
      recommendedAction: "Practise",
      entityMentions: [],
      resolvedPlayerIdentityId: "p1",
      resolvedPlayerName: "Aoife",
      resolvedTeamId: "t1",
      resolvedTeamName: "U12",
      resolvedAssigneeUserId: "u1",
      resolvedAssigneeName: "Coach",
      extractionConfidence: 0.5,
      organizationId: "org_a",
      coachUserId: "coach_1",
      status: "resolved",
      createdAt: now,
      updatedAt: now,
    });
  });

  test.each([
    [{ title: "Striking", category: "skill" }, "Striking"],
    [{ title: "", category: "skill" }, "skill"],
    [{ title: undefined, category: "skill" }, "skill"],
    [{ title: "", category: "" }, "Note"],
    [{ title: undefined, category: undefined }, "Note"],
  ])("of %o has a title", (insight, title) => {
    expect(claims(insight)[0]).toMatchObject({ title });
  });

  test.each([
    [{ confidence: undefined }, { extractionConfidence: 0.8 }],
    [{ confidence: 0 }, { extractionConfidence: 0 }],
    [{ playerIdentityId: undefined, playerName: "Aoife" }, { status: "extracted" }],
    [{ playerIdentityId: "" }, { status: "extracted" }],
  ])("of %o", (insight, expected) => {
    expect(claims(insight)[0]).toMatchObject(expected);
  });

  test("has an id of its own where its insight's is missing, empty or repeated", () => {
    const ids = claims({ id: "a" }, { id: undefined }, { id: "" }, { id: "a" }, { id: "b" }).map(
      ({ claimId }) => claimId,
    );
    const fresh = expect.stringMatching(uuid);
    expect(ids).toEqual(["a", fresh, fresh, fresh, "b"]);
    expect(new Set(ids).size).toBe(5);
  });
});

test.each([
  ["injury", "injury"],
  ["skill_rating", "skill_rating"],
  ["skill_progress", "skill_progress"],
  ["behavior", "behavior"],
  ["performance", "performance"],
  ["attendance", "attendance"],
  ["wellbeing", "wellbeing"],
  ["recovery", "recovery"],
  ["development_milestone", "development_milestone"],
  ["physical_development", "physical_development"],
  ["parent_communication", "parent_communication"],
  ["tactical", "tactical"],
  ["team_culture", "team_culture"],
  ["todo", "todo"],
  ["session_plan", "session_plan"],
  ["skill", "skill_rating"],
  ["skills", "skill_rating"],
  ["goal", "development_milestone"],
  ["milestone", "development_milestone"],
  ["medical", "wellbeing"],
  ["mental_health", "wellbeing"],
  ["behaviour", "behavior"],
  ["physical", "physical_development"],
  ["parent", "parent_communication"],
  ["team", "team_culture"],
  ["action_item", "todo"],
  ["training", "session_plan"],
  ["nonsense", "performance"],
  ["Injury", "performance"],
  ["", "performance"],
  ["undefined", "performance"],
  // What every object has is no category.
  ["constructor", "performance"],
  ["__proto__", "performance"],
  [undefined, "performance"],
])("the topic of the category %s is %s", (category, topic) => {
  expect(topicOf(category)).toBe(topic);
});
