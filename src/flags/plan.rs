//! What a change of the flags is asked, is told of their rows, and answers.

use serde::Serialize;
use tsify::Tsify;

use super::cascade::{ByKey, Effective, FlagKey, FlagValue};
use super::further::FurtherRows;
use crate::caller::Caller;

/// What a change is asked for.
#[derive(Clone, Debug, Default, Tsify)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an argument, or a fact, of its own"
)]
pub struct FlagChangeCall {
    /// The organization.
    pub organization_id: String,
    /// The value that both flags shall have.
    pub enabled: bool,
    /// The caller of the public function; none of the internal one.
    #[tsify(optional)]
    pub caller: Option<Caller>,
    /// Who asks, where they say so.
    #[tsify(optional)]
    pub actor: Option<String>,
    /// Why, where they say so.
    #[tsify(optional)]
    pub reason: Option<String>,
    /// Bring the rows back to what they were instead: the `previous` of an earlier answer.
    #[tsify(optional)]
    pub restore: Option<String>,
    /// Refuse a change that would have no effect.
    pub check: bool,
    /// The organization may be one of which nothing is stored yet.
    pub create: bool,
    /// The host has a lookup, which knows the organization.
    pub is_known: bool,
}

/// One organization row of a flag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct FlagRow {
    /// Its value.
    pub value: FlagValue,
    /// What stands in its `notes`.
    #[tsify(optional)]
    pub notes: Option<String>,
    /// Its size.
    pub bytes: u64,
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
    /// The organization's rows, in the order of the index: the first ones.
    pub organization: Vec<FlagRow>,
    /// There may be more of them.
    pub has_more_organization_rows: bool,
    /// How many user rows the key has.
    pub user_rows: u64,
    /// There may be more of them.
    pub has_more_user_rows: bool,
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

/// What is to be done about the rows of both flags.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct FlagPlan {
    /// The rows' `updatedBy`.
    pub updated_by: String,
    /// What is written, in this order.
    pub writes: Vec<FlagWrite>,
    /// Rows for which this transaction has no room.
    pub further: Vec<FurtherRows>,
    /// The answer once all is written.
    pub answer: FlagChangeAnswer,
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
    /// Given back as `restore`, brings the rows back to what they were before. None where there are too many.
    pub previous: Option<String>,
    /// Each with what to do.
    pub warnings: Vec<String>,
    /// What to do next.
    pub next: Vec<NextCall>,
}

/// A function that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub enum NextFunction {
    /// How far it is.
    #[serde(rename = "scripts/v2MigrationStatus")]
    Status,
    /// What a migration would do.
    #[serde(rename = "scripts/runMigration")]
    Migration,
}

/// A call that comes next. Printed as JSON, its `args` can be pasted between the single quotes of a shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct NextCall {
    /// The function.
    pub function: NextFunction,
    /// Its arguments.
    pub args: NextCallArgs,
    /// What it is for.
    pub why: &'static str,
}

/// The arguments of a call that comes next. What is not given is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct NextCallArgs {
    /// The organization.
    pub organization_id: String,
    /// Write nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub dry_run: Option<bool>,
}
