//! The two feature flags of the rollout.

mod cascade;
mod change;
mod further;
mod notes;
mod plan;
mod restore;
mod room;
mod warnings;

pub(crate) use cascade::MOST_USER_ROW_BYTES;
pub use cascade::{
    ByKey, Effective, FlagKey, FlagReason, FlagState, FlagValue, MOST_USER_ROWS, environment_value,
};
pub use change::FlagChange;
pub use further::{FurtherRows, FurtherRowsCall, FurtherRowsPlan};
pub use plan::{
    FlagChangeAnswer, FlagChangeCall, FlagPlan, FlagRow, FlagWrite, KeyRows, NextCall, NextCallArgs,
    NextFunction, Traces,
};
pub use room::{FlagRoom, Share};
pub(crate) use warnings::warnings;
