//! When a transaction that failed is tried again.

use crate::failure::FailureKind;
use crate::units::Millis;

/// The first wait.
const FIRST: Millis = Millis(250.0);
/// The longest one.
const LONGEST: Millis = Millis(16_000.0);
/// For how long a transaction is tried in all.
const PATIENCE: Millis = Millis(60_000.0);
/// How often it is tried again where nothing tells whether that helps.
const UNKNOWN_TRIES: u32 = 2;

/// The failures in a row of one transaction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Retry {
    /// When it failed first.
    since: Option<Millis>,
    failures: u32,
    unknown: u32,
}

impl Retry {
    /// How long to wait before it is tried again; none where it is given up. No try begins at `end` or later. `jitter`
    /// is a random number from 0 to 1: a wait is between half of its full length and all of it, so that callers that
    /// failed together do not come back together.
    pub(crate) fn after(
        &mut self,
        kind: FailureKind,
        now: Millis,
        end: Millis,
        jitter: f64,
    ) -> Option<Millis> {
        let since = *self.since.get_or_insert(now);
        if kind == FailureKind::Unknown && self.unknown < UNKNOWN_TRIES {
            self.unknown += 1;
        } else if !kind.is_transient() {
            return None;
        }
        // Past ten doublings the longest wait is long reached.
        let full = (FIRST.0 * f64::from(1_u32 << self.failures.min(10))).min(LONGEST.0);
        let wait = Millis(full * (0.5 + jitter.clamp(0.0, 1.0) / 2.0));
        self.failures += 1;
        let next = now + wait;
        (next - since <= PATIENCE && next < end).then_some(wait)
    }

    /// How often it has failed.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// A smaller one is tried in its place. Waits go on as they were.
    pub(crate) fn smaller(&mut self) {
        self.unknown = 0;
    }

    /// It went through.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }
}

/// How long to wait before a call is tried again that failed with this message; none where it is given up. It was first
/// tried at `since` and has failed `failures` times before. No try begins at `end` or later. `jitter` is a random number
/// from 0 to 1.
pub fn retry_after(
    message: &str,
    failures: u32,
    since: Millis,
    now: Millis,
    end: Millis,
    jitter: f64,
) -> Option<Millis> {
    let mut retry = Retry {
        since: Some(since),
        failures,
        unknown: failures,
    };
    retry.after(FailureKind::of(message), now, end, jitter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::Limit;

    const NEVER: Millis = Millis(1e12);

    #[test]
    fn waits_double_up_to_a_minute_in_all() {
        let mut retry = Retry::default();
        let mut now = Millis(1_000.0);
        let mut waits = Vec::new();
        while let Some(wait) = retry.after(FailureKind::Transient, now, NEVER, 1.0) {
            waits.push(wait.0);
            now = now + wait;
        }
        let doubled = [
            250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0, 16_000.0,
        ];
        assert_eq!(waits, doubled);
        retry.reset();
        assert_eq!(
            retry.after(FailureKind::Transient, now, NEVER, 0.0),
            Some(Millis(125.0))
        );
    }

    #[test]
    fn what_is_unknown_is_tried_twice_more_and_what_cannot_help_not_at_all() {
        let mut retry = Retry::default();
        let mut wait = |kind| retry.after(kind, Millis(0.0), NEVER, 1.0).map(|wait| wait.0);
        assert_eq!(wait(FailureKind::Unknown), Some(250.0));
        assert_eq!(wait(FailureKind::Unknown), Some(500.0));
        assert_eq!(wait(FailureKind::Unknown), None);
        for kind in [FailureKind::Document, FailureKind::TooLarge(Limit::Memory)] {
            assert_eq!(wait(kind), None);
        }
    }

    #[test]
    fn a_smaller_one_has_its_own_tries_and_waits_on() {
        let mut retry = Retry::default();
        let waits = |retry: &mut Retry| {
            [(); 3].map(|()| {
                retry
                    .after(FailureKind::Unknown, Millis(0.0), NEVER, 1.0)
                    .map(|wait| wait.0)
            })
        };
        assert_eq!(waits(&mut retry), [Some(250.0), Some(500.0), None]);
        assert_eq!(retry.failures(), 2);
        retry.smaller();
        assert_eq!(waits(&mut retry), [Some(1_000.0), Some(2_000.0), None]);
        assert_eq!(retry.failures(), 4);
    }

    #[test]
    fn a_call_is_tried_for_a_minute() {
        let busy = "Too many concurrent requests in a short period of time";
        let since = Millis(100_000.0);
        for (after, expected) in [(59_750.0, Some(250.0)), (59_751.0, None), (70_000.0, None)] {
            let wait = retry_after(busy, 0, since, since + Millis(after), NEVER, 1.0);
            assert_eq!(wait.map(|wait| wait.0), expected, "{after}");
        }
    }

    #[test]
    fn a_call_is_tried_by_what_its_error_says() {
        let busy = "Too many concurrent requests in a short period of time";
        // message, failures before, at, wait
        for (message, failures, at, expected) in [
            (busy, 0, 0.0, Some(250.0)),
            (busy, 3, 900.0, None),
            (busy, 5, 100.0, None),
            ("ECONNRESET", 0, 0.0, Some(250.0)),
            ("ECONNRESET", 1, 0.0, Some(500.0)),
            ("ECONNRESET", 2, 0.0, None),
            (
                "Function execution timed out (maximum duration: 1s)",
                0,
                0.0,
                None,
            ),
            (busy, 0, 1_000.0, None),
        ] {
            let wait = retry_after(message, failures, Millis(0.0), Millis(at), Millis(1_000.0), 1.0);
            assert_eq!(wait.map(|wait| wait.0), expected, "{message} {failures}");
        }
    }

    #[test]
    fn no_try_begins_at_the_end() {
        let wait = |end| Retry::default().after(FailureKind::Transient, Millis(0.0), Millis(end), 1.0);
        assert_eq!(wait(251.0), Some(Millis(250.0)));
        assert_eq!(wait(250.0), None);
    }
}
