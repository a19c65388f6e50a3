//! What an event means for a run.

use super::transitions::{Deed, Heir, Turn, transition};
use super::{PaceEvent, Run, RunBatch, RunDecision, RunEffect, RunError, RunEvent, RunMode, RunState};
use crate::argument;
use crate::migration::Stopped;
use crate::refusal::Refusal;
use crate::text::{counted, shortened};
use crate::units::{Millis, as_f64, as_u64};

/// After so many legs in a row that settled nothing a run stops: its legs die, or nothing moves.
const MOST_IDLE_LEGS: u64 = 5;
/// A leg is put off for so long at most.
const LONGEST_PAUSE: Millis = Millis(3_600_000.0);

impl Run {
    /// What it is at.
    ///
    /// # Errors
    /// - `INTERNAL` where the row contradicts itself.
    pub fn state(&self) -> Result<RunState, Refusal> {
        RunState::of(self.state, self.stopped)
    }

    /// What an event means for it: the row as it is to be written, and what else is to be done.
    ///
    /// # Errors
    /// - `RUN_STATE` where the run is not in a state for what someone wants.
    /// - `INVALID_ARGUMENT` for a pace that is no whole number from 1.
    /// - `INTERNAL` for a row that contradicts itself, and for a batch that was not to write or does not name its
    ///   failures. Thrown in the transaction of the batch, it keeps it from being committed.
    pub fn on(&self, event: &RunEvent, now: Millis) -> Result<RunDecision, Refusal> {
        let state = self.state()?;
        let mut run = self.clone();
        let effects = match event {
            RunEvent::LegBegan { generation }
            | RunEvent::BatchAsked { generation, .. }
            | RunEvent::LegEnded { generation, .. }
                if *generation != self.generation =>
            {
                vec![RunEffect::WriteNothing]
            }
            RunEvent::LegBegan { .. } => {
                run.hear(state, now);
                run.turn(Turn::LegBegan, now)?
            }
            RunEvent::BatchAsked { number, .. } => {
                run.hear(state, now);
                run.asked(state, *number, now)?
            }
            RunEvent::BatchWritten { generation, batch } => {
                let is_asked_for = *generation == self.generation && batch.number == self.next_number();
                if !is_asked_for || state != RunState::Running {
                    return Err(self.unasked(batch.number));
                }
                run.hear(state, now);
                run.record(batch, now)?;
                run.turn(Turn::BatchWritten, now)?
            }
            RunEvent::LegEnded {
                stopped,
                rest,
                pause_ms,
                ..
            } => {
                run.hear(state, now);
                let mut effects = run.ended(state, *stopped, rest, now)?;
                run.put_off(&mut effects, *pause_ms);
                effects
            }
            RunEvent::Watched { generation } => run.watched(*generation, now)?,
            RunEvent::Pause => run.turn(Turn::Pause, now)?,
            RunEvent::Cancel => run.turn(
                Turn::Cancel {
                    at_once: self.has_expired(now),
                },
                now,
            )?,
            RunEvent::SetPace { bytes_per_second } => {
                if matches!(state, RunState::Done | RunState::Cancelled) {
                    return Err(self.does_not_fit(state));
                }
                if let Some(bytes_per_second) = bytes_per_second {
                    argument::whole_number("bytesPerSecond", *bytes_per_second)?;
                }
                run.pace = run.pace.after(PaceEvent::Configured(*bytes_per_second), now);
                run.begin_sooner(state, now)
            }
        };
        let mut decision = run.decided(self, effects, now)?;
        if decision.run.commits > self.commits
            && let RunEvent::BatchWritten { batch, .. } | RunEvent::LegEnded { rest: batch, .. } = event
        {
            decision.failures.clone_from(&batch.failures);
            decision.recovered.clone_from(&batch.recovered);
        }
        Ok(decision)
    }

    /// The row and its effects, told from the row before.
    pub(super) fn decided(
        mut self,
        before: &Self,
        effects: Vec<RunEffect>,
        now: Millis,
    ) -> Result<RunDecision, Refusal> {
        let is_changed = self != *before;
        if is_changed {
            self.updated_ms = now;
        }
        Ok(RunDecision {
            excludes_others: self.state()?.excludes(),
            bytes_per_second: self.pace.bytes_per_second(),
            run: self,
            is_changed,
            effects,
            failures: Vec::new(),
            recovered: None,
        })
    }

    /// Takes the table's line for a turn. The row is left half-changed where it is refused: callers drop it.
    pub(super) fn turn(&mut self, turn: Turn, now: Millis) -> Result<Vec<RunEffect>, Refusal> {
        let before = self.state()?;
        let (state, deeds) = transition(before, turn).ok_or_else(|| self.does_not_fit(before))?;
        (self.state, self.stopped) = state.fields();
        let mut effects = Vec::new();
        for deed in deeds {
            match deed {
                Deed::RenewLease => self.lease_ends_ms = Some(now + self.lease_ms),
                Deed::NewGeneration => self.generation += 1,
                Deed::NextLeg => effects.extend(self.next_leg(now)),
                Deed::Write => effects.push(RunEffect::WriteBatch),
                Deed::WriteNothing => effects.push(RunEffect::WriteNothing),
            }
        }
        if !state.has_lease() {
            self.lease_ends_ms = None;
        }
        if !state.has_leg() {
            self.heard_ms = None;
        } else if !before.has_leg() {
            self.heard_ms = Some(now);
        }
        if !state.is_over() {
            self.ended_ms = None;
        } else if !before.is_over() {
            self.ended_ms = Some(now);
        }
        Ok(effects)
    }

    /// A leg of a new generation is scheduled. It has a lease, too: an action that is scheduled may never begin.
    pub(super) fn next_leg(&mut self, now: Millis) -> [RunEffect; 2] {
        self.generation += 1;
        self.idle_legs += 1;
        let at_ms = now + self.lease_ms;
        self.lease_ends_ms = Some(at_ms);
        let generation = self.generation;
        [
            RunEffect::ScheduleLeg {
                generation,
                after_ms: Millis(0.0),
            },
            RunEffect::ScheduleWatch { generation, at_ms },
        ]
    }

    /// Puts the next leg off, for as long as the pace asks for.
    fn put_off(&mut self, effects: &mut [RunEffect], pause: Millis) {
        let pause = Millis(pause.0.clamp(0.0, LONGEST_PAUSE.0));
        for effect in effects {
            match effect {
                RunEffect::ScheduleLeg { after_ms, .. } => *after_ms = pause,
                RunEffect::ScheduleWatch { at_ms, .. } => {
                    *at_ms = *at_ms + pause;
                    self.lease_ends_ms = Some(*at_ms);
                }
                _ => {}
            }
        }
    }

    /// A leg that was put off for the pace of before begins at once.
    fn begin_sooner(&mut self, state: RunState, now: Millis) -> Vec<RunEffect> {
        let is_put_off = self.lease_ends_ms.is_some_and(|end| end > now + self.lease_ms);
        if state != RunState::Queued || !is_put_off {
            return Vec::new();
        }
        let idle_legs = self.idle_legs;
        let effects = self.next_leg(now).to_vec();
        self.idle_legs = idle_legs;
        effects
    }

    /// The number of the batch that may write next.
    fn next_number(&self) -> u64 {
        self.commits + 1
    }

    pub(super) fn has_expired(&self, now: Millis) -> bool {
        self.lease_ends_ms.is_some_and(|end| now >= end)
    }

    /// Its leg, which works, is heard of.
    fn hear(&mut self, state: RunState, now: Millis) {
        if state.has_leg()
            && let Some(heard) = self.heard_ms.replace(now)
        {
            self.worked_ms = self.worked_ms + Millis((now - heard).0.max(0.0));
        }
    }

    /// A batch asks whether it may write.
    fn asked(&mut self, state: RunState, number: u64, now: Millis) -> Result<Vec<RunEffect>, Refusal> {
        if state == RunState::Running {
            if number > self.next_number() {
                return Err(self.unasked(number));
            }
            if number < self.next_number() {
                return Ok(vec![RunEffect::AlreadyWritten]);
            }
        }
        self.turn(Turn::BatchAsked, now)
    }

    /// Its leg ended.
    fn ended(
        &mut self,
        state: RunState,
        stopped: Option<Stopped>,
        rest: &RunBatch,
        now: Millis,
    ) -> Result<Vec<RunEffect>, Refusal> {
        // A rest of an older number begins before a batch whose answer was lost: the notes are counted with that.
        let is_next = rest.number == self.next_number();
        if stopped.is_none() && state.has_leg() && rest.number < self.next_number() {
            // Its leg may have gone through the last notes without those of another leg.
            return Ok(vec![RunEffect::AlreadyWritten]);
        }
        if state.has_leg() && is_next {
            self.record(rest, now)?;
        } else if let Some(error) = &rest.error {
            self.fail(error, now);
        }
        let turn = match stopped {
            None if state.has_leg() && !is_next => return Err(self.unasked(rest.number)),
            None => Turn::LegDone,
            Some(Stopped::Deadline) => self.over(Stopped::Deadline, now),
            Some(why) => Turn::LegStopped(why),
        };
        self.turn(turn, now)
    }

    /// A watchdog looks at its lease.
    fn watched(&mut self, generation: u64, now: Millis) -> Result<Vec<RunEffect>, Refusal> {
        // One of an old generation has a successor.
        let Some(at_ms) = self.lease_ends_ms.filter(|_| generation == self.generation) else {
            return Ok(Vec::new());
        };
        if !self.has_expired(now) {
            return Ok(vec![RunEffect::ScheduleWatch { generation, at_ms }]);
        }
        let seconds = as_u64((self.lease_ms.0 / 1_000.0).round());
        let silence = counted(seconds, "second", "seconds");
        self.fail(&format!("nothing was heard of its leg for {silence}"), now);
        let turn = self.over(Stopped::Error, now);
        self.turn(turn, now)
    }

    /// A leg is over. What comes after it, and why the run stops where nothing does.
    fn over(&mut self, why: Stopped, now: Millis) -> Turn {
        if self.limit_left == Some(0) {
            return Turn::LegStopped(Stopped::Limit);
        }
        if self.mode == RunMode::Foreground {
            return Turn::LegOver(Heir::Nothing(why));
        }
        if self.idle_legs < MOST_IDLE_LEGS {
            return Turn::LegOver(Heir::Leg);
        }
        self.fail(&format!("{} legs in a row settled nothing", self.idle_legs), now);
        Turn::LegOver(Heir::Nothing(Stopped::Error))
    }

    /// Adds what one transaction did: a function of the row and the batch alone, but for times.
    fn record(&mut self, batch: &RunBatch, now: Millis) -> Result<(), Refusal> {
        batch.check()?;
        self.commits += 1;
        self.sums.add(&batch.sums);
        let through = batch.sums.outcome.through();
        self.limit_left = self.limit_left.map(|left| left.saturating_sub(through));
        if batch.recovered.is_some() {
            let failed = &mut self.sums.outcome.failed;
            *failed = failed.saturating_sub(1);
        }
        if batch.position.is_some() && batch.position != self.position {
            self.idle_legs = 0;
            self.position.clone_from(&batch.position);
        }
        if let Some(error) = &batch.error {
            self.fail(error, now);
        }
        let learned = if batch.refusals > 0 {
            let reached = as_f64(self.sums.bytes_written) / (self.worked_ms.0 / 1_000.0);
            PaceEvent::Refused {
                reached: Some(reached).filter(|reached| reached.is_finite() && *reached > 0.0),
            }
        } else {
            PaceEvent::Written
        };
        self.pace = self.pace.after(learned, now);
        Ok(())
    }

    fn fail(&mut self, message: &str, now: Millis) {
        self.last_error = Some(RunError {
            message: shortened(message).into(),
            at_ms: now,
        });
    }
}
