//! The questions of a status.

use super::{Given, reads};
use crate::budget::Reads;
use crate::error::Refusal;
use crate::number::{codes, exact, ms};
use crate::organization::Candidates;
use crate::scan::{Found, PageRead, Scan, Step};
use crate::status::{Status, StatusCall};
use crate::text::gaps;
use crate::value::{List, Value};

/// Begins a status: the present, are artifacts indexed?, the limits of the transaction as documents, bytes and
/// ranges; organization, days of deferral, cursor, the two environment variables.
pub(super) fn begin(given: &Given<'_>) -> Result<Box<Status>, Box<Refusal>> {
    let [now_ms, artifacts_are_indexed, documents, bytes, ranges, ..] = given.numbers;
    let [organization_id, deferred_days, cursor, voice_notes, resolution] = given.texts;
    Status::new(&StatusCall {
        organization_id: organization_id.unwrap_or(""),
        deferred_days,
        cursor,
        environment: [voice_notes, resolution],
        limits: (!documents.is_nan()).then(|| reads(documents, bytes, ranges)),
        now_ms,
        artifacts_are_indexed: artifacts_are_indexed != 0.0,
    })
}

/// - 11 the position behind which the reader goes on
/// - 12 the first step: documents, bytes and ranges used so far
/// - 13 takes a page and tells the next step: used so far, rows, is it the last?; columns of facts, of times of
///   creation, of which row each candidate is, and where each organization's begin; first id, organization ids of
///   the candidates, names; see [`PageRead`] and [`Candidates`]
/// - 14 takes what look-ups found and tells the next step: used so far, how many are complete; columns of facts, of
///   `of`, of which document each candidate is, and where each organization's begin; id and position of the open one,
///   organization ids of the candidates, names; see [`Found`] and [`Candidates`]
/// - 15 the answer: documents, bytes and ranges used; the position that the last step asks for
pub(super) fn ask(status: &mut Status, question: u32, given: &Given<'_>) -> Value {
    let [documents, bytes, ranges, count, is_last, ..] = given.numbers;
    let used = reads(documents, bytes, ranges);
    let count = u32::try_from(ms(count)).unwrap_or(u32::MAX);
    let [id, position, organization_ids, names, _] = given.texts;
    let (candidates_of, starts) = (codes(given.columns[2]), codes(given.columns[3]));
    let candidates = Candidates::new(organization_ids.unwrap_or(""), &starts, &candidates_of);
    match question {
        11 => return status.after().into(),
        13 => status.scan().feed_page(PageRead {
            rows: count,
            is_last: is_last != 0.0,
            first_id: id.unwrap_or(""),
            facts: codes(given.columns[0]),
            created_ms: given.columns[1].into(),
            candidates,
            names: names.unwrap_or(""),
        }),
        14 => status.scan().feed_found(&Found {
            complete: count,
            open_id: id.unwrap_or(""),
            open_after: position,
            facts: &codes(given.columns[0]),
            of: &codes(given.columns[1]),
            candidates,
            names: names.unwrap_or(""),
        }),
        15 => {
            status.scan().end(used);
            return status.answer(position);
        }
        12 => {}
        _ => return Value::Null,
    }
    next(status.scan(), used)
}

/// The next step:
/// - 0 done
/// - 1 pause: rows of the page that are through, -1 where no page of the range was read
/// - 2 page: range, flag, first (0 or 1), rows, bytes
/// - 3 look-ups: range, width, documents, bytes, the position behind which the first of them goes on if it
///   broke off before, rows of the page as [`gaps`]
fn next(scan: &mut Scan, used: Reads) -> Value {
    let mut step = List::default();
    match scan.next(used) {
        Step::Done => step.number(0.0),
        Step::Pause { rows } => {
            step.number(1.0);
            step.number(rows.map_or(-1.0, f64::from));
        }
        Step::Page {
            range,
            flag,
            first,
            rows,
            bytes,
        } => {
            step.number(2.0);
            step.number(f64::from(range as u8));
            step.number(exact(flag as u64));
            step.number(f64::from(u8::from(first)));
            step.number(exact(rows));
            step.number(exact(bytes));
        }
        Step::LookUp {
            range,
            width,
            documents,
            bytes,
        } => {
            step.number(3.0);
            step.number(f64::from(range as u8));
            step.number(exact(width));
            step.number(exact(documents));
            step.number(exact(bytes));
            step.put(scan.look_up_after().into());
            step.put(Value::Text(gaps(scan.asked_for())));
        }
    }
    Value::List(step)
}
