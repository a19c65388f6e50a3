//! How much of a transaction is left.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{Limit, Reads, Transaction};

/// The largest document that Convex stores, in bytes.
pub const LARGEST_DOCUMENT_BYTES: u64 = 1 << 20;

/// User time of one query or mutation, in microseconds.
const USER_TIME_US: u64 = 1_000_000;

// Beyond any limit and any page: their product stays below 2^64.
const MOST_LEFT: u64 = 1 << 40;
const MOST_COUNT: u64 = 1 << 20;

/// Never planned with, as `authorize` and the lookup hook read too, and a document may be larger than
/// those before it. No more than a quarter (bytes) or an eighth of a limit.
const RESERVE: Reads = Reads {
    documents: 100,
    bytes: 2 * LARGEST_DOCUMENT_BYTES,
    ranges: 100,
};

/// What one transaction may still read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headroom {
    /// Reads that are left, the reserve taken off.
    pub reads: Reads,
    /// User time that is left, in microseconds.
    pub user_time_us: u64,
}

impl Headroom {
    /// What `limits` leave after `used`.
    pub fn after(used: Reads, limits: Reads) -> Self {
        let kept = Reads {
            documents: RESERVE.documents.min(limits.documents / 8),
            bytes: RESERVE.bytes.min(limits.bytes / 4),
            ranges: RESERVE.ranges.min(limits.ranges / 8),
        };
        Self {
            reads: limits.minus(kept).minus(used),
            user_time_us: (USER_TIME_US * 4 / 5).saturating_sub(used.user_time_us()),
        }
    }

    /// How many more fit, where `measured` is what `count` of them cost, and which limit says so.
    pub fn fits(self, measured: Reads, count: u64) -> (u64, Limit) {
        let left = self.reads;
        let mut scarcest = (u64::MAX, Limit::DocumentsRead);
        for (left, used, limit) in [
            (left.documents, measured.documents, Limit::DocumentsRead),
            (left.bytes, measured.bytes, Limit::BytesRead),
            (left.ranges, measured.ranges, Limit::DatabaseQueries),
            (self.user_time_us, measured.user_time_us(), Limit::UserTime),
        ] {
            let fits = left.min(MOST_LEFT) * count.clamp(1, MOST_COUNT) / used.max(1);
            if fits < scarcest.0 {
                scarcest = (fits, limit);
            }
        }
        scarcest
    }

    /// The limit that is used up, if one is.
    pub fn spent(self) -> Option<Limit> {
        let one = Reads {
            documents: 1,
            bytes: 1,
            ranges: 1,
        };
        let (fits, limit) = self.fits(one, 1);
        (fits == 0).then_some(limit)
    }

    /// How many reads may go on at once so that even documents of the largest size stay within the limit.
    pub fn width(self) -> u64 {
        const MOST: u64 = 32;
        (self.reads.bytes / LARGEST_DOCUMENT_BYTES)
            .min(self.reads.documents / 16)
            .clamp(1, MOST)
    }

    /// How many notes fit that take so many ranges each, and at least as many documents; one at the least.
    fn notes(self, ranges_each: u64) -> u64 {
        (self.reads.documents / 2)
            .min(self.reads.ranges / ranges_each)
            .max(1)
    }
}

impl Headroom {
    /// A part of it, as if the transaction had its limits halved so many times.
    fn of_part(used: Reads, limits: Reads, halvings: u32) -> Self {
        let part = |limit: u64| limit.checked_shr(halvings).unwrap_or(0);
        let limits = Reads {
            documents: part(limits.documents),
            bytes: part(limits.bytes),
            ranges: part(limits.ranges),
        };
        Self {
            user_time_us: part(USER_TIME_US * 4 / 5).saturating_sub(used.user_time_us()),
            ..Self::after(used, limits)
        }
    }
}

/// What a migration reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// The next notes of a range.
    NoteRange,
    /// Notes by their ids.
    NotesById,
    /// The artifacts of notes.
    ArtifactsOfNotes,
    /// What the artifacts have that are repaired.
    Repairs,
}

/// How much may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Room {
    /// For so many notes.
    pub notes: u64,
    /// So many documents.
    pub documents: u64,
    /// No more documents once so many bytes were read.
    pub bytes: u64,
    /// So many reads at once.
    pub width: u64,
}

impl Transaction {
    /// What is left to read.
    pub fn headroom(&self) -> Headroom {
        self.headroom_of_part(0)
    }

    /// What is left to read where no more of a transaction is used than a part: its limits halved so many times.
    pub(crate) fn headroom_of_part(&self, halvings: u32) -> Headroom {
        let metrics = self.metrics();
        let limits = Reads {
            documents: metrics.documents_read.limit(),
            bytes: metrics.bytes_read.limit(),
            ranges: metrics.database_queries.limit(),
        };
        Headroom::of_part(self.reads(), limits, halvings)
    }

    /// What is left to write, without a measure of ranges.
    pub(crate) fn write_headroom(&self) -> Headroom {
        let metrics = self.metrics();
        let reads = |documents, bytes| Reads {
            documents,
            bytes,
            ranges: 0,
        };
        Headroom::after(
            reads(metrics.documents_written.used, metrics.bytes_written.used),
            reads(metrics.documents_written.limit(), metrics.bytes_written.limit()),
        )
    }

    /// How much a migration may read for a purpose.
    pub fn room(&self, purpose: Purpose) -> Room {
        let headroom = self.headroom();
        // Half of the bytes that notes may have are for the artifacts that are looked up for them.
        let (ranges_each, share) = match purpose {
            Purpose::NoteRange => (1, 2),
            Purpose::NotesById => (2, 2),
            Purpose::ArtifactsOfNotes => (1, 1),
            Purpose::Repairs => (2, 1),
        };
        let notes = headroom.notes(ranges_each);
        Room {
            notes,
            documents: match purpose {
                Purpose::NoteRange => notes,
                _ => headroom.reads.documents.max(1),
            },
            bytes: headroom.reads.bytes.max(1) / share,
            width: headroom.width(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Metric, Metrics};
    use super::*;

    const CONVEX_LIMITS: Reads = Reads {
        documents: 32_000,
        bytes: 16 << 20,
        ranges: 4_096,
    };

    #[test]
    fn the_reserve_is_kept() {
        // limits, what may be planned with
        for (limits, left) in [
            ([32_000, 16 << 20, 4_096], [31_900, 14 << 20, 3_996]),
            ([5, 20_000, 8], [5, 15_000, 7]),
        ] {
            let reads = |[documents, bytes, ranges]: [u64; 3]| Reads {
                documents,
                bytes,
                ranges,
            };
            let headroom = Headroom::after(Reads::default(), reads(limits));
            assert_eq!(headroom.reads, reads(left));
        }
    }

    #[test]
    fn the_scarcest_measure_decides() {
        let headroom = Headroom::after(Reads::default(), CONVEX_LIMITS);
        for (documents, bytes, ranges, fits) in [
            (10, 1_000, 0, (31_900, Limit::DocumentsRead)),
            (10, 400_000, 0, (367, Limit::BytesRead)),
            (10, 1_000, 10, (3_996, Limit::DatabaseQueries)),
            (10, 4_000, 1, (30_769, Limit::UserTime)),
        ] {
            let reads = Reads {
                documents,
                bytes,
                ranges,
            };
            assert_eq!(headroom.fits(reads, 10), fits, "{reads:?}");
        }
    }

    #[test]
    fn the_first_of_equally_scarce_measures_is_named() {
        let reads = |count| Reads {
            documents: count,
            bytes: count,
            ranges: count,
        };
        let headroom = Headroom {
            reads: reads(100),
            user_time_us: 800_000,
        };
        assert_eq!(headroom.fits(reads(1), 1), (100, Limit::DocumentsRead));
    }

    #[test]
    fn a_part_of_a_transaction_has_a_part_of_each_limit() {
        let transaction = Transaction::default();
        assert_eq!(transaction.headroom_of_part(0), transaction.headroom());
        let expected = Headroom {
            reads: Reads {
                documents: 15_900,
                bytes: 6 << 20,
                ranges: 1_948,
            },
            user_time_us: 400_000,
        };
        assert_eq!(transaction.headroom_of_part(1), expected);
    }

    #[test]
    fn a_limit_is_spent_when_its_reserve_begins() {
        for (ranges, spent) in [(0, None), (3_995, None), (3_996, Some(Limit::DatabaseQueries))] {
            let used = Reads {
                ranges,
                ..Reads::default()
            };
            assert_eq!(Headroom::after(used, CONVEX_LIMITS).spent(), spent, "{ranges}");
        }
    }

    #[test]
    fn reads_at_once_fit_even_at_the_largest_size() {
        for (mib, width) in [(0, 14), (1, 13), (12, 2), (13, 1), (14, 1), (16, 1)] {
            let used = Reads {
                bytes: mib << 20,
                ..Reads::default()
            };
            assert_eq!(Headroom::after(used, CONVEX_LIMITS).width(), width, "{mib} MiB");
        }
        let few = Reads {
            documents: 64,
            ..CONVEX_LIMITS
        };
        let width = Headroom::after(Reads::default(), few).width();
        assert_eq!(width, 3, "one for each sixteen of 56 documents");
    }

    #[test]
    fn rooms_of_a_migration() {
        let mut transaction = Transaction::default();
        // purpose, notes, documents, bytes
        for (purpose, notes, documents, bytes) in [
            (Purpose::NoteRange, 3_996, 3_996, 7 << 20),
            (Purpose::NotesById, 1_998, 31_900, 7 << 20),
            (Purpose::ArtifactsOfNotes, 3_996, 31_900, 14 << 20),
            (Purpose::Repairs, 1_998, 31_900, 14 << 20),
        ] {
            let room = Room {
                notes,
                documents,
                bytes,
                width: 14,
            };
            assert_eq!(transaction.room(purpose), room, "{purpose:?}");
        }
        transaction.tell(Metrics {
            documents_read: Metric {
                used: 31_800,
                remaining: 200,
            },
            ..Metrics::default()
        });
        assert_eq!(
            transaction.room(Purpose::NoteRange).notes,
            50,
            "two documents each"
        );
        transaction.tell(Metrics {
            documents_read: Metric {
                used: 32_000,
                remaining: 0,
            },
            bytes_read: Metric {
                used: 16 << 20,
                remaining: 0,
            },
            ..Metrics::default()
        });
        let least = Room {
            notes: 1,
            documents: 1,
            bytes: 1,
            width: 1,
        };
        assert_eq!(transaction.room(Purpose::Repairs), least);
    }
}
