//! What a run did: its sums and its failures.

use crate::error::Code;
use crate::note::{Facts, Insights, Transcription};
use crate::value::{List, Object, Value};

/// Failures that an answer names. All are counted.
const NAMED_FAILURES: usize = 50;

/// What became of a note that a run looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It got its v2 rows in this run.
    Migrated,
    /// An old run broke off at it, and this one finished it.
    Repaired,
    /// It had a completed artifact.
    AlreadyMigrated,
    /// It has artifacts, none completed.
    Unfinished,
    /// It has no text to migrate.
    NotReady,
    /// The old pipeline is not done with it.
    Deferred,
    /// A person must decide about it.
    Blocked,
    /// It could not be migrated.
    Failed,
}

/// The notes that a run looked at, in the order of [`Fate`]. They sum to all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome(pub [u64; 8]);

impl Outcome {
    pub(crate) fn count(&mut self, fate: Fate) {
        if let Some(count) = self.0.get_mut(fate as usize) {
            *count += 1;
        }
    }

    /// Notes of this fate.
    pub fn of(&self, fate: Fate) -> u64 {
        self.0.get(fate as usize).copied().unwrap_or(0)
    }

    /// Notes that were migrated or repaired.
    pub(crate) fn through(&self) -> u64 {
        self.of(Fate::Migrated) + self.of(Fate::Repaired)
    }

    /// Notes that were migrated, repaired or failed.
    pub(crate) fn tried(&self) -> u64 {
        self.through() + self.of(Fate::Failed)
    }

    /// All notes.
    pub(crate) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    pub(crate) fn put(&self, answer: &mut Object) {
        answer.counts(
            "outcome",
            "migrated repaired alreadyMigrated unfinished notReady deferred blocked failed",
            &self.0,
        );
    }
}

/// Rows that a run inserted, or would insert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inserted {
    /// Artifacts.
    pub artifacts: u64,
    /// Transcripts.
    pub transcripts: u64,
    /// Claims.
    pub claims: u64,
}

/// Notes that could not be migrated, and why: the first of them by name.
#[inline(never)]
pub(crate) fn name_failure(failures: &mut List, voice_note_id: &str, code: Code, message: &str) {
    if failures.len() >= NAMED_FAILURES {
        return;
    }
    let mut failure = Object::default();
    failure.text("voiceNoteId", voice_note_id);
    failure.word("code", code.word());
    failure.text("message", message);
    failures.put(Value::Object(failure));
}

/// Why notes are blocked (no coach, insights cancelled) or deferred (transcribing, insights in progress,
/// awaiting confirmation).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reasons([u64; 5]);

impl Reasons {
    /// Counts a note that is blocked or deferred.
    pub(crate) fn count(&mut self, fate: Fate, facts: Facts) {
        let [
            no_coach,
            insights_cancelled,
            transcribing,
            insights_in_progress,
            awaiting_confirmation,
        ] = &mut self.0;
        *match fate {
            Fate::Blocked if facts.has_coach() => insights_cancelled,
            Fate::Blocked => no_coach,
            Fate::Deferred if facts.transcription() != Transcription::Completed => transcribing,
            Fate::Deferred if facts.insights() == Insights::AwaitingConfirmation => awaiting_confirmation,
            Fate::Deferred => insights_in_progress,
            _ => return,
        } += 1;
    }

    pub(crate) fn put(&self, answer: &mut Object) {
        answer.counts(
            "reasons",
            "noCoach insightsCancelled transcribing insightsInProgress awaitingConfirmation",
            &self.0,
        );
    }
}
