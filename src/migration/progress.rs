//! What `convex logs` and the dashboard show of a run. What an operator must know is in the answer.

use super::{Accepted, MigrationAnswer};
use crate::units::{Millis, as_f64, as_u64};

/// Console lines of one run at most; Convex keeps 256 of a function.
const MOST_LINES: f64 = 100.0;

/// How far a run is.
#[derive(Debug)]
pub(super) struct Progress {
    reach: String,
    begun: Millis,
    reported: Millis,
    every: Millis,
    /// When the first note was created that was written.
    first: Option<Millis>,
    /// When the last one was.
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
            first: None,
            last: None,
            notes: 0,
        }
    }

    /// A transaction went through so many notes, the last of them created at this time.
    pub(super) fn count(&mut self, notes: u64, created: Option<Millis>) {
        self.notes += notes;
        self.first = self.first.or(created);
        self.last = created.or(self.last);
    }

    /// A line, where it is time for one.
    pub(super) fn line(&mut self, now: Millis) -> Option<String> {
        let (first, last) = (self.first?, self.last?);
        if now - self.reported < self.every {
            return None;
        }
        self.reported = now;
        let share = (last - first).0 / (now - first).0.max(1.0);
        let seconds = ((now - self.begun).0 / 1_000.0).max(0.001);
        let tenths = as_u64((as_f64(self.notes) / seconds * 10.0).round());
        Some(format!(
            "runMigration {}: about {} % by creation time, {} notes, {}.{} notes a second",
            self.reach,
            as_u64((share * 100.0).round()),
            self.notes,
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
        let line = "runMigration org_a: about 25 % by creation time, 200 notes, 4.0 notes a second";
        assert_eq!(progress.line(Millis(150_000.0)).as_deref(), Some(line));
        assert_eq!(progress.line(Millis(150_999.0)), None);
        let all = Progress::new(&Accepted::default(), Millis(0.0), deadline);
        assert_eq!(all.reach, "all organizations");
    }
}
