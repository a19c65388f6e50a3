//! The page at hand, and the batches that are taken from it.

use super::{JudgedNote, MigrationRun, NoteVerdict, Suspects};
use crate::table::MalformedDocument;
use crate::transaction::Metrics;
use crate::units::{Millis, as_index};

/// Notes of the page that are written together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Ascending indexes into the page.
    pub(super) notes: Vec<usize>,
    /// Behind the last note of the page that is settled with them.
    pub(super) end: usize,
}

/// The page at hand.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) notes: Vec<JudgedNote>,
    pub(super) malformed: Vec<MalformedDocument>,
    pub(super) is_last: bool,
    /// Notes that are settled, from the first.
    pub(super) done: usize,
}

impl MigrationRun {
    /// Takes the next notes to write from the page.
    pub(super) fn gather(&self) -> Batch {
        let mut batch = Batch::default();
        let mut most = self.size.notes().min(self.left().max(1));
        if self.held.is_some() {
            most = 1;
        }
        batch.end = self.page.notes.len();
        if let Suspects::InPage { end } = self.suspects {
            batch.end = end.min(batch.end);
            // Half of them: either it fails, or the bad one is in the other half.
            let suspects = self.page.notes.get(self.page.done..batch.end);
            most = most.min((writers(suspects.unwrap_or(&[])) / 2).max(1));
        }
        let mut failed = self.tally.outcome.failed;
        let mut tried = self.tally.outcome.tried();
        let notes = self.page.notes.iter().enumerate();
        for (at, note) in notes.take(batch.end).skip(self.page.done) {
            let is_full = match note.verdict {
                // What a lost answer wrote is counted by a batch, too.
                verdict if verdict.is_through() => {
                    batch.notes.push(at);
                    batch.notes.len() as u64 >= most
                }
                NoteVerdict::Malformed => {
                    failed += 1;
                    false
                }
                _ => continue,
            };
            tried += 1;
            // Right behind its last note, as a run that the limit ends stops there; and where too many failed, so
            // that the run stops there whatever the size of its batches: a dry run, too.
            if is_full || self.fails_too_often(failed, tried) {
                batch.end = at + 1;
                break;
            }
        }
        batch
    }

    /// Settles the batch as a real run would.
    pub(super) fn pretend(&mut self, batch: &Batch) {
        let mut metrics = Metrics::default();
        for note in batch.notes.iter().filter_map(|at| self.page.notes.get(*at)) {
            let rows = note.rows.unwrap_or_default();
            let bytes = rows.written_bytes();
            self.tally.inserted.add(rows.inserted());
            self.bytes = self.bytes.saturating_add(bytes);
            // A note is read, its artifacts are looked up, and its rows are written.
            metrics.documents_read.add(1);
            metrics.bytes_read.add(bytes);
            metrics.database_queries.add(2);
            metrics.documents_written.add(rows.documents());
            metrics.bytes_written.add(bytes);
        }
        self.batches += 1;
        if batch.notes.len() as u64 == self.size.notes() {
            self.learn(&metrics, Millis(0.0));
        }
        self.settle_until(batch.end);
    }

    /// Counts the notes of the page up to `end`.
    pub(super) fn settle_until(&mut self, end: usize) {
        let page = core::mem::take(&mut self.page);
        for (at, note) in page.notes.iter().enumerate().take(end).skip(page.done) {
            self.settle(&note.id, note.verdict, malformed_at(&page.malformed, at));
            self.position = Some(note.position.clone());
        }
        self.page = Page { done: end, ..page };
        if matches!(self.suspects, Suspects::InPage { end: suspects } if suspects <= end) {
            self.suspects = Suspects::None;
        }
    }
}

/// The malformed document that the note at an index is, if it is one.
pub(crate) fn malformed_at(malformed: &[MalformedDocument], at: usize) -> Option<&MalformedDocument> {
    malformed.iter().find(|document| as_index(document.row) == at)
}

/// How many of these notes are to be written?
fn writers(notes: &[JudgedNote]) -> u64 {
    notes.iter().filter(|note| note.verdict.is_through()).count() as u64
}

/// Are less than half of so many notes to be written?
pub(super) fn is_sparse(verdicts: impl ExactSizeIterator<Item = NoteVerdict>) -> bool {
    let notes = verdicts.len();
    verdicts.filter(|verdict| verdict.is_through()).count() * 2 < notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_sparse_where_less_than_half_of_them_are_written() {
        use NoteVerdict::{Migrate, MigratedByLostAttempt, NotReady, Repair};
        for (verdicts, expected) in [
            (&[][..], false),
            (&[NotReady], true),
            (&[Migrate, NotReady], false),
            (&[NotReady, Repair, NotReady], true),
            (&[MigratedByLostAttempt, NotReady, Migrate], false),
        ] {
            assert_eq!(is_sparse(verdicts.iter().copied()), expected, "{verdicts:?}");
        }
    }
}
