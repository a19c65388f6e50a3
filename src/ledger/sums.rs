//! What a run did over its legs, and what one batch adds.

use serde::Serialize;
use tsify::Tsify;

use crate::migration::{
    Inserted, MigrationBatch, NoteFailure, NoteSamples, NoteVerdict, Outcome, Reasons, Tally,
};
use crate::refusal::{Code, Refusal};
use crate::table::MalformedDocument;
use crate::text::counted;

/// Ids of each class that a run's row names.
const SAMPLES: usize = 5;

/// What a run did so far: the notes from the first up to its position, each of them once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RunSums {
    /// What became of the notes.
    pub outcome: Outcome,
    /// Why notes are blocked or deferred.
    pub reasons: Reasons,
    /// The rows that it inserted.
    pub inserted: Inserted,
    /// The first notes that were left.
    pub samples: NoteSamples,
    /// Transactions that wrote notes.
    pub batches: u64,
    /// Bytes that they wrote.
    pub bytes_written: u64,
}

/// What the transaction at hand adds to its run: what its leg settled since the transaction before, and what it wrote
/// itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct RunBatch {
    /// The number of commits that its leg knows of, plus one.
    pub number: u64,
    /// What it adds to the sums.
    pub sums: RunSums,
    /// The notes that failed: all of them, each for a row of its own.
    pub failures: Vec<NoteFailure>,
    /// Where the last note stands that is settled now; null where none is settled since the transaction before.
    pub position: Option<String>,
    /// Transactions that failed since the one before, by a conflict or because too much was written.
    pub refusals: u64,
    /// The last error since the transaction before.
    pub error: Option<String>,
    /// A note that an earlier transaction counted as failed, and that is settled now after all.
    pub recovered: Option<String>,
}

impl RunSums {
    /// Notes that are settled.
    pub fn settled(&self) -> u64 {
        self.outcome.tried() + self.outcome.skipped()
    }

    /// Adds what one transaction did.
    pub(super) fn add(&mut self, more: &Self) {
        add_outcome(&mut self.outcome, more.outcome);
        add_reasons(&mut self.reasons, more.reasons);
        self.inserted.add(more.inserted);
        add_samples(&mut self.samples, &more.samples);
        self.batches += more.batches;
        self.bytes_written = self.bytes_written.saturating_add(more.bytes_written);
    }
}

impl RunBatch {
    /// Counts what became of a note. `malformed` tells what is wrong with one that is malformed.
    pub(crate) fn settle(&mut self, id: &str, verdict: NoteVerdict, malformed: Option<&MalformedDocument>) {
        // One tally each: a tally names the first failures only.
        let mut tally = Tally::default();
        tally.settle(id, verdict, malformed);
        self.add_tally(tally);
    }

    /// Counts a note that could not be migrated.
    pub(crate) fn fail(&mut self, id: &str, code: Code, message: &str) {
        let mut tally = Tally::default();
        tally.fail(id, code, message);
        self.add_tally(tally);
    }

    fn add_tally(&mut self, tally: Tally) {
        self.sums.add(&RunSums {
            outcome: tally.outcome,
            reasons: tally.reasons,
            samples: tally.samples,
            ..RunSums::default()
        });
        self.failures.extend(tally.failures);
    }

    /// Adds what a transaction wrote, beside what became of its notes.
    pub(super) fn add_rows(&mut self, written: &MigrationBatch) {
        self.sums.add(&RunSums {
            inserted: written.inserted,
            batches: u64::from(written.verdicts.iter().any(|verdict| verdict.is_through())),
            bytes_written: written.metrics.bytes_written.used,
            ..RunSums::default()
        });
    }

    /// Is every note that failed named, and is it told how far it gets? The sums are those of the notes up to the
    /// position: one without the other would count notes twice, or never.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let (named, failed) = (self.failures.len() as u64, self.sums.outcome.failed);
        let message = if named != failed {
            format!("the batch names {named} failures and counts {failed}")
        } else if self.position.is_none() && self.sums.settled() > 0 {
            let notes = counted(self.sums.settled(), "note", "notes");
            format!("the batch settles {notes} and does not say where the last one stands")
        } else {
            return Ok(());
        };
        Err(Refusal::internal(message))
    }
}

fn add_outcome(sum: &mut Outcome, more: Outcome) {
    let Outcome {
        migrated,
        repaired,
        already_migrated,
        unfinished,
        not_ready,
        deferred,
        blocked,
        failed,
    } = more;
    sum.migrated += migrated;
    sum.repaired += repaired;
    sum.already_migrated += already_migrated;
    sum.unfinished += unfinished;
    sum.not_ready += not_ready;
    sum.deferred += deferred;
    sum.blocked += blocked;
    sum.failed += failed;
}

fn add_reasons(sum: &mut Reasons, more: Reasons) {
    let Reasons {
        no_coach,
        insights_cancelled,
        transcribing,
        insights_in_progress,
        awaiting_confirmation,
        changed_recently,
        no_time_of_change,
        unknown_status,
    } = more;
    sum.no_coach += no_coach;
    sum.insights_cancelled += insights_cancelled;
    sum.transcribing += transcribing;
    sum.insights_in_progress += insights_in_progress;
    sum.awaiting_confirmation += awaiting_confirmation;
    sum.changed_recently += changed_recently;
    sum.no_time_of_change += no_time_of_change;
    sum.unknown_status += unknown_status;
}

fn add_samples(sum: &mut NoteSamples, more: &NoteSamples) {
    for (sum, more) in [
        (&mut sum.unfinished, &more.unfinished),
        (&mut sum.deferred, &more.deferred),
        (&mut sum.blocked, &more.blocked),
    ] {
        let room = SAMPLES.saturating_sub(sum.len());
        sum.extend(more.iter().take(room).cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Recording;
    use crate::transaction::Metrics;
    use serde_json::json;

    fn written(verdicts: Vec<NoteVerdict>) -> MigrationBatch {
        let mut metrics = Metrics::default();
        metrics.bytes_written.add(1_000);
        MigrationBatch {
            malformed: vec![MalformedDocument {
                row: 1,
                id: "n1".into(),
                field: "insights".into(),
            }],
            inserted: Inserted {
                artifacts: 1,
                transcripts: 1,
                claims: 2,
            },
            ids: ids(verdicts.len()),
            position: Some("[1]".into()),
            created_ms: None,
            is_last: false,
            bytes_per_second: None,
            verdicts,
            metrics,
        }
    }

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("n{n}")).collect()
    }

    #[test]
    fn a_batch_counts_what_its_transaction_wrote() {
        let batch = Recording::default().with(&written(vec![
            NoteVerdict::Migrate,
            NoteVerdict::Malformed,
            NoteVerdict::NoCoach,
            NoteVerdict::Gone,
            NoteVerdict::Transcribing,
        ]));
        assert_eq!(batch.check(), Ok(()));
        assert_eq!(
            serde_json::to_value(&batch.sums).unwrap(),
            json!({
                "outcome": {
                    "migrated": 1, "repaired": 0, "alreadyMigrated": 0, "unfinished": 0, "notReady": 0,
                    "deferred": 1, "blocked": 1, "failed": 1,
                },
                "reasons": {
                    "noCoach": 1, "insightsCancelled": 0, "transcribing": 1, "insightsInProgress": 0,
                    "awaitingConfirmation": 0, "changedRecently": 0, "noTimeOfChange": 0,
                    "unknownStatus": 0,
                },
                "inserted": { "artifacts": 1, "transcripts": 1, "claims": 2 },
                "samples": { "unfinished": [], "deferred": ["n4"], "blocked": ["n2"] },
                "batches": 1,
                "bytesWritten": 1_000,
            })
        );
        assert_eq!(
            serde_json::to_value(&batch.failures).unwrap(),
            json!([{
                "voiceNoteId": "n1", "code": "MALFORMED_DOCUMENT",
                "message": "insights is missing, or not what the schema says",
            }])
        );
    }

    #[test]
    fn every_number_is_added() {
        let of = |unit: u64| RunSums {
            outcome: Outcome {
                migrated: unit,
                repaired: 2 * unit,
                already_migrated: 3 * unit,
                unfinished: 4 * unit,
                not_ready: 5 * unit,
                deferred: 6 * unit,
                blocked: 7 * unit,
                failed: 8 * unit,
            },
            reasons: Reasons {
                no_coach: unit,
                insights_cancelled: 2 * unit,
                unknown_status: 3 * unit,
                transcribing: 4 * unit,
                insights_in_progress: 5 * unit,
                awaiting_confirmation: 6 * unit,
                changed_recently: 7 * unit,
                no_time_of_change: 8 * unit,
            },
            inserted: Inserted {
                artifacts: unit,
                transcripts: 2 * unit,
                claims: 3 * unit,
            },
            samples: NoteSamples::default(),
            batches: unit,
            bytes_written: 2 * unit,
        };
        let mut sums = of(1);
        sums.add(&of(10));
        assert_eq!(sums, of(11));
    }

    #[test]
    fn a_note_that_failed_is_counted_and_named() {
        let mut batch = RunBatch::default();
        batch.fail("n7", Code::Internal, "it is cursed");
        let failure = NoteFailure {
            voice_note_id: "n7".into(),
            code: Code::Internal,
            message: "it is cursed".into(),
        };
        assert_eq!((batch.sums.outcome.failed, batch.failures), (1, vec![failure]));
    }

    #[test]
    fn all_failures_are_named_and_five_samples_of_a_class() {
        let failed = written(vec![NoteVerdict::Malformed; 60]);
        let blocked = written(vec![NoteVerdict::NoCoach; 4]);
        let mut batch = RunBatch::default();
        for written in [&failed, &blocked, &blocked] {
            let recording = Recording {
                before: batch,
                ..Recording::default()
            };
            batch = recording.with(written);
        }
        assert_eq!((batch.failures.len(), batch.sums.outcome.failed), (60, 60));
        assert_eq!(batch.sums.samples.blocked, ["n0", "n1", "n2", "n3", "n0"]);
        assert_eq!(batch.sums.batches, 0, "nothing was written for a note");
        assert_eq!(batch.sums.settled(), 68);
    }

    #[test]
    fn a_batch_that_would_be_counted_wrongly_is_refused() {
        let nowhere = |verdict| {
            let written = MigrationBatch {
                position: None,
                ..written(vec![verdict])
            };
            Recording::default().with(&written)
        };
        let mut batch = nowhere(NoteVerdict::Malformed);
        let mut refused = vec![batch.check().unwrap_err()];
        batch.failures.clear();
        refused.push(batch.check().unwrap_err());
        assert_eq!(
            refused,
            [
                Refusal::internal("the batch settles 1 note and does not say where the last one stands"),
                Refusal::internal("the batch names 0 failures and counts 1"),
            ]
        );
        // Notes that are gone are in no class.
        assert_eq!(nowhere(NoteVerdict::Gone).check(), Ok(()));
    }
}
