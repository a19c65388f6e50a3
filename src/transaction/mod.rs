//! What a Convex transaction has used, and how much more it may.
//!
//! Limits: <https://docs.convex.dev/production/state/limits>.

mod allowance;
mod headroom;

use serde::{Deserialize, Serialize};
use tsify::Tsify;

pub use allowance::{Allowance, Turn};
pub use headroom::{Headroom, LARGEST_DOCUMENT_BYTES, Purpose, Room};

/// What ends a transaction or a call, by Convex's name where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Limit {
    /// Documents scanned.
    DocumentsRead,
    /// Bytes read.
    BytesRead,
    /// Index ranges: calls of `db.get` and `db.query`.
    DatabaseQueries,
    /// Documents written.
    DocumentsWritten,
    /// Bytes written.
    BytesWritten,
    /// Functions scheduled.
    FunctionsScheduled,
    /// Bytes of the arguments of scheduled functions.
    ScheduledFunctionArgsBytes,
    /// One second of user code.
    UserTime,
    /// 64 MiB of the JavaScript heap.
    Memory,
    /// The time after which an action ends itself.
    Deadline,
}

impl Limit {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::DocumentsRead => "documentsRead",
            Self::BytesRead => "bytesRead",
            Self::DatabaseQueries => "databaseQueries",
            Self::DocumentsWritten => "documentsWritten",
            Self::BytesWritten => "bytesWritten",
            Self::FunctionsScheduled => "functionsScheduled",
            Self::ScheduledFunctionArgsBytes => "scheduledFunctionArgsBytes",
            Self::UserTime => "userTime",
            Self::Memory => "memory",
            Self::Deadline => "deadline",
        }
    }
}

/// What a transaction has used of one measure, and what it may still use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Tsify)]
pub struct Metric {
    /// What was used.
    pub used: u64,
    /// What remains of the limit.
    pub remaining: u64,
}

impl Metric {
    /// Nothing is used of this limit.
    pub const fn unused(limit: u64) -> Self {
        Self {
            used: 0,
            remaining: limit,
        }
    }

    /// Uses so much more.
    pub fn add(&mut self, more: u64) {
        self.used = self.used.saturating_add(more);
        self.remaining = self.remaining.saturating_sub(more);
    }

    pub(crate) fn limit(self) -> u64 {
        self.used.saturating_add(self.remaining)
    }
}

/// What a transaction has used of each measure, as Convex's `getTransactionMetrics` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
    /// Documents scanned.
    pub documents_read: Metric,
    /// Bytes read.
    pub bytes_read: Metric,
    /// Index ranges: calls of `db.get` and `db.query`.
    pub database_queries: Metric,
    /// Documents written.
    pub documents_written: Metric,
    /// Bytes written.
    pub bytes_written: Metric,
    /// Functions scheduled.
    pub functions_scheduled: Metric,
    /// Bytes of the arguments of scheduled functions.
    pub scheduled_function_args_bytes: Metric,
}

impl Default for Metrics {
    /// Convex's own limits of one query or mutation, with nothing used.
    fn default() -> Self {
        Self {
            documents_read: Metric::unused(32_000),
            bytes_read: Metric::unused(16 << 20),
            database_queries: Metric::unused(4_096),
            documents_written: Metric::unused(16_000),
            bytes_written: Metric::unused(16 << 20),
            functions_scheduled: Metric::unused(1_000),
            scheduled_function_args_bytes: Metric::unused(16 << 20),
        }
    }
}

/// What reading costs, or how much of it may be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reads {
    /// Documents scanned.
    pub documents: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Index ranges: calls of `db.get` and `db.query`.
    pub ranges: u64,
}

impl Reads {
    /// User time of these reads, in microseconds. A query has no clock, so that it is a fixed cost per document, byte
    /// and index range.
    pub fn user_time_us(self) -> u64 {
        self.documents * 20 + self.bytes / 100 + self.ranges * 20
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            documents: self.documents.saturating_add(other.documents),
            bytes: self.bytes.saturating_add(other.bytes),
            ranges: self.ranges.saturating_add(other.ranges),
        }
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self {
            documents: self.documents.saturating_sub(other.documents),
            bytes: self.bytes.saturating_sub(other.bytes),
            ranges: self.ranges.saturating_sub(other.ranges),
        }
    }

    /// Can they be what a cursor holds?
    pub(crate) fn are_plausible(self) -> bool {
        [self.documents, self.bytes, self.ranges]
            .iter()
            .all(|n| *n < crate::cursor::MOST)
    }
}

/// Documents that are counted without asking the runtime, at most: it may have read ahead.
const MOST_UNTOLD_DOCUMENTS: u64 = 500;
/// Units of texts that are counted for a byte each without asking the runtime, as a part of the bytes that a
/// transaction may read: each may be two bytes more.
const MOST_UNTOLD_PART: u64 = 256;

/// The account of one transaction: the runtime's own where it tells one, and what was counted since.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    metrics: Metrics,
    is_told: bool,
    /// Documents that were read since the runtime told.
    untold_documents: u64,
    /// Units of texts that were counted for a byte each since.
    untold_units: u64,
}

impl Transaction {
    /// Takes the runtime's account.
    pub fn tell(&mut self, metrics: Metrics) {
        *self = Self {
            metrics,
            is_told: true,
            ..Self::default()
        };
    }

    /// Must the runtime be asked before anything is planned by this account? Not where it tells nothing.
    pub fn must_be_told(&self) -> bool {
        let most_units = self.metrics.bytes_read.limit() / MOST_UNTOLD_PART;
        self.is_told && (self.untold_documents >= MOST_UNTOLD_DOCUMENTS || self.untold_units > most_units)
    }

    /// Counts an index range.
    pub fn count_range(&mut self) {
        self.metrics.database_queries.add(1);
    }

    /// Counts a document that was read, of so many bytes and so many units of text that are not measured.
    pub fn count_read(&mut self, bytes: u64, units: u64) {
        self.metrics.documents_read.add(1);
        self.metrics.bytes_read.add(bytes.saturating_add(units));
        self.untold_documents += 1;
        self.untold_units = self.untold_units.saturating_add(units);
    }

    /// Counts a document of so many bytes that was written.
    pub fn count_write(&mut self, bytes: u64) {
        self.metrics.documents_written.add(1);
        self.metrics.bytes_written.add(bytes.saturating_add(ADDED_BYTES));
    }

    /// What was used so far, and what remains.
    pub fn metrics(&self) -> Metrics {
        self.metrics
    }

    /// What was read so far.
    pub fn reads(&self) -> Reads {
        Reads {
            documents: self.metrics.documents_read.used,
            bytes: self.metrics.bytes_read.used,
            ranges: self.metrics.database_queries.used,
        }
    }
}

/// Bytes of the id and the creation time that Convex adds to a document, at most.
pub(crate) const ADDED_BYTES: u64 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_is_asked_once_much_was_read_that_is_not_measured() {
        let metrics = Metrics {
            bytes_read: Metric {
                used: 7,
                remaining: (1 << 24) - 7,
            },
            ..Metrics::default()
        };
        let limit = (1_u64 << 24) / 256;
        // documents, units of text of each, whether the runtime is asked
        for (documents, units, asks) in [
            (0, 0, false),
            (1, limit, false),
            (1, limit + 1, true),
            (2, limit / 2 + 1, true),
            (499, 0, false),
            (500, 0, true),
        ] {
            let mut transaction = Transaction::default();
            let mut untold = Transaction::default();
            transaction.tell(metrics);
            for _ in 0..documents {
                transaction.count_read(10, units);
                untold.count_read(10, units);
            }
            assert_eq!(transaction.must_be_told(), asks, "{documents} {units}");
            assert!(
                !untold.must_be_told(),
                "a runtime that tells nothing is never asked"
            );
            assert_eq!(transaction.reads().bytes, 7 + documents * (10 + units));
            transaction.tell(metrics);
            assert!(!transaction.must_be_told());
            assert_eq!(
                transaction.reads(),
                Reads {
                    bytes: 7,
                    ..Reads::default()
                }
            );
        }
    }

    #[test]
    fn what_is_counted_is_used_of_the_limits() {
        let mut transaction = Transaction::default();
        transaction.count_range();
        transaction.count_read(1_000, 24);
        transaction.count_write(900);
        let metrics = transaction.metrics();
        assert_eq!(
            metrics.database_queries,
            Metric {
                used: 1,
                remaining: 4_095
            }
        );
        assert_eq!(
            metrics.documents_read,
            Metric {
                used: 1,
                remaining: 31_999
            }
        );
        assert_eq!(
            metrics.bytes_read,
            Metric {
                used: 1_024,
                remaining: (16 << 20) - 1_024
            }
        );
        assert_eq!(
            metrics.documents_written,
            Metric {
                used: 1,
                remaining: 15_999
            }
        );
        assert_eq!(
            metrics.bytes_written,
            Metric {
                used: 1_000,
                remaining: (16 << 20) - 1_000
            }
        );
    }
}
