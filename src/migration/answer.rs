//! The answer of a run.

use core::mem::take;

use serde::Serialize;
use tsify::Tsify;

use super::{Inserted, MigrationRun, NoteFailure, Outcome, Phase, Reasons, Stopped};
use crate::cursor;
use crate::text::{counted, in_shell};
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
    /// The command that goes on.
    pub next: Option<String>,
}

impl MigrationRun {
    /// The answer, once the run has ended.
    pub fn answer(&mut self) -> MigrationAnswer {
        let stopped = match self.phase {
            Phase::Stopped(stopped) => Some(stopped),
            _ => None,
        };
        let done = matches!(self.phase, Phase::Through);
        let cursor = (!done).then(|| cursor::seal(&self.accepted.binding(), self.now, &self.position));
        self.warn(stopped);
        let Inserted {
            artifacts,
            transcripts,
            claims,
        } = self.tally.inserted;
        let outcome = self.tally.outcome;
        MigrationAnswer {
            processed: outcome.tried() + outcome.skipped(),
            artifacts,
            transcripts,
            claims,
            errors: outcome.failed,
            skipped: outcome.skipped(),
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
            next: cursor.as_deref().map(|cursor| self.next_command(cursor)),
            cursor,
        }
    }

    /// A line for `convex logs` and the dashboard, where it is time for one.
    pub fn progress(&mut self) -> Option<String> {
        self.progress.line(self.now)
    }

    /// The last line for them.
    pub fn summary(&self, answer: &MigrationAnswer) -> String {
        self.progress.end(answer)
    }

    /// The command that goes on, ready to paste.
    fn next_command(&self, cursor: &str) -> String {
        let accepted = &self.accepted;
        let mut arguments = Vec::new();
        if let Some(organization_id) = &accepted.organization_id {
            arguments.push(format!("\"organizationId\": \"{}\"", in_shell(organization_id)));
        }
        arguments.push(format!("\"dryRun\": {}", accepted.dry_run));
        if accepted.repair {
            arguments.push("\"repair\": true".into());
        }
        for (name, number) in [
            ("batchSize", accepted.batch_size),
            ("limit", accepted.limit),
            ("deferredDays", accepted.deferred_days),
        ] {
            arguments.extend(number.map(|number| format!("\"{name}\": {number}")));
        }
        arguments.push(format!("\"cursor\": \"{cursor}\""));
        format!(
            "npx convex run scripts/runMigration '{{{}}}'",
            arguments.join(", ")
        )
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
        let outcome = &self.tally.outcome;
        if stopped == Some(Stopped::Failures) {
            warnings.push("stopped: more than half of the notes tried failed; what was migrated stays; see `failures`, then run again".into());
        }
        if outcome.failed > 0 {
            warnings.push(format!(
                "{} could not be migrated; see `failures` (the first 50), repair them and run again",
                counted(outcome.failed, "note", "notes")
            ));
        }
        if outcome.unfinished > 0 && !self.accepted.repair {
            warnings.push(format!(
                "{} artifacts of which none is completed; `\"repair\": true` finishes those that nothing has touched for 24 hours",
                counted(outcome.unfinished, "note has", "notes have")
            ));
        }
        if outcome.blocked > 0 {
            warnings.push(format!(
                "{} blocked; a person must give them a coach, or decide that cancelled insights stay in v1",
                counted(outcome.blocked, "note is", "notes are")
            ));
        }
    }
}
