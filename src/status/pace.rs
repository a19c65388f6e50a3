//! How much to ask for next, learned from what the last pages cost.

use serde::{Deserialize, Serialize};

use crate::transaction::{Headroom, Limit, Reads};

/// Rows of the first page of a range, when nothing is known yet.
const FIRST: u64 = 32;
/// Rows of a page at most. What is told of them is held at once.
const MOST: u64 = 4_096;
/// A page grows at most so many times over the one before.
const GROWTH: u64 = 8;
/// Past so many rows, older ones count half: what is read changes along a range.
const MEMORY: u64 = 8_192;

/// What a row of a range costs, with the lookups that belong to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pace {
    rows: u64,
    reads: Reads,
    lookups: u64,
    lookup_reads: Reads,
}

impl Pace {
    pub(crate) fn page(&mut self, rows: u64, reads: Reads) {
        self.rows += rows;
        self.reads = self.reads.plus(reads);
        if self.rows > MEMORY {
            *self = Self {
                rows: self.rows / 2,
                reads: half(self.reads),
                lookups: self.lookups / 2,
                lookup_reads: half(self.lookup_reads),
            };
        }
    }

    pub(crate) fn lookups(&mut self, lookups: u64, reads: Reads) {
        self.lookups += lookups;
        self.lookup_reads = self.lookup_reads.plus(reads);
    }

    /// How many rows to ask for, how many would fit, and the limit that keeps it from being more.
    pub(crate) fn rows(&self, headroom: Headroom, looks_up: bool) -> (u64, u64, Limit) {
        if self.rows == 0 {
            let guess = Reads {
                documents: if looks_up { 2 } else { 1 },
                bytes: 1,
                ranges: u64::from(looks_up),
            };
            let (fits, limit) = headroom.fits(guess, 1);
            return (fits.min(FIRST), fits, limit);
        }
        // The range of the page itself is paid once however many rows come of it.
        let per_row = Reads {
            ranges: 0,
            ..self.reads
        }
        .plus(self.lookup_reads);
        let (fits, limit) = headroom.fits(per_row, self.rows);
        // An eighth is kept back: rows that were read, and not looked up any more, are read again.
        let mut fits = if fits >= 8 { fits - fits / 8 } else { fits };
        if looks_up {
            // What is looked up for the first row must fit too, or the scan would not get further.
            fits = fits.min(headroom.reads.documents.saturating_sub(1));
        }
        let ask = fits.min(MOST).min(self.rows.saturating_mul(GROWTH));
        (ask, fits, limit)
    }

    /// How many lookups to ask for: what they read ends them anyway, so none are held back to learn what they cost.
    pub(crate) fn lookups_that_fit(&self, headroom: Headroom) -> u64 {
        let one = Reads {
            documents: 0,
            bytes: 0,
            ranges: 1,
        };
        let (fits, _) = headroom.fits(one, 1);
        fits.min(headroom.fits(self.lookup_reads, self.lookups).0)
    }

    /// Bytes of the rows so far.
    pub(crate) fn row_bytes(&self) -> u64 {
        self.reads.bytes
    }

    /// Can it be what a cursor holds?
    pub(crate) fn is_plausible(&self) -> bool {
        let counts = Reads {
            documents: self.rows,
            ranges: self.lookups,
            bytes: 0,
        };
        [counts, self.reads, self.lookup_reads]
            .iter()
            .all(|reads| reads.are_plausible())
    }
}

fn half(reads: Reads) -> Reads {
    Reads {
        documents: reads.documents / 2,
        bytes: reads.bytes / 2,
        ranges: reads.ranges / 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::Transaction;

    #[test]
    fn pages_grow_with_what_is_known() {
        let headroom = Transaction::default().headroom();
        // rows that were read, what they read, rows asked for next
        for (rows, reads, asked) in [
            (0, [0, 0, 0], 32),
            (32, [32, 32_000, 1], 256),
            (1_000, [1_000, 1_000_000, 1], 4_096),
            // Ranges of a page are not those of its rows.
            (100, [100, 100_000, 4_000], 800),
            // Of the 14 MiB that are left, an eighth is kept back.
            (32, [32, 32 << 20, 1], 13),
            (10_000, [10_000, 10_000 << 20, 1], 13),
        ] {
            let [documents, bytes, ranges] = reads;
            let mut pace = Pace::default();
            pace.page(
                rows,
                Reads {
                    documents,
                    bytes,
                    ranges,
                },
            );
            assert_eq!(pace.rows(headroom, false).0, asked, "{rows} {reads:?}");
        }
    }

    #[test]
    fn past_so_many_rows_older_ones_count_half() {
        let reads = |documents, bytes, ranges| Reads {
            documents,
            bytes,
            ranges,
        };
        let mut pace = Pace::default();
        pace.lookups(600, reads(1_200, 90_000, 600));
        pace.page(MEMORY, reads(MEMORY, 4_000_000, 10));
        assert_eq!((pace.rows, pace.lookups), (MEMORY, 600));
        pace.page(8, reads(8, 4_000, 2));
        let expected = Pace {
            rows: 4_100,
            reads: reads(4_100, 2_002_000, 6),
            lookups: 300,
            lookup_reads: reads(600, 45_000, 300),
        };
        assert_eq!(pace, expected);
    }

    #[test]
    fn lookups_are_reckoned_with() {
        let headroom = Transaction::default().headroom();
        let mut pace = Pace::default();
        assert_eq!(pace.lookups_that_fit(headroom), 3_996);
        pace.page(
            100,
            Reads {
                documents: 100,
                bytes: 10_000,
                ranges: 1,
            },
        );
        pace.lookups(
            100,
            Reads {
                documents: 100,
                bytes: 1_000_000,
                ranges: 100,
            },
        );
        assert_eq!(pace.rows(headroom, true).0, 800, "eight times as many rows");
        assert_eq!(pace.lookups_that_fit(headroom), 1_468, "14 MiB at 10 KB each");
    }
}
