//! `enableV2ForOrg` and `disableV2ForOrg`: which flag rows are written, and the answer.

// proptest is not for WebAssembly.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use super::cascade::{ByKey, Effective, FlagKey, FlagReason, FlagState, FlagValue};
use super::further::FurtherRows;
use super::notes::{self, Entry};
use super::plan::{
    FlagChangeAnswer, FlagChangeCall, FlagPlan, FlagRow, FlagWrite, KeyRows, NextCall, NextCallArgs,
    NextFunction, Traces,
};
use super::restore;
use super::room::{MOST_ROWS_WRITTEN, most_bytes_written};
use super::warnings::{Asked, overruled, warnings};
use crate::argument;
use crate::caller::actor;
use crate::organization::belongs;
use crate::refusal::{Code, Refusal};
use crate::text::{QUOTE_WARNING, add, shortened};
use crate::transaction::Transaction;

/// A checked change.
#[derive(Clone, Debug)]
pub struct FlagChange {
    call: FlagChangeCall,
    updated_by: String,
    /// The rows to come back to.
    restored: Option<ByKey<Vec<FlagValue>>>,
}

/// What is done about the rows of one flag.
#[derive(Debug, Default)]
struct KeyPlan {
    writes: Vec<FlagWrite>,
    further: Option<FurtherRows>,
    /// The rows that were read, as they are afterwards, those included that are left to further transactions.
    after: Vec<FlagValue>,
}

impl FlagChange {
    /// Accepts the arguments.
    ///
    /// # Errors
    /// - `INVALID_ARGUMENT` for an organization id, a name or a reason outside their rules, and for a
    ///   `restore` that is damaged or of another organization.
    pub fn new(call: FlagChangeCall) -> Result<Self, Refusal> {
        argument::organization_id(&call.organization_id)?;
        if let Some(actor) = &call.actor {
            argument::actor(if call.enabled { "enabledBy" } else { "disabledBy" }, actor)?;
        }
        if let Some(reason) = &call.reason {
            argument::reason(reason)?;
        }
        let restored = match &call.restore {
            Some(previous) => Some(restore::read_previous(&call.organization_id, previous)?),
            None => None,
        };
        Ok(Self {
            updated_by: actor(call.caller.as_ref(), call.actor.as_deref()),
            call,
            restored,
        })
    }

    /// The values that the rows of a flag shall have, where they are these. There is no row that is malformed again: it
    /// counts as off.
    fn target(&self, key: FlagKey, rows: &[FlagRow]) -> Vec<FlagValue> {
        let Some(restored) = &self.restored else {
            return vec![self.call.enabled.into(); rows.len().max(1)];
        };
        let values = restored.get(key).iter().enumerate();
        values
            .map(|(row, value)| match (value, rows.get(row).map(|row| row.value)) {
                (FlagValue::Malformed, Some(FlagValue::Malformed)) => FlagValue::Malformed,
                (value, _) => value.is_on().into(),
            })
            .collect()
    }

    /// What is done about the rows of one flag, with so many bytes at most behind the first one. `now` is the present
    /// as text.
    fn plan_key(&self, key: FlagKey, rows: &KeyRows, now: &str, most_bytes: u64) -> KeyPlan {
        if self.restored.is_some() {
            return self.plan_restore(key, &rows.organization, now);
        }
        let (enabled, entry) = (self.call.enabled, self.entry(now));
        let after = self.target(key, &rows.organization);
        let mut writes = Vec::new();
        let first = rows.organization.first();
        if first.is_none_or(|first| first.value != enabled.into()) {
            let notes = entry.notes(first, enabled);
            writes.push(FlagWrite::SetFeatureFlag { key, enabled, notes });
        }
        let (mut bytes, mut after_row) = (0_u64, 0);
        for (row, present) in rows.organization.iter().enumerate().skip(1) {
            if present.value != enabled.into() {
                bytes = bytes.saturating_add(present.bytes);
                if bytes > most_bytes || writes.len() as u64 >= MOST_ROWS_WRITTEN {
                    break;
                }
                let notes = entry.notes(Some(present), enabled);
                writes.push(FlagWrite::Patch {
                    key,
                    row,
                    enabled,
                    notes,
                });
            }
            after_row = row;
        }
        let is_through = after_row + 1 >= rows.organization.len() && !rows.has_more_organization_rows;
        KeyPlan {
            writes,
            further: (!is_through).then_some(FurtherRows { key, after_row }),
            after,
        }
    }

    fn plan_restore(&self, key: FlagKey, rows: &[FlagRow], now: &str) -> KeyPlan {
        let after = self.target(key, rows);
        let mut writes = Vec::new();
        for row in 0..after.len().max(rows.len()) {
            let present = rows.get(row);
            let Some(value) = after.get(row) else {
                writes.push(FlagWrite::Delete { key, row });
                continue;
            };
            if present.is_some_and(|present| present.value == *value) {
                continue;
            }
            let enabled = value.is_on();
            let notes = self.entry(now).notes(present, enabled);
            writes.push(match present {
                _ if row == 0 => FlagWrite::SetFeatureFlag { key, enabled, notes },
                Some(_) => FlagWrite::Patch {
                    key,
                    row,
                    enabled,
                    notes,
                },
                None => FlagWrite::Insert { key, enabled, notes },
            });
        }
        KeyPlan {
            writes,
            further: None,
            after,
        }
    }

    fn entry<'a>(&'a self, now: &'a str) -> Entry<'a> {
        Entry {
            enabled: self.call.enabled,
            is_restore: self.restored.is_some(),
            by: &self.updated_by,
            at: now,
            reason: self.call.reason.as_deref(),
        }
    }

    /// Does nobody know whether there is such an organization, unless other things are stored of it?
    pub fn needs_traces(&self, rows: &ByKey<KeyRows>) -> bool {
        let mut keys = FlagKey::ALL.iter();
        let has_rows = keys.any(|key| !rows.get(*key).organization.is_empty());
        self.call.enabled && !self.call.create && !self.call.is_known && !has_rows
    }

    /// What is to be done about the rows of both flags. `now` is the present as text, `transaction` the account of the
    /// one in which it is done, `traces` what else is stored of an organization of which [`Self::needs_traces`] says so.
    ///
    /// # Errors
    /// - `ORGANIZATION_NOT_FOUND` where traces are needed, and there is none.
    /// - `INVALID_ARGUMENT` for a `restore` that does what this function may not.
    /// - `OVERRULED` where `check` is asked for, and the change would have no effect.
    pub fn plan(
        &self,
        rows: &ByKey<KeyRows>,
        now: &str,
        transaction: &Transaction,
        traces: Option<&Traces>,
    ) -> Result<FlagPlan, Refusal> {
        let organization_id = &self.call.organization_id;
        let is_traced = |traces: &Traces| {
            let candidates = traces.newest_candidates.iter().map(String::as_str);
            traces.has_documents || belongs(candidates, organization_id)
        };
        if self.needs_traces(rows) && !traces.is_some_and(is_traced) {
            return Err(Refusal::organization_not_found(organization_id).hint(
                "no note, claim, draft or flag of it is stored, and no recent artifact; for a new organization add `create: true`",
            ));
        }
        if let Some(restored) = &self.restored {
            restore::check(self.call.enabled, rows, restored)?;
        }
        let most_bytes = most_bytes_written(transaction);
        let plans = ByKey::of(|key| self.plan_key(key, rows.get(key), now, most_bytes));
        let states = ByKey::of(|key| state_after(rows.get(key), &plans.get(key).after));
        let asked = ByKey::of(|key| self.asked(&plans.get(key).after));
        if self.call.check {
            check_effect(&states, asked)?;
        }
        let answer = self.answer(rows, &plans, &states, asked);
        let ByKey {
            voice_notes: mut both,
            entity_resolution,
        } = plans;
        both.writes.extend(entity_resolution.writes);
        Ok(FlagPlan {
            updated_by: self.updated_by.clone(),
            writes: both.writes,
            further: [both.further, entity_resolution.further]
                .into_iter()
                .flatten()
                .collect(),
            answer,
        })
    }

    /// The effective value that a flag shall have. Where enabling takes a row away that was off, whatever is decided
    /// elsewhere is what was asked for; disabling always asks for off.
    fn asked(&self, after: &[FlagValue]) -> Option<bool> {
        match after.first() {
            Some(value) => Some(value.is_on()),
            None => (!self.call.enabled).then_some(false),
        }
    }

    fn answer(
        &self,
        rows: &ByKey<KeyRows>,
        plans: &ByKey<KeyPlan>,
        states: &ByKey<FlagState>,
        asked: Asked,
    ) -> FlagChangeAnswer {
        let previous = restore::previous(&self.call.organization_id, rows);
        let mut warnings = warnings(states, Some(asked));
        for key in FlagKey::ALL {
            let (rows, plan) = (rows.get(key), plans.get(key));
            warnings.extend(if self.restored.is_some() {
                deleted_notes(key, rows, plan)
            } else {
                further_rows(key, plan)
            });
            if restore::has_too_many(rows) {
                warnings.push(format!(
                    "{}: {}: there is no `previous` to come back to",
                    key.word(),
                    restore::how_many(rows)
                ));
            }
        }
        if self.call.organization_id.contains('\'') {
            warnings.push(QUOTE_WARNING.into());
        }
        let first = |value: Option<&FlagValue>| value.map(|value| value.is_on());
        FlagChangeAnswer {
            success: FlagKey::ALL.iter().all(|key| is_met(states, asked, *key)),
            flags_set: FlagKey::ALL.to_vec(),
            changed: FlagKey::ALL
                .into_iter()
                .filter(|key| !plans.get(*key).writes.is_empty())
                .collect(),
            before: ByKey::of(|key| first(rows.get(key).organization.first().map(|row| &row.value))),
            after: ByKey::of(|key| first(plans.get(key).after.first())),
            effective: ByKey::of(|key| states.get(key).effective()),
            previous,
            warnings,
            next: self.next(),
        }
    }

    /// What an operator does next.
    fn next(&self) -> Vec<NextCall> {
        let call = |function, dry_run, why| NextCall {
            function,
            args: NextCallArgs {
                organization_id: self.call.organization_id.clone(),
                dry_run,
            },
            why,
        };
        if !self.call.enabled {
            let why = "notes in flight go on in v2: this tells how many";
            return vec![call(NextFunction::Status, None, why)];
        }
        vec![
            call(NextFunction::Status, None, "tells how far the organization is"),
            call(
                NextFunction::Migration,
                Some(true),
                "tells what a migration of its old notes would do, and writes nothing",
            ),
        ]
    }
}

/// All that decides a flag once its rows have these values.
fn state_after(rows: &KeyRows, after: &[FlagValue]) -> FlagState {
    let mut state = FlagState {
        platform: rows.platform,
        organization: after.first().copied(),
        organization_rows: after.len() as u64,
        has_more_organization_rows: rows.has_more_organization_rows,
        user_rows: rows.user_rows,
        has_more_user_rows: rows.has_more_user_rows,
        ..FlagState::default()
    };
    state.set_environment(rows.environment.as_deref());
    state
}

/// Is the value that counts the one that was asked for?
fn is_met(states: &ByKey<FlagState>, asked: Asked, key: FlagKey) -> bool {
    asked
        .get(key)
        .is_none_or(|asked| states.get(key).effective().enabled == asked)
}

fn check_effect(states: &ByKey<FlagState>, asked: Asked) -> Result<(), Refusal> {
    let (mut message, mut hint) = (String::new(), String::new());
    for key in FlagKey::ALL {
        if is_met(states, asked, key) {
            continue;
        }
        let Effective { enabled, reason } = states.get(key).effective();
        let holder = match reason {
            FlagReason::Environment => key.variable(),
            _ => "its platform row",
        };
        let value = if enabled { "on" } else { "off" };
        let part = format!("{} stays {value} by {holder}", key.word());
        add(&mut message, ", ", &part);
        let part = overruled(key, states.get(key), *asked.get(key)).unwrap_or_default();
        add(&mut hint, "; ", &part);
    }
    if message.is_empty() {
        return Ok(());
    }
    message.insert_str(0, "the change would have no effect: ");
    Err(Refusal::new(Code::Overruled, message).hint(hint))
}

/// Tells of the rows behind the first that are brought to the value.
fn further_rows(key: FlagKey, plan: &KeyPlan) -> Option<String> {
    let name = key.word();
    let is_patch = |write: &&FlagWrite| matches!(write, FlagWrite::Patch { .. });
    let patched = plan.writes.iter().filter(is_patch).count() as u64;
    let (had, were) = if patched == 1 {
        ("1 further row had".into(), "was")
    } else {
        (format!("{patched} further rows had"), "were")
    };
    let brought = format!("{had} another value and {were} brought to this one");
    match &plan.further {
        None => (patched > 0).then(|| format!("{name}: {brought}")),
        Some(further) => Some(format!(
            "{name}: {brought}; the rows behind the first {} follow in transactions of their own, which `npx convex logs` shows",
            further.after_row + 1
        )),
    }
}

/// Tells of people's notes in rows that a restore deletes.
fn deleted_notes(key: FlagKey, rows: &KeyRows, plan: &KeyPlan) -> Option<String> {
    let mut all = String::new();
    for write in &plan.writes {
        let FlagWrite::Delete { row, .. } = write else {
            continue;
        };
        let notes = rows.organization.get(*row).and_then(|row| row.notes.as_deref());
        if let Some(notes) = notes.and_then(notes::of_people) {
            add(&mut all, "\n", &notes);
        }
    }
    (!all.is_empty()).then(|| {
        format!(
            "{}: a row was deleted that held notes of a person: {}",
            key.word(),
            shortened(&all)
        )
    })
}
