//! The answer of a run.

use super::{Run, Stopped, binding};
use crate::cursor::Codec;
use crate::number::{exact, ms};
use crate::text::{counted, decimal, join, json, shell};
use crate::value::{Object, Value};

/// What a transaction costs beside its bytes, in milliseconds; for what a dry run reckons.
const BATCH_MS: f64 = 250.0;

impl Run {
    /// The answer; `position` is what [`super::Step::Stop`] asks for.
    pub fn answer(&self, position: Option<&str>) -> Value {
        let outcome = &self.tally.outcome;
        let cursor = if self.is_through {
            None
        } else {
            let position = match &self.mark {
                Some((_, position)) => position.as_deref(),
                None => position,
            };
            Some(self.cursor(position))
        };
        let mut answer = Object::default();
        answer.count("processed", outcome.tried() + outcome.skipped());
        answer.count("artifacts", self.tally.inserted.artifacts);
        answer.count("transcripts", self.tally.inserted.transcripts);
        answer.count("claims", self.tally.inserted.claims);
        answer.count("errors", outcome.failed);
        answer.count("skipped", outcome.skipped());
        answer.bool("done", self.is_through);
        answer.text("cursor", cursor.clone());
        match self.stopped {
            Some(stopped) => answer.word("stopped", stopped.word()),
            None => answer.put("stopped", Value::Null),
        }
        answer.count("batches", self.batches);
        answer.put("outcome", outcome.value());
        answer.put("reasons", self.tally.reasons.value());
        answer.put("failures", self.tally.failures.value());
        let mut size = Object::default();
        size.count("notes", self.size.notes());
        let page_limit = self.is_page_cut.then_some("bytesRead");
        match self.size.limited_by().or(page_limit) {
            Some(measure) => size.word("limitedBy", measure),
            None => size.put("limitedBy", Value::Null),
        }
        answer.put("batchSize", size.end());
        answer.put("estimate", self.estimate());
        answer.texts("warnings", self.all_warnings());
        answer.text("next", cursor.map(|cursor| self.next_command(&cursor)));
        answer.end()
    }

    fn cursor(&self, position: Option<&str>) -> String {
        let mut codec = Codec::begin(&binding(&self.asked), ms(self.now_ms));
        codec.optional_text(&mut position.map(String::from));
        codec.seal()
    }

    /// The command that goes on, ready to paste.
    fn next_command(&self, cursor: &str) -> String {
        let asked = &self.asked;
        let mut args = String::from("{");
        if let Some(organization_id) = &asked.organization_id {
            args.push_str(&join(&["\"organizationId\": ", &json(organization_id), ", "]));
        }
        args.push_str(if asked.dry_run {
            "\"dryRun\": true"
        } else {
            "\"dryRun\": false"
        });
        if asked.repair {
            args.push_str(", \"repair\": true");
        }
        let numbers = [
            ("batchSize", asked.batch_size),
            ("limit", asked.limit),
            ("deferredDays", asked.deferred_days),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                args.push_str(&join(&[", \"", name, "\": ", &decimal(number)]));
            }
        }
        args.push_str(&join(&[", \"cursor\": \"", cursor, "\"}"]));
        join(&["npx convex run scripts/runMigration ", &shell(&args)])
    }

    /// What a real run would take, after a dry one.
    fn estimate(&self) -> Value {
        if !self.asked.dry_run {
            return Value::Null;
        }
        let paced_ms = if self.bytes_per_ms > 0.0 {
            self.bytes / self.bytes_per_ms
        } else {
            0.0
        };
        let mut estimate = Object::default();
        estimate.count("batches", self.batches);
        estimate.put("bytesWritten", Value::Number(self.bytes));
        let seconds = ms(paced_ms.max(exact(self.batches) * BATCH_MS) / 1_000.0);
        estimate.count("seconds", seconds + 1);
        estimate.end()
    }

    fn all_warnings(&self) -> Vec<String> {
        let mut warnings = self.warnings.clone();
        let outcome = &self.tally.outcome;
        if self.stopped == Some(Stopped::Failures) {
            warnings.push(join(&[
                "stopped: more than half of the notes tried failed; what was migrated stays; see `failures`, then run again",
            ]));
        }
        let mut warn = |n: u64, one: &str, many: &str, what: &str| {
            if n > 0 {
                warnings.push(join(&[&counted(n, one, many), what]));
            }
        };
        warn(
            outcome.failed,
            "note",
            "notes",
            " could not be migrated; see `failures` (the first 50), repair them and run again",
        );
        if !self.asked.repair {
            warn(
                outcome.unfinished,
                "note has",
                "notes have",
                " artifacts of which none is completed; `\"repair\": true` finishes those that nothing has touched for 24 hours",
            );
        }
        warn(
            outcome.blocked,
            "note is",
            "notes are",
            " blocked; a person must give them a coach, or decide that cancelled insights stay in v1",
        );
        warnings
    }
}

impl Stopped {
    fn word(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Deadline => "deadline",
            Self::Failures => "failures",
            Self::Error => "error",
        }
    }
}
