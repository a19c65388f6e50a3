/** How far a note is. */

import type { StoredDocument } from "../../../../js-shims/documents";
import { transcriptionStatuses } from "../../../../js-shims/malformed";
import type { StatusAnswer } from "../../../../js-shims/validators/status";

const DAY_MS = 86_400_000;

export type Class = keyof StatusAnswer["migration"];

/** The artifacts linked to a note. */
export type Linked = { artifacts: number; completed: boolean };

export type Deferral = { nowMs: number; days: number | undefined };

export function classOf(note: StoredDocument, linked: Linked, { nowMs, days }: Deferral): Class {
  if (linked.completed) return "migrated";
  if (linked.artifacts > 0) return "unfinished";
  const { transcription, transcriptionStatus, insightsStatus, coachId } = note;
  const isKnown = transcriptionStatuses.includes(transcriptionStatus as string);
  if (!isKnown || transcriptionStatus === "failed") return "notReady";
  const isTranscribing = transcriptionStatus !== "completed";
  if (!isTranscribing && !(typeof transcription === "string" && transcription.trim() !== "")) {
    return "notReady";
  }
  const isOpen =
    insightsStatus === "pending" ||
    insightsStatus === "processing" ||
    insightsStatus === "awaiting_confirmation";
  if (isTranscribing || isOpen) {
    if (days === undefined || nowMs - note._creationTime < days * DAY_MS) return "deferred";
    if (isTranscribing) return "notReady";
  }
  if (typeof coachId !== "string" || coachId === "" || insightsStatus === "cancelled") return "blocked";
  return "eligible";
}
