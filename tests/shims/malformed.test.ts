import { describe, expect, test } from "vitest";

import { malformedDocuments } from "../../js-shims/reading/documents";
import {
  channels,
  draftStatuses,
  firstMalformed,
  insightsStatuses,
  malformedForMigration,
  type Table,
  transcriptionStatuses,
} from "../../js-shims/reading/malformed";
import schema from "../backend/convex/schema";
import * as make from "./documents";

type Fields = Record<string, unknown>;

/** What the stand-in's schema says of a field, as Convex exports it. */
type Type = { type: string; value?: unknown };

/** Does the schema accept it? */
function isOfType(type: Type, value: unknown): boolean {
  switch (type.type) {
    case "string":
    case "id":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "literal":
      return value === type.value;
    case "union":
      return (type.value as Type[]).some((one) => isOfType(one, value));
    default:
      throw new Error(`a field of type ${type.type}`);
  }
}

/** A well-formed document of each table, and the fields that are checked, in their order. */
const tables: Record<Table, { document: Fields; checked: string[] }> = {
  voiceNotes: {
    document: make.note({ source: "app_typed", audioStorageId: "file_1" }),
    checked: [
      ...["date", "type", "orgId", "coachId", "source", "audioStorageId", "transcription"],
      ...["transcriptionStatus", "insights", "insightsStatus"],
    ],
  },
  voiceNoteArtifacts: {
    document: make.artifact({ voiceNoteId: "note_1" }),
    checked: [
      ...["artifactId", "sourceChannel", "senderUserId", "orgContextCandidates", "status", "voiceNoteId"],
      ...["createdAt", "updatedAt"],
    ],
  },
  voiceNoteTranscripts: {
    document: make.transcript("artifact_1"),
    checked: ["artifactId", "fullText", "segments", "modelUsed", "language", "duration", "createdAt"],
  },
  voiceNoteClaims: {
    document: make.claim("artifact_1"),
    checked: [
      ...["claimId", "artifactId", "sourceText", "topic", "title", "description", "entityMentions"],
      ...["extractionConfidence", "organizationId", "coachUserId", "status", "createdAt", "updatedAt"],
    ],
  },
  voiceNoteEntityResolutions: {
    document: make.resolution("claim_1", "artifact_1"),
    checked: [
      ...["claimId", "artifactId", "mentionIndex", "mentionType", "rawText", "candidates", "status"],
      ...["organizationId", "createdAt"],
    ],
  },
  insightDrafts: {
    document: make.draft("claim_1", "artifact_1"),
    checked: [
      ...["draftId", "artifactId", "claimId", "insightType", "title", "description", "evidence"],
      ...["displayOrder", "aiConfidence", "resolutionConfidence", "overallConfidence"],
      ...["requiresConfirmation", "status", "organizationId", "coachUserId", "createdAt", "updatedAt"],
    ],
  },
  featureFlags: { document: make.flag(), checked: ["featureKey", "scope", "enabled", "updatedAt"] },
};

const byTable = Object.entries(tables) as [Table, (typeof tables)[Table]][];

/** The schema's fields of a table. */
function fieldsOf(table: Table): Record<string, { fieldType: Type; optional: boolean }> {
  const { documentType } = (schema.tables[table] as unknown as { export(): Fields }).export() as {
    documentType: { value: Record<string, { fieldType: Type; optional: boolean }> };
  };
  return documentType.value;
}

/** All words that any field of the schema knows. */
const words = byTable.flatMap(([table]) =>
  Object.values(fieldsOf(table)).flatMap(({ fieldType }) =>
    fieldType.type === "union" ? (fieldType.value as Type[]).map(({ value }) => value) : [],
  ),
);
const values = [...new Set(words), undefined, null, "", "no word", 7, Number.NaN, true, false, [], {}];

describe.each(byTable)("%s", (table, { document, checked }) => {
  test("is malformed where the schema says so, by the field", () => {
    expect(firstMalformed[table](document)).toBeNull();
    for (const field of checked) {
      const { fieldType, optional } = fieldsOf(table)[field] ?? expect.fail(`no field ${field}`);
      for (const value of values) {
        const isRight = value === undefined ? optional : isOfType(fieldType, value);
        const found = firstMalformed[table]({ ...document, [field]: value });
        expect(found, `${field}: ${String(value)}`).toBe(isRight ? null : field);
      }
    }
  });

  test("names the first of several fields", () => {
    const wrong = Object.fromEntries(checked.map((field) => [field, Symbol("of no type")]));
    for (const [nth, field] of checked.entries()) {
      const right = Object.fromEntries(checked.slice(0, nth).map((name) => [name, document[name]]));
      expect(firstMalformed[table]({ ...wrong, ...right })).toBe(field);
    }
  });

  test("may hold anything in its other fields", () => {
    const others = Object.keys(fieldsOf(table)).filter((field) => !checked.includes(field));
    const odd = Object.fromEntries([...others, "unheard of"].map((field) => [field, Symbol("anything")]));
    expect(firstMalformed[table]({ ...document, ...odd })).toBeNull();
  });
});

test("a note that is migrated needs neither date nor type", () => {
  const { date: _, type: __, ...note } = make.note();
  expect(malformedForMigration(note)).toBeNull();
  for (const field of tables.voiceNotes.checked.slice(2)) {
    expect(malformedForMigration({ ...note, [field]: 7 })).toBe(field);
  }
});

test("the core knows the same words", async () => {
  const { constants } = await import("../../js-shims/core");
  expect(constants.transcriptionStatuses).toEqual(transcriptionStatuses);
  expect(constants.insightsStatuses).toEqual(insightsStatuses);
  expect(constants.draftStatuses).toEqual(draftStatuses);
  expect(channels).toContain("app_recorded");
});

const insight = {
  ...make.insight(),
  ...{ category: "skill", recommendedUpdate: "Practise", confidence: 0.5 },
  ...{ playerIdentityId: "p", playerName: "Aoife", teamId: "t", teamName: "U12" },
  ...{ assigneeUserId: "u", assigneeName: "Coach" },
};

describe("an insight", () => {
  const found = (...insights: unknown[]) => malformedForMigration(make.note({ insights }));

  test("holds texts, and a number as its confidence", () => {
    expect(found(insight)).toBeNull();
    for (const field of Object.keys(insight)) {
      // Which status an insight is in does not matter.
      if (field === "status") continue;
      for (const value of [null, 7, "0.5", true, [], {}]) {
        const isRight = field === "confidence" ? value === 7 : value === "0.5";
        expect(found({ ...insight, [field]: value }), field).toBe(isRight ? null : "insights");
      }
      expect(found({ ...insight, [field]: undefined }), field).toBe(
        field === "description" ? "insights" : null,
      );
    }
  });

  test.each([[null], ["text"], [7], [[]], [undefined], [{}]])("is none: %o", (value) => {
    expect(found(value)).toBe("insights");
    expect(found(insight, value)).toBe("insights");
    expect(found(value, insight)).toBe("insights");
  });
});

describe("a candidate", () => {
  const candidate = { organizationId: "org_a", confidence: 1 };
  const found = (...orgContextCandidates: unknown[]) =>
    firstMalformed.voiceNoteArtifacts(make.artifact({ orgContextCandidates }));

  test("names an organization, with a confidence", () => {
    expect(found(candidate, candidate)).toBeNull();
  });

  test.each([
    [null],
    ["org_a"],
    [[]],
    [undefined],
    [{}],
    [{ ...candidate, organizationId: 7 }],
    [{ organizationId: "org_a" }],
    [{ ...candidate, confidence: "1" }],
  ])("is none: %o", (value) => {
    expect(found(value)).toBe("orgContextCandidates");
    expect(found(candidate, value)).toBe("orgContextCandidates");
    expect(found(value, candidate)).toBe("orgContextCandidates");
  });
});

test("a malformed document is told with its place, its field, and its organization where it names one", () => {
  const rows = [
    make.claim("a"),
    { ...make.claim("a"), topic: "weather" },
    make.claim("a"),
    { ...make.claim("a"), organizationId: 7 },
  ].map((row, nth) => ({ _id: `claim_${nth}`, _creationTime: 1, ...row }));
  expect(malformedDocuments("voiceNoteClaims", rows)).toEqual([
    { row: 1, id: "claim_1", field: "topic", organizationId: "org_a" },
    { row: 3, id: "claim_3", field: "organizationId", organizationId: undefined },
  ]);
});
