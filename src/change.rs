//! `enableV2ForOrg` and `disableV2ForOrg`: which flag rows are written, and the answer.

use crate::argument;
use crate::error::Refusal;
use crate::flags::{self, KEYS, Row, State};
use crate::text::{decimal, join};
use crate::value::{Object, Value};

/// What a change is asked for.
#[derive(Clone, Copy, Debug)]
pub struct ChangeCall<'a> {
    /// The organization.
    pub organization_id: &'a str,
    /// The value that both flags shall have.
    pub wanted: bool,
    /// Who asks, where they say so.
    pub actor: Option<&'a str>,
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

/// What is written for one flag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyWrites {
    /// Set the first row, or insert one where there is none, through the host's `setFeatureFlag`.
    pub set_first: bool,
    /// Further rows, as indexes into the organization's rows, that get the value too.
    pub others: Vec<u32>,
}

impl ChangeCall<'_> {
    fn function(&self) -> &'static str {
        if self.wanted {
            "enableV2ForOrg"
        } else {
            "disableV2ForOrg"
        }
    }

    /// Accepts the arguments.
    ///
    /// # Errors
    /// - `INVALID_ARGUMENT` for an organization id or a name outside their rules.
    pub fn check(&self) -> Result<(), Refusal> {
        argument::organization_id(self.organization_id)?;
        let name = if self.wanted {
            "enabledBy"
        } else {
            "disabledBy"
        };
        self.actor
            .map_or(Ok(()), |actor| argument::actor(name, actor))
    }

    /// What is written for one flag: nothing where it has the value already.
    pub fn writes(&self, rows: &KeyRows) -> KeyWrites {
        let wanted = if self.wanted { Row::On } else { Row::Off };
        let mut writes = KeyWrites {
            set_first: rows.organization.first() != Some(&wanted),
            others: Vec::new(),
        };
        let mut index = 0;
        for row in &rows.organization {
            if index > 0 && *row != wanted {
                writes.others.push(index);
            }
            index += 1;
        }
        writes
    }

    /// The row's `updatedBy` where the caller does not say who they are.
    pub fn updated_by(&self) -> &str {
        self.actor.unwrap_or("script")
    }

    /// The row's `notes`: what ran and when. `now` is the present as text.
    pub fn notes(&self, now: &str) -> String {
        join(&[self.function(), " by ", self.updated_by(), " at ", now])
    }

    /// The answer, when all is written.
    pub fn answer(&self, rows: &[KeyRows; 2]) -> Value {
        let mut before = Object::default();
        let mut after = Object::default();
        let mut changed = Vec::new();
        let mut keys = Vec::new();
        let mut states: [State; 2] = Default::default();
        for ((key, rows), state) in KEYS.iter().zip(rows).zip(&mut states) {
            let writes = self.writes(rows);
            keys.push(Value::Word(key));
            if writes.set_first || !writes.others.is_empty() {
                changed.push(Value::Word(key));
            }
            let first = rows.organization.first();
            before.put(
                key,
                first.map_or(Value::Null, |row| Value::Bool(*row == Row::On)),
            );
            after.bool(key, self.wanted);
            *state = State {
                environment: rows.environment,
                platform: rows.platform,
                organization: Some(if self.wanted { Row::On } else { Row::Off }),
                organization_rows: rows.organization.len() as u64,
                user_rows: rows.user_rows,
            };
        }
        let mut answer = Object::default();
        answer.bool(
            "success",
            states
                .iter()
                .all(|state| state.effective().enabled == self.wanted),
        );
        answer.put("flagsSet", Value::List(keys));
        answer.put("changed", Value::List(changed));
        answer.put("before", before.end());
        answer.put("after", after.end());
        answer.put("effective", flags::effective(&states));
        let mut warnings = flags::warnings(&states, Some(self.wanted));
        for (key, rows) in KEYS.iter().zip(rows) {
            let others = self.writes(rows).others.len() as u64;
            if others > 0 {
                warnings.push(join(&[
                    key,
                    ": ",
                    &decimal(others),
                    " further rows had another value and were brought to this one",
                ]));
            }
        }
        answer.texts("warnings", warnings);
        answer.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Row::{Malformed, Off, On};

    fn call(wanted: bool) -> ChangeCall<'static> {
        ChangeCall {
            organization_id: "org_1",
            wanted,
            actor: None,
        }
    }

    #[test]
    fn only_what_differs_is_written() {
        for (rows, wanted, set_first, others) in [
            (vec![], true, true, vec![]),
            (vec![], false, true, vec![]),
            (vec![On], true, false, vec![]),
            (vec![Off], true, true, vec![]),
            (vec![Malformed], false, true, vec![]),
            (vec![On, Off, On, Malformed], true, false, vec![1, 3]),
            (vec![On, Off, On], false, true, vec![2]),
        ] {
            let rows = KeyRows {
                organization: rows,
                ..KeyRows::default()
            };
            let expected = KeyWrites { set_first, others };
            assert_eq!(call(wanted).writes(&rows), expected, "{rows:?} {wanted}");
        }
    }

    #[test]
    fn the_answer_tells_what_is_effective() {
        let overruled = KeyRows {
            environment: Some(false),
            organization: vec![Off],
            ..KeyRows::default()
        };
        let answer =
            serde_json::to_value(call(true).answer(&[overruled, KeyRows::default()])).unwrap();
        assert_eq!(
            answer,
            serde_json::json!({
                "success": false,
                "flagsSet": ["voice_notes_v2", "entity_resolution_v2"],
                "changed": ["voice_notes_v2", "entity_resolution_v2"],
                "before": {"voice_notes_v2": false, "entity_resolution_v2": null},
                "after": {"voice_notes_v2": true, "entity_resolution_v2": true},
                "effective": {
                    "voice_notes_v2": {"enabled": false, "reason": "ENVIRONMENT"},
                    "entity_resolution_v2": {"enabled": true, "reason": "ORGANIZATION"},
                },
                "warnings": [
                    "voice_notes_v2: the environment overrules the organization: VOICE_NOTES_V2_GLOBAL is `false`; change it with `npx convex env set VOICE_NOTES_V2_GLOBAL true`, or let organizations decide with `npx convex env remove VOICE_NOTES_V2_GLOBAL`",
                    "half on: entity_resolution_v2 is on and voice_notes_v2 is off; run enableV2ForOrg or disableV2ForOrg to bring both to one value",
                ],
            })
        );
    }

    #[test]
    fn who_and_when_is_noted() {
        assert_eq!(
            call(true).notes("2026-03-01T00:00:00.000Z"),
            "enableV2ForOrg by script at 2026-03-01T00:00:00.000Z"
        );
        let named = ChangeCall {
            actor: Some("Ann"),
            ..call(false)
        };
        assert_eq!(named.notes("T"), "disableV2ForOrg by Ann at T");
        let bad = ChangeCall {
            actor: Some(" "),
            ..call(false)
        };
        assert!(
            bad.check()
                .unwrap_err()
                .message
                .starts_with("disabledBy ` `")
        );
    }
}
