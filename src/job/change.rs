//! The questions of a change of the flags.

use super::Given;
use crate::change::{Change, ChangeCall, KeyRows, Write};
use crate::error::Refusal;
use crate::flags::{self, Row};
use crate::number::{codes, exact, ms};
use crate::value::{List, Value};

/// A change, with the rows that were read for it.
#[derive(Debug)]
pub(super) struct FlagChange {
    change: Change,
    rows: [KeyRows; 2],
}

/// Begins a change: the value that is wanted; organization, who asks, why, what to restore. See [`ChangeCall`].
pub(super) fn begin(given: &Given<'_>) -> Result<Box<FlagChange>, Box<Refusal>> {
    let [wanted, ..] = given.numbers;
    let [organization_id, actor, reason, restore, _] = given.texts;
    let change = Change::new(&ChangeCall {
        organization_id: organization_id.unwrap_or(""),
        wanted: wanted != 0.0,
        actor,
        reason,
        restore,
    })?;
    Ok(Box::new(FlagChange {
        change,
        rows: Default::default(),
    }))
}

/// - 11 takes the rows of a flag and tells what is written: the flag, user rows; columns of platform rows and
///   organization rows (0 off, 1 on, else no boolean); the environment variable, the present
/// - 12 the answer, when all is written
pub(super) fn ask(job: &mut FlagChange, question: u32, given: &Given<'_>) -> Value {
    match question {
        11 => plan(job, given),
        12 => job.change.answer(&job.rows),
        _ => Value::Null,
    }
}

fn row(fact: f64) -> Row {
    Row::from_code(u32::try_from(ms(fact)).unwrap_or(2))
}

/// The rows' `updatedBy`, and what is written, four values a write: 0 set, 1 delete, 2 insert; the index of the
/// organization row; the value; what the row's `notes` say of it.
fn plan(job: &mut FlagChange, given: &Given<'_>) -> Value {
    let [flag, user_rows, ..] = given.numbers;
    let [platform, organization, ..] = given.columns;
    let mut rows = KeyRows {
        environment: flags::environment(given.texts[0]),
        platform: platform.first().copied().map(row),
        organization: Vec::new(),
        user_rows: ms(user_rows),
    };
    for code in codes(organization) {
        rows.organization.push(Row::from_code(code));
    }
    let flag = usize::from(flag != 0.0);
    let now = given.texts[1].unwrap_or("");
    let mut plan = List::default();
    plan.put(Some(job.change.updated_by()).into());
    for write in job.change.writes(flag, &rows.organization) {
        let (kind, index, value) = match write {
            Write::Set(index, value) => (0.0, index, value),
            Write::Delete(index) => (1.0, index, false),
            Write::Insert(index, value) => (2.0, index, value),
        };
        plan.number(kind);
        plan.number(exact(index as u64));
        plan.put(Value::Bool(value));
        let from = rows.organization.get(index).copied();
        plan.put(Value::Text(job.change.note(now, from, value)));
    }
    if let Some(slot) = job.rows.get_mut(flag) {
        *slot = rows;
    }
    Value::List(plan)
}
