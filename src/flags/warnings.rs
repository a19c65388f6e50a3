//! What an operator must know about the flags.

use super::cascade::{ByKey, Effective, FlagKey, FlagReason, FlagState, FlagValue, MOST_USER_ROWS};
use crate::text::{counted, quoted};

/// The values that a change asked for, where it asked for one.
pub(crate) type Asked = ByKey<Option<bool>>;

/// What an operator must know about the flags, each with what to do. `asked` is what a change asked for, if it is
/// about one; `states` are then those after it.
pub(crate) fn warnings(states: &ByKey<FlagState>, asked: Option<Asked>) -> Vec<String> {
    let mut warnings = Vec::new();
    for key in FlagKey::ALL {
        let state = states.get(key);
        let asked = asked.and_then(|asked| *asked.get(key));
        warnings.extend(overruled(key, state, asked).or_else(|| outranked(key, state)));
        warnings.extend(ignored_environment(key, state));
        warnings.extend(rows(key, state));
    }
    warnings.extend(half_on(states));
    warnings
}

/// A value above the organization's that is another one than the row's, or than what was asked for.
pub(super) fn overruled(key: FlagKey, state: &FlagState, asked: Option<bool>) -> Option<String> {
    let (name, variable) = (key.word(), key.variable());
    let Effective { enabled, reason } = state.effective();
    let row = asked.or(state.organization.map(FlagValue::is_on))?;
    if row == enabled {
        return None;
    }
    match reason {
        FlagReason::Environment => Some(format!(
            "{name}: the environment overrules the organization: {variable} is `{enabled}`; change it with `npx convex env set {variable} {}`, or let organizations decide with `npx convex env remove {variable}`",
            !enabled
        )),
        // A command would hold quotes, which do not survive being printed as JSON.
        FlagReason::Platform => Some(format!(
            "{name}: a platform row overrules the organization: it is `{enabled}`; set it to `{}` with `lib/featureFlags:setFeatureFlag` (featureKey `{name}`, scope `platform`), or delete the row so that organizations decide",
            !enabled
        )),
        FlagReason::Organization | FlagReason::Default => None,
    }
}

/// A value above the organization's row that is the same: the row has no effect all the same.
fn outranked(key: FlagKey, state: &FlagState) -> Option<String> {
    state.organization?;
    let Effective { enabled, reason } = state.effective();
    let holder = match reason {
        FlagReason::Environment => key.variable(),
        FlagReason::Platform => "its platform row",
        FlagReason::Organization | FlagReason::Default => return None,
    };
    let value = if enabled { "on" } else { "off" };
    Some(format!(
        "{} is {value} by {holder}; the organization's row has no effect",
        key.word()
    ))
}

fn ignored_environment(key: FlagKey, state: &FlagState) -> Option<String> {
    let (name, variable) = (key.word(), key.variable());
    let value = quoted(state.ignored_environment.as_deref()?);
    Some(format!(
        "{name}: {variable} is {value}, which is neither `true` nor `false` and has no effect; remove it with `npx convex env remove {variable}`, or set it to exactly one of the two"
    ))
}

fn rows(key: FlagKey, state: &FlagState) -> Vec<String> {
    let name = key.word();
    let mut warnings = Vec::new();
    if [state.platform, state.organization].contains(&Some(FlagValue::Malformed)) {
        warnings.push(format!(
            "{name}: a row's `enabled` is missing or no boolean and counts as off; repair or delete that row"
        ));
    }
    if state.organization_rows > 1 {
        let count = if state.has_more_organization_rows {
            format!("more than {}", state.organization_rows - 1)
        } else {
            state.organization_rows.to_string()
        };
        warnings.push(format!(
            "{name}: {count} rows for this organization; the host reads the first; delete the others"
        ));
    }
    let no_effect = "no effect where an organization row, a platform row or the environment decides";
    let users = if state.user_rows >= MOST_USER_ROWS {
        Some("1,000 or more user rows on the platform; they have".into())
    } else if state.has_more_user_rows {
        let count = state.user_rows;
        Some(format!("{count} or more user rows on the platform; they have"))
    } else {
        let (one, many) = (
            "user row on the platform; it has",
            "user rows on the platform; they have",
        );
        (state.user_rows > 0).then(|| counted(state.user_rows, one, many))
    };
    if let Some(users) = users {
        warnings.push(format!("{name}: {users} {no_effect}"));
    }
    warnings
}

/// One flag is on, the other off. A function is advised where it can bring both to one value: not where something
/// above the organization's row holds the flag that it would have to change.
fn half_on(states: &ByKey<FlagState>) -> Option<String> {
    let is_on = |key| states.get(key).effective().enabled;
    let [first, second] = FlagKey::ALL;
    let (on, off) = match (is_on(first), is_on(second)) {
        (true, false) => (first, second),
        (false, true) => (second, first),
        _ => return None,
    };
    let held_by = |key: FlagKey| match states.get(key).effective().reason {
        FlagReason::Environment => Some(key.variable().to_owned()),
        FlagReason::Platform => Some(format!("the platform row of {}", key.word())),
        FlagReason::Organization | FlagReason::Default => None,
    };
    let advice = match (held_by(on), held_by(off)) {
        (None, None) => "run enableV2ForOrg or disableV2ForOrg to bring both to one value".into(),
        (Some(_), None) => "run enableV2ForOrg to switch both on".into(),
        (None, Some(_)) => "run disableV2ForOrg to switch both off".into(),
        (Some(on), Some(off)) => format!("bring {on} and {off} to one value"),
    };
    Some(format!(
        "half on: {} is on and {} is off; {advice}",
        on.word(),
        off.word()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on() -> FlagState {
        FlagState {
            organization: Some(FlagValue::On),
            organization_rows: 1,
            ..FlagState::default()
        }
    }

    fn both(change: &dyn Fn(&mut FlagState)) -> ByKey<FlagState> {
        let mut state = on();
        change(&mut state);
        ByKey::of(|_| state.clone())
    }

    #[test]
    fn each_warning_says_what_to_do() {
        // states, what was asked for, the first warning
        for (states, asked, expected) in [
            (both(&|_| ()), None, None),
            (both(&|_| ()), Some(true), None),
            (
                both(&|state| state.environment = Some(false)),
                None,
                Some(
                    "voice_notes_v2: the environment overrules the organization: VOICE_NOTES_V2_GLOBAL is `false`; change it with `npx convex env set VOICE_NOTES_V2_GLOBAL true`, or let organizations decide with `npx convex env remove VOICE_NOTES_V2_GLOBAL`",
                ),
            ),
            (
                both(&|state| state.environment = Some(true)),
                None,
                Some("voice_notes_v2 is on by VOICE_NOTES_V2_GLOBAL; the organization's row has no effect"),
            ),
            (
                both(&|state| {
                    state.platform = Some(FlagValue::Off);
                    state.organization = Some(FlagValue::Off);
                }),
                Some(false),
                Some("voice_notes_v2 is off by its platform row; the organization's row has no effect"),
            ),
            (
                both(&|state| {
                    state.environment = Some(false);
                    state.organization = None;
                    state.organization_rows = 0;
                }),
                Some(false),
                None,
            ),
            (
                both(&|state| state.set_environment(Some("True"))),
                Some(true),
                Some(
                    "voice_notes_v2: VOICE_NOTES_V2_GLOBAL is `True`, which is neither `true` nor `false` and has no effect; remove it with `npx convex env remove VOICE_NOTES_V2_GLOBAL`, or set it to exactly one of the two",
                ),
            ),
            (
                both(&|state| state.platform = Some(FlagValue::Off)),
                Some(true),
                Some(
                    "voice_notes_v2: a platform row overrules the organization: it is `false`; set it to `true` with `lib/featureFlags:setFeatureFlag` (featureKey `voice_notes_v2`, scope `platform`), or delete the row so that organizations decide",
                ),
            ),
            (
                both(&|state| state.organization = Some(FlagValue::Malformed)),
                None,
                Some(
                    "voice_notes_v2: a row's `enabled` is missing or no boolean and counts as off; repair or delete that row",
                ),
            ),
            (
                both(&|state| state.organization_rows = 3),
                None,
                Some(
                    "voice_notes_v2: 3 rows for this organization; the host reads the first; delete the others",
                ),
            ),
            (
                both(&|state| {
                    state.organization_rows = 5_001;
                    state.has_more_organization_rows = true;
                }),
                None,
                Some(
                    "voice_notes_v2: more than 5000 rows for this organization; the host reads the first; delete the others",
                ),
            ),
        ] {
            let warnings = warnings(&states, asked.map(|value| ByKey::of(|_| Some(value))));
            assert_eq!(warnings.first().map(String::as_str), expected);
        }
    }

    #[test]
    fn user_rows_are_counted_up_to_a_bound() {
        for (user_rows, has_more, expected) in [
            (0, false, None),
            (1, false, Some("1 user row on the platform; it has")),
            (999, false, Some("999 user rows on the platform; they have")),
            (
                999,
                true,
                Some("999 or more user rows on the platform; they have"),
            ),
            (0, true, Some("0 or more user rows on the platform; they have")),
            (
                1_000,
                false,
                Some("1,000 or more user rows on the platform; they have"),
            ),
            (
                1_000,
                true,
                Some("1,000 or more user rows on the platform; they have"),
            ),
        ] {
            let states = both(&|state| {
                state.user_rows = user_rows;
                state.has_more_user_rows = has_more;
            });
            let expected = expected.map(|rows| {
                format!("voice_notes_v2: {rows} no effect where an organization row, a platform row or the environment decides")
            });
            assert_eq!(warnings(&states, None).first(), expected.as_ref());
        }
    }

    #[test]
    fn half_on_advises_what_can_help() {
        let held = |environment: Option<bool>| FlagState { environment, ..on() };
        let platform = |value| FlagState {
            platform: Some(value),
            ..on()
        };
        for (first, second, expected) in [
            (on(), on(), None),
            (FlagState::default(), FlagState::default(), None),
            (
                FlagState::default(),
                on(),
                Some(
                    "entity_resolution_v2 is on and voice_notes_v2 is off; run enableV2ForOrg or disableV2ForOrg to bring both to one value",
                ),
            ),
            // After an enable that is overruled: to run it again cannot help.
            (
                held(Some(false)),
                on(),
                Some(
                    "entity_resolution_v2 is on and voice_notes_v2 is off; run disableV2ForOrg to switch both off",
                ),
            ),
            (
                held(Some(true)),
                FlagState::default(),
                Some(
                    "voice_notes_v2 is on and entity_resolution_v2 is off; run enableV2ForOrg to switch both on",
                ),
            ),
            (
                held(Some(true)),
                platform(FlagValue::Off),
                Some(
                    "voice_notes_v2 is on and entity_resolution_v2 is off; bring VOICE_NOTES_V2_GLOBAL and the platform row of entity_resolution_v2 to one value",
                ),
            ),
        ] {
            let states = ByKey {
                voice_notes: first,
                entity_resolution: second,
            };
            let expected = expected.map(|rest| format!("half on: {rest}"));
            assert_eq!(half_on(&states), expected);
        }
    }
}
