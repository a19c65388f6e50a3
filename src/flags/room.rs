//! How much of a transaction a change of the flags takes.

use serde::Serialize;
use tsify::Tsify;

use super::cascade::MOST_USER_ROWS;
use crate::transaction::{LARGEST_DOCUMENT_BYTES, Transaction};

/// Organization rows of one flag that are read in one transaction at most: so many of both take a fifth of its time.
/// The last one only tells that there are more than 5,000.
const MOST_ROWS_READ: u64 = 5_001;

/// Rows of one flag that are written in one transaction at most.
pub(super) const MOST_ROWS_WRITTEN: u64 = 1_000;

/// Artifacts that are looked at, at most, where no index tells whether there is one of the organization.
const MOST_NEWEST_ARTIFACTS: u64 = 200;

/// How far a range may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Share {
    /// So many documents.
    pub documents: u64,
    /// No more documents once so many bytes were read.
    pub bytes: u64,
}

/// How far a change may read, from where its transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FlagRoom {
    /// The organization's rows of each flag.
    pub organization_rows: Share,
    /// User rows of each flag.
    pub user_rows: Share,
    /// The newest artifacts.
    pub newest_artifacts: Share,
    /// Rows that are all written, in a transaction of their own.
    pub further_rows: Share,
}

impl FlagRoom {
    /// What a transaction has left for a change. The parts leave room for the rows that are written, which are read
    /// once more for that, and for one document of the largest size by which a share may be overdrawn.
    pub fn of(transaction: &Transaction) -> Self {
        let left = transaction.headroom().reads;
        let share = |most: u64, part: u64| Share {
            documents: most.min(left.documents / part).max(1),
            bytes: (left.bytes / part).saturating_sub(LARGEST_DOCUMENT_BYTES),
        };
        Self {
            organization_rows: share(MOST_ROWS_READ, 5),
            user_rows: share(MOST_USER_ROWS, 8),
            newest_artifacts: share(MOST_NEWEST_ARTIFACTS, 2),
            further_rows: share(MOST_ROWS_WRITTEN, 4),
        }
    }
}

/// Bytes of rows of one flag that may be written behind the first one.
pub(super) fn most_bytes_written(transaction: &Transaction) -> u64 {
    let (reads, writes) = (transaction.headroom().reads, transaction.write_headroom().reads);
    reads.bytes.min(writes.bytes) / 16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::{Metric, Metrics};

    #[test]
    fn shares_of_what_is_left() {
        let share = |documents, bytes| Share { documents, bytes };
        let mut transaction = Transaction::default();
        assert_eq!(
            FlagRoom::of(&transaction),
            FlagRoom {
                organization_rows: share(5_001, (14 << 20) / 5 - (1 << 20)),
                user_rows: share(1_000, (14 << 20) / 8 - (1 << 20)),
                newest_artifacts: share(200, 6 << 20),
                further_rows: share(1_000, (14 << 20) / 4 - (1 << 20)),
            }
        );
        assert_eq!(most_bytes_written(&transaction), (14 << 20) / 16);
        transaction.tell(Metrics {
            documents_read: Metric {
                used: 31_999,
                remaining: 1,
            },
            bytes_read: Metric {
                used: 16 << 20,
                remaining: 0,
            },
            ..Metrics::default()
        });
        assert_eq!(FlagRoom::of(&transaction).organization_rows, share(1, 0));
        assert_eq!(most_bytes_written(&transaction), 0);
    }
}
