//! The state machine: one table.

use super::RunState;
use crate::migration::Stopped;

/// What an event means for a run, once its generation, its lease and the run's mode were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// A leg begins.
    LegBegan,
    /// A batch asks whether it may write.
    BatchAsked,
    /// It has written.
    BatchWritten,
    /// A leg settled the last note in reach.
    LegDone,
    /// A leg ended for a reason that another leg would meet as well.
    LegStopped(Stopped),
    /// A leg is over, at its deadline or because its lease expired. Another one takes its place, or none does.
    LegOver(Heir),
    /// Someone wants the run to pause.
    Pause,
    /// Someone wants it to go on.
    Resume,
    /// Someone wants it to end. `at_once`: nothing has been heard of its leg for as long as its lease.
    Cancel { at_once: bool },
}

/// What comes after a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heir {
    /// The next leg.
    Leg,
    /// Nothing: the run stops.
    Nothing(Stopped),
}

/// What is to be done, beside the change of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// The lease begins anew.
    RenewLease,
    /// Legs before are of an old generation from now on.
    NewGeneration,
    /// A leg of a new generation is scheduled, and a watchdog for it.
    NextLeg,
    /// Whoever asks writes.
    Write,
    /// Whoever asks writes nothing, and ends.
    WriteNothing,
}

/// What follows from what. None: it does not fit.
#[expect(clippy::match_same_arms, reason = "a line per rule, in the order in which they are read")]
#[rustfmt::skip] // One line each, so that the table is seen as one.
pub(super) fn transition(state: RunState, turn: Turn) -> Option<(RunState, &'static [Deed])> {
    use Deed::{NewGeneration, NextLeg, RenewLease, Write, WriteNothing};
    use Heir::{Leg, Nothing};
    use RunState::{Cancelled, Cancelling, Done, Paused, Pausing, Queued, Running, Stopped};
    use Turn::{BatchAsked, BatchWritten, Cancel, LegBegan, LegDone, LegOver, LegStopped, Pause, Resume};
    Some(match (state, turn) {
        // A leg begins, and its batches ask, write and tell.
        (Queued | Running,               LegBegan)                     => (Running,       &[RenewLease]),
        (Running,                        BatchAsked)                   => (Running,       &[Write]),
        (Running,                        BatchWritten)                 => (Running,       &[RenewLease]),
        (Pausing,                        LegBegan | BatchAsked)        => (Paused,        &[WriteNothing]),
        (Cancelling,                     LegBegan | BatchAsked)        => (Cancelled,     &[WriteNothing]),
        (_,                              LegBegan | BatchAsked)        => (state,         &[WriteNothing]),

        // A leg ends.
        (Running | Pausing | Cancelling, LegDone)                      => (Done,          &[]),
        (Queued | Running | Pausing,     LegStopped(why))              => (Stopped(why),  &[]),
        (Queued | Running,               LegOver(Leg))                 => (Queued,        &[NextLeg]),
        (Queued | Running,               LegOver(Nothing(why)))        => (Stopped(why),  &[]),
        (Pausing,                        LegOver(_))                   => (Paused,        &[WriteNothing]),
        (Cancelling,                     LegStopped(_) | LegOver(_))   => (Cancelled,     &[WriteNothing]),
        (_,                              LegDone | LegStopped(_) | LegOver(_)) => (state, &[]),

        // Someone decides.
        (Queued,                         Pause)                        => (Paused,        &[]),
        (Running,                        Pause)                        => (Pausing,       &[]),
        (Pausing,                        Resume)                       => (Running,       &[]),
        (Paused | Stopped(_),            Resume)                       => (Queued,        &[NextLeg]),
        (Queued | Paused,                Cancel { .. })                => (Cancelled,     &[]),
        (Running | Pausing,              Cancel { at_once: false })    => (Cancelling,    &[]),
        (Running | Pausing,              Cancel { at_once: true })     => (Cancelled,     &[NewGeneration]),
        (Cancelling,                     Cancel { .. })                => (Cancelled,     &[NewGeneration]),

        // A batch that was not to write, and what does not fit a person's wish.
        (_, BatchWritten | Pause | Resume | Cancel { .. })             => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::state;

    /// The whole table as text: a line per turn, a column per state. `.` leaves the state, `-` does not fit.
    #[test]
    fn every_state_and_every_turn() {
        let turns = [
            ("leg begins", Turn::LegBegan),
            ("batch asks", Turn::BatchAsked),
            ("batch written", Turn::BatchWritten),
            ("leg done", Turn::LegDone),
            ("leg stopped", Turn::LegStopped(Stopped::Failures)),
            ("leg over, next", Turn::LegOver(Heir::Leg)),
            ("leg over, last", Turn::LegOver(Heir::Nothing(Stopped::Deadline))),
            ("pause", Turn::Pause),
            ("resume", Turn::Resume),
            ("cancel", Turn::Cancel { at_once: false }),
            ("cancel at once", Turn::Cancel { at_once: true }),
        ];
        let states: Vec<_> = state::ALL
            .into_iter()
            .filter(|state| !matches!(state, RunState::Stopped(why) if *why != Stopped::Error))
            .collect();
        let cell = |state, turn| {
            let Some((next, deeds)) = transition(state, turn) else {
                return "-".to_owned();
            };
            let word = if next == state {
                ".".into()
            } else {
                next.to_string()
            };
            let deeds = deeds.iter().map(|deed| match deed {
                Deed::RenewLease => " L",
                Deed::NewGeneration => " G",
                Deed::NextLeg => " N",
                Deed::Write => " W",
                Deed::WriteNothing => " 0",
            });
            word + &deeds.collect::<String>()
        };
        let lines = turns.map(|(name, turn)| {
            let cells: Vec<_> = states.iter().map(|state| cell(*state, turn)).collect();
            format!("{name}: {}", cells.join(", "))
        });
        // L renews the lease, G begins a new generation, N schedules the next leg, W lets write, 0 does not.
        assert_eq!(
            lines,
            [
                // queued, running, pausing, paused, cancelling, cancelled, done, stopped (error)
                "leg begins: running L, . L, paused 0, . 0, cancelled 0, . 0, . 0, . 0",
                "batch asks: . 0, . W, paused 0, . 0, cancelled 0, . 0, . 0, . 0",
                "batch written: -, . L, -, -, -, -, -, -",
                "leg done: ., done, done, ., done, ., ., .",
                "leg stopped: stopped (failures), stopped (failures), stopped (failures), ., cancelled 0, ., ., .",
                "leg over, next: . N, queued N, paused 0, ., cancelled 0, ., ., .",
                "leg over, last: stopped (deadline), stopped (deadline), paused 0, ., cancelled 0, ., ., .",
                "pause: paused, pausing, -, -, -, -, -, -",
                "resume: -, -, running, queued N, -, -, -, queued N",
                "cancel: cancelled, cancelling, cancelling, cancelled, cancelled G, -, -, -",
                "cancel at once: cancelled, cancelled G, cancelled G, cancelled, cancelled G, -, -, -",
            ]
        );
    }
}
