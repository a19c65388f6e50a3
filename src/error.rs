//! Expected failures, with codes that stay.

use crate::text::Piece::{self, Quoted, Text};
use crate::text::fill;
use crate::value::{Object, Value};

/// What kind of failure it is. Stable: pipelines and dashboards match on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// An argument's value is outside what the function takes.
    InvalidArgument,
    /// The host's look-up does not know the organization.
    OrganizationNotFound,
    /// The caller may not use this function.
    Forbidden,
    /// The cursor is damaged, of another version, too old, or of another call.
    InvalidCursor,
    /// `check` was asked for and the verdict is neither complete nor empty.
    NotComplete,
    /// A stored document lacks a field or has one of the wrong type.
    MalformedDocument,
    /// A defect of this library or of its wiring.
    Internal,
}

impl Code {
    /// The word that callers match on.
    #[inline(never)]
    pub fn word(self) -> &'static str {
        match self {
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::OrganizationNotFound => "ORGANIZATION_NOT_FOUND",
            Self::Forbidden => "FORBIDDEN",
            Self::InvalidCursor => "INVALID_CURSOR",
            Self::NotComplete => "NOT_COMPLETE",
            Self::MalformedDocument => "MALFORMED_DOCUMENT",
            Self::Internal => "INTERNAL",
        }
    }
}

/// Refuses a caller that the host does not let in.
pub fn forbidden(function: &str) -> Box<Refusal> {
    let function = &[Text(function)];
    Refusal::new(Code::Forbidden, "this caller may not use %", function).hint(
        "operators run `npx convex run scripts/%`, which needs the deployment's key; others need the host's `authorize` hook to let them in",
        function,
    )
}

/// Refuses an organization that the host's look-up does not know.
pub fn organization_not_found(organization_id: &str) -> Box<Refusal> {
    Refusal::new(
        Code::OrganizationNotFound,
        "organizationId % names no organization",
        &[Quoted(organization_id)],
    )
    .hint(
        "check its spelling: it is the organization's id, neither its name nor its slug",
        &[],
    )
}

/// An expected failure: nothing was written when a caller sees one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of failure it is.
    pub code: Code,
    /// What is wrong: lower-case, no full stop, the caller's input in backticks.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Refusal {
    /// As the data of the error that a caller sees.
    pub fn value(&self) -> Value {
        let mut object = Object::default();
        object.word("code", self.code.word());
        object.text("message", &self.message);
        if let Some(hint) = &self.hint {
            object.text("hint", hint);
        }
        Value::Object(object)
    }

    /// The message is a template; see [`fill`].
    #[inline(never)]
    pub(crate) fn new(code: Code, message: &str, values: &[Piece<'_>]) -> Box<Self> {
        Box::new(Self {
            code,
            message: fill(message, values),
            hint: None,
        })
    }

    /// Adds what to do, by a template.
    #[inline(never)]
    pub(crate) fn hint(mut self: Box<Self>, hint: &str, values: &[Piece<'_>]) -> Box<Self> {
        self.hint = Some(fill(hint, values));
        self
    }
}
