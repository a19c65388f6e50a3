//! `enableV2ForOrg` and `disableV2ForOrg`: which flag rows are written, and the answer.

// proptest is not for WebAssembly.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use super::cascade::{ByKey, FlagKey, FlagState, FlagValue, environment_value, warnings};
use super::plan::{
    FlagChangeAnswer, FlagChangeCall, FlagChangeLog, FlagPlan, FlagRow, FlagWrite, KeyRows, Traces,
};
use crate::argument;
use crate::cursor;
use crate::organization::belongs;
use crate::refusal::{Code, Refusal};
use crate::text::in_shell;
use crate::units::Millis;

/// Rows of one flag that a change reads at most, of the organization and of users each.
pub(crate) const MOST_ROWS: u64 = 1_000;

/// Artifacts that are looked at, at most, where no index tells whether there is one of the organization.
pub(crate) const MOST_NEWEST_ARTIFACTS: u64 = 200;

/// Characters of a row's notes at most.
const MOST_NOTES: usize = 1_000;

/// A checked change.
#[derive(Clone, Debug)]
pub struct FlagChange {
    call: FlagChangeCall,
    /// The rows to come back to.
    restored: Option<ByKey<Vec<FlagValue>>>,
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
            Some(previous) => Some(read_previous(&call.organization_id, previous)?),
            None => None,
        };
        Ok(Self { call, restored })
    }

    fn function(&self) -> &'static str {
        if self.call.enabled {
            "enableV2ForOrg"
        } else {
            "disableV2ForOrg"
        }
    }

    fn updated_by(&self) -> &str {
        self.call.actor.as_deref().unwrap_or("script")
    }

    /// The values that the rows of a flag shall have, where they are these.
    fn target(&self, key: FlagKey, rows: &[FlagRow]) -> Vec<FlagValue> {
        match &self.restored {
            Some(restored) => restored.get(key).clone(),
            None => vec![self.call.enabled.into(); rows.len().max(1)],
        }
    }

    /// What is written for one flag: nothing where its rows have their values already. `now` is the present as text.
    fn writes(&self, key: FlagKey, rows: &[FlagRow], now: &str) -> Vec<FlagWrite> {
        let target = self.target(key, rows);
        let mut writes = Vec::new();
        for row in 0..target.len().max(rows.len()) {
            let present = rows.get(row);
            let Some(value) = target.get(row) else {
                writes.push(FlagWrite::Delete { key, row });
                continue;
            };
            if present.is_some_and(|present| present.value == *value) {
                continue;
            }
            let enabled = value.is_on();
            let notes = self.notes(now, present, enabled);
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
        writes
    }

    /// A row's notes: what ran, who, when, from what to what, and why; and as many of the lines before it as there is
    /// room for.
    fn notes(&self, now: &str, from: Option<&FlagRow>, to: bool) -> String {
        let value = match from {
            Some(row) => row.value.is_on().to_string(),
            None => "none".into(),
        };
        let restore = if self.restored.is_some() { " (restore)" } else { "" };
        let reason = self
            .call
            .reason
            .as_ref()
            .map_or(String::new(), |reason| format!("; {reason}"));
        let mut notes = format!(
            "{}{restore} by {} at {now}: {value} -> {to}{reason}",
            self.function(),
            self.updated_by()
        );
        let mut length = notes.chars().count();
        for older in from
            .and_then(|row| row.notes.as_deref())
            .into_iter()
            .flat_map(|notes| notes.split('\n'))
        {
            length += older.chars().count() + 1;
            if length > MOST_NOTES {
                break;
            }
            notes.push('\n');
            notes.push_str(older);
        }
        notes
    }

    /// Does nobody know whether there is such an organization, unless other things are stored of it?
    pub fn needs_traces(&self, rows: &ByKey<KeyRows>) -> bool {
        let mut keys = FlagKey::ALL.iter();
        let has_rows = keys.any(|key| !rows.get(*key).organization.is_empty());
        self.call.enabled && !self.call.create && !self.call.is_known && !has_rows
    }

    /// What is to be done about the rows of both flags. `now` is the present as text, `traces` what else is stored of
    /// an organization of which [`Self::needs_traces`] says so.
    ///
    /// # Errors
    /// - `ORGANIZATION_NOT_FOUND` where traces are needed, and there is none.
    pub fn plan(
        &self,
        rows: &ByKey<KeyRows>,
        now: &str,
        traces: Option<&Traces>,
    ) -> Result<FlagPlan, Refusal> {
        let organization_id = &self.call.organization_id;
        let is_traced = |traces: &Traces| {
            let candidates = traces.newest_candidates.iter().map(String::as_str);
            traces.has_documents || belongs(candidates, organization_id)
        };
        if self.needs_traces(rows) && !traces.is_some_and(is_traced) {
            return Err(Refusal::organization_not_found(organization_id).hint(
                "no note, claim, draft or flag of it is stored, and no recent artifact; for a new organization add `\"create\": true`",
            ));
        }
        let by_key = ByKey::of(|key| self.writes(key, &rows.get(key).organization, now));
        let answer = self.answer(rows, &by_key);
        let log = FlagChangeLog {
            event: "v2-rollout.flags",
            function: self.function(),
            organization_id: self.call.organization_id.clone(),
            by: self.updated_by().into(),
            at: now.into(),
            changed: answer.changed.clone(),
            before: answer.before,
            after: answer.after,
            effective: answer.effective,
            reason: self.call.reason.clone(),
            restore: self.restored.is_some(),
        };
        let log_warning = (!answer.success).then(|| {
            format!(
                "{} {}: {}",
                self.function(),
                self.call.organization_id,
                answer.warnings.join("; ")
            )
        });
        let ByKey {
            mut voice_notes,
            entity_resolution,
        } = by_key;
        voice_notes.extend(entity_resolution);
        Ok(FlagPlan {
            updated_by: self.updated_by().into(),
            writes: voice_notes,
            answer,
            log,
            log_warning,
        })
    }

    fn answer(&self, rows: &ByKey<KeyRows>, writes: &ByKey<Vec<FlagWrite>>) -> FlagChangeAnswer {
        let targets = ByKey::of(|key| self.target(key, &rows.get(key).organization));
        let states = ByKey::of(|key| {
            let (rows, target) = (rows.get(key), targets.get(key));
            FlagState {
                environment: environment_value(rows.environment.as_deref()),
                platform: rows.platform,
                organization: target.first().copied(),
                organization_rows: target.len() as u64,
                user_rows: rows.user_rows,
                has_more_user_rows: rows.user_rows >= MOST_ROWS,
            }
        });
        let wanted = self.restored.is_none().then_some(self.call.enabled);
        let mut warnings = warnings(&states, wanted);
        for key in FlagKey::ALL {
            let is_patch = |write: &&FlagWrite| matches!(write, FlagWrite::Patch { .. });
            let further = writes.get(key).iter().filter(is_patch).count();
            if further > 0 && wanted.is_some() {
                warnings.push(format!(
                    "{}: {further} further rows had another value and were brought to this one",
                    key.word()
                ));
            }
        }
        let first = |value: Option<&FlagValue>| value.map(|value| value.is_on());
        FlagChangeAnswer {
            success: FlagKey::ALL.iter().all(|key| {
                let asked = targets.get(*key).first().is_some_and(|value| value.is_on());
                states.get(*key).effective().enabled == asked
            }),
            flags_set: FlagKey::ALL.to_vec(),
            changed: FlagKey::ALL
                .into_iter()
                .filter(|key| !writes.get(*key).is_empty())
                .collect(),
            before: ByKey::of(|key| first(rows.get(key).organization.first().map(|row| &row.value))),
            after: ByKey::of(|key| first(targets.get(key).first())),
            effective: ByKey::of(|key| states.get(key).effective()),
            previous: previous(&self.call.organization_id, rows),
            warnings,
            next: self.next(),
        }
    }

    /// What an operator does next.
    fn next(&self) -> Vec<String> {
        let organization_id = in_shell(&self.call.organization_id);
        let status = format!(
            "npx convex run scripts/v2MigrationStatus '{{\"organizationId\": \"{organization_id}\"}}'"
        );
        if !self.call.enabled {
            return vec![format!("notes in flight go on in v2; see how many with {status}")];
        }
        let dry_run = format!(
            "npx convex run scripts/runMigration '{{\"organizationId\": \"{organization_id}\", \"dryRun\": true}}'"
        );
        vec![status, dry_run]
    }
}

/// What the `previous` of an organization belongs to.
fn binding(organization_id: &str) -> String {
    format!("previous {organization_id}")
}

/// The rows of both flags as text. It does not age.
fn previous(organization_id: &str, rows: &ByKey<KeyRows>) -> String {
    let values = ByKey::of(|key| -> Vec<FlagValue> {
        rows.get(key).organization.iter().map(|row| row.value).collect()
    });
    cursor::seal(&binding(organization_id), Millis(0.0), &values)
}

fn read_previous(organization_id: &str, previous: &str) -> Result<ByKey<Vec<FlagValue>>, Refusal> {
    let read = cursor::open::<ByKey<Vec<FlagValue>>>(previous, &binding(organization_id), Millis(0.0));
    // A change reads no more; a forged value may say so.
    let is_possible = |rows: &Vec<FlagValue>| rows.len() as u64 <= MOST_ROWS;
    match read {
        Ok(rows) if FlagKey::ALL.iter().all(|key| is_possible(rows.get(*key))) => Ok(rows),
        _ => Err(Refusal::new(
            Code::InvalidArgument,
            "restore is damaged, or the `previous` of another organization",
        )),
    }
}
