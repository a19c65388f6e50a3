//! How much of a Convex transaction is left.
//!
//! Limits: <https://docs.convex.dev/production/state/limits>. A query has no clock, so that user time is
//! a fixed cost a document, a byte and an index range.

use crate::cursor::Codec;

/// The largest document that Convex stores, in bytes.
pub const LARGEST_DOCUMENT_BYTES: u64 = 1 << 20;

/// What reading costs, or how much of it may be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Documents scanned.
    pub documents: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Index ranges: calls of `db.get` and `db.query`.
    pub ranges: u64,
}

/// Convex's own limits of one query or mutation.
pub const CONVEX_LIMITS: Reads = Reads {
    documents: 32_000,
    bytes: 16 << 20,
    ranges: 4_096,
};

/// User time of one query or mutation, in microseconds.
const USER_TIME_US: u64 = 1_000_000;

// Beyond any limit and any page: their product stays below 2^64.
const MOST_LEFT: u64 = 1 << 40;
const MOST_COUNT: u64 = 1 << 20;

/// Never planned with, as `authorize` and the look-up hook read too, and a document may be larger than
/// those before it. No more than a quarter (bytes) or an eighth of a limit.
const RESERVE: Reads = Reads {
    documents: 100,
    bytes: 2 * LARGEST_DOCUMENT_BYTES,
    ranges: 100,
};

/// The measure that ends a transaction, by Convex's name where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Documents scanned.
    DocumentsRead,
    /// Bytes read.
    BytesRead,
    /// Index ranges.
    DatabaseQueries,
    /// One second of user code.
    UserTime,
    /// The time after which an action ends itself.
    Deadline,
}

impl Limit {
    /// The word that answers use.
    #[inline(never)]
    pub fn word(self) -> &'static str {
        match self {
            Self::DocumentsRead => "documentsRead",
            Self::BytesRead => "bytesRead",
            Self::DatabaseQueries => "databaseQueries",
            Self::UserTime => "userTime",
            Self::Deadline => "deadline",
        }
    }
}

impl Reads {
    /// User time of these reads, in microseconds.
    pub fn user_time_us(self) -> u64 {
        self.documents * 20 + self.bytes / 100 + self.ranges * 20
    }

    pub(crate) fn code(&mut self, codec: &mut Codec) {
        for n in [&mut self.documents, &mut self.bytes, &mut self.ranges] {
            codec.number(n);
        }
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
}

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
    #[inline(never)]
    pub fn fits(self, measured: Reads, count: u64) -> (u64, Limit) {
        let left = self.reads;
        let mut scarcest = (u64::MAX, Limit::DocumentsRead);
        for (left, used, limit) in [
            (left.documents, measured.documents, Limit::DocumentsRead),
            (left.bytes, measured.bytes, Limit::BytesRead),
            (left.ranges, measured.ranges, Limit::DatabaseQueries),
            (self.user_time_us, measured.user_time_us(), Limit::UserTime),
        ] {
            let fits = left.min(MOST_LEFT) * count.min(MOST_COUNT).max(1) / used.max(1);
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

    /// How many notes fit that take so many ranges each, and at least as many documents; one at the least.
    pub fn notes(self, ranges_each: u64) -> u64 {
        (self.reads.documents / 2)
            .min(self.reads.ranges / ranges_each.max(1))
            .max(1)
    }

    /// How many reads may go on at once so that even documents of the largest size stay within the limit.
    pub fn width(self) -> u64 {
        const MOST: u64 = 32;
        (self.reads.bytes / LARGEST_DOCUMENT_BYTES)
            .min(self.reads.documents / 16)
            .min(MOST)
            .max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_kept() {
        let headroom = Headroom::after(Reads::default(), CONVEX_LIMITS);
        assert_eq!(
            headroom.reads,
            Reads {
                documents: 31_900,
                bytes: 14 << 20,
                ranges: 3_996
            }
        );
        let tiny = Reads {
            documents: 5,
            bytes: 20_000,
            ranges: 8,
        };
        assert_eq!(
            Headroom::after(Reads::default(), tiny).reads,
            Reads {
                documents: 5,
                bytes: 15_000,
                ranges: 7
            }
        );
    }

    #[test]
    fn the_scarcest_measure_decides() {
        let headroom = Headroom::after(Reads::default(), CONVEX_LIMITS);
        for (documents, bytes, ranges, limit) in [
            (10, 1_000, 0, Limit::DocumentsRead),
            (10, 400_000, 0, Limit::BytesRead),
            (10, 1_000, 10, Limit::DatabaseQueries),
            (10, 4_000, 1, Limit::UserTime),
        ] {
            let reads = Reads {
                documents,
                bytes,
                ranges,
            };
            assert_eq!(headroom.fits(reads, 10).1, limit, "{reads:?}");
        }
        assert_eq!(headroom.spent(), None);
        let used = Reads {
            ranges: 3_996,
            ..Reads::default()
        };
        assert_eq!(
            Headroom::after(used, CONVEX_LIMITS).spent(),
            Some(Limit::DatabaseQueries)
        );
    }

    #[test]
    fn reads_at_once_fit_even_at_the_largest_size() {
        for used in (0..16).map(|n| n << 20) {
            let headroom = Headroom::after(
                Reads {
                    bytes: used,
                    ..Reads::default()
                },
                CONVEX_LIMITS,
            );
            assert!(
                headroom.width() * LARGEST_DOCUMENT_BYTES <= headroom.reads.bytes.max(LARGEST_DOCUMENT_BYTES)
            );
        }
    }
}
