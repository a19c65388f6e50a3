//! What a run asks its caller for, and what it is told.

use serde::Serialize;
use tsify::Tsify;

use super::{Inserted, NoteRows, NoteVerdict};
use crate::ledger::Recording;
use crate::table::MalformedDocument;
use crate::transaction::Metrics;
use crate::units::Millis;

/// What the caller does next.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub enum MigrationStep {
    /// Read and judge a page of notes.
    ReadPage {
        /// Those behind this position; from the start where it is null.
        after: Option<String>,
        /// So many at most.
        notes: u64,
        /// How they are judged.
        attempt: Attempt,
    },
    /// Judge and write these notes, in one transaction.
    WriteBatch {
        /// Their ids.
        ids: Vec<String>,
        /// How they are judged, and what time their rows hold.
        attempt: Attempt,
        /// What it records; null where the ledger does not have the run.
        recording: Option<Recording>,
    },
    /// Read, judge and write the next notes, in one transaction, and end it behind the first malformed one.
    Sweep {
        /// Those behind this position; from the start where it is null.
        after: Option<String>,
        /// So many at most.
        notes: u64,
        /// How they are judged, and what time their rows hold.
        attempt: Attempt,
        /// What it records; null where the ledger does not have the run.
        recording: Option<Recording>,
    },
    /// Wait, then ask again.
    Wait {
        /// So long.
        ms: Millis,
    },
    /// The run has ended. Ask for the answer.
    Ended,
}

/// When a transaction is tried, and how it knows what the run has written before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// The present.
    pub now_ms: Millis,
    /// The time that all rows hold which the run writes: when it began.
    pub run_ms: Millis,
    /// A transaction before may have written although its answer was lost: notes whose artifact holds `runMs` are the
    /// run's own.
    pub is_retry: bool,
}

/// A note that was read and judged.
#[derive(Clone, Debug, PartialEq, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct JudgedNote {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub position: String,
    /// When it was created.
    pub created_ms: Millis,
    /// What is to be done with it.
    pub verdict: NoteVerdict,
    /// What would be written for it: in a dry run, and where anything would.
    #[tsify(type = "NoteRows | null")]
    pub rows: Option<NoteRows>,
}

/// A page of notes that was read and judged.
#[derive(Clone, Debug, Default, PartialEq, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MigrationPage {
    /// The notes.
    pub notes: Vec<JudgedNote>,
    /// Those that are malformed.
    pub malformed: Vec<MalformedDocument>,
    /// Does the reach of the run end with this page?
    pub is_last: bool,
}

/// What a batch or a sweep came to.
#[derive(Clone, Debug, PartialEq, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MigrationBatch {
    /// What was done with the notes that it got to, from the first.
    pub verdicts: Vec<NoteVerdict>,
    /// Those that are malformed.
    pub malformed: Vec<MalformedDocument>,
    /// The rows that it inserted.
    pub inserted: Inserted,
    /// What it used.
    pub metrics: Metrics,
    /// Of a sweep: the ids of its notes.
    pub ids: Vec<String>,
    /// Of a sweep: where the last of its notes stands; null where there is none.
    #[tsify(type = "string | null")]
    pub position: Option<String>,
    /// When the last of its notes was created; null where there is none.
    #[tsify(type = "Millis | null")]
    pub created_ms: Option<Millis>,
    /// Of a sweep: does the reach of the run end with it?
    pub is_last: bool,
    /// Where it recorded its run: how fast that goes on, in bytes per second on average; null where it is as fast as it
    /// can.
    #[tsify(type = "number | null")]
    pub bytes_per_second: Option<f64>,
}
