//! A run that the ledger has: what its transactions record.

use serde::Serialize;
use tsify::Tsify;

use super::page::{Batch, Page};
use super::report::in_a_warning;
use super::{MigrationRun, NoteFailure, NoteVerdict, Phase, Stopped, Suspects, Tally, Tried};
use crate::ledger::{NoteToRecord, Recording, Run, RunBatch};
use crate::refusal::Code;
use crate::table::MalformedDocument;
use crate::text::shortened;
use crate::units::Millis;

/// How a leg ended.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct LegEnd {
    /// Why it ended before every note was settled; null where all are.
    pub stopped: Option<Stopped>,
    /// What it settled since its last transaction.
    pub rest: RunBatch,
    /// How long its pace asks to wait before more is written.
    pub pause_ms: Millis,
}

impl MigrationRun {
    /// Goes on from the row of a run, with what the ledger knows of it. `failures` are the first ones.
    pub fn join(&mut self, run: &Run, failures: Vec<NoteFailure>) {
        self.run_id = Some(run.run_id.clone());
        self.tally = Tally {
            outcome: run.sums.outcome,
            reasons: run.sums.reasons,
            inserted: run.sums.inserted,
            failures,
            samples: run.sums.samples.clone(),
        };
        self.unrecorded = Some(RunBatch {
            number: run.commits + 1,
            ..RunBatch::default()
        });
        self.before = Tried {
            notes: run.tried_before,
            failed: run.failed_before,
        };
        self.batches = run.sums.batches;
        self.position.clone_from(&run.position);
        let through = run.sums.outcome.through();
        self.accepted.limit = run.limit_left.map(|left| left.saturating_add(through));
        self.set_pace(run.pace.bytes_per_second());
        self.page = Page::default();
        self.phase = Phase::Planning;
        self.suspects = Suspects::None;
        self.search = None;
        self.held = None;
        self.checkpoint = None;
        self.retry.reset();
        self.attempt.is_retry = false;
    }

    /// Ends here, because its row says that it does: someone paused or cancelled it, or it failed.
    pub fn interrupt(&mut self, run: &Run, failures: Vec<NoteFailure>) {
        self.join(run, failures);
        if run.stopped == Some(Stopped::Error) {
            self.phase = Phase::Stopped(Stopped::Error);
            self.error = run.last_error.as_ref().map(|error| in_a_warning(&error.message));
            return;
        }
        self.phase = Phase::Interrupted;
        self.warnings.push(format!(
            "the run was paused, cancelled or given up meanwhile; look at it with `npx convex run v2Rollout:run '{{\"runId\": \"{}\"}}'`",
            run.run_id
        ));
    }

    /// What to tell the ledger of the end of a leg.
    pub fn leg_end(&self) -> LegEnd {
        let mut rest = self.unrecorded.clone().unwrap_or_default();
        rest.position.clone_from(&self.position);
        let stopped = match self.phase {
            Phase::Through => None,
            Phase::Stopped(stopped) => Some(stopped),
            _ => Some(Stopped::Error),
        };
        if stopped == Some(Stopped::Error) && self.error.is_some() {
            rest.error.clone_from(&self.error);
        }
        LegEnd {
            stopped,
            rest,
            pause_ms: self.pause,
        }
    }

    pub(super) fn set_pace(&mut self, bytes_per_second: Option<f64>) {
        self.bytes_per_ms = bytes_per_second.unwrap_or(0.0) / 1_000.0;
    }

    /// Counts what became of a note.
    pub(super) fn settle(&mut self, id: &str, verdict: NoteVerdict, malformed: Option<&MalformedDocument>) {
        self.tally.settle(id, verdict, malformed);
        if let Some(unrecorded) = &mut self.unrecorded {
            unrecorded.settle(id, verdict, malformed);
        }
    }

    /// A transaction that records went through: it has recorded all that was settled by then.
    pub(super) fn recorded(&mut self) {
        if let Some(unrecorded) = &mut self.unrecorded {
            *unrecorded = RunBatch {
                number: unrecorded.number + 1,
                ..RunBatch::default()
            };
        }
    }

    /// A transaction failed. `is_refusal`: by a conflict, or because too much was written.
    pub(super) fn note_failure(&mut self, message: &str, is_refusal: bool) {
        if let Some(unrecorded) = &mut self.unrecorded {
            unrecorded.refusals += u64::from(is_refusal);
            unrecorded.error = Some(shortened(message).into());
        }
    }

    /// What the transaction at hand records beside its own notes.
    pub(super) fn recording(&self) -> Option<Recording> {
        let mut before = self.unrecorded.clone()?;
        before.position.clone_from(&self.position);
        if let Some(held) = self.held.as_ref().filter(|held| !held.others_pass) {
            // The next note goes through with this transaction, or nothing is recorded.
            before.fail(&held.id, Code::Internal, &held.message);
        }
        Some(Recording {
            before,
            ..Recording::default()
        })
    }

    /// The same of a batch.
    pub(super) fn recording_of(&self, batch: &Batch) -> Option<Recording> {
        let mut recording = self.recording()?;
        let notes = self.page.notes.get(self.page.done..batch.end).unwrap_or(&[]);
        for (row, note) in (0_u32..).zip(notes) {
            recording.notes.push(NoteToRecord {
                id: note.id.clone(),
                position: note.position.clone(),
                verdict: note.verdict,
            });
            let at = self.page.done + row as usize;
            if let Some(document) = super::malformed_at(&self.page.malformed, at) {
                recording.malformed.push(MalformedDocument {
                    row,
                    ..document.clone()
                });
            }
        }
        Some(recording)
    }

    /// The same of the note that is held, which an earlier transaction recorded as failed.
    pub(super) fn recording_of_held(&self, id: &str) -> Option<Recording> {
        let mut recording = self.recording()?;
        recording.before.recovered = Some(id.into());
        recording.notes.push(NoteToRecord {
            id: id.into(),
            position: self.position.clone().unwrap_or_default(),
            verdict: NoteVerdict::Migrate,
        });
        Some(recording)
    }
}
