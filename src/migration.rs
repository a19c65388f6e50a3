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
mod size;
mod step;

use crate::cursor::Codec;
use crate::error::{Code, Refusal};
use crate::note::Facts;
use crate::number::{exact, ms};
use crate::text::Piece::{Quoted, Text};
use crate::text::{cut, shortened};
use crate::value::List;
use call::Asked;
pub use call::{MigrationCall, legacy_warning};
use failure::Failure;
use judge::Verdict;
pub use judge::{Notes, judge};
pub use outcome::{Fate, Inserted, Outcome};
use outcome::{Reasons, name_failure};
use size::{LARGEST, with_user_time};
pub use size::{MEASURES, Share, Size};
pub use step::{Account, PageRead, Step, Written};

/// Notes in a page at most.
const PAGE: u64 = 1_000;
/// Notes in a sweep at least: to find a bad document costs a page more in a sweep than in a batch.
const LEAST_SWEEP: u64 = 8;
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

    /// A page was read.
    pub fn page(&mut self, page: PageRead) {
        let notes = page.codes.len();
        self.is_page_cut |= !page.is_last && (notes as u64) < PAGE;
        self.is_sparse = is_sparse(&page.codes);
        let suspects = usize::try_from(core::mem::take(&mut self.failed_sweep)).unwrap_or(notes);
        self.suspects_end = (suspects > 0).then_some(suspects.min(notes));
        self.begin(page);
    }

    fn begin(&mut self, page: PageRead) {
        self.page = page;
        self.has_page = true;
        self.done = 0;
    }

    /// A sweep went through the notes of `page`, and wrote all that are to be written. It ended behind a
    /// malformed note, where it had no more room, or as it was to.
    pub fn swept(&mut self, page: PageRead, account: &Account<'_>) {
        let notes = page.codes.len() as u64;
        let is_malformed = page.codes.last() == Some(&Verdict::Malformed.code());
        self.is_sparse = is_malformed || is_sparse(&page.codes);
        self.batches += u64::from(writers(&page.codes) > 0);
        self.take_account(account);
        if notes < self.size.notes() && !page.is_last && !is_malformed {
            self.size.fit(notes);
        }
        if notes == self.size.notes() && !self.is_sparse {
            self.size
                .learn(&with_user_time(account.shares, account.took_ms, notes));
        }
        self.size_before = None;
        self.begin(page);
        self.settle_until(self.page.codes.len(), None);
    }

    /// The limit is reached: from here on the run only looks whether anything is left.
    pub fn mark(&mut self, position: Option<String>) {
        self.mark = Some(Mark {
            tally: self.tally,
            failures: self.failures.len(),
            position,
        });
    }

    /// A batch was written, or as much of it as one transaction may hold.
    pub fn written(&mut self, written: &Written<'_>) {
        self.batches += 1;
        self.take_account(&written.account);
        let reached = written.codes.len();
        let is_cut = reached < self.batch.len();
        if is_cut {
            self.size.fit(reached as u64);
        }
        if is_cut || reached as u64 == self.size.notes() {
            self.size.learn(&with_user_time(
                written.account.shares,
                written.account.took_ms,
                reached as u64,
            ));
        }
        let end = match self.batch.get(reached) {
            Some(next) => usize::try_from(*next).unwrap_or(usize::MAX),
            None => self.batch_end,
        };
        self.batch_malformed = written.malformed.into();
        self.settle_until(end, Some(written.codes));
        if self.suspects_end.is_none() {
            self.size_before = None;
        }
    }

    /// A transaction went through.
    fn take_account(&mut self, account: &Account<'_>) {
        self.tries = 0;
        let Inserted {
            artifacts,
            transcripts,
            claims,
        } = account.inserted;
        self.count(artifacts, transcripts, claims);
        let bytes = account.shares.get(BYTES_WRITTEN).map_or(0.0, |share| share.used);
        self.bytes += bytes;
        if self.bytes_per_ms > 0.0 {
            self.wait_ms = (bytes / self.bytes_per_ms - account.took_ms).max(0.0);
        }
    }

    fn count(&mut self, artifacts: u64, transcripts: u64, claims: u64) {
        let inserted = &mut self.tally.inserted;
        inserted.artifacts += artifacts;
        inserted.transcripts += transcripts;
        inserted.claims += claims;
    }

    /// Settles the batch as a real run would.
    fn pretend(&mut self) {
        let mut shares = [Share::default(); LIMITS.len()];
        for (share, limit) in shares.iter_mut().zip(LIMITS) {
            share.limit = limit;
        }
        let mut codes = Vec::new();
        let batch = core::mem::take(&mut self.batch);
        for at in &batch {
            let at = usize::try_from(*at).unwrap_or(usize::MAX);
            let verdict = verdict(&self.page, at);
            codes.push(verdict.code());
            let claims = u64::from(self.page.claims.get(at).copied().unwrap_or(0));
            let transcripts = u64::from(self.page.transcripts.get(at).copied().unwrap_or(0));
            let bytes = self.page.bytes.get(at).copied().unwrap_or(0.0);
            let artifacts = u64::from(verdict == Verdict::Migrate);
            self.count(artifacts, transcripts, claims);
            // A note is read, its artifacts are looked up, and its rows are written.
            for (share, used) in
                shares
                    .iter_mut()
                    .zip([1.0, bytes, 2.0, exact(1 + transcripts + claims), bytes])
            {
                share.used += used;
            }
            self.bytes += bytes;
        }
        self.batches += 1;
        if batch.len() as u64 == self.size.notes() {
            self.size.learn(&with_user_time(&shares, 0.0, self.size.notes()));
        }
        self.settle_until(self.batch_end, Some(&codes));
    }

    /// Counts the notes up to `end`; `written` are the codes of those that were to be written, if they were judged
    /// anew.
    fn settle_until(&mut self, end: usize, written: Option<&[u32]>) {
        let mut written = written.map(<[u32]>::iter);
        for at in self.done..end.min(self.page.codes.len()) {
            let judged = verdict(&self.page, at);
            let mut code = judged.code();
            if judged.writes()
                && let Some(written) = &mut written
            {
                code = written.next().copied().unwrap_or(GONE);
            }
            if code == GONE {
                continue;
            }
            let fate = Verdict::from_code(code).fate();
            self.tally.outcome.count(fate);
            let facts = self.page.facts.get(at).copied().unwrap_or(0);
            self.tally.reasons.count(fate, Facts(facts));
            if fate == Fate::Failed {
                self.name_malformed(judged.writes());
            }
        }
        self.done = end;
        self.suspects_end = self.suspects_end.filter(|suspects_end| *suspects_end > end);
    }

    fn name_malformed(&mut self, is_of_batch: bool) {
        let lines = if is_of_batch {
            &mut self.batch_malformed
        } else {
            &mut self.page.malformed
        };
        let text = core::mem::take(lines);
        let (line, rest) = cut(&text, b'\n');
        *lines = rest.into();
        let (id, reason) = cut(line, b'\t');
        name_failure(&mut self.failures, id, Code::MalformedDocument, reason);
    }

    /// A batch or a sweep failed: `message` is the error's, `id` that of the batch's first note.
    pub fn failed(&mut self, message: &str, id: &str) {
        let kind = Failure::of(message);
        if kind == Failure::Conflict && self.tries < CONFLICT_TRIES {
            self.tries += 1;
            self.wait_ms = f64::from(100_u32 << self.tries);
            return;
        }
        self.tries = 0;
        let is_too_large = kind == Failure::TooLarge;
        let notes = if self.is_sweep {
            self.size.notes()
        } else {
            self.batch.len() as u64
        };
        let size_before = *self.size_before.get_or_insert(self.size);
        if notes <= 1 {
            // One document is to blame, not the size.
            self.size = size_before;
            self.size_before = None;
            self.suspects_end = None;
            name_failure(&mut self.failures, id, kind.code(), shortened(message));
            self.tally.outcome.count(Fate::Failed);
            self.settle_until(self.batch_end, Some(&[GONE]));
            return;
        }
        if self.suspects_end.is_none() || is_too_large {
            self.size.fail(notes, is_too_large);
        }
        if is_too_large {
            return;
        }
        self.is_sparse = true;
        if !self.is_sweep {
            self.suspects_end = Some(self.batch_end);
        } else if kind != Failure::Conflict {
            self.failed_sweep = notes;
        }
    }

    /// Something else went wrong. False where nothing was written yet: then the error itself is the answer.
    pub fn error(&mut self, message: &str) -> bool {
        if self.batches == 0 || self.asked.dry_run {
            return false;
        }
        self.warnings
            .text("the run broke off: %", &[Text(shortened(message))]);
        self.stop(Stopped::Error);
        true
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
