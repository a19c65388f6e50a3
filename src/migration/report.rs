//! What came of a step of a run.

use super::page::{Batch, Page, is_sparse, malformed_at};
use super::size::Used;
use super::{
    CONFLICTS_OF_A_SWEEP, Checkpoint, Held, JudgedNote, MigrationBatch, MigrationPage, MigrationRun,
    NoteVerdict, PAGE, Phase, Search, Stopped, Suspects,
};
use crate::failure::FailureKind;
use crate::refusal::{Code, WrongCall};
use crate::table::MalformedDocument;
use crate::text::shortened;
use crate::transaction::Metrics;
use crate::units::{Millis, as_f64, as_index};

/// Notes in a batch behind one of which the first note was bad.
const FEW: u64 = 4;

impl MigrationRun {
    /// The page that was asked for was read.
    ///
    /// # Errors
    /// Where none was asked for.
    pub fn page_read(&mut self, page: MigrationPage) -> Result<(), WrongCall> {
        if let Phase::Verifying = self.phase {
            self.verified(page);
            return Ok(());
        }
        let Phase::Reading = self.phase else {
            return Err(WrongCall("pageRead: no page was asked for".into()));
        };
        self.phase = Phase::Planning;
        self.retry.reset();
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
        if let Phase::Confirming = self.phase {
            return self.confirmed(written, took);
        }
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
        self.recorded();
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
        if sweep.ids.len() != sweep.verdicts.len() {
            let message = format!(
                "swept: {} ids, but {} verdicts",
                sweep.ids.len(),
                sweep.verdicts.len()
            );
            return Err(WrongCall(message));
        }
        self.phase = Phase::Planning;
        self.transaction_ended(sweep, took);
        let notes = sweep.verdicts.len() as u64;
        let is_malformed = sweep.verdicts.last() == Some(&NoteVerdict::Malformed);
        self.is_sparse = is_malformed || is_sparse(sweep.verdicts.iter().copied());
        if !sweep.is_last && !is_malformed {
            self.size.fit(notes);
        }
        if notes == self.size.notes() && !self.is_sparse {
            self.learn(&sweep.metrics, took);
        }
        self.search = None;
        for (at, (id, verdict)) in sweep.ids.iter().zip(&sweep.verdicts).enumerate() {
            self.settle(id, *verdict, malformed_at(&sweep.malformed, at));
        }
        self.recorded();
        if sweep.position.is_some() {
            self.position.clone_from(&sweep.position);
        }
        self.page = Page {
            is_last: sweep.is_last,
            ..Page::default()
        };
        Ok(())
    }

    /// The note that was held was written after all, or needs nothing any more.
    fn confirmed(&mut self, written: &MigrationBatch, took: Millis) -> Result<(), WrongCall> {
        let ([verdict], Some(held)) = (&written.verdicts[..], self.held.take()) else {
            return Err(WrongCall("batchWritten: one note was asked for".into()));
        };
        self.phase = Phase::Planning;
        self.transaction_ended(written, took);
        self.settle(&held.id, *verdict, malformed_at(&written.malformed, 0));
        self.recorded();
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
        self.retry.reset();
        if let Some(held) = &mut self.held {
            held.others_pass = true;
        }
        if let Some(search) = &mut self.search {
            search.has_passed = true;
        }
        self.batches += u64::from(written.verdicts.iter().any(|verdict| verdict.is_through()));
        self.tally.inserted.add(written.inserted);
        if self.unrecorded.is_some() {
            self.set_pace(written.bytes_per_second);
        }
        let bytes = written.metrics.bytes_written.used;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes_per_ms > 0.0 {
            self.pause = Millis((as_f64(bytes) / self.bytes_per_ms - took.0).max(0.0));
        }
        self.progress
            .count(written.verdicts.len() as u64, written.created_ms);
    }

    pub(super) fn learn(&mut self, metrics: &Metrics, took: Millis) {
        self.size.learn(Used { metrics, took });
    }

    /// The page, the batch or the sweep that was asked for failed with a message. `jitter` is a random number from 0
    /// to 1.
    ///
    /// # Errors
    /// Where none was asked for.
    pub fn failed(&mut self, message: &str, now: Millis, jitter: f64) -> Result<(), WrongCall> {
        let notes = match &self.phase {
            Phase::Reading => self.page_notes,
            Phase::Writing(batch) => batch.notes.len() as u64,
            Phase::Sweeping { notes } => *notes,
            Phase::Confirming => 1,
            Phase::Verifying => {
                self.stop(Stopped::Error);
                return Ok(());
            }
            _ => return Err(WrongCall("failed: no transaction was asked for".into())),
        };
        let kind = FailureKind::of(message);
        self.note_failure(message, kind.is_refusal(message));
        let phase = core::mem::replace(&mut self.phase, Phase::Planning);
        // Whatever it says: it may have written before its answer was lost.
        self.attempt.is_retry |= !matches!(phase, Phase::Reading);
        let retried_as = match kind {
            // One note cannot be halved.
            FailureKind::TooLarge(_) if notes <= 1 => FailureKind::Unknown,
            kind => kind,
        };
        // Where a document is searched for, the next smaller batch is the next try.
        let is_search = kind == FailureKind::Unknown && self.search.is_some() && notes > 1;
        if !is_search && let Some(wait) = self.retry.after(retried_as, now, Millis(f64::INFINITY), jitter) {
            if now + wait >= self.end {
                self.end_for_want_of_time(message);
                return Ok(());
            }
            self.backoff = wait;
            if kind == FailureKind::Conflict && self.retry.failures() == CONFLICTS_OF_A_SWEEP {
                // Whoever adds notes to the range of a sweep does not touch those that it holds.
                self.is_sparse = true;
            }
            return Ok(());
        }
        self.retry.smaller();
        match (phase, kind) {
            (Phase::Reading, FailureKind::TooLarge(_)) if notes > 1 => self.page_notes = notes / 2,
            (Phase::Reading, _) => self.break_off(message),
            (_, kind) if kind.is_transient() => self.break_off(message),
            (Phase::Confirming, _) => self.blame_held(),
            (phase, kind) => self.split(phase, notes, kind, message),
        }
        Ok(())
    }

    /// Makes the next batch smaller: for want of room, or to find the document that is to blame.
    fn split(&mut self, phase: Phase, notes: u64, kind: FailureKind, message: &str) {
        let search = *self.search.get_or_insert(Search {
            size_before: self.size.notes(),
            has_passed: false,
        });
        if notes <= 1 {
            if let Phase::Writing(batch) = phase {
                self.suspect(&batch, search, kind, message);
            }
            return;
        }
        let limit = match kind {
            FailureKind::TooLarge(limit) => Some(limit),
            _ => None,
        };
        if limit.is_some() || matches!(self.suspects, Suspects::None) {
            self.size.fail(notes, limit);
        }
        if limit.is_some() {
            return;
        }
        self.is_sparse = true;
        self.suspects = match phase {
            Phase::Writing(batch) => Suspects::InPage { end: batch.end },
            _ => Suspects::Ahead { notes },
        };
    }

    /// A note failed alone.
    fn suspect(&mut self, batch: &Batch, search: Search, kind: FailureKind, message: &str) {
        // Only a schema or a validator names a document. A limit that one note goes beyond may be a backend's that is out
        // of order, too.
        let is_certain = kind == FailureKind::Document;
        if !is_certain && self.held.is_some() {
            return self.break_off(message);
        }
        if self.unrecorded.is_some() {
            // The ledger records it with the next transaction.
            self.blame_held();
        } else if let Some(held) = &mut self.held {
            // The backend works, and this one is to blame for itself.
            held.others_pass = true;
        }
        self.size.restore(search.size_before);
        // Where it was the first, the next may be bad as well.
        if !search.has_passed {
            self.size.fit(FEW.min(self.size.notes()));
        }
        self.search = None;
        self.suspects = Suspects::None;
        let before = Checkpoint {
            tally: self.tally.clone(),
            unrecorded: self.unrecorded.clone(),
            position: self.position.clone(),
        };
        let bad = batch.notes.first().and_then(|at| self.page.notes.get_mut(*at));
        if let Some(JudgedNote { id, verdict, .. }) = bad {
            // It is counted here.
            *verdict = NoteVerdict::Gone;
            let id = id.clone();
            if is_certain {
                self.tally.fail(&id, Code::MalformedDocument, message);
                if let Some(unrecorded) = &mut self.unrecorded {
                    unrecorded.fail(&id, Code::MalformedDocument, message);
                }
            } else {
                self.held = Some(Held {
                    before,
                    id,
                    message: message.into(),
                    others_pass: false,
                });
            }
        }
        self.settle_until(batch.end);
    }

    /// Ends the run: the backend is to blame. Where nothing is known to be done, but something may be, it looks first.
    fn break_off(&mut self, message: &str) {
        self.error = Some(in_a_warning(message));
        // The ledger knows what was written.
        if !self.attempt.is_retry || self.has_result() || self.unrecorded.is_some() {
            self.stop(Stopped::Error);
        }
    }

    /// Ends the run, as it may not try again within its time: the next call, or the next leg, goes on. Where nothing is known to
    /// be done, it failed.
    fn end_for_want_of_time(&mut self, message: &str) {
        if self.has_result() || self.unrecorded.is_some() {
            self.error = Some(in_a_warning(message));
            self.stop(Stopped::Deadline);
        } else {
            self.break_off(message);
        }
    }

    /// What the page tells of the transaction whose answer was lost: its notes are the first ones.
    fn verified(&mut self, page: MigrationPage) {
        let first = page.notes.iter().take_while(|note| !note.verdict.writes());
        let written = first
            .enumerate()
            .filter(|(_, note)| note.verdict.is_through())
            .map(|(at, note)| (at + 1, note.rows));
        let mut end = 0;
        for (behind, rows) in written {
            end = behind;
            self.tally.inserted.add(rows.unwrap_or_default().inserted());
        }
        self.batches += u64::from(end > 0);
        self.page = Page {
            notes: page.notes,
            malformed: page.malformed,
            is_last: false,
            done: 0,
        };
        self.settle_until(end);
        self.stop(Stopped::Error);
    }
}

/// A message as a part of a sentence.
pub(super) fn in_a_warning(message: &str) -> String {
    let line = shortened(message).replace('\n', " ");
    line.trim_end_matches('.').into()
}
