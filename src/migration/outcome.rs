//! What a run did: its sums and its failures.

use crate::error::Code;
use crate::note::{Facts, Insights, Transcription};
use crate::value::{Object, Value};

/// Failures that an answer names. All are counted.
const NAMED_FAILURES: usize = 50;

/// What became of the notes that a run looked at. They sum to all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Notes that got their v2 rows in this run.
    pub migrated: u64,
    /// Notes that an old run broke off at and that this one finished.
    pub repaired: u64,
    /// Notes that had a completed artifact.
    pub already_migrated: u64,
    /// Notes with artifacts, none completed.
    pub unfinished: u64,
    /// Notes without a text to migrate.
    pub not_ready: u64,
    /// Notes that the old pipeline is not done with.
    pub deferred: u64,
    /// Notes that a person must decide about.
    pub blocked: u64,
    /// Notes that could not be migrated.
    pub failed: u64,
}

impl Outcome {
    /// Notes that were migrated, repaired or failed.
    pub(crate) fn tried(&self) -> u64 {
        self.migrated + self.repaired + self.failed
    }

    /// Notes that needed nothing, or that nothing could be done for now.
    pub(crate) fn skipped(&self) -> u64 {
        self.already_migrated + self.unfinished + self.not_ready + self.deferred + self.blocked
    }

    pub(crate) fn value(&self) -> Value {
        let mut object = Object::default();
        object.count("migrated", self.migrated);
        object.count("repaired", self.repaired);
        object.count("alreadyMigrated", self.already_migrated);
        object.count("unfinished", self.unfinished);
        object.count("notReady", self.not_ready);
        object.count("deferred", self.deferred);
        object.count("blocked", self.blocked);
        object.count("failed", self.failed);
        object.end()
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

/// Notes that could not be migrated, and why.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failures(Vec<Value>);

impl Failures {
    pub(crate) fn add(&mut self, voice_note_id: &str, code: Code, message: &str) {
        if self.0.len() >= NAMED_FAILURES {
            return;
        }
        let mut object = Object::default();
        object.text("voiceNoteId", Some(voice_note_id.into()));
        object.word("code", code.word());
        object.text("message", Some(message.into()));
        self.0.push(object.end());
    }

    pub(crate) fn value(&self) -> Value {
        Value::List(self.0.clone())
    }
}

/// Why notes are blocked or deferred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reasons {
    no_coach: u64,
    insights_cancelled: u64,
    transcribing: u64,
    insights_in_progress: u64,
    awaiting_confirmation: u64,
}

impl Reasons {
    pub(crate) fn blocked(&mut self, facts: Facts) {
        if facts.has_coach() {
            self.insights_cancelled += 1;
        } else {
            self.no_coach += 1;
        }
    }

    pub(crate) fn deferred(&mut self, facts: Facts) {
        if facts.transcription() != Transcription::Completed {
            self.transcribing += 1;
        } else if facts.insights() == Insights::AwaitingConfirmation {
            self.awaiting_confirmation += 1;
        } else {
            self.insights_in_progress += 1;
        }
    }

    pub(crate) fn value(self) -> Value {
        let mut object = Object::default();
        object.count("noCoach", self.no_coach);
        object.count("insightsCancelled", self.insights_cancelled);
        object.count("transcribing", self.transcribing);
        object.count("insightsInProgress", self.insights_in_progress);
        object.count("awaitingConfirmation", self.awaiting_confirmation);
        object.end()
    }
}
