//! What a run did: its sums and its failures.

use serde::Serialize;
use tsify::Tsify;

use super::{NoteSamples, NoteVerdict};
use crate::refusal::Code;
use crate::table::MalformedDocument;
use crate::text::shortened;

/// Failures that an answer names. All are counted.
const NAMED_FAILURES: usize = 50;
/// Ids of each class that an answer names.
const SAMPLES: usize = 5;

/// What became of the notes that a run looked at. They sum to all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// They got their v2 rows in this run.
    pub migrated: u64,
    /// An old run broke off at them, and this one finished them.
    pub repaired: u64,
    /// They had a completed artifact.
    pub already_migrated: u64,
    /// They have artifacts, none completed.
    pub unfinished: u64,
    /// They have no text to migrate.
    pub not_ready: u64,
    /// The old pipeline is not done with them.
    pub deferred: u64,
    /// A person must decide about them.
    pub blocked: u64,
    /// They could not be migrated.
    pub failed: u64,
}

impl Outcome {
    /// Notes that were migrated or repaired.
    pub(crate) fn through(&self) -> u64 {
        self.migrated + self.repaired
    }

    /// Notes that were migrated, repaired or failed.
    pub(crate) fn tried(&self) -> u64 {
        self.through() + self.failed
    }

    /// Notes for which nothing was to be written.
    pub(crate) fn skipped(&self) -> u64 {
        self.already_migrated + self.unfinished + self.not_ready + self.deferred + self.blocked
    }
}

/// Rows that a run inserted, or would insert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Tsify)]
pub struct Inserted {
    /// Artifacts.
    pub artifacts: u64,
    /// Transcripts.
    pub transcripts: u64,
    /// Claims.
    pub claims: u64,
}

impl Inserted {
    pub(crate) fn add(&mut self, more: Self) {
        self.artifacts += more.artifacts;
        self.transcripts += more.transcripts;
        self.claims += more.claims;
    }
}

/// Why notes are blocked, deferred, or left by `repair`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Reasons {
    /// Blocked: they have no coach.
    pub no_coach: u64,
    /// Blocked: their insights were cancelled.
    pub insights_cancelled: u64,
    /// Blocked: one of their statuses is no word of the schema.
    pub unknown_status: u64,
    /// Deferred: their transcription is not there yet.
    pub transcribing: u64,
    /// Deferred: their insights are not there yet.
    pub insights_in_progress: u64,
    /// Deferred: their insights wait for a coach.
    pub awaiting_confirmation: u64,
    /// Unfinished, and left by `repair`: their artifacts changed within 24 hours.
    pub changed_recently: u64,
    /// Unfinished, and left by `repair`: their artifacts do not say when they changed, and are younger than 24 hours.
    pub no_time_of_change: u64,
}

/// A note that could not be migrated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct NoteFailure {
    /// Its id.
    pub voice_note_id: String,
    /// `MALFORMED_DOCUMENT` or `INTERNAL`.
    pub code: Code,
    /// What is wrong.
    pub message: String,
}

/// What counts so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) outcome: Outcome,
    pub(crate) reasons: Reasons,
    pub(crate) inserted: Inserted,
    /// The first of them.
    pub(crate) failures: Vec<NoteFailure>,
    /// The first notes that were left.
    pub(crate) samples: NoteSamples,
}

impl NoteSamples {
    /// Those of a verdict's class.
    fn of(&mut self, verdict: NoteVerdict) -> Option<&mut Vec<String>> {
        match verdict {
            NoteVerdict::Unfinished | NoteVerdict::ChangedRecently | NoteVerdict::NoTimeOfChange => {
                Some(&mut self.unfinished)
            }
            NoteVerdict::Transcribing
            | NoteVerdict::InsightsInProgress
            | NoteVerdict::AwaitingConfirmation => Some(&mut self.deferred),
            NoteVerdict::NoCoach | NoteVerdict::InsightsCancelled | NoteVerdict::UnknownStatus => {
                Some(&mut self.blocked)
            }
            _ => None,
        }
    }
}

impl Tally {
    /// Counts what became of a note. `malformed` tells what is wrong with one that is malformed.
    pub(crate) fn settle(&mut self, id: &str, verdict: NoteVerdict, malformed: Option<&MalformedDocument>) {
        if let Some(samples) = self.samples.of(verdict)
            && samples.len() < SAMPLES
        {
            samples.push(id.into());
        }
        let (outcome, reasons) = (&mut self.outcome, &mut self.reasons);
        let (count, reason) = match verdict {
            NoteVerdict::Migrate | NoteVerdict::MigratedByLostAttempt => (&mut outcome.migrated, None),
            NoteVerdict::Repair | NoteVerdict::RepairedByLostAttempt => (&mut outcome.repaired, None),
            NoteVerdict::Migrated => (&mut outcome.already_migrated, None),
            NoteVerdict::Unfinished => (&mut outcome.unfinished, None),
            NoteVerdict::ChangedRecently => (&mut outcome.unfinished, Some(&mut reasons.changed_recently)),
            NoteVerdict::NoTimeOfChange => (&mut outcome.unfinished, Some(&mut reasons.no_time_of_change)),
            NoteVerdict::NotReady => (&mut outcome.not_ready, None),
            NoteVerdict::Transcribing => (&mut outcome.deferred, Some(&mut reasons.transcribing)),
            NoteVerdict::InsightsInProgress => {
                (&mut outcome.deferred, Some(&mut reasons.insights_in_progress))
            }
            NoteVerdict::AwaitingConfirmation => {
                (&mut outcome.deferred, Some(&mut reasons.awaiting_confirmation))
            }
            NoteVerdict::NoCoach => (&mut outcome.blocked, Some(&mut reasons.no_coach)),
            NoteVerdict::InsightsCancelled => (&mut outcome.blocked, Some(&mut reasons.insights_cancelled)),
            NoteVerdict::UnknownStatus => (&mut outcome.blocked, Some(&mut reasons.unknown_status)),
            // A note that was deleted meanwhile is in no class.
            NoteVerdict::Gone => return,
            NoteVerdict::Malformed => {
                let (id, field) = malformed.map_or(("", "a field"), |one| (&one.id, &one.field));
                let message = format!("{field} is missing, or not what the schema says");
                return self.fail(id, Code::MalformedDocument, &message);
            }
        };
        *count += 1;
        if let Some(reason) = reason {
            *reason += 1;
        }
    }

    /// Counts a note that could not be migrated. `message` is the runtime's: it may hold whole documents.
    pub(crate) fn fail(&mut self, voice_note_id: &str, code: Code, message: &str) {
        self.outcome.failed += 1;
        if self.failures.len() < NAMED_FAILURES {
            self.failures.push(NoteFailure {
                voice_note_id: voice_note_id.into(),
                code,
                message: shortened(message).into(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_note_counts_once() {
        let mut tally = Tally::default();
        let malformed = MalformedDocument {
            row: 0,
            id: "n1".into(),
            field: "insights".into(),
        };
        for verdict in [
            NoteVerdict::Migrate,
            NoteVerdict::Repair,
            NoteVerdict::Migrated,
            NoteVerdict::Unfinished,
            NoteVerdict::NotReady,
            NoteVerdict::Transcribing,
            NoteVerdict::InsightsInProgress,
            NoteVerdict::AwaitingConfirmation,
            NoteVerdict::NoCoach,
            NoteVerdict::InsightsCancelled,
            NoteVerdict::UnknownStatus,
            NoteVerdict::Gone,
            NoteVerdict::MigratedByLostAttempt,
            NoteVerdict::RepairedByLostAttempt,
            NoteVerdict::ChangedRecently,
            NoteVerdict::NoTimeOfChange,
            NoteVerdict::Malformed,
        ] {
            tally.settle("n1", verdict, Some(&malformed));
        }
        assert_eq!(
            serde_json::to_value(tally.outcome).unwrap(),
            json!({
                "migrated": 2, "repaired": 2, "alreadyMigrated": 1, "unfinished": 3, "notReady": 1,
                "deferred": 3, "blocked": 3, "failed": 1,
            })
        );
        assert_eq!(
            serde_json::to_value(tally.reasons).unwrap(),
            json!({
                "noCoach": 1, "insightsCancelled": 1, "unknownStatus": 1, "transcribing": 1,
                "insightsInProgress": 1, "awaitingConfirmation": 1, "changedRecently": 1, "noTimeOfChange": 1,
            })
        );
        assert_eq!(
            (
                tally.outcome.through(),
                tally.outcome.tried(),
                tally.outcome.skipped()
            ),
            (4, 5, 11)
        );
        assert_eq!(
            serde_json::to_value(&tally.failures).unwrap(),
            json!([{
                "voiceNoteId": "n1", "code": "MALFORMED_DOCUMENT",
                "message": "insights is missing, or not what the schema says",
            }])
        );
    }

    #[test]
    fn the_first_notes_of_each_class_that_are_left_are_named() {
        let mut tally = Tally::default();
        for nth in 0..=SAMPLES {
            for (name, verdict) in [
                ("u", NoteVerdict::Unfinished),
                ("d", NoteVerdict::AwaitingConfirmation),
                ("b", NoteVerdict::NoCoach),
                ("m", NoteVerdict::Migrate),
            ] {
                tally.settle(&format!("{name}{nth}"), verdict, None);
            }
        }
        let named = |name| (0..SAMPLES).map(|nth| format!("{name}{nth}")).collect::<Vec<_>>();
        assert_eq!(tally.samples.unfinished, named("u"));
        assert_eq!(tally.samples.deferred, named("d"));
        assert_eq!(tally.samples.blocked, named("b"));
    }

    #[test]
    fn the_first_failures_are_named_and_all_are_counted() {
        let mut tally = Tally::default();
        for _ in 0..60 {
            tally.fail("n1", Code::Internal, &"x".repeat(400));
        }
        assert_eq!((tally.outcome.failed, tally.failures.len()), (60, 50));
        assert_eq!(tally.failures[0].message, "x".repeat(300));
    }
}
