//! What the rows of notes take of a transaction, and how many notes are written in it.

use serde::Serialize;
use tsify::Tsify;

use super::{Inserted, NoteVerdict};
use crate::transaction::{ADDED_BYTES, Purpose, Transaction};

/// An artifact takes so many bytes at most.
const ARTIFACT_BYTES: u64 = 600;

/// What an artifact that is repaired has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactHas {
    /// A transcript.
    pub transcript: bool,
    /// Claims.
    pub claims: bool,
}

/// Which rows are inserted for a note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MissingRows {
    /// An attempt whose answer was lost has inserted them: they are only counted.
    pub are_written: bool,
    /// A transcript.
    pub transcript: bool,
    /// Claims.
    pub claims: bool,
}

/// Which rows are inserted for a note, by its verdict and what the artifact has that is repaired; null where nothing
/// is written.
pub fn missing_rows(verdict: NoteVerdict, has: Option<ArtifactHas>) -> Option<MissingRows> {
    let are_written = verdict == NoteVerdict::MigratedByLostAttempt;
    (verdict.writes() || are_written).then_some(match has {
        None => MissingRows {
            are_written,
            transcript: true,
            claims: true,
        },
        Some(has) => MissingRows {
            are_written,
            transcript: !has.transcript,
            claims: !has.claims,
        },
    })
}

/// The rows of a note that is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct NoteRows {
    /// An attempt whose answer was lost has written them: they are only counted.
    pub are_written: bool,
    /// Transcripts to be inserted.
    pub transcripts: u64,
    /// Claims to be inserted.
    pub claims: u64,
    /// Bytes of these transcripts and claims.
    pub bytes: u64,
    /// Bytes of the artifact that is repaired, which a patch reads and writes as a whole; null where one is inserted.
    pub repaired_bytes: Option<u64>,
}

impl NoteRows {
    pub(super) fn inserted(self) -> Inserted {
        Inserted {
            artifacts: u64::from(self.repaired_bytes.is_none()),
            transcripts: self.transcripts,
            claims: self.claims,
        }
    }

    /// Documents that are written.
    pub(super) fn documents(self) -> u64 {
        self.transcripts.saturating_add(self.claims).saturating_add(1)
    }

    /// Bytes that are written, at most.
    pub(super) fn written_bytes(self) -> u64 {
        let artifact = ARTIFACT_BYTES.saturating_add(self.repaired_bytes.unwrap_or(0));
        let added = ADDED_BYTES.saturating_mul(self.transcripts.saturating_add(self.claims));
        artifact.saturating_add(added).saturating_add(self.bytes)
    }
}

/// How many of some notes are written in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Fitting {
    /// So many from the first; at least one where there is any.
    pub notes: usize,
    /// What they insert.
    pub inserted: Inserted,
}

/// How many of these notes, from the first, have room in what is left of a transaction: one that writes at least.
/// Null is a note for which nothing is written.
pub fn notes_that_fit(transaction: &Transaction, notes: &[Option<NoteRows>]) -> Fitting {
    let writes = transaction.write_headroom().reads;
    // A patch reads its document once more.
    let reads = transaction.room(Purpose::ArtifactsOfNotes);
    let (mut documents, mut bytes, mut patches, mut patched_bytes) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut fitting = Fitting {
        notes: 0,
        inserted: Inserted::default(),
    };
    let mut has_written = false;
    for rows in notes {
        if let Some(rows) = rows.filter(|rows| rows.are_written) {
            fitting.inserted.add(rows.inserted());
        } else if let Some(rows) = rows {
            documents = documents.saturating_add(rows.documents());
            bytes = bytes.saturating_add(rows.written_bytes());
            patches += u64::from(rows.repaired_bytes.is_some());
            patched_bytes = patched_bytes.saturating_add(rows.repaired_bytes.unwrap_or(0));
            let is_full = documents > writes.documents.max(1)
                || bytes > writes.bytes.max(1)
                || patches > reads.documents
                || patched_bytes > reads.bytes;
            if is_full && has_written {
                break;
            }
            has_written = true;
            fitting.inserted.add(rows.inserted());
        }
        fitting.notes += 1;
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::{Metric, Metrics};

    #[test]
    fn what_a_note_lacks() {
        let has = |transcript, claims| Some(ArtifactHas { transcript, claims });
        let lacks = |transcript, claims| {
            Some(MissingRows {
                are_written: false,
                transcript,
                claims,
            })
        };
        let repair = NoteVerdict::Repair;
        for (verdict, has, expected) in [
            (NoteVerdict::Migrate, None, lacks(true, true)),
            (repair, has(false, false), lacks(true, true)),
            (repair, has(true, false), lacks(false, true)),
            (repair, has(true, true), lacks(false, false)),
            (
                NoteVerdict::MigratedByLostAttempt,
                None,
                Some(MissingRows {
                    are_written: true,
                    transcript: true,
                    claims: true,
                }),
            ),
            (NoteVerdict::RepairedByLostAttempt, None, None),
            (NoteVerdict::Unfinished, None, None),
            (NoteVerdict::Gone, None, None),
        ] {
            assert_eq!(missing_rows(verdict, has), expected);
        }
    }

    #[test]
    fn a_transaction_takes_what_has_room() {
        let rows = |claims, bytes, repaired_bytes| {
            Some(NoteRows {
                are_written: false,
                transcripts: 1,
                claims,
                bytes,
                repaired_bytes,
            })
        };
        let mib = 1 << 20;
        for (notes, fits) in [
            (vec![], 0),
            (vec![None; 3], 3),
            (vec![rows(2, 100, None); 200], 200),
            // 15,900 documents may be written.
            (vec![rows(98, 100, None); 200], 159),
            // 14 MiB may be written, and each note takes 900 bytes more.
            (vec![rows(2, mib - 900, None); 200], 14),
            (vec![rows(2, mib - 899, None); 200], 13),
            // One at least, whatever it takes, and those behind it for which nothing is written.
            (vec![rows(2, 99 * mib, None), None, rows(2, 1, None)], 2),
            // 14 MiB may be read to be patched.
            (vec![rows(0, 0, Some(2 * mib)); 20], 6),
        ] {
            let fitting = notes_that_fit(&Transaction::default(), &notes);
            assert_eq!(fitting.notes, fits, "{:?}", notes.first());
        }
    }

    #[test]
    fn patches_read_what_is_left_to_read() {
        let mut transaction = Transaction::default();
        transaction.tell(Metrics {
            documents_read: Metric {
                used: 31_898,
                remaining: 102,
            },
            ..Metrics::default()
        });
        let repair = Some(NoteRows {
            are_written: false,
            repaired_bytes: Some(10),
            ..NoteRows::default()
        });
        let fitting = notes_that_fit(&transaction, &[repair; 5]);
        assert_eq!(fitting.notes, 2);
        assert_eq!(fitting.inserted, Inserted::default());
    }

    #[test]
    fn patches_read_no_more_bytes_than_are_left() {
        let mut transaction = Transaction::default();
        transaction.tell(Metrics {
            // 2 MiB are kept.
            bytes_read: Metric {
                used: (14 << 20) - 1_000,
                remaining: (2 << 20) + 1_000,
            },
            ..Metrics::default()
        });
        for (repaired_bytes, fits) in [(500, 2), (501, 1), (333, 3)] {
            let repair = Some(NoteRows {
                are_written: false,
                repaired_bytes: Some(repaired_bytes),
                ..NoteRows::default()
            });
            let fitting = notes_that_fit(&transaction, &[repair; 5]);
            assert_eq!(fitting.notes, fits, "{repaired_bytes}");
        }
    }

    #[test]
    fn what_is_inserted_is_told() {
        let migrated = NoteRows {
            are_written: false,
            transcripts: 1,
            claims: 3,
            bytes: 9,
            repaired_bytes: None,
        };
        let repaired = NoteRows {
            are_written: false,
            transcripts: 0,
            claims: 2,
            bytes: 9,
            repaired_bytes: Some(500),
        };
        let fitting = notes_that_fit(&Transaction::default(), &[Some(migrated), None, Some(repaired)]);
        let inserted = Inserted {
            artifacts: 1,
            transcripts: 1,
            claims: 5,
        };
        assert_eq!(fitting, Fitting { notes: 3, inserted });
    }
}
