//! What an error of a batch means.

use crate::refusal::Code;

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
const WORDS: [(&str, Failure); 9] = [
    ("OptimisticConcurrencyControlFailure", Failure::Conflict),
    ("changed while this mutation was being run", Failure::Conflict),
    ("in a single function execution", Failure::TooLarge),
    ("Too many reads", Failure::TooLarge),
    ("Too many writes", Failure::TooLarge),
    ("timed out", Failure::TooLarge),
    ("does not match the schema", Failure::Schema),
    ("does not match validator", Failure::Schema),
    ("Validator error", Failure::Schema),
];

impl Failure {
    pub(crate) fn of(message: &str) -> Self {
        let mut words = WORDS.iter();
        words
            .find(|(words, _)| message.contains(words))
            .map_or(Self::Other, |(_, failure)| *failure)
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
