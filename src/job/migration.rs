//! The questions of a run of the migration.

use super::Given;
use crate::error::Refusal;
use crate::migration::{Account, Inserted, MigrationCall, PageRead, Run, Share, Step, Written};
use crate::number::{codes, exact, ms};
use crate::value::{List, Value};

/// Begins a run: is it dry?, does it repair?, has the host its old action?, the present, the milliseconds after
/// which it ends itself, bytes a millisecond; organization, batch size, limit, days of deferral, cursor. See
/// [`MigrationCall`].
pub(super) fn begin(given: &Given<'_>) -> Result<Box<Run>, Box<Refusal>> {
    let [dry_run, repair, is_legacy, now_ms, deadline_ms, bytes_per_ms, _] = given.numbers;
    let [organization_id, batch_size, limit, deferred_days, cursor] = given.texts;
    let call = MigrationCall {
        organization_id,
        dry_run: dry_run != 0.0,
        batch_size,
        limit,
        repair: repair != 0.0,
        deferred_days,
        cursor,
        is_legacy: is_legacy != 0.0,
    };
    Run::new(&call, now_ms, deadline_ms, bytes_per_ms)
}

/// - 11 the position behind which the reader begins
/// - 12 the next step: the present
/// - 13 takes a page: is it the last?; columns of codes, facts, claims, transcripts and bytes; malformed notes;
///   see [`PageRead`]
/// - 14 takes the position at which the limit was reached
/// - 15 takes what a batch came to: artifacts, transcripts and claims inserted, milliseconds; columns of what it used of
///   each measure, of the limits of those, of codes and of facts; malformed notes; see [`Written`]
/// - 16 takes the error of a batch or a sweep: its message, the id of the batch's first note
/// - 17 takes an error of something else: its message; tells whether the answer follows, else the error itself
///   must be the answer
/// - 18 the answer: the position that the last step asks for
/// - 19 takes what a sweep came to: as 15, and is it the last?
pub(super) fn ask(run: &mut Run, question: u32, given: &Given<'_>) -> Value {
    let optional = given.texts[0];
    let text = optional.unwrap_or("");
    let [first, ..] = given.numbers;
    match question {
        11 => return run.position().into(),
        12 => return next(run, first),
        13 => {
            let [verdicts, facts, claims, transcripts, bytes] = given.columns;
            run.page(PageRead {
                codes: codes(verdicts),
                facts: codes(facts),
                claims: codes(claims),
                transcripts: codes(transcripts),
                bytes: bytes.into(),
                malformed: text.into(),
                is_last: first != 0.0,
            });
        }
        14 => run.mark(optional.map(String::from)),
        15 | 19 => written(run, question == 19, given, text),
        16 => run.failed(text, given.texts[1].unwrap_or("")),
        17 => return Value::Bool(run.error(text)),
        18 => return run.answer(optional),
        _ => {}
    }
    Value::Null
}

fn written(run: &mut Run, is_sweep: bool, given: &Given<'_>, malformed: &str) {
    let [artifacts, transcripts, claims, took_ms, is_last, ..] = given.numbers;
    let [used, limits, verdicts, facts, _] = given.columns;
    let mut shares = Vec::new();
    for (used, limit) in used.iter().zip(limits) {
        shares.push(Share {
            used: *used,
            limit: *limit,
        });
    }
    let account = Account {
        inserted: Inserted {
            artifacts: ms(artifacts),
            transcripts: ms(transcripts),
            claims: ms(claims),
        },
        shares: &shares,
        took_ms,
    };
    let (verdicts, facts) = (codes(verdicts), codes(facts));
    if is_sweep {
        let page = PageRead {
            codes: verdicts,
            facts,
            malformed: malformed.into(),
            is_last: is_last != 0.0,
            ..PageRead::default()
        };
        return run.swept(page, &account);
    }
    run.written(&Written {
        codes: &verdicts,
        facts: &facts,
        malformed,
        account,
    });
}

/// The next step: 0 stop (notes done), 1 page (notes), 2 batch (its notes ...), 3 wait (milliseconds), 4 mark
/// (notes done), 5 sweep (notes).
fn next(run: &mut Run, now_ms: f64) -> Value {
    let mut step = List::default();
    let (kind, number) = match run.next(now_ms) {
        Step::Stop { notes } => (0.0, exact(notes as u64)),
        Step::Page { notes } => (1.0, exact(notes)),
        Step::Batch => {
            step.number(2.0);
            for note in run.batch() {
                step.number(f64::from(*note));
            }
            return Value::List(step);
        }
        Step::Wait { ms } => (3.0, ms),
        Step::Mark { notes } => (4.0, exact(notes as u64)),
        Step::Sweep { notes } => (5.0, exact(notes)),
    };
    step.number(kind);
    step.number(number);
    Value::List(step)
}
