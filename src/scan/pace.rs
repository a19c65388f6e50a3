//! How much to ask for next, learned from what the last pages cost.

use crate::budget::{Headroom, Limit, Reads};
use crate::cursor::Codec;

/// Rows of the first page of a range, when nothing is known yet.
const FIRST: u64 = 32;
/// Rows of a page at most. Their columns are held at once.
const MOST: u64 = 4_096;
/// A page grows at most so many times over the one before.
const GROWTH: u64 = 8;
/// Past so many rows, older ones count half: what is read changes along a range.
const MEMORY: u64 = 8_192;

/// What a row of a range costs, with the look-ups that belong to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

    /// How many look-ups to ask for: what they read ends them anyway, so none are held back to learn what they cost.
    pub(crate) fn lookups_that_fit(&self, headroom: Headroom) -> u64 {
        let one = Reads {
            documents: 0,
            bytes: 0,
            ranges: 1,
        };
        let (fits, _) = headroom.fits(one, 1);
        fits.min(headroom.fits(self.lookup_reads, self.lookups).0)
    }

    pub(crate) fn code(&mut self, codec: &mut Codec) {
        codec.number(&mut self.rows);
        codec.number(&mut self.lookups);
        self.reads.code(codec);
        self.lookup_reads.code(codec);
    }
}

fn half(reads: Reads) -> Reads {
    Reads {
        documents: reads.documents / 2,
        bytes: reads.bytes / 2,
        ranges: reads.ranges / 2,
    }
}
