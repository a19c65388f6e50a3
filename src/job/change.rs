//! The questions of a change of the flags.

use super::Given;
use crate::change::{Change, ChangeCall, KeyRows, Write};
use crate::error::Refusal;
use crate::flags::{self, Row};
use crate::number::{codes, exact, ms};
use crate::value::{List, Value};

/// Begins a change: the value that is wanted; organization, who asks, why, what to restore. See [`ChangeCall`].
pub(super) fn begin(given: &Given<'_>) -> Result<Box<Change>, Box<Refusal>> {
    let [wanted, ..] = given.numbers;
    let [organization_id, actor, reason, restore, _] = given.texts;
    let change = Change::new(&ChangeCall {
        organization_id: organization_id.unwrap_or(""),
        wanted: wanted != 0.0,
        actor,
        reason,
        restore,
    })?;
    Ok(Box::new(change))
}

/// - 11 takes the rows of both flags and tells what is written and answered: user rows of each; columns of
///   platform rows and organization rows of each (0 off, 1 on, else no boolean); the environment variable of each,
///   the present
pub(super) fn ask(change: &Change, question: u32, given: &Given<'_>) -> Value {
    if question != 11 {
        return Value::Null;
    }
    let [voice_notes_users, resolution_users, ..] = given.numbers;
    let [
        voice_notes_platform,
        voice_notes,
        resolution_platform,
        resolution,
        _,
    ] = given.columns;
    let [voice_notes_variable, resolution_variable, now, ..] = given.texts;
    let rows = [
        key_rows(
            voice_notes_users,
            voice_notes_platform,
            voice_notes,
            voice_notes_variable,
        ),
        key_rows(
            resolution_users,
            resolution_platform,
            resolution,
            resolution_variable,
        ),
    ];
    let mut plan = List::default();
    plan.put(Some(change.updated_by()).into());
    for (flag, rows) in rows.iter().enumerate() {
        plan.put(Value::List(writes(
            change,
            flag,
            &rows.organization,
            now.unwrap_or(""),
        )));
    }
    plan.put(change.answer(&rows));
    Value::List(plan)
}

fn key_rows(users: f64, platform: &[f64], organization: &[f64], variable: Option<&str>) -> KeyRows {
    let mut rows = KeyRows {
        environment: flags::environment(variable),
        platform: codes(platform).first().copied().map(Row::from_code),
        organization: Vec::new(),
        user_rows: ms(users),
    };
    for code in codes(organization) {
        rows.organization.push(Row::from_code(code));
    }
    rows
}

/// Four values a write: 0 set, 1 delete, 2 insert; the index of the organization row; the value; what the row's
/// `notes` say of it.
fn writes(change: &Change, flag: usize, rows: &[Row], now: &str) -> List {
    let mut list = List::default();
    for write in change.writes(flag, rows) {
        let (kind, index, value) = match write {
            Write::Set(index, value) => (0.0, index, value),
            Write::Delete(index) => (1.0, index, false),
            Write::Insert(index, value) => (2.0, index, value),
        };
        list.number(kind);
        list.number(exact(index as u64));
        list.put(Value::Bool(value));
        let from = rows.get(index).copied();
        list.put(Value::Text(change.note(now, from, value)));
    }
    list
}
