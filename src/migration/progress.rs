//! What `convex logs` and the dashboard show of a run. What an operator must know is in the answer.

use super::{Accepted, MigrationAnswer};
use crate::units::{Millis, as_f64, as_u64};

/// Console lines of one run at most; Convex keeps 256 of a function.
const MOST_LINES: f64 = 100.0;

/// A day of UTC, as in `2026-02-28`.
fn date(time: Millis) -> String {
    // Years begin in March, so that a leap day is the last of one.
    let days = as_u64(time.0 / 86_400_000.0) + 719_468;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = days / 146_097 * 400 + year_of_era + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

/// How far a run is.
#[derive(Debug)]
pub(super) struct Progress {
    reach: String,
    begun: Millis,
    reported: Millis,
    every: Millis,
    /// When the last note was created that was gone through.
    last: Option<Millis>,
    notes: u64,
}

impl Progress {
    pub(super) fn new(accepted: &Accepted, now: Millis, deadline: Millis) -> Self {
        Self {
            reach: accepted
                .organization_id
                .clone()
                .unwrap_or_else(|| "all organizations".into()),
            begun: now,
            reported: now,
            every: Millis(deadline.0 / (MOST_LINES - 2.0)),
            last: None,
            notes: 0,
        }
    }

    /// A transaction went through so many notes, the last of them created at this time.
    pub(super) fn count(&mut self, notes: u64, created: Option<Millis>) {
        self.notes += notes;
        self.last = created.or(self.last);
    }

    /// A line, where it is time for one.
    pub(super) fn line(&mut self, now: Millis) -> Option<String> {
        let last = self.last?;
        if now - self.reported < self.every {
            return None;
        }
        self.reported = now;
        let seconds = ((now - self.begun).0 / 1_000.0).max(0.001);
        let tenths = as_u64((as_f64(self.notes) / seconds * 10.0).round());
        Some(format!(
            "runMigration {}: {} notes, up to those of {}, {}.{} notes per second",
            self.reach,
            self.notes,
            date(last),
            tenths / 10,
            tenths % 10,
        ))
    }

    /// The last line.
    pub(super) fn end(&self, answer: &MigrationAnswer) -> String {
        let end = match answer.stopped {
            _ if answer.done => "done".into(),
            None => "stopped".into(),
            Some(stopped) => format!("stopped ({})", stopped.word()),
        };
        let limited_by = answer.batch_size.limited_by;
        format!(
            "runMigration {}: {end}, {} migrated, {} repaired, {} failed in {} batches, limited by {}",
            self.reach,
            answer.outcome.migrated,
            answer.outcome.repaired,
            answer.outcome.failed,
            answer.batches,
            limited_by.map_or("nothing", crate::transaction::Limit::word),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar() {
        for (ms, expected) in [
            (0.0, "1970-01-01"),
            (5_097_600_000.0, "1970-03-01"),
            (951_782_400_000.0, "2000-02-29"),
            (951_868_800_000.0, "2000-03-01"),
            (1_790_000_000_000.0, "2026-09-21"),
            (4_107_542_399_999.0, "2100-02-28"),
        ] {
            assert_eq!(date(Millis(ms)), expected);
        }
    }

    #[test]
    fn a_line_comes_when_it_is_time_and_something_was_written() {
        let deadline = Millis(98_000.0);
        let accepted = Accepted {
            organization_id: Some("org_a".into()),
            ..Accepted::default()
        };
        let mut progress = Progress::new(&accepted, Millis(100_000.0), deadline);
        assert_eq!(progress.line(Millis(150_000.0)), None);
        progress.count(50, Some(Millis(50_000.0)));
        progress.count(150, Some(Millis(75_000.0)));
        assert_eq!(progress.line(Millis(100_999.0)), None);
        let line = "runMigration org_a: 200 notes, up to those of 1970-01-01, 4.0 notes per second";
        assert_eq!(progress.line(Millis(150_000.0)).as_deref(), Some(line));
        assert_eq!(progress.line(Millis(150_999.0)), None);
        assert!(progress.line(Millis(151_000.0)).is_some());
        let all = Progress::new(&Accepted::default(), Millis(0.0), deadline);
        assert_eq!(all.reach, "all organizations");
    }
}
