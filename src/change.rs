//! `enableV2ForOrg` and `disableV2ForOrg`: which flag rows are written, and the answer.

// proptest is not for WebAssembly.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use crate::argument;
use crate::cursor::Codec;
use crate::error::{Code, Refusal};
use crate::flags::word;
use crate::flags::{self, KEYS, Row, State};
use crate::text::Piece::{Count, InShell, Text};
use crate::text::{add, fill};
use crate::value::{List, Object, Value};

/// Rows of one flag that a change reads at most, of the organization and of users each.
const MOST_ROWS: u64 = 1_000;

/// What a change is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChangeCall<'a> {
    /// The organization.
    pub organization_id: &'a str,
    /// The value that both flags shall have.
    pub wanted: bool,
    /// Who asks, where they say so.
    pub actor: Option<&'a str>,
    /// Why, where they say so.
    pub reason: Option<&'a str>,
    /// Bring the rows back to what they were instead: the `previous` of an earlier answer.
    pub restore: Option<&'a str>,
}

/// A checked change.
#[derive(Clone, Debug)]
pub struct Change {
    organization_id: String,
    wanted: bool,
    actor: Option<String>,
    reason: Option<String>,
    /// The rows to come back to, by flag.
    restored: Option<[Vec<Row>; 2]>,
}

/// The rows of one flag, as they are before the change.
#[derive(Clone, Debug, Default)]
pub struct KeyRows {
    /// What the environment says.
    pub environment: Option<bool>,
    /// The first platform row.
    pub platform: Option<Row>,
    /// The organization's rows, in the order of the index.
    pub organization: Vec<Row>,
    /// How many user rows the key has.
    pub user_rows: u64,
}

/// What is done with one organization row of a flag. The first one is written through the host's
/// `setFeatureFlag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// Set the row with this index.
    Set(usize, bool),
    /// Delete the row with this index.
    Delete(usize),
    /// Insert a row; it comes to stand at this index.
    Insert(usize, bool),
}

impl Change {
    /// Accepts the arguments.
    ///
    /// # Errors
    /// - `INVALID_ARGUMENT` for an organization id, a name or a reason outside their rules, and for a
    ///   `restore` that is damaged or of another organization.
    pub fn new(call: &ChangeCall<'_>) -> Result<Self, Box<Refusal>> {
        argument::organization_id(call.organization_id)?;
        if let Some(actor) = call.actor {
            argument::actor(if call.wanted { "enabledBy" } else { "disabledBy" }, actor)?;
        }
        if let Some(reason) = call.reason {
            argument::reason(reason)?;
        }
        let restored = match call.restore {
            Some(previous) => Some(read_previous(call.organization_id, previous)?),
            None => None,
        };
        Ok(Self {
            organization_id: call.organization_id.into(),
            wanted: call.wanted,
            actor: call.actor.map(String::from),
            reason: call.reason.map(String::from),
            restored,
        })
    }

    fn function(&self) -> &'static str {
        if self.wanted {
            "enableV2ForOrg"
        } else {
            "disableV2ForOrg"
        }
    }

    /// The rows that one flag shall have, where it has these.
    fn target(&self, flag: usize, rows: &[Row]) -> Vec<Row> {
        if let Some(restored) = self.restored.as_ref().and_then(|flags| flags.get(flag)) {
            return restored.clone();
        }
        let wanted = if self.wanted { Row::On } else { Row::Off };
        vec![wanted; rows.len().max(1)]
    }

    /// What is written for one flag: nothing where it has the value already.
    pub fn writes(&self, flag: usize, rows: &[Row]) -> Vec<Write> {
        let target = self.target(flag, rows);
        let mut writes = Vec::new();
        for index in 0..target.len().max(rows.len()) {
            match (rows.get(index), target.get(index)) {
                (Some(row), Some(value)) if row != value => writes.push(Write::Set(index, *value == Row::On)),
                (Some(_), None) => writes.push(Write::Delete(index)),
                (None, Some(value)) => writes.push(Write::Insert(index, *value == Row::On)),
                _ => {}
            }
        }
        writes
    }

    /// The row's `updatedBy` where the caller does not say who they are.
    pub fn updated_by(&self) -> &str {
        self.actor.as_deref().unwrap_or("script")
    }

    /// What a row's `notes` say of a write: what ran, who, when, from what to what, and why. `now` is the
    /// present as text, `from` the value before, if there was a row.
    pub fn note(&self, now: &str, from: Option<Row>, to: bool) -> String {
        let from = match from {
            Some(row) => word(row.is_on()),
            None => "none",
        };
        let restore = if self.restored.is_some() { " (restore)" } else { "" };
        let mut note = fill(
            "%% by % at %: % -> %",
            &[
                Text(self.function()),
                Text(restore),
                Text(self.updated_by()),
                Text(now),
                Text(from),
                Text(word(to)),
            ],
        );
        if let Some(reason) = &self.reason {
            add(&mut note, "; %", &[Text(reason)]);
        }
        note
    }

    /// The answer, once all is written.
    pub fn answer(&self, rows: &[KeyRows; 2]) -> Value {
        let mut before = Object::default();
        let mut after = Object::default();
        let mut changed = List::default();
        let mut keys = List::default();
        let mut states: [State; 2] = Default::default();
        let mut success = true;
        let mut further = [0; 2];
        for (flag, ((key, rows), state)) in KEYS.iter().zip(rows).zip(&mut states).enumerate() {
            let target = self.target(flag, &rows.organization);
            let writes = self.writes(flag, &rows.organization);
            keys.word(key);
            if !writes.is_empty() {
                changed.word(key);
            }
            put_first(&mut before, key, &rows.organization);
            put_first(&mut after, key, &target);
            if let Some(further) = further.get_mut(flag) {
                for write in &writes {
                    *further += u64::from(matches!(write, Write::Set(index, _) if *index > 0));
                }
            }
            *state = State {
                environment: rows.environment,
                platform: rows.platform,
                organization: target.first().copied(),
                organization_rows: target.len() as u64,
                user_rows: rows.user_rows,
                has_more_user_rows: rows.user_rows >= MOST_ROWS,
            };
            let asked = target.first().is_some_and(|row| row.is_on());
            success &= state.effective().enabled == asked;
        }
        let wanted = self.restored.is_none().then_some(self.wanted);
        let mut warnings = List::default();
        flags::warn(&mut warnings, &states, wanted);
        for (key, further) in KEYS.iter().zip(further) {
            if further > 0 && wanted.is_some() {
                warnings.text(
                    "%: % further rows had another value and were brought to this one",
                    &[Text(key), Count(further)],
                );
            }
        }
        let mut answer = Object::default();
        answer.bool("success", success);
        answer.list("flagsSet", keys);
        answer.list("changed", changed);
        answer.object("before", before);
        answer.object("after", after);
        flags::put_effective(&mut answer, &states);
        answer.text("previous", &previous(&self.organization_id, rows));
        answer.list("warnings", warnings);
        answer.list("next", self.next());
        Value::Object(answer)
    }

    /// What an operator does next.
    fn next(&self) -> List {
        let organization = &[InShell(&self.organization_id)];
        let mut next = List::default();
        next.text(
            if self.wanted {
                "npx convex run scripts/v2MigrationStatus '{\"organizationId\": \"%\"}'"
            } else {
                "notes in flight go on in v2; see how many with npx convex run scripts/v2MigrationStatus '{\"organizationId\": \"%\"}'"
            },
            organization,
        );
        if self.wanted {
            next.text(
                "npx convex run scripts/runMigration '{\"organizationId\": \"%\", \"dryRun\": true}'",
                organization,
            );
        }
        next
    }
}

/// Refuses an organization of which nothing is stored, where the host has no look-up.
pub fn nothing_stored(organization_id: &str) -> Box<Refusal> {
    crate::error::organization_not_found(organization_id).hint(
        "no note, claim, draft or flag of it is stored, and no recent artifact; for a new organization add `\"create\": true`",
        &[],
    )
}

fn put_first(object: &mut Object, key: &'static str, rows: &[Row]) {
    let value = rows.first().map_or(Value::Null, |row| Value::Bool(row.is_on()));
    object.put(key, value);
}

/// What the `previous` of an organization belongs to.
fn binding(organization_id: &str) -> String {
    fill("previous %", &[Text(organization_id)])
}

/// The rows of both flags as text.
fn previous(organization_id: &str, rows: &[KeyRows; 2]) -> String {
    let mut codec = Codec::begin(&binding(organization_id), 0);
    for rows in rows {
        code_rows(&mut rows.organization.clone(), &mut codec);
    }
    codec.seal()
}

fn read_previous(organization_id: &str, previous: &str) -> Result<[Vec<Row>; 2], Box<Refusal>> {
    let mut flags: [Vec<Row>; 2] = Default::default();
    let read = Codec::open(previous, &binding(organization_id), 0).and_then(|mut codec| {
        for rows in &mut flags {
            code_rows(rows, &mut codec);
        }
        codec.close()
    });
    match read {
        Ok(()) => Ok(flags),
        Err(_) => Err(Refusal::new(
            Code::InvalidArgument,
            "restore is damaged, or the `previous` of another organization",
            &[],
        )),
    }
}

fn code_rows(rows: &mut Vec<Row>, codec: &mut Codec) {
    let mut count = rows.len() as u64;
    codec.number(&mut count);
    // As many as a change reads at the most; a forged value says no more.
    rows.resize(usize::try_from(count.min(MOST_ROWS)).unwrap_or(0), Row::Off);
    for row in rows {
        let mut some = Some(*row);
        Row::code(&mut some, codec);
        *row = some.unwrap_or(Row::Off);
    }
}
