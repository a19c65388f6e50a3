//! The two feature flags of the rollout and the cascade that decides which of a flag's values counts:
//! environment, platform row, organization row, user row, off; the first that is there.

use crate::cursor::Codec;
use crate::text::Piece::{Count, Text};
use crate::value::{List, Object};

/// The keys of the two flags, in the order of all pairs in this module.
pub const KEYS: [&str; 2] = ["voice_notes_v2", "entity_resolution_v2"];

/// The environment variable that overrules each flag, in the order of [`KEYS`].
pub const VARIABLES: [&str; 2] = ["VOICE_NOTES_V2_GLOBAL", "ENTITY_RESOLUTION_V2_GLOBAL"];

/// The value of one stored row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// `enabled: false`.
    Off,
    /// `enabled: true`.
    On,
    /// `enabled` is missing or no boolean. Counts as off, and is no value that anybody asked for.
    Malformed,
}

impl Row {
    /// From a column: 0 off, 1 on, else malformed.
    pub fn from_code(code: u32) -> Self {
        match code & 3 {
            0 => Self::Off,
            1 => Self::On,
            _ => Self::Malformed,
        }
    }

    pub(crate) fn code(row: &mut Option<Self>, codec: &mut Codec) {
        let mut code = match row {
            Some(Self::Off) => 0,
            Some(Self::On) => 1,
            Some(Self::Malformed) => 2,
            None => 3,
        };
        codec.number(&mut code);
        *row = (code < 3).then(|| Self::from_code(u32::try_from(code).unwrap_or(2)));
    }

    pub(crate) fn is_on(self) -> bool {
        self == Self::On
    }
}

/// All that decides one flag for an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The environment's value, where it is exactly `true` or `false`.
    pub environment: Option<bool>,
    /// The platform row that the host reads: the first.
    pub platform: Option<Row>,
    /// The organization row that the host reads: the first.
    pub organization: Option<Row>,
    /// Organization rows in all.
    pub organization_rows: u64,
    /// User rows of the key, of all organizations.
    pub user_rows: u64,
    /// There may be more of them than were read.
    pub has_more_user_rows: bool,
}

/// What the environment says: nothing but exactly `true` or `false` counts.
pub fn environment(value: Option<&str>) -> Option<bool> {
    match value {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    }
}

/// Where an effective value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effective {
    /// Is the flag on for the organization?
    pub enabled: bool,
    /// What says so.
    pub reason: Reason,
}

impl State {
    /// Writes what was read into a cursor, or takes it from one.
    pub(crate) fn code(&mut self, codec: &mut Codec) {
        Row::code(&mut self.platform, codec);
        Row::code(&mut self.organization, codec);
        codec.number(&mut self.organization_rows);
        codec.number(&mut self.user_rows);
    }

    /// The value that counts for the organization, by the cascade.
    pub fn effective(&self) -> Effective {
        let (enabled, reason) = if let Some(value) = self.environment {
            (value, Reason::Environment)
        } else if let Some(row) = self.platform {
            (row.is_on(), Reason::Platform)
        } else if let Some(row) = self.organization {
            (row.is_on(), Reason::Organization)
        } else {
            (false, Reason::Default)
        };
        Effective { enabled, reason }
    }
}

impl Reason {
    #[inline(never)]
    fn word(self) -> &'static str {
        match self {
            Self::Environment => "ENVIRONMENT",
            Self::Platform => "PLATFORM",
            Self::Organization => "ORGANIZATION",
            Self::Default => "DEFAULT",
        }
    }
}

/// Tells the effective value of each flag.
pub(crate) fn put_effective(answer: &mut Object, states: &[State; 2]) {
    let mut by_key = Object::default();
    for (key, state) in KEYS.iter().zip(states) {
        let Effective { enabled, reason } = state.effective();
        let mut effective = Object::default();
        effective.bool("enabled", enabled);
        effective.word("reason", reason.word());
        by_key.object(key, effective);
    }
    answer.object("effective", by_key);
}

/// Warns of what an operator must know about the flags, each with what to do. `wanted` is the value that was
/// asked for, if one was.
pub(crate) fn warn(warnings: &mut List, states: &[State; 2], wanted: Option<bool>) {
    for ((state, key), variable) in states.iter().zip(KEYS).zip(VARIABLES) {
        let key = Text(key);
        let Effective { enabled, reason } = state.effective();
        let row = wanted.or(state.organization.map(Row::is_on));
        if row.is_some_and(|row| row != enabled) {
            let (now, other) = (Text(word(enabled)), Text(word(!enabled)));
            let variable = Text(variable);
            match reason {
                Reason::Environment => warnings.text(
                    "%: the environment overrules the organization: % is `%`; change it with `npx convex env set % %`, or let organizations decide with `npx convex env remove %`",
                    &[key, variable, now, variable, other, variable],
                ),
                Reason::Platform => warnings.text(
                    "%: a platform row overrules the organization: it is `%`; change it with `npx convex run lib/featureFlags:setFeatureFlag '{\"featureKey\": \"%\", \"scope\": \"platform\", \"enabled\": %}'`, or delete the row so that organizations decide",
                    &[key, now, key, other],
                ),
                Reason::Organization | Reason::Default => {}
            }
        }
        if state.platform == Some(Row::Malformed) || state.organization == Some(Row::Malformed) {
            warnings.text(
                "%: a row's `enabled` is missing or no boolean and counts as off; repair or delete that row",
                &[key],
            );
        }
        if state.organization_rows > 1 {
            warnings.text(
                "%: % rows for this organization; the host reads the first; delete the others",
                &[key, Count(state.organization_rows)],
            );
        }
        if state.user_rows > 0 {
            let least = if state.has_more_user_rows { "at least " } else { "" };
            warnings.text(
                "%: %% [user row|user rows] on the platform; they have no effect where an organization row, a platform row or the environment decides",
                &[key, Text(least), Count(state.user_rows)],
            );
        }
    }
    let [first, second] = states.each_ref().map(|state| state.effective().enabled);
    if first != second {
        let [voice_notes, resolution] = KEYS;
        let (on, off) = if first {
            (voice_notes, resolution)
        } else {
            (resolution, voice_notes)
        };
        warnings.text(
            "half on: % is on and % is off; run enableV2ForOrg or disableV2ForOrg to bring both to one value",
            &[Text(on), Text(off)],
        );
    }
}

/// As JSON writes it.
pub(crate) fn word(value: bool) -> &'static str {
    if value { "true" } else { "false" }
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
            assert_eq!(environment(value), read, "{value:?}");
        }
    }

    #[test]
    fn the_first_that_is_there_decides() {
        let rows = [None, Some(Row::Off), Some(Row::On), Some(Row::Malformed)];
        for environment in [None, Some(false), Some(true)] {
            for platform in rows {
                for organization in rows {
                    let state = State {
                        environment,
                        platform,
                        organization,
                        ..State::default()
                    };
                    // The cascade as one reads it, level by level.
                    let levels = [
                        (environment, Reason::Environment),
                        (platform.map(|row| row == Row::On), Reason::Platform),
                        (organization.map(|row| row == Row::On), Reason::Organization),
                        (Some(false), Reason::Default),
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
}
