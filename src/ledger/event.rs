//! What happens to a run, and what is to be done about it.

use serde::Serialize;
use tsify::Tsify;

use super::{Run, RunBatch};
use crate::migration::{NoteFailure, Stopped};
use crate::units::Millis;

/// What happens to a run. (To begin or to resume one, the runs beside it must be known: [`start_run`](super::start_run),
/// [`resume_run`](super::resume_run).)
#[derive(Clone, Debug, PartialEq, Tsify)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum RunEvent {
    /// A leg begins.
    LegBegan {
        /// Its generation.
        generation: u64,
    },
    /// A batch asks whether it may write.
    BatchAsked {
        /// The generation of its leg.
        generation: u64,
        /// The number of commits that its leg knows of, plus one. A batch that is tried again keeps its number.
        number: u64,
    },
    /// The batch that was allowed to write has written, in this transaction.
    BatchWritten {
        /// The generation of its leg.
        generation: u64,
        /// What it adds.
        batch: RunBatch,
    },
    /// A leg ended by itself.
    LegEnded {
        /// Its generation.
        generation: u64,
        /// Why it ended before every note was settled; null where all are.
        #[tsify(type = "Stopped | null")]
        stopped: Option<Stopped>,
        /// What it settled since its last batch. Its `error` says what it ended with, where it ended with an error.
        rest: RunBatch,
        /// How long its pace asks to wait before more is written.
        pause_ms: Millis,
    },
    /// A watchdog looks whether the lease has expired.
    Watched {
        /// The generation that it watches.
        generation: u64,
    },
    /// Someone wants it to pause.
    Pause,
    /// Someone wants it to end for good.
    Cancel,
    /// Someone sets how fast it writes.
    SetPace {
        /// Bytes per second on average; null: as fast as it can.
        #[tsify(type = "number | null")]
        bytes_per_second: Option<f64>,
    },
}

/// What the host does in the transaction in which it writes the run's row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum RunEffect {
    /// Schedule a leg.
    ScheduleLeg {
        /// Its generation.
        generation: u64,
        /// After so long.
        after_ms: Millis,
    },
    /// Schedule a watchdog.
    ScheduleWatch {
        /// The generation that it watches.
        generation: u64,
        /// When it looks.
        at_ms: Millis,
    },
    /// The batch that asks writes, and tells the run that was answered what it wrote. Only then is the row written.
    WriteBatch,
    /// The batch that asks was written before, and its answer was lost. It writes nothing, and its leg goes on from the
    /// run's row.
    AlreadyWritten,
    /// The leg that asks writes nothing, and ends.
    WriteNothing,
}

/// What an event comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct RunDecision {
    /// The run's row as it is now.
    pub run: Run,
    /// Is it another one than before? Then it is written.
    pub is_changed: bool,
    /// Does it keep other runs from its organization now?
    pub excludes_others: bool,
    /// Bytes that it writes per second on average; null: as fast as it can.
    pub bytes_per_second: Option<f64>,
    /// What else is to be done, in this order.
    pub effects: Vec<RunEffect>,
    /// The notes that failed and are to be stored, each once.
    pub failures: Vec<NoteFailure>,
    /// A note that was stored as failed and is to be forgotten.
    pub recovered: Option<String>,
}
