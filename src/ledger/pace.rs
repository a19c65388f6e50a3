//! How fast a run writes.

use serde::Serialize;
use tsify::Tsify;

use crate::units::{Millis, as_f64, as_u64};

/// A pace is halved once within so long: what was refused together is one sign.
const HALVED_ONCE_IN: Millis = Millis(10_000.0);
/// A pace rises by one step after so long without a refusal.
const GOOD: Millis = Millis(60_000.0);
/// A step, as a part of the full pace.
const STEP: f64 = 0.1;
/// The slowest pace, as a part of the full one.
const SLOWEST: f64 = 1.0 / 64.0;

/// How fast a run writes, in bytes per second on average; null: as fast as it can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct RunPace {
    /// What the host or an operator asked for.
    pub configured_bytes_per_second: Option<f64>,
    /// Where it has lowered itself; null where it has not.
    pub lowered: Option<LoweredPace>,
}

/// A pace that is lower than it should be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LoweredPace {
    /// The pace.
    pub bytes_per_second: f64,
    /// What it rises to: what was asked for, or what was reached where that is as fast as it can.
    pub full_bytes_per_second: f64,
    /// When it was halved last.
    pub halved_ms: Millis,
    /// Since when it has not been refused, less the minutes for which it was raised.
    pub good_since_ms: Millis,
}

/// What a pace learns from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PaceEvent {
    /// A transaction was refused because too much was written, or by a conflict. The run has written so many bytes per
    /// second, where that is known.
    Refused {
        /// Bytes per second.
        reached: Option<f64>,
    },
    /// A transaction wrote, and none was refused before it.
    Written,
    /// An operator asks for so many bytes per second; none: as fast as it can.
    Configured(Option<f64>),
}

impl RunPace {
    /// One that was asked for.
    pub fn new(configured_bytes_per_second: Option<f64>) -> Self {
        Self {
            configured_bytes_per_second,
            lowered: None,
        }
    }

    /// Bytes per second on average; none: as fast as it can.
    pub fn bytes_per_second(&self) -> Option<f64> {
        self.lowered
            .map(|lowered| lowered.bytes_per_second)
            .or(self.configured_bytes_per_second)
    }

    /// The pace after an event.
    ///
    /// ```
    /// use v2_rollout::{Millis, PaceEvent, RunPace};
    /// let pace = RunPace::new(Some(80_000.0));
    /// let pace = pace.after(PaceEvent::Refused { reached: None }, Millis(0.0));
    /// assert_eq!(pace.bytes_per_second(), Some(40_000.0));
    /// let pace = pace.after(PaceEvent::Written, Millis(60_000.0));
    /// assert_eq!(pace.bytes_per_second(), Some(48_000.0));
    /// ```
    #[must_use]
    pub fn after(self, event: PaceEvent, now: Millis) -> Self {
        let lowered = match event {
            PaceEvent::Configured(bytes_per_second) => return Self::new(bytes_per_second),
            PaceEvent::Refused { reached } => match self.lowered {
                Some(lowered) => Some(lowered.halved(now)),
                None => self
                    .configured_bytes_per_second
                    .or(reached)
                    .map(|full| LoweredPace::half_of(full, now)),
            },
            PaceEvent::Written => self.lowered.and_then(|lowered| lowered.raised(now)),
        };
        Self { lowered, ..self }
    }
}

impl LoweredPace {
    fn half_of(full: f64, now: Millis) -> Self {
        Self {
            bytes_per_second: full / 2.0,
            full_bytes_per_second: full,
            halved_ms: now,
            good_since_ms: now,
        }
    }

    fn halved(self, now: Millis) -> Self {
        let refused = Self {
            good_since_ms: now,
            ..self
        };
        // A clock that went back must not keep it from being halved.
        if now >= self.halved_ms && now - self.halved_ms < HALVED_ONCE_IN {
            return refused;
        }
        Self {
            bytes_per_second: (self.bytes_per_second / 2.0).max(self.full_bytes_per_second * SLOWEST),
            halved_ms: now,
            ..refused
        }
    }

    /// None where it is full again.
    fn raised(self, now: Millis) -> Option<Self> {
        // A clock that went back must not keep it from rising.
        let since = Millis(self.good_since_ms.0.min(now.0));
        let minutes = as_f64(as_u64((now - since).0 / GOOD.0));
        let pace = self.bytes_per_second + minutes * STEP * self.full_bytes_per_second;
        // Ten steps of a tenth may come out a little below one.
        (pace.round() < self.full_bytes_per_second.round()).then_some(Self {
            bytes_per_second: pace,
            good_since_ms: since + Millis(minutes * GOOD.0),
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paces after events, each at a second.
    fn paces(configured: Option<f64>, events: &[(f64, PaceEvent)]) -> Vec<Option<f64>> {
        let mut pace = RunPace::new(configured);
        let after = events.iter().map(|(second, event)| {
            pace = pace.after(*event, Millis(second * 1_000.0));
            pace.bytes_per_second().map(f64::round)
        });
        after.collect()
    }

    const REFUSED: PaceEvent = PaceEvent::Refused { reached: None };
    const WRITTEN: PaceEvent = PaceEvent::Written;

    #[test]
    fn it_halves_when_refused_and_rises_by_a_tenth_per_good_minute() {
        // seconds, event, bytes per second afterwards
        let table = [
            (0.0, WRITTEN, 1_000.0),
            (10.0, REFUSED, 500.0),
            (69.0, WRITTEN, 500.0),
            (70.0, WRITTEN, 600.0),
            (71.0, WRITTEN, 600.0),
            (129.0, WRITTEN, 600.0),
            (130.0, WRITTEN, 700.0),
            // A refusal begins the good minute anew.
            (189.0, REFUSED, 350.0),
            (191.0, WRITTEN, 350.0),
            (249.0, WRITTEN, 450.0),
            // Several good minutes count as many.
            (370.0, WRITTEN, 650.0),
            (429.0, WRITTEN, 750.0),
            (1_000.0, WRITTEN, 1_000.0),
            (1_001.0, REFUSED, 500.0),
            // Refusals within ten seconds of the last halving are one sign.
            (1_006.0, REFUSED, 500.0),
            (1_011.0, REFUSED, 250.0),
            (1_015.0, REFUSED, 250.0),
        ];
        let events: Vec<_> = table.iter().map(|(at, event, _)| (*at, *event)).collect();
        let expected: Vec<_> = table.iter().map(|(_, _, pace)| Some(*pace)).collect();
        assert_eq!(paces(Some(1_000.0), &events), expected);
    }

    #[test]
    fn refusals_within_ten_seconds_are_one_sign() {
        let table = [
            (0.0, REFUSED, 32_000.0),
            (5.0, REFUSED, 32_000.0),
            (9.9, REFUSED, 32_000.0),
            (10.0, REFUSED, 16_000.0),
            (20.0, REFUSED, 8_000.0),
            (30.0, REFUSED, 4_000.0),
            (40.0, REFUSED, 2_000.0),
            (50.0, REFUSED, 1_000.0),
            // A 64th is the slowest.
            (60.0, REFUSED, 1_000.0),
            // From there it is full again within ten minutes.
            (600.0, WRITTEN, 58_600.0),
            (660.0, WRITTEN, 64_000.0),
        ];
        let events: Vec<_> = table.iter().map(|(at, event, _)| (*at, *event)).collect();
        let expected: Vec<_> = table.iter().map(|(_, _, pace)| Some(*pace)).collect();
        assert_eq!(paces(Some(64_000.0), &events), expected);
    }

    #[test]
    fn as_fast_as_it_can_is_lowered_from_what_was_reached() {
        let reached = PaceEvent::Refused {
            reached: Some(8_000.0),
        };
        let faster = PaceEvent::Refused {
            reached: Some(1_000_000.0),
        };
        let events = [
            (0.0, REFUSED),
            (1.0, reached),
            (61.0, WRITTEN),
            (71.0, faster),
            (1_000.0, WRITTEN),
        ];
        assert_eq!(
            paces(None, &events),
            [None, Some(4_000.0), Some(4_800.0), Some(2_400.0), None]
        );
    }

    #[test]
    fn it_is_as_fast_as_it_can_again_once_it_has_reached_what_it_was_lowered_from() {
        let reached = PaceEvent::Refused {
            reached: Some(8_000.0),
        };
        let events = [
            (0.0, reached),
            (240.0, WRITTEN),
            (299.0, WRITTEN),
            (300.0, WRITTEN),
        ];
        assert_eq!(
            paces(None, &events),
            [Some(4_000.0), Some(7_200.0), Some(7_200.0), None]
        );
    }

    #[test]
    fn an_operator_sets_it_anew() {
        let events = [
            (0.0, REFUSED),
            (1.0, PaceEvent::Configured(Some(300.0))),
            (2.0, REFUSED),
            (3.0, PaceEvent::Configured(None)),
        ];
        assert_eq!(
            paces(Some(1_000.0), &events),
            [Some(500.0), Some(300.0), Some(150.0), None]
        );
    }

    #[test]
    fn a_clock_that_goes_back_does_no_harm() {
        let events = [
            (1_000.0, REFUSED),
            (10.0, WRITTEN),
            (70.0, WRITTEN),
            (71.0, REFUSED),
        ];
        assert_eq!(
            paces(Some(1_000.0), &events),
            [Some(500.0), Some(500.0), Some(600.0), Some(300.0)]
        );
    }
}
