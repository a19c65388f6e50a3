//! `runMigration`: which notes are read and written next, and what a run did.
//!
//! A [`MigrationRun`] says what to do next and is told what came of it. Where most notes are to be written, it goes
//! through them in sweeps: mutations that read, judge and write the next notes behind a position. Everywhere else a
//! page of notes is read and judged in one query, and the notes to write are taken from it in batches, each a
//! mutation that judges its notes anew. A dry run only reads pages, and takes batches from them without the
//! mutations.

mod answer;
mod call;
mod judge;
mod outcome;
mod page;
mod progress;
mod recorded;
mod report;
mod rows;
mod size;
mod step;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use crate::ledger::RunBatch;
use crate::refusal::{Code, Refusal};
use crate::retry::Retry;
use crate::text::quoted;
use crate::units::Millis;
pub use answer::{BatchSize, Estimate, MigrationAnswer, NextMigration, NextMigrationArgs, NoteSamples};
use call::Accepted;
pub use call::{MigrationCall, legacy_warning};
pub use judge::{ArtifactToJudge, Judge, JudgeCall, Judgement, NoteToJudge, NoteVerdict};
pub(crate) use outcome::Tally;
pub use outcome::{Inserted, NoteFailure, Outcome, Reasons};
pub(crate) use page::malformed_at;
use page::{Batch, Page};
use progress::Progress;
pub use recorded::LegEnd;
pub use rows::{ArtifactHas, Fitting, MissingRows, NoteRows, missing_rows, notes_that_fit};
use size::{LARGEST, Size};
pub use step::{Attempt, JudgedNote, MigrationBatch, MigrationPage, MigrationStep};

/// Notes in a page at most.
const PAGE: u64 = 1_000;
/// Notes in a sweep at least: to find a bad document costs a page more in a sweep than in a batch.
const LEAST_SWEEP: u64 = 8;
/// So many notes that need no writing are recorded without one that does.
const RECORDED_FROM: u64 = 500;
/// So many conflicts in a row, and notes are written by their ids.
const CONFLICTS_OF_A_SWEEP: u32 = 3;
/// A run that fails for more than half of at least so many notes stops.
const FAILURES_FROM: u64 = 20;

/// Why a run ended before it was through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Stopped {
    /// It migrated as many notes as it was to.
    Limit,
    /// Its time was over.
    Deadline,
    /// Too many notes failed.
    Failures,
    /// The backend failed, again and again.
    Error,
}

impl Stopped {
    fn word(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Deadline => "deadline",
            Self::Failures => "failures",
            Self::Error => "error",
        }
    }
}

/// What a run is at.
#[derive(Debug)]
enum Phase {
    /// The next step is to be planned.
    Planning,
    /// A page was asked for.
    Reading,
    /// A batch was asked for.
    Writing(Batch),
    /// A sweep over so many notes was asked for.
    Sweeping { notes: u64 },
    /// The note that is held was asked for once more.
    Confirming,
    /// A page was asked for that tells whether what failed was written.
    Verifying,
    /// Every note in reach is settled.
    Through,
    /// It ended before.
    Stopped(Stopped),
    /// Someone paused or cancelled it.
    Interrupted,
}

/// Where the document is that made a batch fail.
#[derive(Clone, Copy, Debug)]
enum Suspects {
    /// There is none that is known of.
    None,
    /// Among the notes of the page up to here.
    InPage { end: usize },
    /// Among the next so many notes behind the position.
    Ahead { notes: u64 },
}

/// Notes that were to be written.
#[derive(Clone, Copy, Debug, Default)]
struct Tried {
    notes: u64,
    /// How many of them failed.
    failed: u64,
}

/// The search for a document that makes its batch fail.
#[derive(Clone, Copy, Debug)]
struct Search {
    /// The size before that batch failed.
    size_before: u64,
    /// Since then a part of that batch went through.
    has_passed: bool,
}

/// What counted when the limit was reached, or before a note that is held: a run looks ahead from there, and may come
/// back.
#[derive(Debug)]
struct Checkpoint {
    tally: Tally,
    unrecorded: Option<RunBatch>,
    position: Option<String>,
}

/// A note that failed alone, for a reason that need not lie in it. If the next one fails alike, the backend is to blame,
/// and neither of the two. If the next one goes through, this one is tried once more before it is blamed.
#[derive(Debug)]
struct Held {
    before: Checkpoint,
    id: String,
    message: String,
    /// The next one went through. The ledger has recorded this one as failed then.
    others_pass: bool,
}

/// One run.
#[derive(Debug)]
pub struct MigrationRun {
    accepted: Accepted,
    phase: Phase,
    /// How transactions are tried now.
    attempt: Attempt,
    end: Millis,
    bytes_per_ms: f64,
    page: Page,
    /// Where the last note stands that is settled.
    position: Option<String>,
    /// A page was as small as it was because no more could be read in one transaction.
    is_page_cut: bool,
    /// Most of the notes at hand need not be written, or something is wrong with one of them: the next ones are
    /// read by pages, not in sweeps.
    is_sparse: bool,
    suspects: Suspects,
    search: Option<Search>,
    size: Size,
    /// Failures of the step at hand.
    retry: Retry,
    held: Option<Held>,
    /// Notes in a page at most.
    page_notes: u64,
    /// What is waited for before the step at hand is tried again.
    backoff: Millis,
    /// What is waited for before more is written.
    pause: Millis,
    /// The message that the run broke off with. If it has not ended, it looks whether the last transaction was written.
    error: Option<String>,
    has_worked: bool,
    batches: u64,
    bytes: u64,
    tally: Tally,
    /// Of a run that the ledger has: what no transaction has recorded yet.
    unrecorded: Option<RunBatch>,
    /// Of one that was resumed: the notes that it had tried before, and how many of them had failed.
    before: Tried,
    /// The id that the ledger has it under.
    run_id: Option<String>,
    /// It only looks whether anything is left behind its limit.
    checkpoint: Option<Checkpoint>,
    progress: Progress,
    warnings: Vec<String>,
}

impl MigrationRun {
    /// Begins a run, or goes on where the cursor says.
    ///
    /// # Errors
    /// - `INVALID_ARGUMENT` for an organization id or a number outside their rules, and for what the host's
    ///   old action cannot do.
    /// - `INVALID_CURSOR` for a cursor that is damaged, too old, or of another call.
    pub fn new(call: &MigrationCall) -> Result<Self, Refusal> {
        let mut accepted = call.accept()?;
        let most = accepted.batch_size.unwrap_or(LARGEST);
        let mut warnings = Vec::new();
        if let (true, Some(batch_size)) = (most > LARGEST, call.batch_size) {
            let shown = quoted(&crate::argument::as_javascript(batch_size));
            warnings.push(format!(
                "batchSize {shown} is cut to {LARGEST} notes a transaction"
            ));
        }
        Ok(Self {
            phase: Phase::Planning,
            attempt: Attempt {
                now_ms: call.now_ms,
                run_ms: call.now_ms,
                is_retry: false,
            },
            end: call.now_ms + call.deadline_ms,
            bytes_per_ms: call.pace_bytes_per_second / 1_000.0,
            page: Page::default(),
            position: accepted.position.take(),
            is_page_cut: false,
            is_sparse: false,
            suspects: Suspects::None,
            search: None,
            size: Size::new(most.min(LARGEST)),
            retry: Retry::default(),
            held: None,
            page_notes: PAGE,
            backoff: Millis(0.0),
            pause: Millis(0.0),
            error: None,
            has_worked: false,
            batches: 0,
            bytes: 0,
            tally: Tally::default(),
            unrecorded: None,
            before: Tried::default(),
            run_id: None,
            checkpoint: None,
            progress: Progress::new(&accepted, call.now_ms, call.deadline_ms),
            warnings,
            accepted,
        })
    }

    /// What to do next.
    pub fn next(&mut self, now: Millis) -> MigrationStep {
        self.attempt.now_ms = now;
        if !matches!(
            self.phase,
            Phase::Through | Phase::Stopped(_) | Phase::Interrupted
        ) {
            self.phase = Phase::Planning;
            if let Some(step) = self.plan() {
                self.has_worked = true;
                return step;
            }
        }
        MigrationStep::Ended
    }

    /// None where the run ends.
    fn plan(&mut self) -> Option<MigrationStep> {
        if self.has_worked && self.attempt.now_ms >= self.end {
            return self.stop(Stopped::Deadline);
        }
        let backoff = core::mem::take(&mut self.backoff);
        if backoff.0 > 0.0 {
            return Some(MigrationStep::Wait { ms: backoff });
        }
        if self.error.is_some() {
            self.phase = Phase::Verifying;
            return Some(self.read_page(LARGEST));
        }
        if self.held.as_ref().is_some_and(|held| held.others_pass) && self.left() == 0 {
            return self.stop(Stopped::Limit);
        }
        if let Some(step) = self.confirm() {
            return Some(step);
        }
        self.look_ahead_at_the_limit();
        while self.page.done < self.page.notes.len() {
            if self.fails_too_often(self.tally.outcome.failed, self.tally.outcome.tried()) {
                return self.stop(Stopped::Failures);
            }
            let batch = self.gather();
            if batch.notes.is_empty() {
                self.settle_until(batch.end);
            } else if self.checkpoint.is_some() {
                return self.stop(Stopped::Limit);
            } else if self.accepted.dry_run {
                self.pretend(&batch);
                self.look_ahead_at_the_limit();
            } else {
                let ids = batch.notes.iter().filter_map(|at| self.page.notes.get(*at));
                let step = MigrationStep::WriteBatch {
                    ids: ids.map(|note| note.id.clone()).collect(),
                    attempt: self.attempt,
                    recording: self.recording_of(&batch),
                };
                return self.paced(step, Phase::Writing(batch));
            }
        }
        if let Some(step) = self.record_what_needs_no_writing() {
            return Some(step);
        }
        if self.page.is_last {
            self.blame_held();
            self.phase = Phase::Through;
            return None;
        }
        if self.fails_too_often(self.tally.outcome.failed, self.tally.outcome.tried()) {
            return self.stop(Stopped::Failures);
        }
        let after = self.position.clone();
        let notes = self.size.notes();
        if self.may_sweep() && (LEAST_SWEEP..=self.left()).contains(&notes) {
            let sweep = MigrationStep::Sweep {
                after,
                notes,
                attempt: self.attempt,
                recording: self.recording(),
            };
            return self.paced(sweep, Phase::Sweeping { notes });
        }
        self.phase = Phase::Reading;
        Some(self.read_page(self.page_notes))
    }

    fn read_page(&self, notes: u64) -> MigrationStep {
        MigrationStep::ReadPage {
            after: self.position.clone(),
            notes,
            attempt: self.attempt,
        }
    }

    /// Where many notes in a row need not be written, they are recorded nevertheless: the ledger is to know how far the run is,
    /// and the run whether it is to go on. One transaction could not hold the failures of many pages, either.
    fn record_what_needs_no_writing(&mut self) -> Option<MigrationStep> {
        let settled = self.unrecorded.as_ref()?.sums.settled();
        let is_in_doubt = self.checkpoint.is_some() || self.held.is_some() || self.search.is_some();
        if settled < RECORDED_FROM || is_in_doubt {
            return None;
        }
        self.phase = Phase::Writing(Batch {
            notes: Vec::new(),
            end: self.page.done,
        });
        Some(MigrationStep::WriteBatch {
            ids: Vec::new(),
            attempt: self.attempt,
            recording: self.recording(),
        })
    }

    /// Tries the note that is held once more, if others pass.
    fn confirm(&mut self) -> Option<MigrationStep> {
        let held = self.held.as_ref().filter(|held| held.others_pass)?;
        let step = MigrationStep::WriteBatch {
            ids: vec![held.id.clone()],
            attempt: self.attempt,
            recording: self.recording_of_held(&held.id),
        };
        self.phase = Phase::Confirming;
        Some(step)
    }

    fn may_sweep(&self) -> bool {
        // Among the first few notes it depends on each whether too many failed.
        let is_decided = self.tally.outcome.failed == 0 || self.tally.outcome.tried() >= FAILURES_FROM;
        let is_searching = self.held.is_some() || self.is_sparse;
        !self.accepted.dry_run && !self.accepted.is_retry && !is_searching && is_decided
    }

    /// A step that writes, when its time has come.
    fn paced(&mut self, step: MigrationStep, phase: Phase) -> Option<MigrationStep> {
        let ms = core::mem::take(&mut self.pause);
        if ms.0 <= 0.0 {
            self.phase = phase;
            Some(step)
        } else if self.attempt.now_ms + ms >= self.end {
            self.pause = ms;
            self.stop(Stopped::Deadline)
        } else {
            Some(MigrationStep::Wait { ms })
        }
    }

    /// From the limit on the run only looks whether anything is left.
    fn look_ahead_at_the_limit(&mut self) {
        if self.left() == 0 && self.checkpoint.is_none() {
            self.checkpoint = Some(Checkpoint {
                tally: self.tally.clone(),
                unrecorded: self.unrecorded.clone(),
                position: self.position.clone(),
            });
        }
    }

    /// Do more than half of enough notes fail? A run that only looks ahead tries none, and what it counted behind a note
    /// that is held is taken back where it stops before that one is decided about.
    fn fails_too_often(&self, failed: u64, tried: u64) -> bool {
        let is_in_doubt = self.held.as_ref().is_some_and(|held| !held.others_pass);
        let may_tell = self.checkpoint.is_none() && !is_in_doubt;
        let tried = tried.saturating_sub(self.before.notes);
        let failed = failed.saturating_sub(self.before.failed);
        may_tell && tried >= FAILURES_FROM && failed * 2 > tried
    }

    /// Ends the run. One that looked ahead comes back to where its limit was.
    fn stop(&mut self, why: Stopped) -> Option<MigrationStep> {
        self.release_held();
        self.phase = Phase::Stopped(why);
        if let Some(checkpoint) = self.checkpoint.take() {
            self.go_back(checkpoint);
            self.phase = Phase::Stopped(Stopped::Limit);
        }
        None
    }

    /// The note that is held is to blame.
    fn blame_held(&mut self) {
        let Some(held) = self.held.take() else {
            return;
        };
        self.tally.fail(&held.id, Code::Internal, &held.message);
        if let Some(unrecorded) = self.unrecorded.as_mut().filter(|_| !held.others_pass) {
            unrecorded.fail(&held.id, Code::Internal, &held.message);
        }
    }

    /// Nothing is decided about the note that is held: the next call begins with it. What went through behind it stays
    /// counted.
    fn release_held(&mut self) {
        if self.held.as_ref().is_some_and(|held| held.others_pass) && self.unrecorded.is_some() {
            // The ledger has it as failed, and goes on behind it.
            return self.blame_held();
        }
        let Some(Held {
            before, others_pass, ..
        }) = self.held.take()
        else {
            return;
        };
        if others_pass {
            self.position = before.position;
        } else {
            self.go_back(before);
        }
    }

    fn go_back(&mut self, checkpoint: Checkpoint) {
        (self.tally, self.unrecorded, self.position) =
            (checkpoint.tally, checkpoint.unrecorded, checkpoint.position);
    }

    /// Notes that the limit leaves.
    fn left(&self) -> u64 {
        let through = self.tally.outcome.through();
        self.accepted
            .limit
            .map_or(u64::MAX, |limit| limit.saturating_sub(through))
    }
}
