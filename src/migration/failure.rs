//! What an error of a batch means.

use crate::error::Code;

/// Why a batch failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Others wrote what it read: the same may work the next time.
    Conflict,
    /// It does not fit into a transaction.
    TooLarge,
    /// A document does not fit the host's schema.
    Schema,
    /// Anything else.
    Other,
}

/// Words of Convex's messages.
const WORDS: [(&[u8], Failure); 9] = [
    (b"OptimisticConcurrencyControlFailure", Failure::Conflict),
    (b"changed while this mutation was being run", Failure::Conflict),
    (b"in a single function execution", Failure::TooLarge),
    (b"Too many reads", Failure::TooLarge),
    (b"Too many writes", Failure::TooLarge),
    (b"timed out", Failure::TooLarge),
    (b"does not match the schema", Failure::Schema),
    (b"does not match validator", Failure::Schema),
    (b"Validator error", Failure::Schema),
];

impl Failure {
    pub(crate) fn of(message: &str) -> Self {
        for (words, failure) in WORDS {
            let mut rest = message.as_bytes();
            while let [_, behind @ ..] = rest {
                if rest.starts_with(words) {
                    return failure;
                }
                rest = behind;
            }
        }
        Self::Other
    }

    pub(crate) fn code(self) -> Code {
        match self {
            Self::Schema => Code::MalformedDocument,
            _ => Code::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages() {
        for (message, failure) in [
            (
                "Documents read from or written to the \"voiceNotes\" table changed while this mutation was being run and on every subsequent retry",
                Failure::Conflict,
            ),
            (
                "Read too much data in a single function execution (limit: 16777216 bytes)",
                Failure::TooLarge,
            ),
            (
                "Uncaught Error: Validator error: Expected `string`, got `5`",
                Failure::Schema,
            ),
            ("Server Error", Failure::Other),
            ("", Failure::Other),
        ] {
            assert_eq!(Failure::of(message), failure, "{message}");
        }
    }
}
