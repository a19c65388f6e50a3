//! The two feature flags of the rollout.

mod cascade;
mod change;

pub(crate) use cascade::warnings;
pub use cascade::{ByKey, Effective, FlagKey, FlagReason, FlagState, FlagValue, environment_value};
pub use change::{
    FlagChange, FlagChangeAnswer, FlagChangeCall, FlagChangeLog, FlagPlan, FlagRow, FlagWrite, KeyRows,
    Traces,
};
pub(crate) use change::{MOST_NEWEST_ARTIFACTS, MOST_ROWS};
