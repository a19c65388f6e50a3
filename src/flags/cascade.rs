//! The cascade that decides which of a flag's values counts: environment, platform row, organization row, user row,
//! off; the first that is there.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use crate::cursor;

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

/// User rows of a key that are counted at most, in every function alike: they are the whole platform's, and all that
/// is told of them is a warning.
pub const MOST_USER_ROWS: u64 = 1_000;

/// No more user rows of a key are read, in any function, once they had so many bytes: 1,000 rows of 4 KB.
pub(crate) const MOST_USER_ROW_BYTES: u64 = 4 << 20;

/// All that decides one flag for an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagState {
    /// The environment's value, where it is exactly `true` or `false`.
    pub environment: Option<bool>,
    /// The environment's value, where it is set to anything else. It is read anew for each part of an answer, and goes
    /// into no cursor.
    #[serde(skip)]
    pub ignored_environment: Option<String>,
    /// The platform row that the host reads: the first.
    pub platform: Option<FlagValue>,
    /// The organization row that the host reads: the first.
    pub organization: Option<FlagValue>,
    /// Organization rows in all.
    pub organization_rows: u64,
    /// There may be more of them: one transaction cannot count them.
    #[serde(skip)]
    pub has_more_organization_rows: bool,
    /// User rows of the key, of all organizations. From [`MOST_USER_ROWS`] on there may be more.
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
    /// Takes the value of the environment variable.
    pub fn set_environment(&mut self, variable: Option<&str>) {
        self.environment = environment_value(variable);
        self.ignored_environment = match self.environment {
            Some(_) => None,
            None => variable.map(String::from),
        };
    }

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
    fn a_cursor_holds_no_more_rows_than_can_be_counted() {
        for (organization_rows, user_rows, is_plausible) in [
            (0, 0, true),
            (cursor::MOST - 1, cursor::MOST - 1, true),
            (cursor::MOST, 0, false),
            (0, cursor::MOST, false),
        ] {
            let state = FlagState {
                organization_rows,
                user_rows,
                ..FlagState::default()
            };
            assert_eq!(state.is_plausible(), is_plausible, "{state:?}");
        }
    }

    #[test]
    fn a_variable_that_has_no_effect_is_kept_to_be_told() {
        let mut state = FlagState::default();
        for (variable, environment, ignored) in [
            (Some("true"), Some(true), None),
            (Some("True"), None, Some("True")),
            (Some("false"), Some(false), None),
            (Some(""), None, Some("")),
            (None, None, None),
        ] {
            state.set_environment(variable);
            let told = (state.environment, state.ignored_environment.as_deref());
            assert_eq!(told, (environment, ignored), "{variable:?}");
        }
    }
}
