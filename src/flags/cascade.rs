//! The cascade that decides which of a flag's values counts: environment, platform row, organization row, user row,
//! off; the first that is there.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use crate::cursor;
use crate::text::counted;

/// The two flags, which are switched together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum FlagKey {
    /// The pipeline of notes.
    #[serde(rename = "voice_notes_v2")]
    VoiceNotes,
    /// Whom claims are about.
    #[serde(rename = "entity_resolution_v2")]
    EntityResolution,
}

impl FlagKey {
    /// Both.
    pub const ALL: [Self; 2] = [Self::VoiceNotes, Self::EntityResolution];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::VoiceNotes => "voice_notes_v2",
            Self::EntityResolution => "entity_resolution_v2",
        }
    }

    /// The environment variable that overrules the flag.
    pub fn variable(self) -> &'static str {
        match self {
            Self::VoiceNotes => "VOICE_NOTES_V2_GLOBAL",
            Self::EntityResolution => "ENTITY_RESOLUTION_V2_GLOBAL",
        }
    }
}

/// Something for each of the two flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ByKey<T> {
    /// Of `voice_notes_v2`.
    #[serde(rename = "voice_notes_v2")]
    pub voice_notes: T,
    /// Of `entity_resolution_v2`.
    #[serde(rename = "entity_resolution_v2")]
    pub entity_resolution: T,
}

impl<T> ByKey<T> {
    /// That of a flag.
    pub fn get(&self, key: FlagKey) -> &T {
        match key {
            FlagKey::VoiceNotes => &self.voice_notes,
            FlagKey::EntityResolution => &self.entity_resolution,
        }
    }

    /// That of a flag, to be changed.
    pub fn get_mut(&mut self, key: FlagKey) -> &mut T {
        match key {
            FlagKey::VoiceNotes => &mut self.voice_notes,
            FlagKey::EntityResolution => &mut self.entity_resolution,
        }
    }

    /// The same of each flag.
    pub fn of(mut make: impl FnMut(FlagKey) -> T) -> Self {
        Self {
            voice_notes: make(FlagKey::VoiceNotes),
            entity_resolution: make(FlagKey::EntityResolution),
        }
    }
}

/// The value of a stored row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum FlagValue {
    /// `enabled: false`.
    Off,
    /// `enabled: true`.
    On,
    /// `enabled` is missing or no boolean. It counts as off, and is no value that anybody asked for.
    Malformed,
}

impl FlagValue {
    pub(crate) fn is_on(self) -> bool {
        self == Self::On
    }
}

impl From<bool> for FlagValue {
    fn from(is_on: bool) -> Self {
        if is_on { Self::On } else { Self::Off }
    }
}

/// All that decides one flag for an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagState {
    /// The environment's value, where it is exactly `true` or `false`.
    pub environment: Option<bool>,
    /// The platform row that the host reads: the first.
    pub platform: Option<FlagValue>,
    /// The organization row that the host reads: the first.
    pub organization: Option<FlagValue>,
    /// Organization rows in all.
    pub organization_rows: u64,
    /// User rows of the key, of all organizations.
    pub user_rows: u64,
    /// There may be more of them than were read.
    pub has_more_user_rows: bool,
}

/// What the environment says: nothing but exactly `true` or `false` counts.
///
/// ```
/// assert_eq!(v2_rollout::environment_value(Some("true")), Some(true));
/// assert_eq!(v2_rollout::environment_value(Some("TRUE")), None);
/// ```
pub fn environment_value(variable: Option<&str>) -> Option<bool> {
    match variable {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    }
}

/// Where an effective value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FlagReason {
    /// An environment variable of the deployment.
    Environment,
    /// The platform row.
    Platform,
    /// The organization's row.
    Organization,
    /// None of them: off, but for users with a row of their own.
    Default,
}

/// The value that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Effective {
    /// Is the flag on for the organization?
    pub enabled: bool,
    /// What says so.
    pub reason: FlagReason,
}

impl FlagState {
    /// The value that counts for the organization.
    pub fn effective(&self) -> Effective {
        let (enabled, reason) = if let Some(value) = self.environment {
            (value, FlagReason::Environment)
        } else if let Some(row) = self.platform {
            (row.is_on(), FlagReason::Platform)
        } else if let Some(row) = self.organization {
            (row.is_on(), FlagReason::Organization)
        } else {
            (false, FlagReason::Default)
        };
        Effective { enabled, reason }
    }

    /// Can it be what a cursor holds?
    pub(crate) fn is_plausible(&self) -> bool {
        self.organization_rows < cursor::MOST && self.user_rows < cursor::MOST
    }

    fn warnings(&self, key: FlagKey, wanted: Option<bool>) -> Vec<String> {
        let mut warnings = Vec::new();
        let (name, variable) = (key.word(), key.variable());
        let Effective { enabled, reason } = self.effective();
        let row = wanted.or(self.organization.map(FlagValue::is_on));
        if row.is_some_and(|row| row != enabled) {
            match reason {
                FlagReason::Environment => warnings.push(format!(
                    "{name}: the environment overrules the organization: {variable} is `{enabled}`; change it with `npx convex env set {variable} {}`, or let organizations decide with `npx convex env remove {variable}`",
                    !enabled
                )),
                FlagReason::Platform => warnings.push(format!(
                    "{name}: a platform row overrules the organization: it is `{enabled}`; change it with `npx convex run lib/featureFlags:setFeatureFlag '{{\"featureKey\": \"{name}\", \"scope\": \"platform\", \"enabled\": {}}}'`, or delete the row so that organizations decide",
                    !enabled
                )),
                FlagReason::Organization | FlagReason::Default => {}
            }
        }
        if [self.platform, self.organization].contains(&Some(FlagValue::Malformed)) {
            warnings.push(format!(
                "{name}: a row's `enabled` is missing or no boolean and counts as off; repair or delete that row"
            ));
        }
        if self.organization_rows > 1 {
            warnings.push(format!(
                "{name}: {} rows for this organization; the host reads the first; delete the others",
                self.organization_rows
            ));
        }
        if self.user_rows > 0 {
            let least = if self.has_more_user_rows { "at least " } else { "" };
            warnings.push(format!(
                "{name}: {least}{} on the platform; they have no effect where an organization row, a platform row or the environment decides",
                counted(self.user_rows, "user row", "user rows")
            ));
        }
        warnings
    }
}

/// What an operator must know about the flags, each with what to do. `wanted` is the value that was asked for, if
/// one was.
pub(crate) fn warnings(states: &ByKey<FlagState>, wanted: Option<bool>) -> Vec<String> {
    let mut warnings = Vec::new();
    for key in FlagKey::ALL {
        warnings.extend(states.get(key).warnings(key, wanted));
    }
    let is_on = |key| states.get(key).effective().enabled;
    let [first, second] = FlagKey::ALL;
    if is_on(first) != is_on(second) {
        let (on, off) = if is_on(first) {
            (first, second)
        } else {
            (second, first)
        };
        warnings.push(format!(
            "half on: {} is on and {} is off; run enableV2ForOrg or disableV2ForOrg to bring both to one value",
            on.word(),
            off.word()
        ));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_words_of_the_environment_count() {
        for (value, read) in [
            (Some("true"), Some(true)),
            (Some("false"), Some(false)),
            (Some("TRUE"), None),
            (Some("1"), None),
            (Some(" true"), None),
            (Some(""), None),
            (None, None),
        ] {
            assert_eq!(environment_value(value), read, "{value:?}");
        }
    }

    #[test]
    fn the_first_that_is_there_decides() {
        use FlagValue::{Malformed, Off, On};
        let rows = [None, Some(Off), Some(On), Some(Malformed)];
        for environment in [None, Some(false), Some(true)] {
            for platform in rows {
                for organization in rows {
                    let state = FlagState {
                        environment,
                        platform,
                        organization,
                        ..FlagState::default()
                    };
                    // The cascade as one reads it, level by level.
                    let levels = [
                        (environment, FlagReason::Environment),
                        (platform.map(|row| row == On), FlagReason::Platform),
                        (organization.map(|row| row == On), FlagReason::Organization),
                        (Some(false), FlagReason::Default),
                    ];
                    let (enabled, reason) = levels.into_iter().find(|(value, _)| value.is_some()).unwrap();
                    let expected = Effective {
                        enabled: enabled.unwrap(),
                        reason,
                    };
                    assert_eq!(state.effective(), expected, "{state:?}");
                }
            }
        }
    }

    #[test]
    fn what_an_operator_must_know() {
        let on = FlagState {
            organization: Some(FlagValue::On),
            organization_rows: 1,
            ..FlagState::default()
        };
        let both = |change: &dyn Fn(&mut FlagState)| {
            let mut state = on.clone();
            change(&mut state);
            ByKey::of(|_| state.clone())
        };
        // states, wanted, the first warning
        for (states, wanted, expected) in [
            (both(&|_| ()), None, None),
            (both(&|_| ()), Some(true), None),
            (
                both(&|state| state.environment = Some(false)),
                None,
                Some(
                    "voice_notes_v2: the environment overrules the organization: VOICE_NOTES_V2_GLOBAL is `false`; change it with `npx convex env set VOICE_NOTES_V2_GLOBAL true`, or let organizations decide with `npx convex env remove VOICE_NOTES_V2_GLOBAL`",
                ),
            ),
            (both(&|state| state.environment = Some(true)), None, None),
            (
                both(&|state| state.platform = Some(FlagValue::Off)),
                Some(true),
                Some(
                    "voice_notes_v2: a platform row overrules the organization: it is `false`; change it with `npx convex run lib/featureFlags:setFeatureFlag '{\"featureKey\": \"voice_notes_v2\", \"scope\": \"platform\", \"enabled\": true}'`, or delete the row so that organizations decide",
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
                both(&|state| state.user_rows = 1),
                None,
                Some(
                    "voice_notes_v2: 1 user row on the platform; they have no effect where an organization row, a platform row or the environment decides",
                ),
            ),
            (
                ByKey {
                    voice_notes: FlagState::default(),
                    entity_resolution: on.clone(),
                },
                None,
                Some(
                    "half on: entity_resolution_v2 is on and voice_notes_v2 is off; run enableV2ForOrg or disableV2ForOrg to bring both to one value",
                ),
            ),
        ] {
            assert_eq!(warnings(&states, wanted).first().map(String::as_str), expected);
        }
    }
}
