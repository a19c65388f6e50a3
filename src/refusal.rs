//! Expected failures, with codes that stay.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use crate::text::{quoted, shortened};

/// What kind of failure it is. Stable: pipelines and dashboards match on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// An argument's value is outside what the function takes.
    InvalidArgument,
    /// The host's lookup does not know the organization.
    OrganizationNotFound,
    /// The host's lookup of organizations failed.
    LookupFailed,
    /// The caller may not use this function.
    Forbidden,
    /// The cursor is damaged, of another version, too old, or of another call.
    InvalidCursor,
    /// `check` was asked for and the verdict is neither complete nor empty.
    NotComplete,
    /// Another run excludes this one: one run per organization at a time, and none beside a run of all.
    RunExists,
    /// The ledger has no run of this id.
    RunNotFound,
    /// The run is in a state that this does not fit: what would fit is named.
    RunState,
    /// `check` was asked for, and the change of the flags would have no effect.
    Overruled,
    /// A stored document lacks a field or has one of the wrong type.
    MalformedDocument,
    /// A defect of this library or of its wiring.
    Internal,
}

/// An expected failure: the data of the `ConvexError` that a caller sees. Nothing was written when they see one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Refusal {
    /// What kind of failure it is.
    pub code: Code,
    /// What is wrong: lower-case, no full stop, the caller's input in backticks.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Refusal {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
        }
    }

    /// Adds what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Refuses a caller of a public function whom the host does not let in.
    ///
    /// ```
    /// let refusal = v2_rollout::Refusal::forbidden("runMigration");
    /// assert_eq!(refusal.message, "this caller may not use runMigration");
    /// ```
    pub fn forbidden(function: &str) -> Self {
        Self::new(Code::Forbidden, format!("this caller may not use {function}")).hint(format!(
            "operators run `npx convex run scripts/{function}`, which needs the deployment's key; others need the host's `authorize` hook to let them in"
        ))
    }

    /// Refuses an organization that the host's lookup does not know.
    pub fn organization_not_found(organization_id: &str) -> Self {
        Self::new(
            Code::OrganizationNotFound,
            format!("organizationId {} names no organization", quoted(organization_id)),
        )
        .hint("check its spelling: it is the organization's id, neither its name nor its slug")
    }

    /// Refuses because the host's lookup failed, with the message that it failed with: whether there is such an
    /// organization is not known.
    ///
    /// ```
    /// let refusal = v2_rollout::Refusal::lookup_failed("org_a", "timeout\n  at find");
    /// assert_eq!(refusal.message, "the lookup of organizationId `org_a` failed: timeout   at find");
    /// ```
    pub fn lookup_failed(organization_id: &str, message: &str) -> Self {
        let reason = shortened(message).replace('\n', " ");
        let organization = quoted(organization_id);
        Self::new(
            Code::LookupFailed,
            format!("the lookup of organizationId {organization} failed: {reason}"),
        )
        .hint("nothing was done; look at the host's logs (`npx convex logs`) and run again")
    }

    /// Refuses a cursor whose position cannot be found again.
    pub fn lost_position() -> Self {
        Self::invalid_cursor("cursor names a place that is gone")
    }

    /// Refuses what needs the ledger, where the host has none.
    ///
    /// ```
    /// let refusal = v2_rollout::Refusal::without_ledger("background");
    /// assert_eq!(refusal.message, "background needs the ledger, which this host does not have");
    /// ```
    pub fn without_ledger(what: &str) -> Self {
        let message = format!("{what} needs the ledger, which this host does not have");
        Self::new(Code::InvalidArgument, message).hint(
            "`app.use(v2Rollout)` in `convex/convex.config.ts`, with `import v2Rollout from \"v2-rollout/convex.config\"`, and `ledger: components.v2Rollout` in `convex/v2RolloutHost.ts`",
        )
    }

    /// Refuses the id of a run that the ledger does not have.
    ///
    /// ```
    /// let refusal = v2_rollout::Refusal::run_not_found("r1");
    /// assert_eq!(refusal.message, "runId `r1` names no run");
    /// ```
    pub fn run_not_found(run_id: &str) -> Self {
        Self::new(
            Code::RunNotFound,
            format!("runId {} names no run", quoted(run_id)),
        )
        .hint("`npx convex run v2Rollout:runs` lists them; old ones may have been pruned")
    }

    /// Refuses what only a defect of this library or of its wiring can ask for.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Code::Internal, message)
    }

    pub(crate) fn invalid_cursor(message: &str) -> Self {
        Self::new(Code::InvalidCursor, message)
            .hint("start again without `cursor`: what was done stays done, and counts start at zero")
    }
}

/// A call that a shim refuses.
#[derive(Clone, Debug, PartialEq, Eq, Tsify)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum RefusedCall {
    /// A caller whom the host does not let in.
    StrangeCaller {
        /// The public function.
        function_name: String,
    },
    /// No such organization.
    NoOrganization {
        /// Its id.
        organization_id: String,
    },
    /// The lookup of an organization failed.
    FailedLookup {
        /// Its id.
        organization_id: String,
        /// What it failed with.
        message: String,
    },
    /// The place of a cursor is not there any more.
    LostPosition,
    /// No such run.
    NoRun {
        /// Its id.
        run_id: String,
    },
    /// The host has no ledger.
    NoLedger {
        /// What needs it.
        what: String,
    },
}

impl From<RefusedCall> for Refusal {
    fn from(call: RefusedCall) -> Self {
        match call {
            RefusedCall::StrangeCaller { function_name } => Self::forbidden(&function_name),
            RefusedCall::NoOrganization { organization_id } => Self::organization_not_found(&organization_id),
            RefusedCall::FailedLookup {
                organization_id,
                message,
            } => Self::lookup_failed(&organization_id, &message),
            RefusedCall::LostPosition => Self::lost_position(),
            RefusedCall::NoRun { run_id } => Self::run_not_found(&run_id),
            RefusedCall::NoLedger { what } => Self::without_ledger(&what),
        }
    }
}

/// A call that breaks the rules of the boundary, with what is wrong about it: a defect of the shims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongCall(pub String);
