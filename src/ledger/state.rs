//! What a run is at.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use crate::migration::Stopped;
use crate::refusal::Refusal;

/// What a run is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// A leg of it is scheduled.
    Queued,
    /// A leg of it is under way.
    Running,
    /// It is to pause at its next batch.
    Pausing,
    /// It waits until it is resumed.
    Paused,
    /// It is to end at its next batch.
    Cancelling,
    /// Someone ended it, for good.
    Cancelled,
    /// Every note in its reach is settled.
    Done,
    /// It ended before that.
    Stopped(Stopped),
}

/// A state's name, as a row holds it in `state`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum RunStateWord {
    /// A leg of it is scheduled.
    #[default]
    Queued,
    /// A leg of it is under way.
    Running,
    /// It is to pause at its next batch.
    Pausing,
    /// It waits until it is resumed.
    Paused,
    /// It is to end at its next batch.
    Cancelling,
    /// Someone ended it, for good.
    Cancelled,
    /// Every note in its reach is settled.
    Done,
    /// It ended before that: `stopped` says why.
    Stopped,
}

impl RunState {
    /// Of the two fields in which a row holds it.
    ///
    /// # Errors
    /// - `INTERNAL` where one of them contradicts the other.
    ///
    /// ```
    /// use v2_rollout::{RunState, RunStateWord, Stopped};
    /// let state = RunState::of(RunStateWord::Stopped, Some(Stopped::Failures));
    /// assert_eq!(state, Ok(RunState::Stopped(Stopped::Failures)));
    /// assert!(RunState::of(RunStateWord::Running, Some(Stopped::Failures)).is_err());
    /// ```
    pub fn of(state: RunStateWord, stopped: Option<Stopped>) -> Result<Self, Refusal> {
        Ok(match (state, stopped) {
            (RunStateWord::Queued, None) => Self::Queued,
            (RunStateWord::Running, None) => Self::Running,
            (RunStateWord::Pausing, None) => Self::Pausing,
            (RunStateWord::Paused, None) => Self::Paused,
            (RunStateWord::Cancelling, None) => Self::Cancelling,
            (RunStateWord::Cancelled, None) => Self::Cancelled,
            (RunStateWord::Done, None) => Self::Done,
            (RunStateWord::Stopped, Some(why)) => Self::Stopped(why),
            (RunStateWord::Stopped, None) => {
                return Err(Refusal::internal("the run's row does not say why it stopped"));
            }
            (_, Some(_)) => {
                return Err(Refusal::internal(
                    "the run's row says why it stopped, but not that it did",
                ));
            }
        })
    }

    /// The two fields in which a row holds it.
    pub fn fields(self) -> (RunStateWord, Option<Stopped>) {
        let word = match self {
            Self::Queued => RunStateWord::Queued,
            Self::Running => RunStateWord::Running,
            Self::Pausing => RunStateWord::Pausing,
            Self::Paused => RunStateWord::Paused,
            Self::Cancelling => RunStateWord::Cancelling,
            Self::Cancelled => RunStateWord::Cancelled,
            Self::Done => RunStateWord::Done,
            Self::Stopped(why) => return (RunStateWord::Stopped, Some(why)),
        };
        (word, None)
    }

    /// Does it keep other runs from its organization?
    pub fn excludes(self) -> bool {
        !self.is_over()
    }

    /// Is a leg under way, or about to be? Then the run has a lease.
    pub(super) fn has_lease(self) -> bool {
        self == Self::Queued || self.has_leg()
    }

    /// Is a leg under way, as far as the ledger knows?
    pub(super) fn has_leg(self) -> bool {
        matches!(self, Self::Running | Self::Pausing | Self::Cancelling)
    }

    /// Has it ended? One that stopped can be resumed.
    pub(super) fn is_over(self) -> bool {
        matches!(self, Self::Cancelled | Self::Done | Self::Stopped(_))
    }
}

/// As messages put it, as in `stopped (failures)`.
impl core::fmt::Display for RunState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Pausing => "pausing",
            Self::Paused => "paused",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
            Self::Stopped(Stopped::Limit) => "stopped (limit)",
            Self::Stopped(Stopped::Deadline) => "stopped (deadline)",
            Self::Stopped(Stopped::Failures) => "stopped (failures)",
            Self::Stopped(Stopped::Error) => "stopped (error)",
        })
    }
}

#[cfg(test)]
pub(super) const ALL: [RunState; 11] = [
    RunState::Queued,
    RunState::Running,
    RunState::Pausing,
    RunState::Paused,
    RunState::Cancelling,
    RunState::Cancelled,
    RunState::Done,
    RunState::Stopped(Stopped::Limit),
    RunState::Stopped(Stopped::Deadline),
    RunState::Stopped(Stopped::Failures),
    RunState::Stopped(Stopped::Error),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_holds_a_state_in_two_fields() {
        for state in ALL {
            let (word, stopped) = state.fields();
            assert_eq!(RunState::of(word, stopped), Ok(state));
            let word = serde_json::to_value(word).unwrap();
            assert_eq!(
                state.to_string().split(' ').next(),
                word.as_str(),
                "messages and rows use one word"
            );
        }
    }

    #[test]
    fn fields_that_contradict_each_other_are_refused() {
        for (word, stopped, message) in [
            (
                RunStateWord::Stopped,
                None,
                "the run's row does not say why it stopped",
            ),
            (
                RunStateWord::Done,
                Some(Stopped::Limit),
                "the run's row says why it stopped, but not that it did",
            ),
        ] {
            assert_eq!(RunState::of(word, stopped).unwrap_err().message, message);
        }
    }

    #[test]
    fn what_a_state_implies() {
        use RunState::{Cancelled, Cancelling, Done, Paused, Pausing, Queued, Running};
        for state in ALL {
            let expected = match state {
                // excludes other runs, has a lease, has a leg
                Queued => (true, true, false),
                Running | Pausing | Cancelling => (true, true, true),
                Paused => (true, false, false),
                Cancelled | Done | RunState::Stopped(_) => (false, false, false),
            };
            let implied = (state.excludes(), state.has_lease(), state.has_leg());
            assert_eq!(implied, expected, "{state}");
        }
    }
}
