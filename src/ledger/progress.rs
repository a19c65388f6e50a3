//! How far a run is, and how fast.

use serde::Serialize;
use tsify::Tsify;

use super::{Run, RunStateWord};
use crate::units::{as_f64, as_u64};

/// How far a run is, and how fast.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct RunProgress {
    /// Notes that are settled.
    pub settled: u64,
    /// The share of all, from 0 to 1; null where the total is not known.
    pub share: Option<f64>,
    /// Notes per second of the time in which its legs worked; null where that is not known yet.
    pub notes_per_second: Option<f64>,
    /// How long the rest takes at that speed; null where it is not known, and where the run is over.
    pub seconds_left: Option<u64>,
}

impl Run {
    /// How far it is, and how fast.
    pub fn progress(&self) -> RunProgress {
        let settled = self.sums.settled();
        // Behind a limit, notes of the reach are left.
        let total = self.total.filter(|_| self.limit.is_none());
        let share = match (self.state, total) {
            (RunStateWord::Done, _) => Some(1.0),
            (_, None) => None,
            // Notes may have come since they were counted.
            (_, Some(total)) => Some((as_f64(settled) / as_f64(total.max(1))).min(1.0)),
        };
        let seconds = self.worked_ms.0 / 1_000.0;
        let notes_per_second = (seconds > 0.0).then(|| as_f64(settled) / seconds);
        let is_over = matches!(
            self.state,
            RunStateWord::Done | RunStateWord::Cancelled | RunStateWord::Stopped
        );
        let left = total.map(|total| total.saturating_sub(settled));
        let seconds_left = match (left, notes_per_second) {
            (Some(left), Some(speed)) if speed > 0.0 && !is_over => {
                Some(as_u64((as_f64(left) / speed).ceil()))
            }
            _ => None,
        };
        RunProgress {
            settled,
            share,
            notes_per_second,
            seconds_left,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::RunSums;
    use crate::migration::Outcome;
    use crate::units::Millis;

    #[test]
    fn progress_tells_what_is_known() {
        use RunStateWord::{Cancelled, Done, Running};
        // state, settled, total, worked ms, share, notes per second, seconds left
        for (state, settled, total, worked, share, speed, left) in [
            (Running, 0, None, 0.0, None, None, None),
            (Running, 0, Some(100), 1_000.0, Some(0.0), Some(0.0), None),
            (Running, 50, None, 10_000.0, None, Some(5.0), None),
            (Running, 50, Some(200), 10_000.0, Some(0.25), Some(5.0), Some(30)),
            (
                Running,
                50,
                Some(51),
                20_000.0,
                Some(50.0 / 51.0),
                Some(2.5),
                Some(1),
            ),
            (Running, 90, Some(50), 10_000.0, Some(1.0), Some(9.0), Some(0)),
            (Cancelled, 50, Some(200), 10_000.0, Some(0.25), Some(5.0), None),
            (Done, 50, None, 10_000.0, Some(1.0), Some(5.0), None),
            (Done, 0, Some(0), 0.0, Some(1.0), None, None),
        ] {
            let run = Run {
                state,
                total,
                sums: RunSums {
                    outcome: Outcome {
                        migrated: settled,
                        ..Outcome::default()
                    },
                    ..RunSums::default()
                },
                worked_ms: Millis(worked),
                ..Run::default()
            };
            let expected = RunProgress {
                settled,
                share,
                notes_per_second: speed,
                seconds_left: left,
            };
            assert_eq!(run.progress(), expected, "{state:?} {settled} {total:?}");
        }
    }
}
