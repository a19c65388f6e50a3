//! The core that rolls a v2 data model out over a live Convex backend, organization by organization.
//!
//! It decides: which documents belong to an organization, what class a note is in, the counts and the
//! verdict, what to read next and how much of it, which notes go into the next batch, which flag rows
//! change, and what an answer says. It never reads or writes anything: a shim in the host's runtime does,
//! and tells what it read.
//!
//! What it refuses to be: a database client, a clock, a source of randomness, or a reader of texts. Time,
//! ids and facts about texts are arguments.

mod argument;
mod caller;
mod constants;
mod cursor;
mod failure;
mod flags;
mod ledger;
mod migration;
mod note;
mod organization;
mod refusal;
mod retry;
mod status;
mod table;
mod text;
mod transaction;
mod units;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use caller::{Caller, actor};
pub use constants::Constants;
pub use cursor::LIFETIME;
pub use flags::{
    ByKey, Effective, FlagChange, FlagChangeAnswer, FlagChangeCall, FlagKey, FlagPlan, FlagReason, FlagRoom,
    FlagRow, FlagState, FlagValue, FlagWrite, FurtherRows, FurtherRowsCall, FurtherRowsPlan, KeyRows,
    MOST_USER_ROWS, NextCall, NextCallArgs, NextFunction, Share, Traces, environment_value,
};
pub use ledger::{
    LoweredPace, NextRunArgs, NextRunCall, NoteToRecord, PaceEvent, Recording, RetryCall, Run, RunAnswer,
    RunArguments, RunBatch, RunCall, RunDecision, RunEffect, RunError, RunEvent, RunMode, RunPace,
    RunProgress, RunStart, RunState, RunStateWord, RunSums, last_run, resume_run, retry_run, start_run,
};
pub use migration::{
    ArtifactHas, ArtifactToJudge, Attempt, BatchSize, Estimate, Fitting, Inserted, Judge, JudgeCall,
    JudgedNote, Judgement, LegEnd, MigrationAnswer, MigrationBatch, MigrationCall, MigrationPage,
    MigrationRun, MigrationStep, MissingRows, NextMigration, NextMigrationArgs, NoteFailure, NoteRows,
    NoteSamples, NoteToJudge, NoteVerdict, Outcome, Reasons, Stopped, legacy_warning, missing_rows,
    notes_that_fit,
};
pub use note::{
    BlockedReason, Class, Deferral, DeferredReason, InsightsStatus, Linked, NoteFacts, TranscriptionStatus,
};
pub use organization::{belonging, belongs};
pub use refusal::{Code, Refusal, RefusedCall, WrongCall};
pub use retry::retry_after;
pub use status::{
    Classes, Count, CountedPage, DraftStatus, Drafts, Found, LinkedArtifact, MalformedRow, NoteToCount,
    OpenLookUp, Page, PageStart, Range, ReadAccount, Route, StatusAnswer, StatusCall, StatusRun,
    StatusRunCall, StatusRunStep, StatusSamples, StatusScan, StatusStep, StatusStopped, Sums, Verdict,
};
pub use table::{ByTable, MalformedDocument};
pub use transaction::{
    Allowance, Headroom, LARGEST_DOCUMENT_BYTES, Limit, Metric, Metrics, Purpose, Reads, Room, Transaction,
    Turn,
};
pub use units::Millis;
