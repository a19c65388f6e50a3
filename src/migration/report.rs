//! What came of a step of a run.

use super::failure::Failure;
use super::outcome::name_failure;
use super::size::with_user_time;
use super::{
    Account, BYTES_WRITTEN, CONFLICT_TRIES, FEW, Fate, GONE, Inserted, LIMITS, Mark, PAGE, PageRead, Run,
    Share, Stopped, Verdict, Written, is_sparse, verdict, writers,
};
use crate::error::Code;
use crate::note::Facts;
use crate::number::exact;
use crate::text::Piece::Text;
use crate::text::{cut, shortened};

impl Run {
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
        self.batches += u64::from(writers(written.codes) > 0);
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
        for (at, fact) in self.batch.iter().zip(written.facts) {
            let at = usize::try_from(*at).unwrap_or(usize::MAX);
            if let Some(slot) = self.page.facts.get_mut(at) {
                *slot = *fact;
            }
        }
        self.settle_until(end, Some(written.codes));
        if self.suspects_end.is_none() {
            self.size_before = None;
        }
    }

    /// A transaction went through.
    fn take_account(&mut self, account: &Account<'_>) {
        self.tries = 0;
        self.has_passed = true;
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
    pub(super) fn pretend(&mut self) {
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
    pub(super) fn settle_until(&mut self, end: usize, written: Option<&[u32]>) {
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
        self.has_passed &= self.size_before.is_some();
        let size_before = *self.size_before.get_or_insert(self.size);
        if notes <= 1 {
            // One document is to blame, not the size. Where it was the first, the next may be bad as well.
            self.size = size_before;
            if !self.has_passed {
                self.size.fit(FEW.min(size_before.notes()));
            }
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
