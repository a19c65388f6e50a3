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
            if note.verdict.is_through() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::{Inserted, Outcome};
    use crate::transaction::Metrics;
    use NoteVerdict::{Gone, Malformed, Migrate, Migrated, NotReady, Repair};

    fn written(verdicts: &[NoteVerdict]) -> MigrationBatch {
        MigrationBatch {
            verdicts: verdicts.to_vec(),
            malformed: Vec::new(),
            inserted: Inserted::default(),
            metrics: Metrics::default(),
            ids: Vec::new(),
            position: None,
            created_ms: None,
            is_last: false,
            bytes_per_second: None,
        }
    }

    fn recording(verdicts: &[NoteVerdict]) -> Recording {
        let notes = (1..).zip(verdicts).map(|(n, verdict)| NoteToRecord {
            id: format!("n{n}"),
            position: format!("[{n}]"),
            verdict: *verdict,
        });
        Recording {
            notes: notes.collect(),
            ..Recording::default()
        }
    }

    #[test]
    fn a_batch_settles_the_notes_before_the_first_that_it_did_not_get_to() {
        let page = [Migrated, Migrate, NotReady, Repair, Migrated, Migrate, NotReady];
        // what was written, the last note that is settled, migrated, repaired, already migrated, not ready
        for (verdicts, position, counts) in [
            (&[][..], Some("[1]"), [0, 0, 1, 0]),
            (&[Migrate], Some("[3]"), [1, 0, 1, 1]),
            (&[Migrate, Repair], Some("[5]"), [1, 1, 2, 1]),
            (&[Migrate, Repair, Migrate], Some("[7]"), [2, 1, 2, 2]),
            // Others were quicker, or it is gone.
            (&[Migrated, Gone, Migrate], Some("[7]"), [1, 0, 3, 2]),
        ] {
            let batch = recording(&page).with(&written(verdicts));
            let Outcome {
                migrated,
                repaired,
                already_migrated,
                not_ready,
                ..
            } = batch.sums.outcome;
            assert_eq!(batch.position.as_deref(), position, "{verdicts:?}");
            assert_eq!([migrated, repaired, already_migrated, not_ready], counts);
            assert_eq!(batch.check(), Ok(()));
        }
    }

    #[test]
    fn malformed_notes_are_named_wherever_they_were_found() {
        let document = |row, id: &str| MalformedDocument {
            row,
            id: id.into(),
            field: "insights".into(),
        };
        let recording = Recording {
            malformed: vec![document(0, "n1")],
            ..recording(&[Malformed, Migrate, Migrate])
        };
        let written = MigrationBatch {
            malformed: vec![document(1, "n3")],
            ..written(&[Migrate, Malformed])
        };
        let batch = recording.with(&written);
        let failed: Vec<_> = batch
            .failures
            .iter()
            .map(|one| one.voice_note_id.as_str())
            .collect();
        assert_eq!(failed, ["n1", "n3"]);
        assert_eq!(batch.check(), Ok(()));
    }
}
