//! How much of a transaction a change of the flags takes.

use serde::Serialize;
use tsify::Tsify;

use super::cascade::{MOST_USER_ROW_BYTES, MOST_USER_ROWS};
use crate::transaction::{LARGEST_DOCUMENT_BYTES, Transaction};

/// Organization rows of one flag that are read in one transaction at most: so many of both take a fifth of its time.
/// The last one only tells that there are more than 5,000.
const MOST_ROWS_READ: u64 = 5_001;

/// Rows of one flag that are written in one transaction at most.
pub(super) const MOST_ROWS_WRITTEN: u64 = 1_000;

/// Bytes that are kept for what is written: the first row of each flag is read twice more by the host's function, and once
/// more where further rows follow. Each may have the largest size. The reserve of two documents counts, too.
const KEPT_BYTES: u64 = (2 * 3 - 2) * LARGEST_DOCUMENT_BYTES;

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
    /// The organization's rows of a flag.
    pub organization_rows: Share,
    /// User rows of a flag, once the organization's are read.
    pub user_rows: Share,
    /// The newest artifacts.
    pub newest_artifacts: Share,
    /// Rows that are all written, in a transaction of their own.
    pub further_rows: Share,
}

impl FlagRoom {
    /// What a transaction has left for a change, where the rows of so many flags are read behind those of this one.
    pub fn of(transaction: &Transaction, flags_behind: u32) -> Self {
        let left = transaction.headroom().reads;
        let documents = |most: u64, part: u64| most.min(left.documents / part).max(1);
        // A share may be overdrawn by one document of the largest size.
        let share = |most: u64, part: u64| Share {
            documents: documents(most, part),
            bytes: (left.bytes / part).saturating_sub(LARGEST_DOCUMENT_BYTES),
        };
        // One document may be read of each range behind, and one by which this share is overdrawn: a platform row, an
        // organization row and a user row of each flag.
        let bytes_before = |ranges: u64| {
            let documents = ranges + 3 * u64::from(flags_behind) + 1;
            let kept = KEPT_BYTES.saturating_add(documents.saturating_mul(LARGEST_DOCUMENT_BYTES));
            left.bytes.saturating_sub(kept)
        };
        Self {
            organization_rows: Share {
                documents: documents(MOST_ROWS_READ, 5),
                bytes: bytes_before(1),
            },
            user_rows: Share {
                documents: documents(MOST_USER_ROWS, 8),
                // All that comes of them is a warning: the other flag's organization rows have more need of the room.
                bytes: MOST_USER_ROW_BYTES.min(bytes_before(2 * u64::from(flags_behind))),
            },
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
    fn both_flags_find_room() {
        // Bytes of the organization's rows of each flag, of its user rows, are they all read?
        for (organization_bytes, user_bytes, expected) in [
            (0, 0, true),
            // 40 rows with notes of 100 KB.
            (40 * 100_200, 0, true),
            // 101 rows with notes of 20 KB, and 1,000 user rows with notes of 1 KB.
            (101 * 20_200, 1_000 * 1_200, true),
            // 1,000 user rows with notes of 3 KB.
            (2 * 300, 1_000 * 3_200, true),
            (60 * 100_200, 0, false),
            (16 << 20, 16 << 20, false),
        ] {
            let mut transaction = Transaction::default();
            let mut fits = true;
            for flags_behind in [1, 0] {
                // A platform row of the largest size.
                transaction.count_read(if fits { 0 } else { LARGEST_DOCUMENT_BYTES }, 0);
                for (bytes, share) in [
                    (
                        organization_bytes,
                        (|room| room.organization_rows) as fn(FlagRoom) -> Share,
                    ),
                    (user_bytes, |room| room.user_rows),
                ] {
                    let share = share(FlagRoom::of(&transaction, flags_behind));
                    fits &= bytes <= share.bytes;
                    transaction.count_read(bytes.min(share.bytes + LARGEST_DOCUMENT_BYTES), 0);
                }
            }
            assert_eq!(fits, expected, "{organization_bytes} {user_bytes}");
            let left = transaction.headroom().reads.bytes;
            assert!(left >= KEPT_BYTES, "{left}");
        }
    }

    #[test]
    fn shares_of_what_is_left() {
        let share = |documents, bytes| Share { documents, bytes };
        let mut transaction = Transaction::default();
        assert_eq!(
            FlagRoom::of(&transaction, 1),
            FlagRoom {
                organization_rows: share(5_001, 5 << 20),
                user_rows: share(1_000, 4 << 20),
                newest_artifacts: share(200, 6 << 20),
                further_rows: share(1_000, (14 << 20) / 4 - (1 << 20)),
            }
        );
        assert_eq!(most_bytes_written(&transaction), (14 << 20) / 16);
        transaction.tell(Metrics {
            documents_read: Metric {
                used: 31_100,
                remaining: 900,
            },
            ..Metrics::default()
        });
        let room = FlagRoom::of(&transaction, 1);
        let documents = [
            room.organization_rows,
            room.user_rows,
            room.newest_artifacts,
            room.further_rows,
        ]
        .map(|share| share.documents);
        assert_eq!(documents, [160, 100, 200, 200], "parts of the 800 that are left");
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
        let FlagRoom {
            organization_rows,
            user_rows,
            ..
        } = FlagRoom::of(&transaction, 0);
        assert_eq!((organization_rows, user_rows), (share(1, 0), share(1, 0)));
        assert_eq!(most_bytes_written(&transaction), 0);
    }
}
