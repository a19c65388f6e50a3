//! What came of a step of a run.

use super::failure::Failure;
use super::page::{Batch, Page, is_sparse, malformed_at};
use super::size::Used;
use super::{
    JudgedNote, MigrationBatch, MigrationPage, MigrationRun, NoteVerdict, PAGE, Phase, Search, Stopped,
    Suspects,
};
use crate::refusal::WrongCall;
use crate::table::MalformedDocument;
use crate::text::shortened;
use crate::transaction::Metrics;
use crate::units::{Millis, as_f64, as_index};

/// Notes in a batch behind one of which the first note was bad.
const FEW: u64 = 4;
/// How often a batch is tried again after a conflict with other writers.
const CONFLICT_TRIES: u32 = 3;

impl MigrationRun {
    /// The page that was asked for was read.
    ///
    /// # Errors
    /// Where none was asked for.
    pub fn page_read(&mut self, page: MigrationPage) -> Result<(), WrongCall> {
        let Phase::Reading = self.phase else {
            return Err(WrongCall("pageRead: no page was asked for".into()));
        };
        self.phase = Phase::Planning;
        let notes = page.notes.len();
        self.is_page_cut |= !page.is_last && (notes as u64) < PAGE;
        self.is_sparse = is_sparse(page.notes.iter().map(|note| note.verdict));
        self.suspects = match self.suspects {
            Suspects::Ahead { notes: suspects } => Suspects::InPage {
                end: as_index(suspects).min(notes),
            },
            _ => Suspects::None,
        };
        self.page = Page {
            notes: page.notes,
            malformed: page.malformed,
            is_last: page.is_last,
            done: 0,
        };
        Ok(())
    }

    /// The batch that was asked for was written, or as much of it as one transaction may hold, in so many
    /// milliseconds.
    ///
    /// # Errors
    /// Where none was asked for, or where more notes were written.
    pub fn batch_written(&mut self, written: &MigrationBatch, took: Millis) -> Result<(), WrongCall> {
        let batch = self.take_batch()?;
        if written.verdicts.len() > batch.notes.len() {
            let message = format!(
                "batchWritten: {} notes were written, but {} were asked for",
                written.verdicts.len(),
                batch.notes.len()
            );
            return Err(WrongCall(message));
        }
        self.transaction_ended(written, took);
        let reached = written.verdicts.len() as u64;
        let is_cut = written.verdicts.len() < batch.notes.len();
        if is_cut {
            self.size.fit(reached);
        }
        if is_cut || reached == self.size.notes() {
            self.learn(&written.metrics, took);
        }
        for (at, verdict) in batch.notes.iter().zip(&written.verdicts) {
            if let Some(judged) = self.page.notes.get_mut(*at) {
                judged.verdict = *verdict;
            }
        }
        for document in &written.malformed {
            // They may have become so since the page was read.
            if let Some(at) = batch.notes.get(as_index(document.row)) {
                let row = u32::try_from(*at).unwrap_or(u32::MAX);
                self.page.malformed.push(MalformedDocument {
                    row,
                    ..document.clone()
                });
            }
        }
        let next = batch.notes.get(written.verdicts.len()).copied();
        self.settle_until(next.unwrap_or(batch.end));
        if let Suspects::None = self.suspects {
            self.search = None;
        }
        Ok(())
    }

    /// The sweep that was asked for went through these notes, and wrote all that are to be written. It ended behind a
    /// malformed note, where it had no more room, or as it was to.
    ///
    /// # Errors
    /// Where none was asked for.
    pub fn swept(&mut self, sweep: &MigrationBatch, took: Millis) -> Result<(), WrongCall> {
        let Phase::Sweeping { .. } = self.phase else {
            return Err(WrongCall("swept: no sweep was asked for".into()));
        };
        self.phase = Phase::Planning;
        self.transaction_ended(sweep, took);
        let notes = sweep.verdicts.len() as u64;
        let is_malformed = sweep.verdicts.last() == Some(&NoteVerdict::Malformed);
        self.is_sparse = is_malformed || is_sparse(sweep.verdicts.iter().copied());
        if notes < self.size.notes() && !sweep.is_last && !is_malformed {
            self.size.fit(notes);
        }
        if notes == self.size.notes() && !self.is_sparse {
            self.learn(&sweep.metrics, took);
        }
        self.search = None;
        for (at, verdict) in sweep.verdicts.iter().enumerate() {
            self.tally.settle(*verdict, malformed_at(&sweep.malformed, at));
        }
        if sweep.position.is_some() {
            self.position.clone_from(&sweep.position);
        }
        self.page = Page {
            is_last: sweep.is_last,
            ..Page::default()
        };
        Ok(())
    }

    fn take_batch(&mut self) -> Result<Batch, WrongCall> {
        match core::mem::replace(&mut self.phase, Phase::Planning) {
            Phase::Writing(batch) => Ok(batch),
            phase => {
                self.phase = phase;
                Err(WrongCall("batchWritten: no batch was asked for".into()))
            }
        }
    }

    /// A transaction that writes went through.
    fn transaction_ended(&mut self, written: &MigrationBatch, took: Millis) {
        self.conflicts = 0;
        if let Some(search) = &mut self.search {
            search.has_passed = true;
        }
        self.batches += u64::from(written.verdicts.iter().any(|verdict| verdict.writes()));
        self.tally.inserted.add(written.inserted);
        let bytes = written.metrics.bytes_written.used;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes_per_ms > 0.0 {
            self.wait = Millis((as_f64(bytes) / self.bytes_per_ms - took.0).max(0.0));
        }
        self.progress
            .count(written.verdicts.len() as u64, written.created_ms);
    }

    pub(super) fn learn(&mut self, metrics: &Metrics, took: Millis) {
        self.size.learn(Used { metrics, took });
    }

    /// The batch or the sweep that was asked for failed.
    ///
    /// # Errors
    /// Where none was asked for.
    pub fn failed(&mut self, message: &str) -> Result<(), WrongCall> {
        let kind = Failure::of(message);
        let phase = core::mem::replace(&mut self.phase, Phase::Planning);
        let notes = match &phase {
            Phase::Writing(batch) => batch.notes.len() as u64,
            Phase::Sweeping { notes } => *notes,
            _ => {
                self.phase = phase;
                return Err(WrongCall(
                    "failed: neither a batch nor a sweep was asked for".into(),
                ));
            }
        };
        if kind == Failure::Conflict && self.conflicts < CONFLICT_TRIES {
            self.conflicts += 1;
            self.wait = Millis(f64::from(100_u32 << self.conflicts));
            return Ok(());
        }
        self.conflicts = 0;
        let search = *self.search.get_or_insert(Search {
            size_before: self.size,
            has_passed: false,
        });
        if notes <= 1 {
            if let Phase::Writing(batch) = phase {
                self.blame(&batch, search, kind, message);
            }
            return Ok(());
        }
        let is_too_large = kind == Failure::TooLarge;
        if is_too_large || matches!(self.suspects, Suspects::None) {
            self.size.fail(notes, is_too_large);
        }
        if is_too_large {
            return Ok(());
        }
        self.is_sparse = true;
        self.suspects = match phase {
            Phase::Writing(batch) => Suspects::InPage { end: batch.end },
            _ if kind == Failure::Conflict => Suspects::None,
            _ => Suspects::Ahead { notes },
        };
        Ok(())
    }

    /// One document is to blame, not the size.
    fn blame(&mut self, batch: &Batch, search: Search, kind: Failure, message: &str) {
        self.size = search.size_before;
        // Where it was the first, the next may be bad as well.
        if !search.has_passed {
            self.size.fit(FEW.min(self.size.notes()));
        }
        self.search = None;
        self.suspects = Suspects::None;
        let bad = batch.notes.first().and_then(|at| self.page.notes.get_mut(*at));
        if let Some(JudgedNote { id, verdict, .. }) = bad {
            // It is counted here.
            *verdict = NoteVerdict::Gone;
            self.tally.fail(id, kind.code(), message);
        }
        self.settle_until(batch.end);
    }

    /// Something else went wrong. False where nothing was written yet: then the error itself is the answer.
    pub fn broke(&mut self, message: &str) -> bool {
        if self.batches == 0 || self.accepted.dry_run {
            return false;
        }
        self.warnings
            .push(format!("the run broke off: {}", shortened(message)));
        self.stop(Stopped::Error);
        true
    }
}
