//! What a batch records of its run, in the transaction that writes its notes.

use serde::Serialize;
use tsify::Tsify;

use super::RunBatch;
use crate::migration::{MigrationBatch, NoteVerdict, malformed_at};
use crate::table::MalformedDocument;

/// A note that is settled with a batch.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct NoteToRecord {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub position: String,
    /// How it was judged. One that is to be written is judged anew in the transaction that writes.
    pub verdict: NoteVerdict,
}

/// What the transaction that is asked for records of its run, beside what it writes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Recording {
    /// What was settled since the transaction before.
    pub before: RunBatch,
    /// Of a batch: its notes, and those between them that need not be written. Of a sweep none.
    pub notes: Vec<NoteToRecord>,
    /// Those of the notes that were malformed when they were judged.
    pub malformed: Vec<MalformedDocument>,
}

impl Recording {
    /// With what the transaction did. A batch may have had no room for all of its notes: then it settles those before the
    /// first that it did not get to.
    pub fn with(&self, written: &MigrationBatch) -> RunBatch {
        let mut batch = self.before.clone();
        let mut verdicts = written.verdicts.iter().enumerate();
        for (row, note) in self.notes.iter().enumerate() {
            if note.verdict.writes() {
                let Some((at, verdict)) = verdicts.next() else {
                    break;
                };
                batch.settle(&note.id, *verdict, malformed_at(&written.malformed, at));
            } else {
                batch.settle(&note.id, note.verdict, malformed_at(&self.malformed, row));
            }
            batch.position = Some(note.position.clone());
        }
        let swept = if self.notes.is_empty() {
            &written.ids[..]
        } else {
            &[]
        };
        for (at, (id, verdict)) in swept.iter().zip(&written.verdicts).enumerate() {
            batch.settle(id, *verdict, malformed_at(&written.malformed, at));
        }
        if written.position.is_some() {
            batch.position.clone_from(&written.position);
        }
        batch.add_rows(written);
        batch
    }
}
