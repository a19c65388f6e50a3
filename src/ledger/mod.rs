//! The ledger: migration runs as rows that outlive their processes.
//!
//! A store holds one row per run. In the transaction that writes, the host reads the row, asks here what an event means
//! for it, and stores the answer: [`start_run`] and [`resume_run`], which need to know the runs beside it, and
//! [`Run::on`] for all that happens in between.
//!
//! A run goes on in legs, actions of a few minutes, each of a higher generation than the one before. What a leg of an old
//! generation asks for is never written.

mod answer;
mod decide;
mod event;
mod exclusion;
mod pace;
mod progress;
mod recording;
mod refused;
mod start;
mod state;
mod sums;
#[cfg(test)]
mod tests;
mod transitions;

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use crate::migration::Stopped;
use crate::units::Millis;
pub use answer::{NextRunArgs, NextRunCall, RunAnswer, last_run};
pub use event::{RunDecision, RunEffect, RunEvent};
pub use pace::{LoweredPace, PaceEvent, RunPace};
pub use progress::RunProgress;
pub use recording::{NoteToRecord, Recording};
pub use start::{RetryCall, RunCall, RunStart, resume_run, retry_run, start_run};
pub use state::{RunState, RunStateWord};
pub use sums::{RunBatch, RunSums};

/// Who waits for a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum RunMode {
    /// The command that began it. It has one leg.
    #[default]
    Foreground,
    /// Nobody: it goes on until it is through.
    Background,
}

/// An error that a run met.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RunError {
    /// What went wrong.
    pub message: String,
    /// When it was recorded.
    pub at_ms: Millis,
}

/// What else a run was started with, for each of its legs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct RunArguments {
    /// Notes in a transaction at most.
    pub batch_size: Option<f64>,
    /// Finish what an old run broke off.
    pub repair: bool,
    /// After how many days a note that the old pipeline left counts as abandoned.
    pub deferred_days: Option<f64>,
    /// The run whose failed notes it tries again, and no others; null where it goes through all notes in its reach.
    pub retry_of: Option<String>,
}

/// The row of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct Run {
    /// Its id.
    pub run_id: String,
    /// The organization in its reach; null where it is all of them.
    pub organization_id: Option<String>,
    /// Who started it.
    pub by: String,
    /// Why it was started.
    pub reason: Option<String>,
    /// What else it was started with.
    pub arguments: RunArguments,
    /// Who waits for it.
    pub mode: RunMode,
    /// What it is at.
    pub state: RunStateWord,
    /// Why it stopped; null but for one that stopped.
    pub stopped: Option<Stopped>,
    /// The generation of its leg. What others ask for is not written.
    pub generation: u64,
    /// How long its leg may go on unheard of.
    pub lease_ms: Millis,
    /// When its lease expires; null where no leg is under way or scheduled.
    pub lease_ends_ms: Option<Millis>,
    /// Legs that were scheduled since a note was settled last.
    pub idle_legs: u64,
    /// Transactions that have added to its sums.
    pub commits: u64,
    /// What it did so far.
    pub sums: RunSums,
    /// Where the last note stands that is settled; null at the beginning.
    pub position: Option<String>,
    /// Notes to migrate or repair at most; null where there is no such limit.
    pub limit: Option<u64>,
    /// What is left of it. A run that reached it has the whole of it again when it is resumed.
    pub limit_left: Option<u64>,
    /// How many notes it had tried when it was resumed last: whether too many fail is counted from there.
    pub tried_before: u64,
    /// How many of these had failed.
    pub failed_before: u64,
    /// Notes in its reach; null where that is not known.
    pub total: Option<u64>,
    /// How fast it writes.
    pub pace: RunPace,
    /// The last error that it met; null where it has met none.
    pub last_error: Option<RunError>,
    /// When it was started.
    pub started_ms: Millis,
    /// When this row changed last.
    pub updated_ms: Millis,
    /// When it ended; null where it has not.
    pub ended_ms: Option<Millis>,
    /// When its leg was heard of last; null where none is under way.
    pub heard_ms: Option<Millis>,
    /// How long its legs worked in all.
    pub worked_ms: Millis,
}
