//! The two feature flags of the rollout.

mod cascade;
mod change;
mod plan;

pub(crate) use cascade::warnings;
pub use cascade::{ByKey, Effective, FlagKey, FlagReason, FlagState, FlagValue, environment_value};
pub use change::FlagChange;
pub(crate) use change::{MOST_NEWEST_ARTIFACTS, MOST_ROWS};
pub use plan::{
    FlagChangeAnswer, FlagChangeCall, FlagChangeLog, FlagPlan, FlagRow, FlagWrite, KeyRows, Traces,
};
