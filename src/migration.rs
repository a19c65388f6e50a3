//! `runMigration`: which notes are read and written next, and what a run did.
//!
//! The run says what to do next and is told what came of it. Where most notes are to be written, it goes
//! through them in sweeps: mutations that read, judge and write the next notes behind a position. Everywhere
//! else a page of notes is read and judged in one query, and the notes to write are taken from it in batches,
//! each a mutation that judges its notes anew. A dry run only reads pages, and takes batches from them without
//! the mutations.

mod answer;
mod call;
mod failure;
mod judge;
mod outcome;
mod report;
mod size;
mod step;

use crate::cursor::Codec;
use crate::error::Refusal;
use crate::number::ms;
use crate::text::Piece::Quoted;
use crate::value::List;
use call::Asked;
pub use call::{MigrationCall, legacy_warning};
use judge::Verdict;
pub use judge::{Notes, judge};
use outcome::Reasons;
pub use outcome::{Fate, Inserted, Outcome};
use size::LARGEST;
pub use size::{MEASURES, Share, Size};
pub use step::{Account, PageRead, Step, Written};

/// Notes in a page at most.
const PAGE: u64 = 1_000;
/// Notes in a sweep at least: to find a bad document costs a page more in a sweep than in a batch.
const LEAST_SWEEP: u64 = 8;
/// Notes in a batch behind one of which the first note was bad.
const FEW: u64 = 4;
/// How often a batch is tried again after a conflict with other writers.
const CONFLICT_TRIES: u32 = 3;
/// A run that fails for more than half of at least so many notes stops.
const FAILURES_FROM: u64 = 20;
/// In the codes of a batch: the note is gone.
const GONE: u32 = 9;
/// Where `bytesWritten` stands in [`MEASURES`].
const BYTES_WRITTEN: usize = 4;
/// Convex's limits of the [`MEASURES`], for what a dry run reckons.
const LIMITS: [f64; 5] = [32_000.0, 16_777_216.0, 4_096.0, 16_000.0, 16_777_216.0];
/// Throughput of the smallest deployment class, of which a run takes a quarter; bytes a millisecond.
pub const PACE_BYTES_PER_MS: f64 = 4.0 * 1_048_576.0 / 4.0 / 1_000.0;

/// Why a run ended before it was through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stopped {
    Limit,
    Deadline,
    Failures,
    Error,
}

/// What counts so far.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    outcome: Outcome,
    reasons: Reasons,
    inserted: Inserted,
}

/// What counted when the limit was reached: a run looks ahead from there, and comes back.
#[derive(Debug)]
struct Mark {
    tally: Tally,
    failures: usize,
    position: Option<String>,
}

/// One run.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Default)]
pub struct Run {
    asked: Asked,
    position: Option<String>,
    now_ms: f64,
    deadline_ms: f64,
    bytes_per_ms: f64,
    page: PageRead,
    has_page: bool,
    /// A page was as small as it was because no more could be read in one transaction.
    is_page_cut: bool,
    /// Notes of the page that are settled.
    done: usize,
    /// Most of the notes at hand need not be written, or something is wrong with one of them: the next ones are
    /// read by pages, not in sweeps.
    is_sparse: bool,
    /// The step at hand is a sweep.
    is_sweep: bool,
    /// Notes of a sweep that failed: one of so many behind the position is to blame.
    failed_sweep: u64,
    /// Where the notes of the page end among which there is one that makes its batch fail.
    suspects_end: Option<usize>,
    batch: Vec<u32>,
    batch_end: usize,
    /// As [`PageRead::malformed`], of the batch that was just written.
    batch_malformed: String,
    size: Size,
    /// The size before the batch failed whose bad document is being looked for.
    size_before: Option<Size>,
    /// Since then a part of that batch went through.
    has_passed: bool,
    tries: u32,
    wait_ms: f64,
    has_worked: bool,
    batches: u64,
    bytes: f64,
    tally: Tally,
    failures: List,
    mark: Option<Mark>,
    stopped: Option<Stopped>,
    is_through: bool,
    warnings: List,
}

impl Run {
    /// Begins a run, or goes on where the cursor says. It ends itself `deadline_ms` after `now_ms`, and
    /// writes at most `bytes_per_ms` on average (0: as fast as it can).
    ///
    /// # Errors
    /// - `INVALID_ARGUMENT` for an organization id or a number outside their rules, and for what the host's
    ///   old action cannot do.
    /// - `INVALID_CURSOR` for a cursor that is damaged, too old, or of another call.
    pub fn new(
        call: &MigrationCall<'_>,
        now_ms: f64,
        deadline_ms: f64,
        bytes_per_ms: f64,
    ) -> Result<Box<Self>, Box<Refusal>> {
        let mut run = Box::<Self>::default();
        run.asked.read(call)?;
        run.now_ms = now_ms;
        run.deadline_ms = now_ms + deadline_ms;
        run.bytes_per_ms = bytes_per_ms;
        if let Some(cursor) = call.cursor {
            let mut codec = Codec::open(cursor, &run.asked.binding(), ms(now_ms))?;
            codec.optional_text(&mut run.position);
            codec.close()?;
        }
        let most = run.asked.batch_size.unwrap_or(LARGEST);
        if most > LARGEST {
            run.warnings.text(
                "batchSize % is cut to 200 notes a transaction",
                &[Quoted(call.batch_size.unwrap_or(""))],
            );
        }
        run.size = Size::new(most.min(LARGEST));
        Ok(run)
    }

    /// Where the reader begins, if the call had a cursor.
    pub fn position(&self) -> Option<&str> {
        self.position.as_deref()
    }

    /// Notes of the page that the batch at hand writes, ascending.
    pub fn batch(&self) -> &[u32] {
        &self.batch
    }

    /// What to do next. `now_ms` is the present, in milliseconds since 1970.
    pub fn next(&mut self, now_ms: f64) -> Step {
        self.now_ms = now_ms;
        let is_over = self.stopped.is_some() || self.is_through;
        if let Some(step) = (!is_over).then(|| self.plan()).flatten() {
            self.has_worked = true;
            self.is_sweep = matches!(step, Step::Sweep { .. });
            return step;
        }
        Step::Stop { notes: self.done }
    }

    fn plan(&mut self) -> Option<Step> {
        if self.has_worked && self.now_ms >= self.deadline_ms {
            return self.stop(Stopped::Deadline);
        }
        if self.left() == 0 && self.mark.is_none() {
            return Some(Step::Mark { notes: self.done });
        }
        while self.done < self.page.codes.len() {
            if self.fails_too_often(self.failures_so_far(), self.tally.outcome.tried()) {
                return self.stop(Stopped::Failures);
            }
            self.gather();
            if self.batch.is_empty() {
                self.settle_until(self.batch_end, Some(&[]));
            } else if self.mark.is_some() {
                return self.stop(Stopped::Limit);
            } else if self.asked.dry_run {
                self.pretend();
                if self.left() == 0 && self.mark.is_none() {
                    return Some(Step::Mark { notes: self.done });
                }
            } else {
                return self.paced(Step::Batch);
            }
        }
        if self.has_page && self.page.is_last {
            self.is_through = true;
            return None;
        }
        if self.fails_too_often(self.failures_so_far(), self.tally.outcome.tried()) {
            return self.stop(Stopped::Failures);
        }
        let notes = self.size.notes();
        // Among the first few notes it depends on each whether too many failed.
        let is_decided = self.failures_so_far() == 0 || self.tally.outcome.tried() >= FAILURES_FROM;
        let sweeps = !self.asked.dry_run && self.mark.is_none() && !self.is_sparse && is_decided;
        if sweeps && (LEAST_SWEEP..=self.left()).contains(&notes) {
            return self.paced(Step::Sweep { notes });
        }
        Some(Step::Page { notes: PAGE })
    }

    /// A step that writes, when its time has come.
    fn paced(&mut self, step: Step) -> Option<Step> {
        if self.wait_ms <= 0.0 {
            return Some(step);
        }
        if self.now_ms + self.wait_ms >= self.deadline_ms {
            return self.stop(Stopped::Deadline);
        }
        let ms = core::mem::take(&mut self.wait_ms);
        Some(Step::Wait { ms })
    }

    fn failures_so_far(&self) -> u64 {
        self.tally.outcome.of(Fate::Failed)
    }

    /// Do more than half of enough notes fail? A run that only looks ahead tries none.
    fn fails_too_often(&self, failed: u64, tried: u64) -> bool {
        self.mark.is_none() && tried >= FAILURES_FROM && failed * 2 > tried
    }

    /// Ends the run. One that looked ahead comes back to where its limit was.
    fn stop(&mut self, why: Stopped) -> Option<Step> {
        self.stopped = Some(why);
        if let Some(mark) = &self.mark {
            self.tally = mark.tally;
            self.failures.truncate(mark.failures);
            self.stopped = Some(Stopped::Limit);
        }
        None
    }

    /// Notes that the limit leaves.
    fn left(&self) -> u64 {
        let through = self.tally.outcome.through();
        self.asked
            .limit
            .map_or(u64::MAX, |limit| limit.saturating_sub(through))
    }

    /// Takes the next notes to write from the page.
    fn gather(&mut self) {
        self.batch.clear();
        self.batch_end = self.suspects_end.unwrap_or(self.page.codes.len());
        let mut most = self.size.notes().min(self.left().max(1));
        if self.suspects_end.is_some() {
            // Half of them: either it fails, or the bad one is in the other half.
            let suspects = writers(self.page.codes.get(self.done..self.batch_end).unwrap_or(&[]));
            most = most.min((suspects as u64 / 2).max(1));
        }
        let mut failed = self.failures_so_far();
        let mut tried = self.tally.outcome.tried();
        for at in self.done..self.batch_end {
            let verdict = verdict(&self.page, at);
            if verdict.writes() {
                self.batch.push(u32::try_from(at).unwrap_or(u32::MAX));
            } else if verdict != Verdict::Malformed {
                continue;
            }
            failed += u64::from(!verdict.writes());
            tried += 1;
            // Right behind its last note, as a run that the limit ends stops there; and where too many failed, so
            // that the run stops there whatever the size of its batches: a dry run, too.
            let is_full = verdict.writes() && self.batch.len() as u64 >= most;
            if is_full || self.fails_too_often(failed, tried) {
                self.batch_end = at + 1;
                return;
            }
        }
    }
}

fn verdict(page: &PageRead, at: usize) -> Verdict {
    page.codes
        .get(at)
        .map_or(Verdict::Malformed, |code| Verdict::from_code(*code))
}

/// How many of these notes are to be written?
fn writers(codes: &[u32]) -> usize {
    codes
        .iter()
        .filter(|code| Verdict::from_code(**code).writes())
        .count()
}

/// Are less than half of them to be written?
fn is_sparse(codes: &[u32]) -> bool {
    writers(codes) * 2 < codes.len()
}
