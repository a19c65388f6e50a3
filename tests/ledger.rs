//! Migration runs against a world that goes wrong: legs that die, answers that are lost, clocks that jump, operators who
//! change their minds. What the ledger decides is held to a model that is written the obvious way.

#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a test may panic"
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use v2_rollout::{
    Code, Millis, NoteFailure, Refusal, Run, RunBatch, RunCall, RunDecision, RunEffect, RunEvent,
    RunStateWord, Stopped, resume_run, start_run,
};

const DEADLINE: f64 = 240_000.0;
const LEASE: f64 = 300_000.0;
const ORGANIZATIONS: [&str; 3] = ["org_a", "org_b", "org_c"];
const NOTES: usize = 12;

/// What is the matter with a note, by its number within its organization.
fn kind(note: usize) -> Kind {
    match note % NOTES {
        2 | 3 | 9 => Kind::NotReady,
        5 => Kind::Malformed,
        _ => Kind::Eligible,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Eligible,
    NotReady,
    Malformed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Settled {
    Migrated,
    AlreadyMigrated,
    NotReady,
    Failed,
}

/// A run the obvious way: what was asked of it, what its transactions settled, one by one.
#[expect(clippy::struct_excessive_bools, reason = "that is the obvious way")]
#[derive(Clone, Debug, Default)]
struct Model {
    /// The numbers of the notes in its reach.
    reach: Vec<usize>,
    background: bool,
    generation: u64,
    /// A leg of this generation has begun.
    begun: bool,
    wants_pause: bool,
    wants_cancel: bool,
    paused: bool,
    over: Option<(RunStateWord, Option<Stopped>)>,
    lease_ends: f64,
    idle_legs: u32,
    limit: Option<usize>,
    limit_left: Option<usize>,
    log: Vec<(usize, Settled)>,
    commits: u64,
}

impl Model {
    fn state(&self) -> (RunStateWord, Option<Stopped>) {
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

    fn is_alive(&self) -> bool {
        self.over.is_none() && !self.paused
    }

    fn has_expired(&self, now: f64) -> bool {
        self.is_alive() && now >= self.lease_ends
    }

    fn meets(&self, other: &Self) -> bool {
        self.reach.iter().any(|note| other.reach.contains(note))
    }

    fn end(&mut self, word: RunStateWord, why: Option<Stopped>) {
        self.over = Some((word, why));
    }

    fn next_leg(&mut self, now: f64) {
        self.generation += 1;
        self.idle_legs += 1;
        self.begun = false;
        self.lease_ends = now + LEASE;
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

    fn begin(&mut self, now: f64) {
        if self.is_alive() && !(self.begun && self.obey()) {
            self.begun = true;
            self.lease_ends = now + LEASE;
        }
    }

    /// A batch asks. Does it write?
    fn ask(&mut self) -> bool {
        self.is_alive() && self.begun && !self.obey()
    }

    fn leg_is_over(&mut self, why: Stopped, now: f64) {
        if !self.is_alive() {
            return;
        }
        if self.limit_left == Some(0) {
            self.stop(Stopped::Limit);
        } else if self.begun && self.obey() {
        } else if !self.background {
            self.stop(why);
        } else if self.idle_legs >= 5 {
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

    fn pause(&mut self) -> bool {
        let fits = self.is_alive() && !self.wants_pause && !self.wants_cancel;
        if fits && self.begun {
            self.wants_pause = true;
        } else if fits {
            self.paused = true;
        }
        fits
    }

    fn cancel(&mut self, now: f64) -> bool {
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

    fn resume(&mut self, now: f64) -> bool {
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
}

/// An action that works on a run. It knows what the row was when it looked last.
#[derive(Clone, Debug)]
struct Leg {
    run: usize,
    generation: u64,
    has_begun: bool,
    commits: u64,
    position: usize,
    limit_left: Option<u64>,
    refusals: u64,
}

/// What goes wrong with a transaction.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// It is not committed; its leg goes on.
    Conflict,
    /// It is not committed, and its leg dies.
    Crash,
    /// It is committed, but its leg does not learn that.
    LostAnswer,
    /// It is committed, and its leg dies.
    CrashAfterwards,
}

impl Fault {
    fn of(seed: u8) -> Self {
        match seed % 16 {
            0 => Self::Conflict,
            1 => Self::Crash,
            2 | 3 => Self::LostAnswer,
            4 => Self::CrashAfterwards,
            _ => Self::None,
        }
    }

    fn is_committed(self) -> bool {
        !matches!(self, Self::Conflict | Self::Crash)
    }

    fn is_deadly(self) -> bool {
        matches!(self, Self::Crash | Self::CrashAfterwards)
    }

    fn is_answered(self) -> bool {
        self == Self::None
    }
}

#[derive(Clone, Debug, Default)]
struct World {
    now: f64,
    /// Which run wrote a note.
    written: BTreeMap<usize, usize>,
    /// Rows of failures: run and note.
    failures: Vec<(usize, usize)>,
    runs: Vec<Run>,
    models: Vec<Model>,
    legs: Vec<Leg>,
    scheduled_legs: Vec<(usize, u64)>,
    watches: Vec<(usize, u64, f64)>,
}

impl World {
    fn now(&self) -> Millis {
        Millis(self.now)
    }

    fn index(&self, run: &Run) -> usize {
        self.runs.iter().position(|one| one.run_id == run.run_id).unwrap()
    }

    /// Writes a decision, and schedules what it says.
    fn commit(&mut self, decision: RunDecision) {
        let at = self.index(&decision.run);
        assert_eq!(decision.is_changed, self.runs[at] != decision.run);
        for effect in decision.effects {
            match effect {
                RunEffect::ScheduleLeg { generation, .. } => self.scheduled_legs.push((at, generation)),
                RunEffect::ScheduleWatch { generation, at_ms } => {
                    self.watches.push((at, generation, at_ms.0));
                }
                RunEffect::WriteBatch | RunEffect::AlreadyWritten | RunEffect::WriteNothing => {}
            }
        }
        self.runs[at] = decision.run;
    }

    fn start(&mut self, seed: u16) {
        let organization = ORGANIZATIONS.get(usize::from(seed % 4)).copied();
        let background = seed & 16 > 0;
        let limit = (seed & 32 > 0).then_some(usize::from(seed >> 8) % 9 + 1);
        let call = RunCall {
            run_id: format!("r{}", self.runs.len()),
            organization_id: organization.map(String::from),
            background,
            by: "Ann".into(),
            limit: limit.map(|limit| limit as f64),
            deadline_ms: Millis(DEADLINE),
            ..RunCall::default()
        };
        let reach = match organization {
            Some(_) => usize::from(seed % 4) * NOTES..usize::from(seed % 4 + 1) * NOTES,
            None => 0..ORGANIZATIONS.len() * NOTES,
        };
        let mut model = Model {
            reach: reach.collect(),
            background,
            limit,
            limit_left: limit,
            ..Model::default()
        };
        model.next_leg(self.now);
        if !background {
            model.idle_legs = 0;
            model.begin(self.now);
        }
        let before = self.models.clone();
        let is_free = self.make_way(&model, None);
        match start_run(&call, &self.runs, self.now()) {
            Ok(start) => {
                assert!(is_free, "it was to be refused");
                let start = start.unwrap();
                for other in start.others {
                    self.commit(other);
                }
                self.runs.push(Run {
                    run_id: call.run_id,
                    ..Run::default()
                });
                self.models.push(model);
                self.commit(start.decision);
                if !background {
                    self.add_leg(self.runs.len() - 1, 1, true);
                }
            }
            Err(refusal) => {
                assert_eq!((refusal.code, is_free), (Code::RunExists, false));
                self.models = before;
            }
        }
    }

    /// Runs whose lease has expired make way for a new one. Is there none left that excludes it?
    fn make_way(&mut self, model: &Model, at: Option<usize>) -> bool {
        for other in 0..self.models.len() {
            if Some(other) == at || !self.models[other].meets(model) {
                continue;
            }
            if self.models[other].has_expired(self.now) {
                self.models[other].leg_is_over(Stopped::Error, self.now);
            }
            if self.models[other].over.is_none() {
                return false;
            }
        }
        true
    }

    fn resume(&mut self, at: usize) {
        let before = self.models.clone();
        let has_stopped = self.models[at].over.is_some();
        let now = self.now;
        let fits = self.models[at].resume(now);
        let model = self.models[at].clone();
        let is_free = !fits || !has_stopped || self.make_way(&model, Some(at));
        match resume_run(&self.runs[at], &self.runs, self.now()) {
            Ok(start) => {
                assert!(fits && is_free, "it was to be refused");
                for other in start.others {
                    self.commit(other);
                }
                self.commit(start.decision);
            }
            Err(refusal) => {
                let code = if fits { Code::RunExists } else { Code::RunState };
                assert_eq!(refusal.code, code);
                assert!(!fits || !is_free, "it was not to be refused");
                self.models = before;
            }
        }
    }

    fn wish(&mut self, at: usize, event: &RunEvent) {
        let now = self.now;
        let fits = match event {
            RunEvent::Pause => self.models[at].pause(),
            _ => self.models[at].cancel(now),
        };
        match self.runs[at].on(event, self.now()) {
            Ok(decision) => {
                assert!(fits, "{event:?} was to be refused");
                self.commit(decision);
            }
            Err(Refusal { code, .. }) => {
                assert_eq!((code, fits), (Code::RunState, false), "{event:?}");
            }
        }
    }

    fn add_leg(&mut self, run: usize, generation: u64, has_begun: bool) {
        let leg = Leg {
            run,
            generation,
            has_begun,
            commits: 0,
            position: 0,
            limit_left: None,
            refusals: 0,
        };
        self.legs.push(self.look(&leg));
    }

    /// A leg looks at its run's row.
    fn look(&self, leg: &Leg) -> Leg {
        let run = &self.runs[leg.run];
        Leg {
            commits: run.commits,
            position: run.position.as_deref().map_or(0, |at| at.parse().unwrap()),
            limit_left: run.limit_left,
            ..leg.clone()
        }
    }

    /// A leg that is scheduled begins, or is lost.
    fn begin_scheduled(&mut self, seed: u16, is_lost: bool) {
        if self.scheduled_legs.is_empty() {
            return;
        }
        let at = usize::from(seed) % self.scheduled_legs.len();
        let (run, generation) = self.scheduled_legs.remove(at);
        if !is_lost {
            self.add_leg(run, generation, false);
        }
    }

    fn watch(&mut self, at: usize) {
        let (run, generation, _) = self.watches.remove(at);
        let model = &mut self.models[run];
        if generation == model.generation && model.has_expired(self.now) {
            model.leg_is_over(Stopped::Error, self.now);
        }
        let decision = self.runs[run].on(&RunEvent::Watched { generation }, self.now());
        self.commit(decision.unwrap());
    }

    /// The watchdogs whose time has come look.
    fn watch_due(&mut self) {
        while let Some(at) = self.watches.iter().position(|(_, _, time)| *time <= self.now) {
            self.watch(at);
        }
    }

    /// The transaction of a batch of so many notes, on a copy of the world.
    fn batch(&mut self, leg: &Leg, notes: usize) -> RunEffect {
        let at = leg.run;
        let number = leg.commits + 1;
        let generation = leg.generation;
        let asked = RunEvent::BatchAsked { generation, number };
        let is_live = generation == self.models[at].generation;
        let is_known = number <= self.models[at].commits;
        let may_write = is_live && self.models[at].ask();
        let expected = match (may_write, is_known) {
            (false, _) => RunEffect::WriteNothing,
            (true, true) => RunEffect::AlreadyWritten,
            (true, false) => RunEffect::WriteBatch,
        };
        let decision = self.runs[at].on(&asked, self.now()).unwrap();
        assert_eq!(decision.effects, [expected]);
        self.commit(decision);
        if expected == RunEffect::WriteBatch {
            let batch = self.settle(leg, notes, false);
            let now = self.now;
            let model = &mut self.models[at];
            model.lease_ends = now + LEASE;
            model.commits += 1;
            let written = RunEvent::BatchWritten { generation, batch };
            let decision = self.runs[at].on(&written, self.now()).unwrap();
            assert_eq!(decision.effects, []);
            self.commit(decision);
        }
        expected
    }

    /// Goes through the next notes of a leg's run, and counts them in its model and in a batch. The rest of a leg is
    /// of notes that need not be written.
    fn settle(&mut self, leg: &Leg, notes: usize, is_rest: bool) -> RunBatch {
        let at = leg.run;
        let mut batch = RunBatch {
            number: leg.commits + 1,
            refusals: leg.refusals,
            ..RunBatch::default()
        };
        let mut left = leg.limit_left;
        let reach = self.models[at].reach.clone();
        for note in reach.iter().skip(leg.position).take(notes) {
            let outcome = &mut batch.sums.outcome;
            let settled = match kind(*note) {
                Kind::NotReady => {
                    outcome.not_ready += 1;
                    Settled::NotReady
                }
                Kind::Eligible if self.written.contains_key(note) => {
                    outcome.already_migrated += 1;
                    Settled::AlreadyMigrated
                }
                _ if is_rest || left == Some(0) => break,
                Kind::Malformed => {
                    outcome.failed += 1;
                    let voice_note_id = note.to_string();
                    batch.failures.push(NoteFailure {
                        voice_note_id,
                        code: Code::MalformedDocument,
                        message: "transcription is missing".into(),
                    });
                    self.failures.push((at, *note));
                    Settled::Failed
                }
                Kind::Eligible => {
                    outcome.migrated += 1;
                    left = left.map(|left| left - 1);
                    self.written.insert(*note, at);
                    batch.sums.bytes_written += 1_000;
                    Settled::Migrated
                }
            };
            self.models[at].log.push((*note, settled));
        }
        let settled = usize::try_from(batch.sums.settled()).unwrap();
        if settled > 0 {
            batch.position = Some((leg.position + settled).to_string());
            self.models[at].idle_legs = 0;
        }
        let model = &mut self.models[at];
        let migrated = usize::try_from(batch.sums.outcome.migrated).unwrap();
        model.limit_left = model.limit_left.map(|left| left - migrated);
        batch
    }

    /// The transaction that tells that a leg ended.
    fn end_leg(&mut self, leg: &Leg, stopped: Option<Stopped>) {
        let at = leg.run;
        let is_live = leg.generation == self.models[at].generation;
        let is_next = leg.commits == self.models[at].commits;
        let has_leg = self.models[at].is_alive() && self.models[at].begun;
        // The rest is told in any case, and counted where it may be.
        let mut elsewhere = self.clone();
        let counts = is_live && is_next && has_leg;
        let rest = if counts { &mut *self } else { &mut elsewhere }.settle(leg, usize::MAX, true);
        let now = self.now;
        let model = &mut self.models[at];
        if counts {
            model.commits += 1;
        }
        match stopped {
            _ if !is_live => {}
            None if counts => model.end(RunStateWord::Done, None),
            None => {}
            Some(Stopped::Deadline) => model.leg_is_over(Stopped::Deadline, now),
            Some(why) => model.stop(why),
        }
        let ended = RunEvent::LegEnded {
            generation: leg.generation,
            stopped,
            rest,
            pause_ms: Millis(0.0),
        };
        match self.runs[at].on(&ended, self.now()) {
            Ok(decision) => self.commit(decision),
            Err(refusal) => {
                let is_stale = stopped.is_none() && is_live && has_leg && !is_next;
                assert_eq!((refusal.code, is_stale), (Code::Internal, true));
            }
        }
    }

    /// A leg takes its next step.
    fn step(&mut self, at: usize, notes: usize, end: Option<Stopped>, fault: Fault) {
        let mut leg = self.legs.remove(at);
        let before = self.clone();
        let mut goes_on = true;
        let is_through = leg.position == self.models[leg.run].reach.len();
        if !leg.has_begun {
            let generation = leg.generation;
            if generation == self.models[leg.run].generation {
                let now = self.now;
                self.models[leg.run].begin(now);
            }
            let decision = self.runs[leg.run].on(&RunEvent::LegBegan { generation }, self.now());
            let decision = decision.unwrap();
            goes_on = decision.effects != [RunEffect::WriteNothing];
            self.commit(decision);
            if fault.is_answered() {
                leg = self.look(&leg);
                leg.has_begun = true;
            }
        } else if is_through || end.is_some() || leg.limit_left == Some(0) {
            let stopped = if is_through {
                None
            } else if leg.limit_left == Some(0) {
                Some(Stopped::Limit)
            } else {
                end
            };
            self.end_leg(&leg, stopped);
            goes_on = false;
        } else {
            match self.batch(&leg, notes) {
                RunEffect::WriteNothing => goes_on = false,
                _ if fault.is_answered() => {
                    leg = self.look(&leg);
                    leg.refusals = 0;
                }
                _ => {}
            }
        }
        if !fault.is_committed() {
            *self = before;
            leg.refusals += 1;
        }
        // A leg that does not learn what came of its transaction tries again.
        if !fault.is_deadly() && (goes_on || !fault.is_answered()) {
            self.legs.push(leg);
        }
    }

    /// All that must hold at any time.
    fn check(&self) {
        for (at, (run, model)) in self.runs.iter().zip(&self.models).enumerate() {
            assert_eq!((run.state, run.stopped), model.state(), "{run:#?} {model:#?}");
            assert_eq!(run.generation, model.generation, "{run:#?}");
            // Each note of the reach once, from the first, and the sums are what was settled.
            let notes: Vec<_> = model.log.iter().map(|(note, _)| *note).collect();
            assert_eq!(notes, model.reach[..notes.len()]);
            let count = |settled| model.log.iter().filter(|(_, one)| *one == settled).count() as u64;
            let outcome = run.sums.outcome;
            assert_eq!(
                (
                    outcome.migrated,
                    outcome.already_migrated,
                    outcome.not_ready,
                    outcome.failed
                ),
                (
                    count(Settled::Migrated),
                    count(Settled::AlreadyMigrated),
                    count(Settled::NotReady),
                    count(Settled::Failed),
                ),
            );
            assert_eq!(run.sums.settled(), notes.len() as u64);
            let position = run.position.as_deref().map_or(0, |at| at.parse().unwrap());
            assert_eq!(position, notes.len());
            // And what was written.
            let rows = self.written.values().filter(|by| **by == at).count() as u64;
            assert_eq!(rows, outcome.migrated);
            assert_eq!(run.sums.bytes_written, rows * 1_000);
            let failures = self.failures.iter().filter(|(by, _)| *by == at).count() as u64;
            assert_eq!(failures, outcome.failed);
            assert!(run.state != RunStateWord::Done || notes.len() == model.reach.len());
            assert_eq!(run.lease_ends_ms.is_some(), model.is_alive());
            // Whoever waits is waited for: no run can be forgotten.
            let is_watched = self
                .watches
                .iter()
                .any(|(of, generation, _)| (*of, *generation) == (at, run.generation));
            assert!(is_watched || !model.is_alive(), "{run:#?}");
        }
        for (at, one) in self.models.iter().enumerate() {
            for other in &self.models[..at] {
                let are_live = one.over.is_none() && other.over.is_none();
                assert!(!(are_live && one.meets(other)), "two runs in one reach");
            }
        }
    }

    /// Nothing goes wrong any more, and nobody interferes.
    fn settle_down(&mut self) {
        for _ in 0..100_000 {
            if !self.legs.is_empty() {
                self.step(0, 3, None, Fault::None);
            } else if !self.scheduled_legs.is_empty() {
                self.begin_scheduled(0, false);
            } else if self.watches.is_empty() {
                return;
            } else {
                let first = self.watches.iter().map(|(_, _, at)| *at);
                self.now = first.fold(f64::MAX, f64::min).max(self.now);
                self.watch_due();
            }
            self.check();
        }
        panic!("it goes on and on");
    }

    fn act(&mut self, (what, how, seed): (u8, u8, u16)) {
        let run = usize::from(seed) % self.runs.len().max(1);
        let leg = usize::from(seed) % self.legs.len().max(1);
        let has_run = !self.runs.is_empty();
        match what % 16 {
            0 | 1 => self.start(seed),
            2 if has_run => self.wish(run, &RunEvent::Pause),
            3 if has_run => self.wish(run, &RunEvent::Cancel),
            4 | 5 if has_run => self.resume(run),
            6 | 7 => self.begin_scheduled(seed, how % 8 == 0),
            8 => self.now += f64::from(seed) * 10.0,
            9 => self.now += f64::from(how % 4) * LEASE,
            10 => self.now -= f64::from(seed) * 10.0,
            11 if !self.watches.is_empty() => self.watch(usize::from(seed) % self.watches.len()),
            12 => self.watch_due(),
            _ if !self.legs.is_empty() => {
                let end = match how / 16 {
                    0 => Some(Stopped::Deadline),
                    1 if seed % 4 == 0 => Some(Stopped::Error),
                    1 if seed % 4 == 1 => Some(Stopped::Failures),
                    _ => None,
                };
                self.now += f64::from(seed % 1_000);
                self.step(leg, usize::from(seed % 5) + 1, end, Fault::of(how));
            }
            _ => {}
        }
    }
}

/// What happens: which kind of thing, how, and to what.
fn happenings() -> impl Strategy<Value = Vec<(u8, u8, u16)>> {
    proptest::collection::vec((any::<u8>(), any::<u8>(), any::<u16>()), 0..300)
}

fn play(happenings: Vec<(u8, u8, u16)>) -> World {
    let mut world = World {
        now: 1e12,
        ..World::default()
    };
    for happening in happenings {
        world.act(happening);
        world.check();
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_run_comes_to_an_end(happenings in happenings()) {
        let mut world = play(happenings);
        world.settle_down();
        for run in &world.runs {
            prop_assert!(
                matches!(
                    run.state,
                    RunStateWord::Paused | RunStateWord::Cancelled | RunStateWord::Done | RunStateWord::Stopped
                ),
                "{run:#?}"
            );
        }
        // Whatever was paused or stopped can be resumed until it is done, once what excludes it is.
        for _ in 0..100 {
            for at in 0..world.runs.len() {
                if matches!(world.runs[at].state, RunStateWord::Paused | RunStateWord::Stopped) {
                    world.resume(at);
                    world.settle_down();
                }
            }
        }
        for (run, model) in world.runs.iter().zip(&world.models) {
            prop_assert!(
                matches!(run.state, RunStateWord::Done | RunStateWord::Cancelled),
                "{run:#?}"
            );
            prop_assert!(run.state == RunStateWord::Cancelled || model.log.len() == model.reach.len());
        }
    }

    #[test]
    fn no_organization_stays_locked(happenings in happenings()) {
        let mut world = play(happenings);
        for at in 0..world.runs.len() {
            // Once or, where a leg has yet to obey, twice.
            for _ in 0..2 {
                world.wish(at, &RunEvent::Cancel);
                world.check();
            }
        }
        // All organizations at once: the widest reach there is.
        let runs = world.runs.len();
        world.start(3);
        prop_assert_eq!(world.runs.len(), runs + 1);
        world.check();
        world.settle_down();
        for run in &world.runs[runs..] {
            prop_assert_eq!(run.state, RunStateWord::Done);
        }
    }
}
