//! `runMigration`: which notes are read and written next, and what a run did.
//!
//! The run says what to do next and is told what came of it. A page of notes is read and judged in one
//! query; the notes to write are then taken from it in batches, each a mutation that judges its notes anew.
//! A dry run takes the same steps without the mutations.

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
pub use step::{PageRead, Step, Written};

/// Notes in a page at most.
const PAGE: u64 = 1_000;
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
    /// Where the parts of a batch that failed end, the nearest last.
    ends: Vec<usize>,
    batch: Vec<u32>,
    batch_end: usize,
    /// As [`PageRead::malformed`], of the batch that was just written.
    batch_malformed: String,
    size: Size,
    /// The size before the batch failed that is being split.
    size_before: Size,
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
        run.size_before = run.size;
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
                self.settle_until(self.batch_end, &[]);
            } else if self.mark.is_some() {
                return self.stop(Stopped::Limit);
            } else if self.asked.dry_run {
                self.pretend();
                if self.left() == 0 && self.mark.is_none() {
                    return Some(Step::Mark { notes: self.done });
                }
            } else if self.wait_ms <= 0.0 {
                return Some(Step::Batch);
            } else if self.now_ms + self.wait_ms >= self.deadline_ms {
                return self.stop(Stopped::Deadline);
            } else {
                let ms = core::mem::take(&mut self.wait_ms);
                return Some(Step::Wait { ms });
            }
        }
        if self.has_page && self.page.is_last {
            self.is_through = true;
            return None;
        }
        if self.fails_too_often(self.failures_so_far(), self.tally.outcome.tried()) {
            return self.stop(Stopped::Failures);
        }
        Some(Step::Page { notes: PAGE })
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
        let part = self.ends.last().copied();
        let most = if part.is_some() {
            LARGEST
        } else {
            self.size.notes()
        };
        let most = most.min(self.left().max(1));
        self.batch.clear();
        self.batch_end = part.unwrap_or(self.page.codes.len());
        let mut failed = self.failures_so_far();
        let mut tried = self.tally.outcome.tried();
        for at in self.done..self.batch_end {
            let verdict = verdict(&self.page, at);
            if verdict == Verdict::Malformed {
                failed += 1;
                tried += 1;
                if self.fails_too_often(failed, tried) {
                    // The run stops here, whatever the size of its batches: a dry run, too.
                    self.batch_end = at + 1;
                    return;
                }
            }
            if !verdict.writes() {
                continue;
            }
            tried += 1;
            self.batch.push(u32::try_from(at).unwrap_or(u32::MAX));
            if self.batch.len() as u64 >= most {
                // Right behind its last note: a run that the limit ends stops there.
                self.batch_end = at + 1;
                return;
            }
        }
    }

    /// A page was read.
    pub fn page(&mut self, page: PageRead) {
        self.is_page_cut |= !page.is_last && (page.codes.len() as u64) < PAGE;
        self.page = page;
        self.has_page = true;
        self.done = 0;
        self.ends.clear();
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
        self.tries = 0;
        let Inserted {
            artifacts,
            transcripts,
            claims,
        } = written.inserted;
        self.count(artifacts, transcripts, claims);
        let bytes = written.shares.get(BYTES_WRITTEN).map_or(0.0, |share| share.used);
        self.bytes += bytes;
        if self.bytes_per_ms > 0.0 {
            self.wait_ms = (bytes / self.bytes_per_ms - written.took_ms).max(0.0);
        }
        let reached = written.codes.len();
        let is_cut = reached < self.batch.len();
        if is_cut {
            self.size.fit(reached as u64);
        }
        if is_cut || reached as u64 == self.size.notes() {
            self.size.learn(&with_user_time(written.shares));
        }
        let end = match self.batch.get(reached) {
            Some(next) => usize::try_from(*next).unwrap_or(usize::MAX),
            None => self.batch_end,
        };
        self.batch_malformed = written.malformed.into();
        self.settle_until(end, written.codes);
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
            self.size.learn(&with_user_time(&shares));
        }
        self.settle_until(self.batch_end, &codes);
    }

    /// Counts the notes up to `end`; `codes` are those of the notes that were to be written.
    fn settle_until(&mut self, end: usize, codes: &[u32]) {
        let mut codes = codes.iter();
        for at in self.done..end.min(self.page.codes.len()) {
            let judged = verdict(&self.page, at);
            let mut code = judged.code();
            if judged.writes() {
                code = codes.next().copied().unwrap_or(GONE);
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
        while self.ends.last().is_some_and(|end| *end <= self.done) {
            self.ends.pop();
        }
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

    /// A batch failed: `message` is the error's, `id` that of the batch's first note.
    pub fn failed(&mut self, message: &str, id: &str) {
        let kind = Failure::of(message);
        if kind == Failure::Conflict && self.tries < CONFLICT_TRIES {
            self.tries += 1;
            self.wait_ms = f64::from(100_u32 << self.tries);
            return;
        }
        self.tries = 0;
        let notes = self.batch.len();
        let is_too_large = kind == Failure::TooLarge;
        if self.ends.is_empty() {
            self.size_before = self.size;
        }
        if self.ends.is_empty() || is_too_large {
            self.size.fail(notes as u64, is_too_large);
        }
        if notes <= 1 {
            // One document is to blame, not the size.
            self.size = self.size_before;
            name_failure(&mut self.failures, id, kind.code(), shortened(message));
            self.tally.outcome.count(Fate::Failed);
            self.settle_until(self.batch_end, &[GONE]);
            return;
        }
        if self.ends.last() != Some(&self.batch_end) {
            self.ends.push(self.batch_end);
        }
        if let Some(middle) = self.batch.get(notes / 2) {
            self.ends.push(usize::try_from(*middle).unwrap_or(usize::MAX));
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
