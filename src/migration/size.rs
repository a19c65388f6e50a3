//! How many notes go into one transaction.

use crate::transaction::{Limit, Metric, Metrics};
use crate::units::{Millis, as_f64, as_u64};

/// Notes in a transaction at the most.
pub const LARGEST: u64 = 200;
/// Notes in the first transaction of a run.
pub const FIRST: u64 = 50;
/// Batches that must go well before a size that was too large is tried again.
const RAISED_AFTER: u64 = 10;

/// The size of batches, learned from what they use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    now: u64,
    most: u64,
    /// The smallest size that was too large for a transaction, and what it went beyond.
    too_large: Option<(u64, Limit)>,
    /// Batches of the full size that went well since.
    went_well: u64,
    /// What keeps it from being larger.
    limited_by: Option<Limit>,
}

impl Size {
    /// The first size, and never more than `most`.
    pub fn new(most: u64) -> Self {
        Self {
            now: FIRST.min(most),
            most,
            too_large: None,
            went_well: 0,
            limited_by: None,
        }
    }

    /// Notes in the next batch at most.
    pub fn notes(&self) -> u64 {
        self.now
    }

    /// What keeps the size from being larger.
    pub fn limited_by(&self) -> Option<Limit> {
        self.limited_by
    }

    /// Learns from a transaction of the full size. The next one shall use half of the scarcest measure, and is at
    /// most twice as large.
    pub fn learn(&mut self, used: Used<'_>) {
        let mut largest = 0.0;
        let mut scarcest = None;
        for (limit, part) in used.parts(self.now) {
            if part > largest {
                largest = part;
                scarcest = Some(limit);
            }
        }
        let double = self.now.saturating_mul(2);
        // Within a factor of two of the aim the part decides, below it the growth. A product that is whole may come out a
        // little smaller.
        let aimed = as_u64(as_f64(self.now) * 0.5 / largest + 1e-9).clamp(1, double.max(1));
        self.raise_ceiling();
        let aimed = aimed.min(self.most);
        if let Some((too_large, limit)) = self.too_large
            && aimed >= too_large
        {
            // Halfway to what was too large, where that is worth a try.
            let more = too_large.saturating_sub(self.now) / 2;
            self.now += if more * 8 >= self.now { more } else { 0 };
            self.limited_by = Some(limit);
            return;
        }
        self.limited_by = if aimed >= double || aimed >= self.most {
            None
        } else {
            scarcest
        };
        self.now = aimed;
    }

    /// What was too large once may fit elsewhere: the ceiling doubles each time enough batches went well.
    fn raise_ceiling(&mut self) {
        self.went_well += 1;
        if self.went_well < RAISED_AFTER {
            return;
        }
        self.went_well = 0;
        if let Some((notes, _)) = &mut self.too_large {
            *notes = notes.saturating_mul(2);
        }
    }

    /// Only so many notes of a batch had room.
    pub fn fit(&mut self, notes: u64) {
        self.now = notes.clamp(1, self.most.max(1));
    }

    /// A batch of so many notes failed: it went beyond a limit, or it holds a document that is to be found.
    pub fn fail(&mut self, notes: u64, limit: Option<Limit>) {
        if let Some(limit) = limit {
            self.went_well = 0;
            self.limited_by = Some(limit);
            if notes > 1 {
                let smallest = self.too_large.map_or(notes, |(smallest, _)| smallest.min(notes));
                self.too_large = Some((smallest, limit));
            }
        }
        self.now = (notes / 2).min(self.now).max(1);
    }

    /// A document was to blame: the size is what it was before, below what was too large.
    pub fn restore(&mut self, before: u64) {
        let too_large = self.too_large.map_or(u64::MAX, |(notes, _)| notes);
        self.now = before.min(too_large.saturating_sub(1)).max(1);
    }
}

/// User time of one mutation, in microseconds.
const USER_TIME_US: f64 = 1_000_000.0;

/// What a transaction used, and how long it took from the outside.
#[derive(Clone, Copy, Debug)]
pub struct Used<'a> {
    /// By the runtime's measures.
    pub metrics: &'a Metrics,
    /// From the outside.
    pub took: Millis,
}

impl Used<'_> {
    /// Which part of each limit a transaction of so many notes used.
    fn parts(self, notes: u64) -> [(Limit, f64); 8] {
        let Metrics {
            documents_read,
            bytes_read,
            database_queries,
            documents_written,
            bytes_written,
            functions_scheduled,
            scheduled_function_args_bytes,
        } = *self.metrics;
        let part = |metric: Metric| as_f64(metric.used) / as_f64(metric.limit().max(1));
        // User time cannot be measured where the clock stands still: this is what it comes to at the least.
        let used = |metric: Metric| as_f64(metric.used);
        let reckoned_us = used(documents_read) * 20.0
            + used(bytes_read) * 0.01
            + used(database_queries) * 20.0
            + used(documents_written) * 40.0
            + used(bytes_written) * 0.02;
        // Time from the outside is mostly waiting where the deployment is far or busy, whatever the size of the batch:
        // on its account none gets smaller than the first one.
        let aims_at_first_us = USER_TIME_US / 2.0 * as_f64(notes) / as_f64(FIRST);
        let user_time_us = reckoned_us.max((self.took.0 * 1_000.0).min(aims_at_first_us));
        [
            (Limit::DocumentsRead, part(documents_read)),
            (Limit::BytesRead, part(bytes_read)),
            (Limit::DatabaseQueries, part(database_queries)),
            (Limit::DocumentsWritten, part(documents_written)),
            (Limit::BytesWritten, part(bytes_written)),
            (Limit::FunctionsScheduled, part(functions_scheduled)),
            (
                Limit::ScheduledFunctionArgsBytes,
                part(scheduled_function_args_bytes),
            ),
            (Limit::UserTime, user_time_us / USER_TIME_US),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_TIME: Millis = Millis(0.0);

    /// Metrics of which this part is used, of a limit of 1,000.
    fn metrics(change: impl Fn(&mut Metrics)) -> Metrics {
        let mut metrics = Metrics {
            documents_read: Metric::unused(1_000),
            bytes_read: Metric::unused(1_000),
            database_queries: Metric::unused(1_000),
            documents_written: Metric::unused(1_000),
            bytes_written: Metric::unused(1_000),
            functions_scheduled: Metric::unused(1_000),
            scheduled_function_args_bytes: Metric::unused(1_000),
        };
        change(&mut metrics);
        metrics
    }

    fn size(now: u64) -> Size {
        Size {
            now,
            ..Size::new(LARGEST)
        }
    }

    #[test]
    fn half_of_the_scarcest_measure_is_aimed_at() {
        // size, what was used, next size, limited by
        for (now, metrics, next, limited_by) in [
            (50, metrics(|m| m.documents_read.add(10)), 100, None),
            (50, metrics(|m| m.documents_read.add(250)), 100, None),
            (50, metrics(|_| ()), 100, None),
            (50, metrics(|m| m.bytes_read.add(500)), 50, Some(Limit::BytesRead)),
            // The first of equally scarce ones is named.
            (
                50,
                metrics(|m| {
                    m.documents_read.add(500);
                    m.bytes_read.add(500);
                }),
                50,
                Some(Limit::DocumentsRead),
            ),
            (
                50,
                metrics(|m| m.bytes_written.add(400)),
                62,
                Some(Limit::BytesWritten),
            ),
            (
                50,
                metrics(|m| {
                    m.documents_read.add(100);
                    m.bytes_read.add(200);
                    m.database_queries.add(300);
                    m.documents_written.add(800);
                    m.bytes_written.add(400);
                }),
                31,
                Some(Limit::DocumentsWritten),
            ),
            (
                50,
                metrics(|m| m.functions_scheduled.add(1_000)),
                25,
                Some(Limit::FunctionsScheduled),
            ),
            (
                50,
                metrics(|m| m.scheduled_function_args_bytes.add(1_000)),
                25,
                Some(Limit::ScheduledFunctionArgsBytes),
            ),
            (
                1,
                metrics(|m| m.documents_read.add(900)),
                1,
                Some(Limit::DocumentsRead),
            ),
            (150, metrics(|m| m.database_queries.add(100)), 200, None),
            (200, metrics(|m| m.database_queries.add(300)), 200, None),
            (
                200,
                metrics(|m| m.database_queries.add(600)),
                166,
                Some(Limit::DatabaseQueries),
            ),
        ] {
            let mut size = size(now);
            size.learn(Used {
                metrics: &metrics,
                took: NO_TIME,
            });
            assert_eq!(
                (size.notes(), size.limited_by()),
                (next, limited_by),
                "{now} {metrics:?}"
            );
        }
    }

    #[test]
    fn time_from_the_outside_makes_no_batch_smaller_than_the_first() {
        // size, milliseconds, next size, limited by
        for (now, took, next, limited_by) in [
            (100, 200.0, 200, None),
            (100, 400.0, 125, Some(Limit::UserTime)),
            (200, 1_000.0, 100, Some(Limit::UserTime)),
            (200, 60_000.0, 50, Some(Limit::UserTime)),
            (50, 60_000.0, 50, Some(Limit::UserTime)),
            (20, 60_000.0, 40, None),
        ]
        .into_iter()
        .chain((51..=LARGEST).map(|now| (now, 60_000.0, FIRST, Some(Limit::UserTime))))
        {
            let mut size = size(now);
            size.learn(Used {
                metrics: &metrics(|_| ()),
                took: Millis(took),
            });
            assert_eq!(
                (size.notes(), size.limited_by()),
                (next, limited_by),
                "{now} {took}"
            );
        }
    }

    #[test]
    fn user_time_is_reckoned_where_the_clock_stands_still() {
        let mut metrics = Metrics::default();
        metrics.documents_read.add(1_000);
        metrics.bytes_read.add(1_000_000);
        metrics.database_queries.add(1_000);
        metrics.documents_written.add(4_000);
        metrics.bytes_written.add(1_000_000);
        let parts = Used {
            metrics: &metrics,
            took: NO_TIME,
        }
        .parts(200);
        assert_eq!(parts[7], (Limit::UserTime, 0.23));
    }

    #[test]
    fn a_size_that_was_too_large_is_not_reached_again() {
        let metrics = metrics(|m| m.documents_read.add(100));
        let used = Used {
            metrics: &metrics,
            took: NO_TIME,
        };
        let mut size = Size::new(LARGEST);
        size.learn(used);
        size.fail(100, Some(Limit::Memory));
        assert_eq!(size.notes(), 50);
        let mut sizes = Vec::new();
        for _ in 0..12 {
            size.learn(used);
            sizes.push(size.notes());
        }
        // Halfway each time, as long as that is worth a try; and once ten went well, a hundred is no bound any more.
        assert_eq!(sizes, [75, 87, 87, 87, 87, 87, 87, 87, 87, 174, 174, 174]);
        assert_eq!(size.limited_by(), Some(Limit::Memory));
        // Another kind of failure leaves no such mark.
        size.fail(174, None);
        assert_eq!(size.notes(), 87);
        size.restore(174);
        assert_eq!(size.notes(), 174);
    }

    #[test]
    fn a_batch_that_was_cut_says_how_many_fit() {
        for (fit, expected) in [(0, 1), (3, 3), (7, 7), (8, 7)] {
            let mut size = Size::new(7);
            size.fit(fit);
            assert_eq!(size.notes(), expected);
        }
    }

    #[test]
    fn the_callers_bound_holds() {
        let metrics = metrics(|_| ());
        let used = Used {
            metrics: &metrics,
            took: NO_TIME,
        };
        let mut size = Size::new(7);
        assert_eq!(size.notes(), 7);
        size.learn(used);
        assert_eq!(size.notes(), 7);
        size.fail(7, None);
        size.fail(1, Some(Limit::Memory));
        assert_eq!(size.notes(), 1);
        size.learn(used);
        assert_eq!(size.notes(), 2);
    }
}
