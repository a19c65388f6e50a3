//! What the message of a failed transaction means.
//!
//! Convex's messages are told by how they begin. What follows may quote whole documents, whose texts decide nothing.

use crate::transaction::Limit;

/// Why a transaction failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The backend is busy: the same may work later.
    Transient,
    /// Others wrote what it read. Like a transient failure, but it never commits, and a smaller range may not meet it.
    Conflict,
    /// It goes beyond a limit of one transaction.
    TooLarge(Limit),
    /// A document does not fit the host's schema or a validator.
    Document,
    /// Anything else.
    Unknown,
}

/// How Convex's messages begin.
const BEGINNINGS: [(&str, FailureKind); 30] = {
    use FailureKind::{Conflict, Document, TooLarge, Transient};
    [
        ("Documents read from or written to the ", Conflict),
        (
            "Data read or written in this mutation changed while it was being run",
            Conflict,
        ),
        ("OptimisticConcurrencyControlFailure", Conflict),
        ("Too many writes per second", Transient),
        ("Too many concurrent ", Transient),
        ("Too many writes to ", Transient),
        (
            "Your request timed out performing too many system operations",
            Transient,
        ),
        ("Your request couldn't be completed", Transient),
        ("InternalServerError", Transient),
        ("WorkerOverloaded", Transient),
        ("ExpiredInQueue", Transient),
        (
            "Too many documents read in a single function execution",
            TooLarge(Limit::DocumentsRead),
        ),
        (
            "Too many bytes read in a single function execution",
            TooLarge(Limit::BytesRead),
        ),
        (
            "Too much data read in a single function execution",
            TooLarge(Limit::BytesRead),
        ),
        (
            "Read too much data in a single function execution",
            TooLarge(Limit::BytesRead),
        ),
        (
            "Too many reads in a single function execution",
            TooLarge(Limit::DatabaseQueries),
        ),
        (
            "Too many index ranges read in a single function execution",
            TooLarge(Limit::DatabaseQueries),
        ),
        (
            "Too many writes in a single function execution",
            TooLarge(Limit::DocumentsWritten),
        ),
        (
            "Too many documents written in a single function execution",
            TooLarge(Limit::DocumentsWritten),
        ),
        (
            "Too many bytes written in a single function execution",
            TooLarge(Limit::BytesWritten),
        ),
        (
            "Wrote too much data in a single function execution",
            TooLarge(Limit::BytesWritten),
        ),
        (
            "Too many functions scheduled by this mutation",
            TooLarge(Limit::FunctionsScheduled),
        ),
        ("Function execution timed out", TooLarge(Limit::UserTime)),
        ("JavaScript execution ran out of memory", TooLarge(Limit::Memory)),
        ("Failed to insert or update a document in table ", Document),
        ("Value is too large (", Document),
        ("ArgumentValidationError", Document),
        ("ReturnsValidationError", Document),
        ("Validator error: ", Document),
        ("Value does not match validator", Document),
    ]
};

impl FailureKind {
    /// The same may work later, and nobody is to blame.
    pub(crate) fn is_transient(self) -> bool {
        matches!(self, Self::Transient | Self::Conflict)
    }

    pub(crate) fn of(message: &str) -> Self {
        let cause = cause(message);
        BEGINNINGS
            .iter()
            .find(|(beginning, _)| cause.starts_with(beginning))
            .map_or(Self::Unknown, |(_, kind)| *kind)
    }
}

impl FailureKind {
    /// Was it refused by a conflict, or because too much was written? Who writes more slowly meets fewer of these.
    pub(crate) fn is_refusal(self, message: &str) -> bool {
        self == Self::Conflict || (self == Self::Transient && cause(message).starts_with("Too many writes "))
    }
}

/// The message without what the runtime and the client put before it: the request's id, `Server Error` on a line of
/// its own, and the name of an error.
fn cause(message: &str) -> &str {
    let mut rest = message;
    loop {
        let trimmed = rest.trim_start();
        let next = if trimmed.starts_with('[') {
            trimmed.split_once(']').map(|(_, behind)| behind)
        } else {
            ["Server Error\n", "Uncaught ", "Error: "]
                .iter()
                .find_map(|prefix| trimmed.strip_prefix(prefix))
        };
        match next {
            Some(next) => rest = next,
            None => return trimmed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_by_their_beginning() {
        use FailureKind::{Conflict, Document, TooLarge, Transient, Unknown};
        for (message, kind) in [
            (
                "Documents read from or written to the \"voiceNotes\" table changed while this mutation was being run and on every subsequent retry",
                Conflict,
            ),
            (
                "Uncaught Error: Data read or written in this mutation changed while it was being run",
                Conflict,
            ),
            (
                "Too many writes per second. Your deployment is limited to 4 MiB bytes written per 1 second",
                Transient,
            ),
            ("Too many concurrent commits in a short period of time", Transient),
            (
                "Too many concurrent requests. Your backend is limited to 16 concurrent",
                Transient,
            ),
            (
                "Too many writes to by_orgId. Spread your writes out over time",
                Transient,
            ),
            (
                "Your request timed out performing too many system operations.",
                Transient,
            ),
            (
                "[Request ID: 1f2e] Your request couldn't be completed. Try again later.",
                Transient,
            ),
            (
                "[CONVEX M(v2Rollout:migrationBatch)] [Request ID: 1f2e] Server Error\nUncaught Error: WorkerOverloaded: later",
                Transient,
            ),
            (
                "Too many documents read in a single function execution (limit: 32000)",
                TooLarge(Limit::DocumentsRead),
            ),
            (
                "Too many bytes written in a single function execution (limit: 16777216)",
                TooLarge(Limit::BytesWritten),
            ),
            (
                "Too many writes in a single function execution (limit: 16000)",
                TooLarge(Limit::DocumentsWritten),
            ),
            (
                "Too many functions scheduled by this mutation (limit: 1000)",
                TooLarge(Limit::FunctionsScheduled),
            ),
            (
                "Function execution timed out (maximum duration: 1s)",
                TooLarge(Limit::UserTime),
            ),
            (
                "JavaScript execution ran out of memory (maximum memory usage: 64 MB)",
                TooLarge(Limit::Memory),
            ),
            (
                "Failed to insert or update a document in table \"voiceNoteArtifacts\" because it does not match the schema: Value: \"upload timed out\"",
                Document,
            ),
            (
                "Uncaught Error: Validator error: Expected `string`, got `5`",
                Document,
            ),
            ("ArgumentValidationError: Object contains extra field", Document),
            // What a document says decides nothing.
            ("Uncaught Error: cannot parse Too many writes per second", Unknown),
            ("Uncaught Error: bad note\nToo many writes per second", Unknown),
            (
                "Failed to insert or update a document in table \"x\" because\nFunction execution timed out",
                Document,
            ),
            ("Server Error", Unknown),
            ("[Request ID: 1f2e] Server Error", Unknown),
            ("[", Unknown),
            ("", Unknown),
        ] {
            assert_eq!(FailureKind::of(message), kind, "{message}");
        }
    }

    #[test]
    fn who_writes_more_slowly_meets_fewer_conflicts_and_refused_writes() {
        for (message, is_refusal) in [
            ("OptimisticConcurrencyControlFailure", true),
            (
                "Too many writes per second. Your deployment is limited to 4 MiB",
                true,
            ),
            (
                "[Request ID: 1f2e] Too many writes to by_orgId. Spread your writes out",
                true,
            ),
            ("Too many concurrent commits in a short period of time", false),
            (
                "Too many writes in a single function execution (limit: 16000)",
                false,
            ),
            ("a note says: Too many writes per second", false),
        ] {
            assert_eq!(
                FailureKind::of(message).is_refusal(message),
                is_refusal,
                "{message}"
            );
        }
    }
}
