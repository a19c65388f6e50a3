//! The answer of a run.

use core::mem::take;

use super::{Fate, Run, Stopped};
use crate::cursor::Codec;
use crate::flags::word;
use crate::number::{exact, ms};
use crate::text::Piece::{Count, InShell, Text};
use crate::text::{add, fill};
use crate::value::{Object, Value};

/// What a transaction costs beside its bytes, in milliseconds; for what a dry run reckons.
const BATCH_MS: f64 = 250.0;

impl Run {
    /// The answer; `position` is what [`super::Step::Stop`] asks for.
    pub fn answer(&mut self, position: Option<&str>) -> Value {
        let position = match &self.mark {
            Some(mark) => mark.position.as_deref(),
            None => position,
        };
        let cursor = (!self.is_through).then(|| self.cursor(position));
        self.warn();
        let outcome = &self.tally.outcome;
        let inserted = &self.tally.inserted;
        let mut answer = Object::default();
        answer.count("processed", outcome.total());
        answer.count("artifacts", inserted.artifacts);
        answer.count("transcripts", inserted.transcripts);
        answer.count("claims", inserted.claims);
        answer.count("errors", outcome.of(Fate::Failed));
        answer.count("skipped", outcome.total() - outcome.tried());
        answer.bool("dryRun", self.asked.dry_run);
        answer.bool("done", self.is_through);
        answer.put("cursor", cursor.as_deref().into());
        answer.optional_word("stopped", self.stopped.map(Stopped::word));
        answer.count("batches", self.batches);
        outcome.put(&mut answer);
        self.tally.reasons.put(&mut answer);
        answer.list("failures", take(&mut self.failures));
        let mut size = Object::default();
        size.count("notes", self.size.notes());
        let page_limit = self.is_page_cut.then_some("bytesRead");
        size.optional_word("limitedBy", self.size.limited_by().or(page_limit));
        answer.object("batchSize", size);
        self.put_estimate(&mut answer);
        answer.list("warnings", take(&mut self.warnings));
        let next = cursor.map(|cursor| self.next_command(&cursor));
        answer.put("next", next.as_deref().into());
        Value::Object(answer)
    }

    fn cursor(&self, position: Option<&str>) -> String {
        let mut codec = Codec::begin(&self.asked.binding(), ms(self.now_ms));
        codec.optional_text(&mut position.map(String::from));
        codec.seal()
    }

    /// The command that goes on, ready to paste.
    fn next_command(&self, cursor: &str) -> String {
        let asked = &self.asked;
        let mut next = fill("npx convex run scripts/runMigration '{", &[]);
        if let Some(organization_id) = &asked.organization_id {
            add(
                &mut next,
                "\"organizationId\": \"%\", ",
                &[InShell(organization_id)],
            );
        }
        add(&mut next, "\"dryRun\": %", &[Text(word(asked.dry_run))]);
        if asked.repair {
            add(&mut next, ", \"repair\": true", &[]);
        }
        for (name, number) in [
            ("batchSize", asked.batch_size),
            ("limit", asked.limit),
            ("deferredDays", asked.deferred_days),
        ] {
            if let Some(number) = number {
                add(&mut next, ", \"%\": %", &[Text(name), Count(number)]);
            }
        }
        add(&mut next, ", \"cursor\": \"%\"}'", &[Text(cursor)]);
        next
    }

    /// What a real run would take, after a dry one.
    fn put_estimate(&self, answer: &mut Object) {
        if !self.asked.dry_run {
            return answer.put("estimate", Value::Null);
        }
        let paced_ms = if self.bytes_per_ms > 0.0 {
            self.bytes / self.bytes_per_ms
        } else {
            0.0
        };
        let mut estimate = Object::default();
        estimate.count("batches", self.batches);
        estimate.number("bytesWritten", self.bytes);
        let seconds = ms(paced_ms.max(exact(self.batches) * BATCH_MS) / 1_000.0);
        estimate.count("seconds", seconds + 1);
        answer.object("estimate", estimate);
    }

    fn warn(&mut self) {
        let warnings = &mut self.warnings;
        let outcome = &self.tally.outcome;
        if self.stopped == Some(Stopped::Failures) {
            warnings.text(
                "stopped: more than half of the notes tried failed; what was migrated stays; see `failures`, then run again",
                &[],
            );
        }
        warnings.count(
            outcome.of(Fate::Failed),
            "% [note|notes] could not be migrated; see `failures` (the first 50), repair them and run again",
        );
        if !self.asked.repair {
            warnings.count(
                outcome.of(Fate::Unfinished),
                "% [note has|notes have] artifacts of which none is completed; `\"repair\": true` finishes those that nothing has touched for 24 hours",
            );
        }
        warnings.count(
            outcome.of(Fate::Blocked),
            "% [note is|notes are] blocked; a person must give them a coach, or decide that cancelled insights stay in v1",
        );
    }
}

impl Stopped {
    #[inline(never)]
    fn word(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Deadline => "deadline",
            Self::Failures => "failures",
            Self::Error => "error",
        }
    }
}
