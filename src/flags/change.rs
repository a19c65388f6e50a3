//! `enableV2ForOrg` and `disableV2ForOrg`: which flag rows are written, and the answer.

// proptest is not for WebAssembly.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use serde::Serialize;
use tsify::Tsify;

use super::cascade::{ByKey, Effective, FlagKey, FlagState, FlagValue, environment_value, warnings};
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

/// What a change is asked for.
#[derive(Clone, Debug, Default, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FlagChangeCall {
    /// The organization.
    pub organization_id: String,
    /// The value that both flags shall have.
    pub enabled: bool,
    /// Who asks, where they say so.
    #[tsify(optional)]
    pub actor: Option<String>,
    /// Why, where they say so.
    #[tsify(optional)]
    pub reason: Option<String>,
    /// Bring the rows back to what they were instead: the `previous` of an earlier answer.
    #[tsify(optional)]
    pub restore: Option<String>,
    /// The organization may be one of which nothing is stored yet.
    pub create: bool,
    /// The host has a lookup, which knows the organization.
    pub is_known: bool,
}

/// A checked change.
#[derive(Clone, Debug)]
pub struct FlagChange {
    call: FlagChangeCall,
    /// The rows to come back to.
    restored: Option<ByKey<Vec<FlagValue>>>,
}

/// One organization row of a flag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct FlagRow {
    /// Its value.
    pub value: FlagValue,
    /// What stands in its `notes`.
    #[tsify(optional)]
    pub notes: Option<String>,
}

/// The rows of one flag, as they are before the change.
#[derive(Clone, Debug, Default, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct KeyRows {
    /// The value of the environment variable.
    #[tsify(optional)]
    pub environment: Option<String>,
    /// The first platform row.
    #[tsify(optional)]
    pub platform: Option<FlagValue>,
    /// The organization's rows, in the order of the index.
    pub organization: Vec<FlagRow>,
    /// How many user rows the key has.
    pub user_rows: u64,
}

/// What is stored of an organization, where no flag row is.
#[derive(Clone, Debug, Default, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Traces {
    /// There is a note, claim or draft, or an artifact in an index by organization.
    pub has_documents: bool,
    /// The organizations that the newest artifacts name, where there is no such index.
    pub newest_candidates: Vec<String>,
}

/// What is done with the rows of a flag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FlagWrite {
    /// Set or insert the first organization row, through the host's own function.
    SetFeatureFlag {
        /// Of this flag.
        key: FlagKey,
        /// Its value.
        enabled: bool,
        /// Its notes.
        notes: String,
    },
    /// Set another organization row.
    Patch {
        /// Of this flag.
        key: FlagKey,
        /// Its index among the organization's.
        row: usize,
        /// Its value.
        enabled: bool,
        /// Its notes.
        notes: String,
    },
    /// Delete an organization row.
    Delete {
        /// Of this flag.
        key: FlagKey,
        /// Its index among the organization's.
        row: usize,
    },
    /// Insert an organization row behind the first.
    Insert {
        /// Of this flag.
        key: FlagKey,
        /// Its value.
        enabled: bool,
        /// Its notes.
        notes: String,
    },
}

/// What comes of the rows as they are.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[tsify(missing_as_null)]
pub enum FlagPlan {
    /// Ask [`FlagChange::plan_with_traces`] first: nobody knows yet whether there is such an organization.
    LookForTraces,
    /// Write.
    Write {
        /// The rows' `updatedBy`.
        updated_by: String,
        /// What is written, in this order.
        writes: Vec<FlagWrite>,
        /// The answer once all is written.
        answer: Box<FlagChangeAnswer>,
        /// For log streams.
        log: Box<FlagChangeLog>,
        /// For log streams, where the flags are not what was asked for.
        log_warning: Option<String>,
    },
}

/// What `enableV2ForOrg` and `disableV2ForOrg` answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct FlagChangeAnswer {
    /// Both effective values are what was asked for.
    pub success: bool,
    /// The two keys.
    pub flags_set: Vec<FlagKey>,
    /// Those whose rows were written.
    pub changed: Vec<FlagKey>,
    /// The organization rows' values, null where there was none.
    pub before: ByKey<Option<bool>>,
    /// The same now.
    pub after: ByKey<Option<bool>>,
    /// The values that count.
    pub effective: ByKey<Effective>,
    /// Given back as `restore`, brings the rows back to what they were before.
    pub previous: String,
    /// Each with what to do.
    pub warnings: Vec<String>,
    /// What to do next.
    pub next: Vec<String>,
}

/// One line of JSON about a change.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct FlagChangeLog {
    event: &'static str,
    function: &'static str,
    organization_id: String,
    by: String,
    at: String,
    changed: Vec<FlagKey>,
    before: ByKey<Option<bool>>,
    after: ByKey<Option<bool>>,
    effective: ByKey<Effective>,
    reason: Option<String>,
    restore: bool,
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

    /// What is to be done about the rows of both flags. `now` is the present as text.
    pub fn plan(&self, rows: &ByKey<KeyRows>, now: &str) -> FlagPlan {
        let has_rows = FlagKey::ALL
            .iter()
            .any(|key| !rows.get(*key).organization.is_empty());
        let must_be_known = self.call.enabled && !self.call.create && !self.call.is_known;
        if must_be_known && !has_rows {
            return FlagPlan::LookForTraces;
        }
        self.write(rows, now)
    }

    /// What is to be done about an organization of which no flag row is stored, but other things are.
    ///
    /// # Errors
    /// - `ORGANIZATION_NOT_FOUND` where nothing is.
    pub fn plan_with_traces(
        &self,
        rows: &ByKey<KeyRows>,
        now: &str,
        traces: &Traces,
    ) -> Result<FlagPlan, Refusal> {
        let organization_id = &self.call.organization_id;
        let candidates = traces.newest_candidates.iter().map(String::as_str);
        if traces.has_documents || belongs(candidates, organization_id) {
            return Ok(self.write(rows, now));
        }
        Err(Refusal::organization_not_found(organization_id).hint(
            "no note, claim, draft or flag of it is stored, and no recent artifact; for a new organization add `\"create\": true`",
        ))
    }

    fn write(&self, rows: &ByKey<KeyRows>, now: &str) -> FlagPlan {
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
        FlagPlan::Write {
            updated_by: self.updated_by().into(),
            writes: voice_notes,
            answer: Box::new(answer),
            log: Box::new(log),
            log_warning,
        }
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
