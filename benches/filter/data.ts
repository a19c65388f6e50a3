/** Documents of a table read whole, made anew by `JSON.parse` as a query's are. */

import type { StoredDocument } from "../../js-shims/reading/documents.js";

export const DOCUMENTS = 32_000;
export const ORGANIZATION = "org_2f0000000000000000000003";

const ORGANIZATIONS = 20;
const CREATED_MS = 1_760_000_000_000;

const organizationId = (nth: number) => `org_2f${String(nth % ORGANIZATIONS).padStart(22, "0")}`;
const idOf = (letter: string, nth: number) => `${letter}${String(nth).padStart(31, "0")}`;
const list = (make: (nth: number) => unknown): string =>
  JSON.stringify(Array.from({ length: DOCUMENTS }, (_, nth) => make(nth)));

/** One artifact in ten names a second organization, sometimes the one that is counted; two in three have a note. */
const artifacts = list((nth) => ({
  _id: idOf("k", nth),
  _creationTime: CREATED_MS + nth,
  artifactId: `${String(nth).padStart(8, "0")}-5b2e-4c1a-9d57-0242ac120002`,
  sourceChannel: "whatsapp_audio",
  senderUserId: `user_${nth % 160}`,
  orgContextCandidates: [
    { organizationId: organizationId(nth), confidence: 0.9 },
    ...(nth % 10 === 0
      ? [{ organizationId: organizationId(nth % 100 === 0 ? 3 : nth + 1), confidence: 0.1 }]
      : []),
  ],
  status: nth % 9 === 0 ? "processing" : "completed",
  ...(nth % 3 === 0 ? {} : { voiceNoteId: idOf("j", nth) }),
  createdAt: CREATED_MS + nth,
  updatedAt: CREATED_MS + nth,
}));

const transcripts = list((nth) => ({
  _id: idOf("m", nth),
  _creationTime: CREATED_MS + nth,
  artifactId: idOf("k", (nth * 7) % DOCUMENTS),
  fullText: "Good voice from the full-back line today, much better than last week. ",
  segments: [{ text: "Good voice from the full-back line", startTime: 0, endTime: 9.6, confidence: 0.93 }],
  modelUsed: "whisper-1",
  language: "en",
  duration: 9.6,
  createdAt: CREATED_MS + nth,
}));

/** Notes of the organization alone, as its index has them. */
const notes = list((nth) => ({
  _id: idOf("j", nth),
  _creationTime: CREATED_MS + nth,
  orgId: ORGANIZATION,
  coachId: `user_${nth % 8}`,
  date: "2026-02-08",
  type: nth % 3 === 0 ? "match" : "training",
  source: "whatsapp_audio",
  transcription:
    nth % 50 === 0 ? " " : "Good voice from the full-back line today, much better than last week. ",
  transcriptionStatus: nth % 40 === 0 ? "failed" : "completed",
  insights: [0, 1].map((at) => ({
    id: `insight_${at}`,
    title: "Ankle, to be looked at",
    description: "She says it is fine but I want her looked at before Sunday",
    category: "injury",
    confidence: 0.9,
    status: "pending",
  })),
  insightsStatus: nth % 30 === 0 ? "awaiting_confirmation" : "completed",
}));

export type Tables = Record<"notes" | "artifacts" | "transcripts", StoredDocument[]>;

/** The tables; without notes where nobody looks at them. */
export const tablesOf = (withNotes: boolean): Tables => ({
  notes: withNotes ? JSON.parse(notes) : [],
  artifacts: JSON.parse(artifacts),
  transcripts: JSON.parse(transcripts),
});

export type Lookup = ReadonlyMap<unknown, StoredDocument[]>;

/** The documents by a field, as an index finds them. */
export function groupBy(documents: readonly StoredDocument[], field: string): Lookup {
  const groups = new Map<unknown, StoredDocument[]>();
  for (const document of documents) {
    const group = groups.get(document[field]);
    if (group === undefined) groups.set(document[field], [document]);
    else group.push(document);
  }
  return groups;
}
