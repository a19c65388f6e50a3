//! An action that migrates, as `writing/migrateNotes.ts` carries it out: a command that someone waits for, or a leg of a
//! run in the background. Each time that it acts it makes one transaction, so that whatever else may happen in between.

use v2_rollout::{
    MigrationAnswer, MigrationCall, MigrationRun, MigrationStep, Millis, Refusal, Run, RunBatch, RunEffect,
    Stopped, retry_after,
};

use super::database::Writer;
use super::ledger::{self, End};
use super::migration::{self, Judging, Notes, OfLeg, Written};
use super::transaction::{Failure, Result};
use super::world::{Fault, World};

/// A leg: the run that it belongs to, and its generation.
#[derive(Clone, Copy, Debug)]
pub struct Leg {
    pub run: usize,
    pub generation: u64,
}

/// For how long behind its end a leg may tell the ledger so, and read what the ledger has of it.
const LAST_CALLS_MS: f64 = 30_000.0;

/// What it does with a run's row once it has it.
#[derive(Clone, Debug)]
enum Then {
    Join,
    Interrupt,
    /// Throws this, unless something was committed.
    Fail(Refusal),
}

#[derive(Debug)]
enum Phase {
    /// The run is to be registered.
    Registering,
    /// The leg is to begin.
    Beginning,
    /// The run's row and the first failures are to be read.
    Reading(Then),
    Working,
    /// The leg is to end. With an error that the action then ends with, too.
    Ending(Box<End>, Option<Refusal>),
    Over,
}

/// How an action came to its end.
#[derive(Debug)]
pub enum Outcome {
    Answered(Box<MigrationAnswer>),
    Failed(Failure),
}

#[derive(Debug)]
pub struct Action {
    pub number: usize,
    pub call: MigrationCall,
    pub organization: Option<u8>,
    retry_of: Option<usize>,
    pub leg: Option<Leg>,
    /// How often someone else had changed documents before it began.
    pub begun_with: u64,
    pub wake_ms: f64,
    phase: Phase,
    planner: MigrationRun,
    /// When it is to end.
    end_ms: f64,
    /// Since when a transaction of the ledger's is tried, and how often it failed.
    tried: Option<(f64, u32)>,
    has_begun: bool,
    pub outcome: Option<Outcome>,
}

impl Action {
    /// A command. With a ledger its run is registered, under this number.
    pub fn command(
        number: usize,
        call: MigrationCall,
        organization: Option<u8>,
        run: Option<usize>,
        begun_with: u64,
    ) -> std::result::Result<Self, Refusal> {
        let leg = run.map(|run| Leg { run, generation: 1 });
        let phase = match leg {
            Some(_) => Phase::Registering,
            None => Phase::Working,
        };
        Self::new(number, call, organization, leg, phase, begun_with)
    }

    /// A leg that is scheduled.
    pub fn leg(
        number: usize,
        call: MigrationCall,
        organization: Option<u8>,
        leg: Leg,
        retry_of: Option<usize>,
        begun_with: u64,
    ) -> Self {
        let action = Self::new(
            number,
            call,
            organization,
            Some(leg),
            Phase::Beginning,
            begun_with,
        );
        Self {
            retry_of,
            ..action.unwrap()
        }
    }

    fn new(
        number: usize,
        call: MigrationCall,
        organization: Option<u8>,
        leg: Option<Leg>,
        phase: Phase,
        begun_with: u64,
    ) -> std::result::Result<Self, Refusal> {
        Ok(Self {
            number,
            planner: MigrationRun::new(&call)?,
            begun_with,
            wake_ms: call.now_ms.0,
            end_ms: (call.now_ms + call.deadline_ms).0,
            call,
            organization,
            retry_of: None,
            leg,
            phase,
            tried: None,
            has_begun: false,
            outcome: None,
        })
    }

    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    pub fn writer(&self) -> Writer {
        Writer::Action {
            number: self.number,
            run: self.leg.map(|leg| leg.run),
        }
    }

    fn judging(&self) -> Judging {
        Judging {
            organization: self.organization,
            repair: self.call.repair,
            deferred_days: self.call.deferred_days,
        }
    }

    /// It dies, and nobody is told.
    pub fn die(&mut self) {
        self.phase = Phase::Over;
    }

    fn answer(&mut self) {
        let outcome = match self.planner.answer() {
            Ok(answer) => Outcome::Answered(Box::new(answer)),
            Err(refusal) => Outcome::Failed(refusal.into()),
        };
        self.end(outcome);
    }

    fn end(&mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
        self.phase = Phase::Over;
    }

    /// Makes its next step, where a fault may be in its way.
    pub fn act(&mut self, world: &mut World, fault: &Fault) {
        match std::mem::replace(&mut self.phase, Phase::Working) {
            Phase::Registering => self.register(world, fault),
            Phase::Beginning => self.begin(world, fault),
            Phase::Reading(then) => self.read_row(world, fault, then),
            Phase::Working => self.work(world, fault),
            Phase::Ending(end, error) => self.end_leg(world, fault, *end, error),
            Phase::Over => self.phase = Phase::Over,
        }
    }

    /// Tries a transaction of the ledger's again and again, as `insist` does. None where it is to be tried again, in
    /// the phase that comes back then.
    fn insisted<T>(&mut self, world: &World, result: Result<T>, again: Phase) -> Option<Result<T>> {
        let (since, failures) = self.tried.take().unwrap_or((world.now, 0));
        let end = match again {
            Phase::Registering | Phase::Beginning => self.end_ms,
            _ => self.end_ms + LAST_CALLS_MS,
        };
        let wait = match &result {
            Err(Failure::Backend(message)) => {
                let [since, now, end] = [since, world.now, end].map(Millis);
                retry_after(message, failures, since, now, end, 0.5)
            }
            _ => None,
        };
        let Some(wait) = wait else {
            return Some(result);
        };
        self.tried = Some((since, failures + 1));
        self.wake_ms = world.now + wait.0;
        self.phase = again;
        None
    }

    fn register(&mut self, world: &mut World, fault: &Fault) {
        let Leg { run, .. } = self.leg.unwrap();
        let result = world.start(self.writer(), run, &self.call, self.organization, fault);
        match self.insisted(world, result, Phase::Registering) {
            // The command has its answer, and legs do the rest.
            Some(Ok(_)) if self.call.background => self.phase = Phase::Over,
            Some(Ok(_)) => self.phase = Phase::Beginning,
            Some(Err(failure)) => self.end(Outcome::Failed(failure)),
            None => {}
        }
    }

    fn begin(&mut self, world: &mut World, fault: &Fault) {
        let leg = self.leg.unwrap();
        let result = world.begin_leg(self.writer(), leg, fault);
        let is_command = self.call.by.is_some();
        let answered = self.insisted(world, result, Phase::Beginning);
        if let Some(Ok(_)) = answered {
            // Only now does the migration itself begin.
            self.call.now_ms = world.begin_of(self.number);
            self.call.deadline_ms = Millis(self.end_ms - self.call.now_ms.0);
            self.planner = MigrationRun::new(&self.call).unwrap();
        }
        match answered {
            Some(Ok(Some(run))) => self.join(&run),
            // The command answers with what it finds; a leg that is scheduled has nobody to answer to.
            Some(Ok(None)) if is_command => self.phase = Phase::Reading(Then::Interrupt),
            Some(Ok(None)) => self.phase = Phase::Over,
            Some(Err(failure)) => self.end(Outcome::Failed(failure)),
            None => {}
        }
    }

    /// Goes on from the run's row, once it has the failures, too.
    fn join(&mut self, run: &Run) {
        if run.commits == 0 {
            self.planner.join(run, Vec::new());
            self.phase = Phase::Working;
        } else {
            self.phase = Phase::Reading(Then::Join);
        }
    }

    fn read_row(&mut self, world: &mut World, fault: &Fault, then: Then) {
        let Leg { run, .. } = self.leg.unwrap();
        let result = world.query(fault, |ctx| {
            let row = ledger::read_run(ctx, run)?;
            Ok((row, ledger::failures_behind(ctx, run, None, 50)?.0))
        });
        match (self.insisted(world, result, Phase::Reading(then.clone())), then) {
            (Some(Ok((row, failures))), Then::Join) => {
                self.planner.join(&row, failures);
                self.phase = Phase::Working;
            }
            (Some(Ok((row, _))), Then::Fail(refusal)) if row.commits == 0 => {
                self.end(Outcome::Failed(refusal.into()));
            }
            (Some(Ok((row, failures))), _) => {
                self.planner.interrupt(&row, failures);
                self.answer();
            }
            (Some(Err(_)), Then::Fail(refusal)) => self.end(Outcome::Failed(refusal.into())),
            (Some(Err(failure)), _) => self.end(Outcome::Failed(failure)),
            (None, _) => {}
        }
    }

    fn end_leg(&mut self, world: &mut World, fault: &Fault, end: End, error: Option<Refusal>) {
        let leg = self.leg.unwrap();
        let result = world.end_leg(self.writer(), leg, &end, fault);
        let again = Phase::Ending(Box::new(end), error.clone());
        match (self.insisted(world, result, again), error) {
            (Some(_), Some(error)) => self.phase = Phase::Reading(Then::Fail(error)),
            (Some(Ok(false)), None) => self.phase = Phase::Reading(Then::Join),
            // Where the ledger cannot be told, the answer is given all the same.
            (Some(_), None) => self.answer(),
            (None, _) => {}
        }
    }

    fn work(&mut self, world: &mut World, fault: &Fault) {
        let judging = self.judging();
        let step = self.planner.next(Millis(world.now));
        world.tell(|| format!("action {}: {}", self.number, told(&step)));
        let begun = world.now;
        match step {
            MigrationStep::ReadPage {
                after,
                notes,
                attempt,
            } => {
                let (dry_run, retry_of) = (self.call.dry_run, self.retry_of);
                let result = world.query(fault, |ctx| {
                    migration::page(ctx, &judging, attempt, after.as_deref(), notes, dry_run, retry_of)
                });
                if let Some(page) = self.attempted(world, result) {
                    world.tell(|| format!("action {}: read {} notes", self.number, page.notes.len()));
                    self.planner.page_read(page).unwrap();
                }
            }
            MigrationStep::WriteBatch {
                ids,
                attempt,
                recording,
            } => {
                let of_leg = self.of_leg(recording);
                let notes = Notes::These(ids);
                let result = world.write(self.writer(), &judging, attempt, &notes, of_leg.as_ref(), fault);
                if let Some(written) = self.attempted(world, result)
                    && let Some(batch) = self.written(written)
                {
                    let took = Millis((world.now - begun).max(0.0));
                    self.planner.batch_written(&batch, took).unwrap();
                }
            }
            MigrationStep::Sweep {
                after,
                notes,
                attempt,
                recording,
            } => {
                let of_leg = self.of_leg(recording);
                let notes = Notes::Behind { after, most: notes };
                let result = world.write(self.writer(), &judging, attempt, &notes, of_leg.as_ref(), fault);
                if let Some(written) = self.attempted(world, result)
                    && let Some(batch) = self.written(written)
                {
                    let took = Millis((world.now - begun).max(0.0));
                    self.planner.swept(&batch, took).unwrap();
                }
            }
            MigrationStep::Wait { ms } => self.wake_ms = world.now + ms.0,
            MigrationStep::Ended if self.leg.is_some() => {
                let end = self.leg_end();
                self.phase = Phase::Ending(Box::new(end), None);
            }
            MigrationStep::Ended => self.answer(),
        }
        // Where a console line is due.
        self.planner.progress();
    }

    fn leg_end(&self) -> End {
        let end = self.planner.leg_end();
        End {
            stopped: end.stopped,
            rest: end.rest,
            pause_ms: end.pause_ms,
        }
    }

    fn of_leg(&self, recording: Option<v2_rollout::Recording>) -> Option<OfLeg> {
        self.leg.map(|leg| OfLeg {
            run: leg.run,
            generation: leg.generation,
            recording: recording.unwrap(),
        })
    }

    /// What the planner's transaction came to; none where it failed.
    fn attempted<T>(&mut self, world: &mut World, result: Result<T>) -> Option<T> {
        match result {
            Ok(answer) => {
                self.has_begun = true;
                Some(answer)
            }
            Err(Failure::Refused(refusal)) if !self.has_begun || self.leg.is_some() => {
                world.tell(|| format!("action {}: refused: {refusal:?}", self.number));
                if self.leg.is_some() {
                    // What it did since its last transaction is not recorded.
                    let rest = RunBatch {
                        error: Some(refusal.message.clone()),
                        ..RunBatch::default()
                    };
                    let end = End {
                        stopped: Some(Stopped::Error),
                        rest,
                        pause_ms: Millis(0.0),
                    };
                    self.phase = Phase::Ending(Box::new(end), Some(*refusal));
                } else {
                    self.end(Outcome::Failed(Failure::Refused(refusal)));
                }
                None
            }
            Err(failure) => {
                let message = match failure {
                    Failure::Backend(message) => message,
                    Failure::Refused(refusal) => refusal.message,
                };
                let jitter = world.jitter();
                self.planner.failed(&message, Millis(world.now), jitter).unwrap();
                None
            }
        }
    }

    /// The batch, where it was written.
    fn written(&mut self, written: Written) -> Option<v2_rollout::MigrationBatch> {
        match written {
            Written::Batch(batch) => Some(*batch),
            Written::Not(RunEffect::AlreadyWritten) => {
                self.phase = Phase::Reading(Then::Join);
                None
            }
            Written::Not(_) => {
                self.phase = Phase::Reading(Then::Interrupt);
                None
            }
        }
    }
}

/// A step as the trace tells it.
fn told(step: &MigrationStep) -> String {
    let records = |recording: &Option<v2_rollout::Recording>| {
        recording.as_ref().map_or_else(String::new, |recording| {
            let before = &recording.before;
            let (settled, failed) = (before.sums.settled(), before.sums.outcome.failed);
            format!(
                ", commit {}: {} notes after {settled} of which {failed} failed",
                before.number,
                recording.notes.len()
            )
        })
    };
    match step {
        MigrationStep::ReadPage { after, notes, .. } => format!("reads {notes} notes behind {after:?}"),
        MigrationStep::WriteBatch { ids, recording, .. } => {
            format!("writes {}{}", ids.join(" "), records(recording))
        }
        MigrationStep::Sweep {
            after,
            notes,
            recording,
            ..
        } => format!("sweeps {notes} notes behind {after:?}{}", records(recording)),
        MigrationStep::Wait { ms } => format!("waits {} ms", ms.0),
        MigrationStep::Ended => "has ended".into(),
    }
}
