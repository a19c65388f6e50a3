//! A run of the ledger the obvious way: what was asked of it, and what its transactions did.

use v2_rollout::{RunStateWord, Stopped};

/// A lease is a leg's deadline and a minute.
const GRACE: f64 = 60_000.0;
const LONGEST_PAUSE: f64 = 3_600_000.0;
const MOST_IDLE_LEGS: u32 = 5;

#[expect(clippy::struct_excessive_bools, reason = "that is the obvious way")]
#[derive(Clone, Debug, Default)]
pub struct RunModel {
    /// Every organization, where it is none.
    pub organization: Option<u8>,
    pub background: bool,
    pub generation: u64,
    /// A leg of this generation has begun.
    pub begun: bool,
    wants_pause: bool,
    wants_cancel: bool,
    paused: bool,
    pub over: Option<(RunStateWord, Option<Stopped>)>,
    pub lease_ms: f64,
    pub lease_ends: f64,
    idle_legs: u32,
    pub limit: Option<u64>,
    pub limit_left: Option<u64>,
    pub commits: u64,
}

/// What a batch is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Write,
    AlreadyWritten,
    WriteNothing,
}

impl RunModel {
    pub fn new(
        organization: Option<u8>,
        background: bool,
        limit: Option<u64>,
        deadline: f64,
        now: f64,
    ) -> Self {
        let mut model = Self {
            organization,
            background,
            limit,
            limit_left: limit,
            lease_ms: deadline + GRACE,
            ..Self::default()
        };
        model.next_leg(now);
        if !background {
            model.idle_legs = 0;
            model.begin(now);
        }
        model
    }

    pub fn state(&self) -> (RunStateWord, Option<Stopped>) {
        let word = match self.over {
            Some(over) => return over,
            None if self.paused => RunStateWord::Paused,
            None if !self.begun => RunStateWord::Queued,
            None if self.wants_cancel => RunStateWord::Cancelling,
            None if self.wants_pause => RunStateWord::Pausing,
            None => RunStateWord::Running,
        };
        (word, None)
    }

    pub fn is_alive(&self) -> bool {
        self.over.is_none() && !self.paused
    }

    pub fn has_leg(&self) -> bool {
        self.is_alive() && self.begun
    }

    pub fn has_expired(&self, now: f64) -> bool {
        self.is_alive() && now >= self.lease_ends
    }

    pub fn meets(&self, other: &Self) -> bool {
        match (self.organization, other.organization) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        }
    }

    fn end(&mut self, word: RunStateWord, why: Option<Stopped>) {
        self.over = Some((word, why));
    }

    fn next_leg(&mut self, now: f64) {
        self.generation += 1;
        self.idle_legs += 1;
        self.begun = false;
        self.lease_ends = now + self.lease_ms;
    }

    /// Takes effect of what was asked of it, where anything was.
    fn obey(&mut self) -> bool {
        if self.wants_cancel {
            self.end(RunStateWord::Cancelled, None);
        } else if self.wants_pause {
            self.paused = true;
        }
        self.wants_cancel || self.wants_pause
    }

    /// A leg begins. May it?
    pub fn begin(&mut self, now: f64) -> bool {
        let begins = self.is_alive() && !(self.begun && self.obey());
        if begins {
            self.begun = true;
            self.lease_ends = now + self.lease_ms;
        }
        begins
    }

    /// A batch asks. Does it write?
    pub fn ask(&mut self, generation: u64, number: u64) -> Answer {
        let may_write = generation == self.generation && self.is_alive() && self.begun && !self.obey();
        if !may_write {
            Answer::WriteNothing
        } else if number <= self.commits {
            Answer::AlreadyWritten
        } else {
            Answer::Write
        }
    }

    /// A transaction is recorded that moved its position or not, and migrated so many.
    fn record(&mut self, has_moved: bool, through: u64) {
        self.commits += 1;
        if has_moved {
            self.idle_legs = 0;
        }
        if let Some(left) = &mut self.limit_left {
            assert!(through <= *left, "{through} notes, and the limit leaves {left}");
            *left -= through;
        }
    }

    pub fn written(&mut self, has_moved: bool, through: u64, now: f64) {
        self.record(has_moved, through);
        self.lease_ends = now + self.lease_ms;
    }

    /// A leg of a generation ends, whose rest has a number. Is it over?
    pub fn leg_ended(
        &mut self,
        generation: u64,
        number: u64,
        stopped: Option<Stopped>,
        has_moved: bool,
        pause: f64,
        now: f64,
    ) -> bool {
        if generation != self.generation {
            return true;
        }
        let has_leg = self.has_leg();
        if stopped.is_none() && has_leg && number <= self.commits {
            return false;
        }
        if has_leg && number == self.commits + 1 {
            self.record(has_moved, 0);
        }
        match stopped {
            None if has_leg => self.end(RunStateWord::Done, None),
            None => {}
            Some(Stopped::Deadline) => {
                let before = self.generation;
                self.leg_is_over(Stopped::Deadline, now);
                if self.generation > before {
                    self.lease_ends += pause.clamp(0.0, LONGEST_PAUSE);
                }
            }
            Some(why) => self.stop(why),
        }
        true
    }

    pub fn watched(&mut self, generation: u64, now: f64) {
        if generation == self.generation && self.has_expired(now) {
            self.leg_is_over(Stopped::Error, now);
        }
    }

    pub fn leg_is_over(&mut self, why: Stopped, now: f64) {
        if !self.is_alive() {
            return;
        }
        if self.limit_left == Some(0) {
            self.stop(Stopped::Limit);
        } else if self.begun && self.obey() {
        } else if !self.background {
            self.stop(why);
        } else if self.idle_legs >= MOST_IDLE_LEGS {
            self.stop(Stopped::Error);
        } else {
            self.next_leg(now);
        }
    }

    fn stop(&mut self, why: Stopped) {
        if self.is_alive() && self.wants_cancel {
            self.end(RunStateWord::Cancelled, None);
        } else if self.is_alive() {
            self.end(RunStateWord::Stopped, Some(why));
        }
    }

    /// Does it fit?
    pub fn pause(&mut self) -> bool {
        let fits = self.is_alive() && !self.wants_pause && !self.wants_cancel;
        if fits && self.begun {
            self.wants_pause = true;
        } else if fits {
            self.paused = true;
        }
        fits
    }

    /// Does it fit?
    pub fn cancel(&mut self, now: f64) -> bool {
        if self.over.is_some() {
            return false;
        }
        if self.paused || !self.begun {
            self.end(RunStateWord::Cancelled, None);
        } else if self.wants_cancel || self.has_expired(now) {
            self.end(RunStateWord::Cancelled, None);
            self.generation += 1;
        } else {
            self.wants_cancel = true;
        }
        true
    }

    /// Does it fit? A leg that was put off for the pace of before begins at once.
    pub fn set_pace(&mut self, now: f64) -> bool {
        let is_over_for_good = matches!(self.over, Some((RunStateWord::Done | RunStateWord::Cancelled, _)));
        if self.is_alive() && !self.begun && self.lease_ends > now + self.lease_ms {
            self.next_leg(now);
            self.idle_legs -= 1;
        }
        !is_over_for_good
    }

    /// Does it fit?
    pub fn resume(&mut self, now: f64) -> bool {
        if self.has_expired(now) {
            self.leg_is_over(Stopped::Error, now);
            if self.is_alive() {
                return true;
            }
        }
        let has_stopped = matches!(self.over, Some((RunStateWord::Stopped, _)));
        if self.is_alive() && self.wants_pause && !self.wants_cancel {
            self.wants_pause = false;
            self.idle_legs = 0;
        } else if self.paused && self.over.is_none() || has_stopped {
            self.over = None;
            self.paused = false;
            self.wants_pause = false;
            self.wants_cancel = false;
            self.background = true;
            self.idle_legs = 0;
            if self.limit_left == Some(0) {
                self.limit_left = self.limit;
            }
            self.next_leg(now);
        } else {
            return false;
        }
        true
    }

    /// Why it makes way for another one, or does not.
    pub fn makes_way(&mut self, now: f64) -> bool {
        if self.has_expired(now) {
            self.leg_is_over(Stopped::Error, now);
        }
        self.over.is_some()
    }
}
