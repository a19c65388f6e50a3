//! How many notes go into one transaction.

use crate::number::exact;

/// What a batch used of one measure of its transaction, and how much of it there is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// What was used.
    pub used: f64,
    /// The limit. Without one the measure does not count.
    pub limit: f64,
}

/// The measures of a batch, by Convex's names, in the order in which they are passed.
pub const MEASURES: [&str; 8] = [
    "documentsRead",
    "bytesRead",
    "databaseQueries",
    "documentsWritten",
    "bytesWritten",
    "functionsScheduled",
    "scheduledFunctionArgsBytes",
    "userTime",
];

/// Notes in a transaction at the most.
pub const LARGEST: u64 = 200;
/// Notes in the first transaction of a run.
pub const FIRST: u64 = 50;

/// The size of batches, learned from what they use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    now: u64,
    most: u64,
    /// The smallest size that was too large for a transaction.
    too_large: u64,
    /// The measure that keeps it from being larger, as an index into [`MEASURES`].
    limited_by: Option<usize>,
}

impl Size {
    /// The first size, and never more than `most`.
    pub fn new(most: u64) -> Self {
        Self {
            now: FIRST.min(most),
            most,
            too_large: u64::MAX,
            limited_by: None,
        }
    }

    /// Notes in the next batch at most.
    pub fn notes(&self) -> u64 {
        self.now
    }

    /// What keeps the size from being larger.
    pub fn limited_by(&self) -> Option<&'static str> {
        self.limited_by.and_then(|at| MEASURES.get(at).copied())
    }

    /// Learns from a batch of the full size. The next one shall use half of the scarcest measure, and is at
    /// most twice as large.
    pub fn learn(&mut self, shares: &[Share]) {
        let mut largest = 0.0;
        let mut scarcest = None;
        for (at, share) in shares.iter().enumerate() {
            let part = if share.limit > 0.0 {
                share.used / share.limit
            } else {
                0.0
            };
            if part > largest {
                largest = part;
                scarcest = Some(at);
            }
        }
        let double = self.now.saturating_mul(2);
        // Within a factor of two of the aim the share decides, below it the growth.
        let aimed = if largest * 4.0 <= 1.0 {
            double
        } else {
            scaled(self.now, 0.5 / largest).min(double).max(1)
        };
        let ceiling = self.most.min(self.too_large.saturating_sub(1)).max(1);
        self.limited_by = if aimed >= double || aimed >= self.most {
            None
        } else {
            scarcest
        };
        self.now = aimed.min(ceiling);
    }

    /// Only so many notes of a batch had room.
    pub fn fit(&mut self, notes: u64) {
        self.now = notes.min(self.most).max(1);
    }

    /// A batch of so many notes failed, for want of room in the transaction or for another reason.
    pub fn fail(&mut self, notes: u64, is_too_large: bool) {
        if is_too_large && notes > 1 {
            self.too_large = self.too_large.min(notes);
        }
        self.now = (notes / 2).min(self.now).max(1);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "sizes are below 2^32 and `as` saturates"
)]
fn scaled(notes: u64, factor: f64) -> u64 {
    // A product that is whole may come out a little smaller.
    (notes as f64 * factor + 1e-9) as u64
}

/// User time of one mutation, in microseconds.
const USER_TIME_US: f64 = 1_000_000.0;
/// What one of each measure costs of it at the least: it cannot be measured where the clock stands still.
const COSTS_US: [f64; 5] = [20.0, 0.01, 20.0, 40.0, 0.02];

/// The shares with that of user time, where a batch of so many notes took so long from the outside. That is mostly
/// waiting where the deployment is far or busy, whatever the size of the batch: on its account none gets smaller than
/// the first one.
pub(super) fn with_user_time(shares: &[Share], took_ms: f64, notes: u64) -> [Share; MEASURES.len()] {
    let mut all = [Share::default(); MEASURES.len()];
    let mut used = 0.0;
    for (share, cost) in shares.iter().zip(COSTS_US) {
        used += share.used * cost;
    }
    let aims_at_first = USER_TIME_US / 2.0 * exact(notes) / exact(FIRST);
    let [measured @ .., user_time] = &mut all;
    for (measured, share) in measured.iter_mut().zip(shares) {
        *measured = *share;
    }
    *user_time = Share {
        used: used.max((took_ms * 1_000.0).min(aims_at_first)),
        limit: USER_TIME_US,
    };
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(parts: &[f64]) -> Vec<Share> {
        let share = |used: &f64| Share {
            used: *used,
            limit: 1.0,
        };
        parts.iter().map(share).collect()
    }

    #[test]
    fn the_rules() {
        // (size, shares in the order of MEASURES, next size, limited by)
        for (now, parts, next, limited_by) in [
            (50, vec![0.01], 100, None),
            (50, vec![0.25], 100, None),
            (50, vec![0.0, 0.5], 50, Some("bytesRead")),
            (50, vec![0.0, 0.0, 0.0, 0.0, 0.4], 62, Some("bytesWritten")),
            (50, vec![0.1, 0.2, 0.3, 0.8, 0.4], 31, Some("documentsWritten")),
            (
                50,
                vec![0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
                25,
                Some("userTime"),
            ),
            (1, vec![0.9], 1, Some("documentsRead")),
            (150, vec![0.1], 200, None),
            (200, vec![0.3], 200, None),
            (200, vec![0.6], 166, Some("documentsRead")),
        ] {
            let mut size = Size {
                now,
                ..Size::new(LARGEST)
            };
            size.learn(&shares(&parts));
            assert_eq!(
                (size.notes(), size.limited_by()),
                (next, limited_by),
                "{now} {parts:?}"
            );
        }
    }

    #[test]
    fn time_from_the_outside_makes_no_batch_smaller_than_the_first() {
        // (size, milliseconds, next size, limited by)
        for (now, took_ms, next, limited_by) in [
            (100, 200.0, 200, None),
            (100, 400.0, 125, Some("userTime")),
            (200, 1_000.0, 100, Some("userTime")),
            (200, 60_000.0, 50, Some("userTime")),
            (50, 60_000.0, 50, Some("userTime")),
            (20, 60_000.0, 40, None),
        ]
        .into_iter()
        .chain((51..=LARGEST).map(|now| (now, 60_000.0, FIRST, Some("userTime"))))
        {
            let mut size = Size {
                now,
                ..Size::new(LARGEST)
            };
            size.learn(&with_user_time(&shares(&[0.1]), took_ms, now));
            assert_eq!(
                (size.notes(), size.limited_by()),
                (next, limited_by),
                "{now} {took_ms}"
            );
        }
    }

    #[test]
    fn user_time_is_reckoned_where_the_clock_stands_still() {
        let share = |used| Share { used, limit: 1e9 };
        let used = [1_000.0, 1e6, 1_000.0, 4_000.0, 1e6].map(share);
        let user_time = with_user_time(&used, 0.0, 200)[7];
        assert_eq!((user_time.used, user_time.limit), (230_000.0, 1_000_000.0));
    }

    #[test]
    fn a_size_that_was_too_large_is_not_reached_again() {
        let mut size = Size::new(LARGEST);
        size.learn(&shares(&[0.1]));
        size.fail(100, true);
        assert_eq!(size.notes(), 50);
        for _ in 0..5 {
            size.learn(&shares(&[0.1]));
        }
        assert_eq!(size.notes(), 99);
        // Another kind of failure leaves no such mark.
        size.fail(99, false);
        assert_eq!(size.notes(), 49);
        size.learn(&shares(&[0.1]));
        assert_eq!(size.notes(), 98);
    }

    #[test]
    fn the_callers_bound_holds() {
        let mut size = Size::new(7);
        assert_eq!(size.notes(), 7);
        size.learn(&shares(&[0.01]));
        assert_eq!(size.notes(), 7);
        size.fail(7, false);
        size.fail(1, true);
        assert_eq!(size.notes(), 1);
        size.learn(&shares(&[0.01]));
        assert_eq!(size.notes(), 2);
    }
}
