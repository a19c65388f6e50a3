//! The answer of a run.

use core::mem::take;

use serde::Serialize;
use tsify::Tsify;

use super::{Inserted, MigrationRun, NoteFailure, Outcome, Phase, Reasons, Stopped};
use crate::cursor;
use crate::refusal::{Code, Refusal};
use crate::text::{QUOTE_WARNING, counted};
use crate::transaction::Limit;
use crate::units::{as_f64, as_u64};

/// What a transaction costs beside its bytes, in milliseconds; for what a dry run reckons.
const BATCH_MS: f64 = 250.0;

/// Notes in a transaction at the end, and what keeps it from being more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct BatchSize {
    /// Notes in the next transaction.
    pub notes: u64,
    /// What keeps it from being more.
    pub limited_by: Option<Limit>,
}

/// What a real run would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Transactions that write.
    pub batches: u64,
    /// Bytes that they write.
    pub bytes_written: u64,
    /// How long they take.
    pub seconds: u64,
}

/// What `runMigration` answers.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct MigrationAnswer {
    /// Notes that this call settled.
    pub processed: u64,
    /// Artifacts inserted.
    pub artifacts: u64,
    /// Transcripts inserted.
    pub transcripts: u64,
    /// Claims inserted.
    pub claims: u64,
    /// Notes that failed.
    pub errors: u64,
    /// Notes for which nothing was to be written.
    pub skipped: u64,
    /// The run in the ledger; null where there is none.
    pub run_id: Option<String>,
    /// Nothing was written: the numbers are what a real run would do.
    pub dry_run: bool,
    /// Every note in reach is settled.
    pub done: bool,
    /// Where the run goes on, if it is not done.
    pub cursor: Option<String>,
    /// Why it ended before it was done.
    pub stopped: Option<Stopped>,
    /// Transactions that wrote.
    pub batches: u64,
    /// What became of the notes.
    pub outcome: Outcome,
    /// Why notes are blocked or deferred.
    pub reasons: Reasons,
    /// The first 50 notes that failed.
    pub failures: Vec<NoteFailure>,
    /// Notes in a transaction at the end.
    pub batch_size: BatchSize,
    /// What a real run would take; null but for a dry run.
    pub estimate: Option<Estimate>,
    /// Each with what to do.
    pub warnings: Vec<String>,
    /// The first notes that were left.
    pub samples: NoteSamples,
    /// What goes on, if it is not done.
    pub next: Option<NextMigration>,
}

/// The ids of the first notes of a class that a run left, up to 5 of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Tsify)]
pub struct NoteSamples {
    /// They have artifacts, none completed.
    pub unfinished: Vec<String>,
    /// The old pipeline is not done with them.
    pub deferred: Vec<String>,
    /// A person must decide about them.
    pub blocked: Vec<String>,
}

/// The call that goes on where a run ended. What was not given is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct NextMigration {
    /// `scripts/runMigration`.
    #[tsify(type = "\"scripts/runMigration\"")]
    pub function: &'static str,
    /// Its arguments.
    pub args: NextMigrationArgs,
}

/// The arguments of the call that goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct NextMigrationArgs {
    /// The organization, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub organization_id: Option<String>,
    /// Write nothing.
    pub dry_run: bool,
    /// Finish what an old run broke off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub repair: Option<bool>,
    /// Notes in a transaction at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub batch_size: Option<u64>,
    /// Notes to migrate or repair at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub limit: Option<u64>,
    /// After how many days a note that the old pipeline left counts as abandoned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub deferred_days: Option<u64>,
    /// Where it goes on.
    pub cursor: String,
}

impl MigrationRun {
    /// The answer, once the run has ended.
    ///
    /// # Errors
    /// - `INTERNAL` where it broke off before it did anything.
    pub fn answer(&mut self) -> Result<MigrationAnswer, Refusal> {
        let stopped = match self.phase {
            Phase::Stopped(stopped) => Some(stopped),
            _ => None,
        };
        if let (Some(Stopped::Error), false) = (stopped, self.has_result()) {
            let message = format!(
                "no transaction was answered: {}",
                self.error.as_deref().unwrap_or_default()
            );
            return Err(Refusal::new(Code::Internal, message).hint(
                "look at `npx convex logs`, and run the same again once the backend answers: notes that are \
                 already migrated are left alone",
            ));
        }
        let is_interrupted = matches!(self.phase, Phase::Interrupted);
        let done = matches!(self.phase, Phase::Through);
        let cursor =
            (!done).then(|| cursor::seal(&self.accepted.binding, self.attempt.now_ms, &self.position));
        self.warn(stopped);
        let Inserted {
            artifacts,
            transcripts,
            claims,
        } = self.tally.inserted;
        let outcome = self.tally.outcome;
        Ok(MigrationAnswer {
            processed: outcome.tried() + outcome.skipped(),
            artifacts,
            transcripts,
            claims,
            errors: outcome.failed,
            skipped: outcome.skipped(),
            run_id: self.run_id.clone(),
            dry_run: self.accepted.dry_run,
            done,
            stopped,
            batches: self.batches,
            outcome,
            reasons: self.tally.reasons,
            failures: take(&mut self.tally.failures),
            batch_size: BatchSize {
                notes: self.size.notes(),
                limited_by: self
                    .size
                    .limited_by()
                    .or(self.is_page_cut.then_some(Limit::BytesRead)),
            },
            estimate: self.accepted.dry_run.then(|| self.estimate()),
            warnings: take(&mut self.warnings),
            samples: take(&mut self.tally.samples),
            next: cursor
                .clone()
                .filter(|_| !is_interrupted)
                .map(|cursor| self.next_call(cursor)),
            cursor,
        })
    }

    /// Is there anything to answer with, whatever went wrong? Of a real run what it committed, of a dry run what it
    /// counted.
    pub(super) fn has_result(&self) -> bool {
        let outcome = &self.tally.outcome;
        if self.accepted.dry_run {
            outcome.tried() + outcome.skipped() > 0
        } else {
            self.batches > 0
        }
    }

    /// A line for `convex logs` and the dashboard, where it is time for one.
    pub fn progress(&mut self) -> Option<String> {
        self.progress.line(self.attempt.now_ms)
    }

    /// The last line for them.
    pub fn summary(&self, answer: &MigrationAnswer) -> String {
        self.progress.end(answer)
    }

    fn next_call(&self, cursor: String) -> NextMigration {
        let accepted = &self.accepted;
        NextMigration {
            function: "scripts/runMigration",
            args: NextMigrationArgs {
                organization_id: accepted.organization_id.clone(),
                dry_run: accepted.dry_run,
                repair: accepted.repair.then_some(true),
                batch_size: accepted.batch_size,
                limit: accepted.limit,
                deferred_days: accepted.deferred_days,
                cursor,
            },
        }
    }

    fn estimate(&self) -> Estimate {
        let paced_ms = if self.bytes_per_ms > 0.0 {
            as_f64(self.bytes) / self.bytes_per_ms
        } else {
            0.0
        };
        let ms = paced_ms.max(as_f64(self.batches) * BATCH_MS);
        Estimate {
            batches: self.batches,
            bytes_written: self.bytes,
            seconds: as_u64(ms / 1_000.0) + 1,
        }
    }

    fn warn(&mut self, stopped: Option<Stopped>) {
        let warnings = &mut self.warnings;
        let (outcome, reasons) = (&self.tally.outcome, &self.tally.reasons);
        if let Some(error) = &self.error {
            let stays = if self.accepted.dry_run {
                ""
            } else {
                "what was migrated stays; "
            };
            warnings.push(format!(
                "the run broke off: {error}; {stays}go on with `next` once the backend answers"
            ));
        }
        if stopped.is_some()
            && self
                .accepted
                .organization_id
                .as_deref()
                .is_some_and(|id| id.contains('\''))
        {
            warnings.push(QUOTE_WARNING.into());
        }
        if self.accepted.batch_size.is_some() && self.accepted.limit.is_none() {
            warnings.push("batchSize is the size of a transaction, no cap on the run: give `limit` to stop after so many notes".into());
        }
        if stopped == Some(Stopped::Failures) {
            warnings.push(
                "stopped: more than half of the notes tried fail; see `failures`, then run again".into(),
            );
        }
        if outcome.failed > 0 {
            let shown = if outcome.failed > self.tally.failures.len() as u64 {
                ", the first 50"
            } else {
                ""
            };
            warnings.push(format!(
                "{} cannot be migrated (see `failures`{shown}): mend what is malformed, and run again",
                counted(outcome.failed, "note", "notes")
            ));
        }
        if outcome.unfinished > 0 && !self.accepted.repair {
            warnings.push(format!(
                "{} artifacts of which none is completed; `repair: true` finishes those that nothing has touched for 24 hours and that would otherwise be eligible",
                counted(outcome.unfinished, "note has", "notes have")
            ));
        }
        if reasons.changed_recently > 0 {
            warnings.push(format!(
                "repair left {}: an artifact changed within 24 hours; run it again a day after the last change",
                counted(reasons.changed_recently, "note", "notes")
            ));
        }
        if reasons.no_time_of_change > 0 {
            warnings.push(format!(
                "repair left {}: an artifact's `updatedAt` lies in the future or is no time, and the artifact is younger than 24 hours; run it again a day after its creation",
                counted(reasons.no_time_of_change, "note", "notes")
            ));
        }
        let others = outcome
            .unfinished
            .saturating_sub(reasons.changed_recently + reasons.no_time_of_change);
        if self.accepted.repair && others > 0 {
            warnings.push(format!(
                "repair left {} that would not be eligible without artifacts (no text, no coach, cancelled insights, an unknown status, or the old pipeline is not done), or whose artifact is another organization's; mend that, and run repair again",
                counted(others, "note", "notes")
            ));
        }
        if outcome.blocked > 0 {
            let (them, stay) = if outcome.blocked == 1 {
                ("it", "it stays")
            } else {
                ("them", "they stay")
            };
            warnings.push(format!(
                "{} blocked (see `reasons` and `samples`): a person must mend {them}, or decide that {stay} in v1",
                counted(outcome.blocked, "note is", "notes are")
            ));
        }
    }
}
