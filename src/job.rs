//! The protocol between a shim and the core.
//!
//! A shim asks one question after the other. What it passes is always a [`Given`], what it gets is always one
//! [`Value`]; the numbers of the questions are here and in `js-shims/core/`. So the binding is one class with
//! one method: each export of its own makes the module half a kilobyte larger.
//!
//! Each of the features `flags`, `status` and `migration` holds the questions of one job, `admission` those of
//! who only has the arguments of a migration checked. The wasm is built once for each, as a function pays for all of
//! its module on every call.

#[cfg(feature = "flags")]
mod change;
mod given;
#[cfg(feature = "admission")]
mod migration;
#[cfg(feature = "status")]
mod status;

pub use given::Given;

use crate::budget::{CONVEX_LIMITS, Headroom, Reads};
#[cfg(feature = "flags")]
use crate::change::{Change, nothing_stored};
use crate::cursor::lost_position;
use crate::error::{forbidden, organization_not_found};
#[cfg(feature = "admission")]
use crate::migration::legacy_warning;
#[cfg(feature = "migration")]
use crate::migration::{Notes, Run, judge};
use crate::note::Deferral;
use crate::number::{codes, exact, ms};
#[cfg(feature = "status")]
use crate::status::{Status, check_complete};
use crate::value::{List, Value};

/// What a shim asks: at most one job at a time, which lasts as long as a call of one of the functions.
#[derive(Debug, Default)]
pub struct Core(Option<Job>);

#[derive(Debug)]
enum Job {
    #[cfg(feature = "status")]
    Status(Box<Status>),
    #[cfg(feature = "migration")]
    Migration(Box<Run>),
    #[cfg(feature = "flags")]
    Change(Box<Change>),
}

impl Job {
    fn ask(&mut self, question: u32, given: &Given<'_>) -> Value {
        // By value: a module without a job has none to match.
        match *self {
            #[cfg(feature = "status")]
            Self::Status(ref mut status) => status::ask(status, question, given),
            #[cfg(feature = "migration")]
            Self::Migration(ref mut run) => migration::ask(run, question, given),
            #[cfg(feature = "flags")]
            Self::Change(ref change) => change::ask(change, question, given),
        }
    }
}

impl Core {
    /// Answers a question; null where there is nothing to tell:
    /// - 0 begins a status
    /// - 1 begins a run of the migration
    /// - 2 begins a change of both flags; all three tell the refusal of their arguments, null where they are
    ///   accepted
    /// - 3 the refusal of a caller that may not use a function: its name
    /// - 4 the refusal of an organization that nobody knows: its id
    /// - 5 the refusal of an organization of which nothing is stored: its id
    /// - 6 the refusal of a cursor whose position is not there any more
    /// - 7 the refusal of a finished status that is not complete, null where it is: notes left; the verdict
    /// - 8 a warning where a host's own old action cannot get further, else null: notes processed and skipped
    /// - 9 what a transaction has left, as notes that take so many ranges each, documents, bytes, and reads side
    ///   by side: ranges each; documents, bytes and ranges, used and of the limits
    /// - 10 what a run does with each note, as [`judge`] tells it: the present, days of deferral, is it a
    ///   repair?, is it a sweep?; columns of facts, times of creation, `of`, times of change
    /// - from 11 those of the job at hand
    pub fn ask(&mut self, question: u32, given: &Given<'_>) -> Value {
        let text = given.texts[0].unwrap_or("");
        let [first, second, ..] = given.numbers;
        let refused = match question {
            #[cfg(feature = "status")]
            0 => status::begin(given).map(|status| self.0 = Some(Job::Status(status))),
            #[cfg(feature = "migration")]
            1 => migration::begin(given).map(|run| self.0 = Some(Job::Migration(run))),
            #[cfg(all(feature = "admission", not(feature = "migration")))]
            1 => migration::begin(given).map(drop),
            #[cfg(feature = "flags")]
            2 => change::begin(given).map(|change| self.0 = Some(Job::Change(change))),
            3 => Err(forbidden(text)),
            4 => Err(organization_not_found(text)),
            #[cfg(feature = "flags")]
            5 => Err(nothing_stored(text)),
            6 => Err(lost_position()),
            #[cfg(feature = "status")]
            7 => check_complete(text, ms(first)),
            #[cfg(feature = "admission")]
            8 => return legacy_warning(ms(first), ms(second)).map_or(Value::Null, Value::Word),
            #[cfg(feature = "migration")]
            9 => return headroom(given),
            #[cfg(feature = "migration")]
            10 => return judge_notes(given),
            _ => {
                return self
                    .0
                    .as_mut()
                    .map_or(Value::Null, |job| job.ask(question, given));
            }
        };
        match refused {
            Ok(()) => Value::Null,
            Err(refusal) => refusal.value(),
        }
    }
}

/// Documents, bytes and ranges.
#[cfg(any(feature = "status", feature = "migration"))]
fn reads(documents: f64, bytes: f64, ranges: f64) -> Reads {
    Reads {
        documents: ms(documents),
        bytes: ms(bytes),
        ranges: ms(ranges),
    }
}

#[cfg(feature = "migration")]
fn headroom(given: &Given<'_>) -> Value {
    let [
        ranges_each,
        documents,
        bytes,
        ranges,
        most_documents,
        most_bytes,
        most_ranges,
    ] = given.numbers;
    let limits = if most_documents.is_nan() {
        CONVEX_LIMITS
    } else {
        reads(most_documents, most_bytes, most_ranges)
    };
    let headroom = Headroom::after(reads(documents, bytes, ranges), limits);
    let mut left = List::default();
    for count in [
        headroom.notes(ms(ranges_each)),
        headroom.reads.documents.max(1),
        headroom.reads.bytes.max(1),
        headroom.width(),
    ] {
        left.number(exact(count));
    }
    Value::List(left)
}

#[cfg(feature = "migration")]
fn judge_notes(given: &Given<'_>) -> Value {
    let [now_ms, days, repair, sweep, ..] = given.numbers;
    let [facts, created_ms, of, changed_ms, _] = given.columns;
    let deferral = Deferral {
        now_ms,
        days: (!days.is_nan()).then(|| ms(days)),
    };
    let notes = Notes {
        facts: &codes(facts),
        created_ms,
        of: &codes(of),
        changed_ms,
    };
    let mut verdicts = List::default();
    for verdict in judge(notes, &deferral, repair != 0.0, sweep != 0.0) {
        verdicts.number(f64::from(verdict));
    }
    Value::List(verdicts)
}
