// @ts-check
import { classOfKind, clubs, staff } from "./clubs.mjs";
import { documentId } from "./ids.mjs";
import { randomFrom, uuidFrom } from "./random.mjs";
import { openings, players, remarks } from "./texts.mjs";

/** @typedef {Record<string, any> & { _id: string, _creationTime: number }} Document */
/** @typedef {Record<string, Document[]>} Tables */

/** Every table of the stand-in backend. An import gives a table the number that its ids carry. */
export const tableNumbers = {
  voiceNotes: 10001,
  voiceNoteArtifacts: 10002,
  voiceNoteTranscripts: 10003,
  voiceNoteClaims: 10004,
  voiceNoteEntityResolutions: 10005,
  insightDrafts: 10006,
  featureFlags: 10007,
  organizations: 10008,
  users: 10009,
};

const seasonStart = Date.UTC(2025, 7, 18, 18);
const minute = 60_000;
const hour = 60 * minute;

/** What a v2 insight of each category is about. */
const topics = ["injury", "skill_rating", "attendance", "wellbeing", "behavior", "tactical", "todo"];
const draftStatuses = ["applied", "confirmed", "pending", "rejected", "expired"];
const sources = ["app_recorded", "whatsapp_audio", "whatsapp_text", "app_typed", "voicemail"];

/** @returns {Tables} The same on every call: clubs in every state that a rollout meets. */
export function sampleTables() {
  const sample = new Sample();
  for (const club of clubs) {
    sample.addClub(club);
  }
  sample.add("users", seasonStart, { subject: staff.subject, name: staff.name, isPlatformStaff: true });
  return sample.tables;
}

class Sample {
  #random = randomFrom(20_250_818);
  /** @type {Tables} */
  tables = Object.fromEntries(Object.keys(tableNumbers).map((name) => [name, []]));

  /**
   * @param {keyof typeof tableNumbers} table
   * @param {number} time
   * @param {Record<string, any>} fields Absent ones may be undefined.
   */
  add(table, time, fields) {
    const _id = documentId(tableNumbers[table], this.#random.bytes(16));
    // Convex counts in fractions of a millisecond.
    const _creationTime = time + this.#random.below(1000) / 1000;
    const present = Object.entries(fields).filter(([, value]) => value !== undefined);
    const document = { _id, _creationTime, ...Object.fromEntries(present) };
    this.tables[table].push(document);
    return document;
  }

  /** @param {import("./clubs.mjs").Club} club */
  addClub(club) {
    const { organizationId, name, slug } = club;
    this.add("organizations", seasonStart, { organizationId, name, slug });
    const coaches = club.coaches.map((coach, at) => ({ subject: `user_${slug}_${at + 1}`, name: coach }));
    for (const coach of coaches) {
      this.add("users", seasonStart + minute, { ...coach, isPlatformStaff: false });
    }
    for (const [featureKey, enabled] of Object.entries(club.flags)) {
      const updatedAt = seasonStart + 2 * minute;
      const fields = { featureKey, scope: "organization", organizationId, enabled, updatedAt };
      this.add("featureFlags", updatedAt, { ...fields, updatedBy: staff.subject, notes: "set by hand" });
    }
    const kinds = Object.entries(club.notes).flatMap(([kind, count]) => Array(count).fill(kind));
    let time = seasonStart + hour;
    for (const kind of this.#random.shuffle(kinds)) {
      time += (2 + this.#random.below(40)) * hour + this.#random.below(60) * minute;
      this.#addNote(club, coaches, kind, time);
    }
    for (let stray = 0; stray < club.strays; stray += 1) {
      this.#addArtifact(club, coaches[0].subject, undefined, "completed", time + hour);
    }
  }

  /**
   * @param {import("./clubs.mjs").Club} club
   * @param {{ subject: string }[]} coaches
   * @param {string} kind
   * @param {number} time
   */
  #addNote(club, coaches, kind, time) {
    if (!(kind in classOfKind)) {
      throw new Error(`no such kind of note: ${kind}`);
    }
    const team = this.#random.pick(club.teams);
    const insights = Array.from({ length: 1 + this.#random.below(3) }, () => this.#insight(team));
    const opening = this.#random.pick(openings).replace("{team}", team);
    const coachId = this.#random.pick(coaches).subject;
    const note = this.add("voiceNotes", time, {
      orgId: club.organizationId,
      coachId,
      date: new Date(time).toISOString(),
      type: this.#random.pick(["training", "training", "match", "general"]),
      // Old notes do not say.
      source: this.#random.below(8) === 0 ? undefined : this.#random.pick(sources),
      transcription: [opening, ...insights.map(({ description }) => description)].join(" "),
      transcriptionStatus: "completed",
      insights,
      insightsStatus: "completed",
      ...differences[kind],
    });
    const v2 = artifactsOf[kind] ?? [];
    for (const [nth, status] of v2.entries()) {
      // What broke off has its artifact alone; only what came to its end has rows below it.
      const artifact = this.#addArtifact(club, coachId, note, status, time + (nth + 1) * 5 * minute);
      if (status === "completed") {
        this.#addRows(club, coachId, note, artifact);
      }
    }
  }

  /** @param {string} team */
  #insight(team) {
    const remark = this.#random.pick(remarks);
    const player = this.#random.pick(players);
    const isKnown = this.#random.below(3) > 0;
    const insight = {
      id: uuidFrom(this.#random),
      title: remark.title,
      description: remark.said.replace("{player}", player),
      category: remark.category,
      recommendedUpdate: remark.action,
      confidence: this.#random.below(4) === 0 ? undefined : 0.6 + this.#random.below(40) / 100,
      status: this.#random.pick(["pending", "applied", "dismissed", "auto_applied"]),
      playerIdentityId: isKnown ? `player_${players.indexOf(player) + 1}` : undefined,
      playerName: player,
      teamName: team,
    };
    return Object.fromEntries(Object.entries(insight).filter(([, value]) => value !== undefined));
  }

  /**
   * @param {import("./clubs.mjs").Club} club
   * @param {string} coachId
   * @param {Document | undefined} note
   * @param {string} status
   * @param {number} time
   */
  #addArtifact(club, coachId, note, status, time) {
    return this.add("voiceNoteArtifacts", time, {
      artifactId: uuidFrom(this.#random),
      sourceChannel: note?.source ?? "whatsapp_audio",
      senderUserId: coachId,
      orgContextCandidates: [{ organizationId: club.organizationId, confidence: 1 }],
      status,
      voiceNoteId: note?._id,
      createdAt: time,
      updatedAt: time + minute,
    });
  }

  /**
   * @param {import("./clubs.mjs").Club} club
   * @param {string} coachUserId
   * @param {Document} note
   * @param {Document} artifact
   */
  #addRows({ organizationId }, coachUserId, note, artifact) {
    const createdAt = artifact.createdAt + minute;
    const artifactId = artifact._id;
    this.add("voiceNoteTranscripts", createdAt, {
      artifactId,
      fullText: note.transcription,
      segments: [{ text: note.transcription, startTime: 0, endTime: 42, confidence: 0.94 }],
      modelUsed: "whisper-1",
      language: "en",
      duration: 42,
      createdAt,
    });
    for (const [at, insight] of note.insights.entries()) {
      const topic = this.#random.pick(topics);
      const isResolved = insight.playerIdentityId !== undefined;
      const both = { organizationId, createdAt };
      const claim = this.add("voiceNoteClaims", createdAt, {
        ...both,
        claimId: uuidFrom(this.#random),
        artifactId,
        sourceText: insight.description,
        topic,
        title: insight.title,
        description: insight.description,
        entityMentions: [{ mentionType: "player_name", rawText: insight.playerName, position: 0 }],
        resolvedPlayerIdentityId: insight.playerIdentityId,
        resolvedPlayerName: isResolved ? insight.playerName : undefined,
        extractionConfidence: 0.9,
        coachUserId,
        status: isResolved ? "resolved" : "needs_disambiguation",
        updatedAt: createdAt,
      });
      this.add("voiceNoteEntityResolutions", createdAt, {
        ...both,
        claimId: claim._id,
        artifactId,
        mentionIndex: 0,
        mentionType: "player_name",
        rawText: insight.playerName,
        candidates: [],
        status: isResolved ? "auto_resolved" : "needs_disambiguation",
        resolvedEntityId: insight.playerIdentityId,
        resolvedEntityName: isResolved ? insight.playerName : undefined,
        resolvedAt: isResolved ? createdAt : undefined,
      });
      this.add("insightDrafts", createdAt, {
        ...both,
        draftId: uuidFrom(this.#random),
        artifactId,
        claimId: claim._id,
        insightType: topic,
        title: insight.title,
        description: insight.description,
        evidence: { transcriptSnippet: insight.description },
        displayOrder: at,
        aiConfidence: 0.9,
        resolutionConfidence: isResolved ? 0.95 : 0.4,
        overallConfidence: isResolved ? 0.9 : 0.5,
        requiresConfirmation: !isResolved,
        coachUserId,
        status: this.#random.pick(draftStatuses),
        updatedAt: createdAt,
      });
    }
  }
}

/**
 * How a note of a kind differs from one that the old pipeline has finished.
 *
 * @type {Record<string, Record<string, any>>}
 */
const differences = {
  transcriptionFailed: {
    transcriptionStatus: "failed",
    transcription: undefined,
    insights: [],
    insightsStatus: undefined,
  },
  transcriptionAbsent: {
    transcriptionStatus: undefined,
    transcription: undefined,
    insights: [],
    insightsStatus: undefined,
  },
  textBlank: { transcription: " \n\u00a0", insights: [] },
  textAbsent: { transcription: undefined, insights: [] },
  transcriptionPending: {
    transcriptionStatus: "pending",
    transcription: undefined,
    insights: [],
    insightsStatus: undefined,
  },
  transcriptionProcessing: {
    transcriptionStatus: "processing",
    transcription: undefined,
    insights: [],
    insightsStatus: undefined,
  },
  insightsPending: { insights: [], insightsStatus: "pending" },
  insightsProcessing: { insights: [], insightsStatus: "processing" },
  insightsAwaitingConfirmation: { insightsStatus: "awaiting_confirmation" },
  coachAbsent: { coachId: undefined },
  insightsCancelled: { insights: [], insightsStatus: "cancelled" },
  readyWithoutInsights: { insights: [], insightsStatus: "failed" },
};

/**
 * The states of the artifacts that are linked to a note of a kind.
 *
 * @type {Record<string, string[]>}
 */
const artifactsOf = {
  finished: ["completed"],
  finishedTwice: ["completed", "completed"],
  inFlight: ["processing"],
  brokenOff: ["received"],
  failedArtifact: ["failed"],
};
