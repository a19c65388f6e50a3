//! What the ledger is asked and told, beside the model of each run.

use v2_rollout::{Code, MigrationCall, Run, RunEvent};

use super::super::action::Leg;
use super::super::database::{BY_PARENT, Scheduled, Writer};
use super::super::ledger::{self, End};
use super::super::run_model::RunModel;
use super::super::transaction::{Failure, Result};
use super::{Fault, World};

impl World {
    pub fn start(
        &mut self,
        writer: Writer,
        run: usize,
        call: &MigrationCall,
        organization: Option<u8>,
        fault: &Fault,
    ) -> Result<Run> {
        let background = call.background;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "limits are small whole numbers here"
        )]
        let limit = call.limit.map(|limit| limit as u64);
        self.mutate(
            writer,
            fault,
            |ctx| ledger::start(ctx, run, call),
            |world, result| {
                if world.models.contains_key(&run) {
                    assert!(result.is_ok(), "a run that is begun twice is begun once");
                    return;
                }
                let model = RunModel::new(organization, background, limit, world.deadline_ms, world.now);
                let is_free = world.make_way(&model, None, result.is_ok());
                Self::check_exclusion(result, is_free);
                if result.is_ok() {
                    world.stats.runs += 1;
                    world.models.insert(run, model);
                    let begin = world.notes_up_to(run);
                    world.begun_with.insert(run, (world.interferences, begin));
                }
            },
        )
    }

    /// Runs whose lease has expired make way for another one, if none is left that excludes it. Is that so?
    pub(super) fn make_way(&mut self, model: &RunModel, but: Option<usize>, is_committed: bool) -> bool {
        let mut models = self.models.clone();
        let now = self.now;
        let mut in_reach = models
            .iter_mut()
            .filter(|(number, other)| Some(**number) != but && other.over.is_none() && other.meets(model));
        let is_free = in_reach.all(|(_, other)| other.makes_way(now));
        if is_committed {
            self.models = models;
        }
        is_free
    }

    pub(super) fn check_exclusion<T>(result: &Result<T>, is_free: bool) {
        match result {
            Ok(_) => assert!(is_free, "a run was to be refused"),
            Err(Failure::Refused(refusal)) => {
                assert_eq!(refusal.code, Code::RunExists, "{refusal:?}");
                assert!(!is_free, "a run was not to be refused: {refusal:?}");
            }
            Err(Failure::Backend(message)) => panic!("{message}"),
        }
    }

    pub fn begin_leg(&mut self, writer: Writer, leg: Leg, fault: &Fault) -> Result<Option<Run>> {
        let Leg { run, generation } = leg;
        self.mutate(
            writer,
            fault,
            |ctx| ledger::begin_leg(ctx, run, generation),
            |world, result| {
                let now = world.now;
                let model = world.models.get_mut(&run).unwrap();
                let begins = generation == model.generation && model.begin(now);
                assert_eq!(matches!(result, Ok(Some(_))), begins, "leg of run {run} begins");
                world.stats.legs += u64::from(begins);
                world.tell(|| format!("leg {generation} of run {run} begins: {begins}"));
            },
        )
    }

    pub fn end_leg(&mut self, writer: Writer, leg: Leg, end: &End, fault: &Fault) -> Result<bool> {
        let Leg { run, generation } = leg;
        self.mutate(
            writer,
            fault,
            |ctx| ledger::end_leg(ctx, run, generation, end),
            |world, result| {
                let Ok(has_ended) = result else {
                    panic!("the end of a leg was refused: {result:?}");
                };
                let (now, has_moved) = (world.now, world.has_moved(run));
                let model = world.models.get_mut(&run).unwrap();
                let (number, pause) = (end.rest.number, end.pause_ms.0);
                let ended = model.leg_ended(generation, number, end.stopped, has_moved, pause, now);
                assert_eq!(*has_ended, ended, "leg {generation} of run {run} ends");
                world.tell(|| format!("leg {generation} of run {run} ends: {:?}, {ended}", end.stopped));
            },
        )
    }

    pub fn watch(&mut self, run: usize, generation: u64) {
        let event = RunEvent::Watched { generation };
        let result = self.mutate(
            Writer::Host,
            &Fault::None,
            |ctx| ledger::decide(ctx, run, &event),
            |world, _| {
                let now = world.now;
                world.models.get_mut(&run).unwrap().watched(generation, now);
                world.tell(|| format!("watchdog of leg {generation} of run {run}"));
            },
        );
        if result.is_err() {
            // Convex runs a scheduled mutation exactly once: it tries again by itself.
            let watch = Scheduled::Watch { run, generation };
            self.db.scheduled.push((self.now + 1_000.0, watch));
            self.db.commit();
        }
    }

    /// An operator pauses or cancels a run. False where the backend refuses the call.
    pub fn wish(&mut self, run: usize, event: &RunEvent) -> bool {
        let result = self.mutate(
            Writer::Host,
            &Fault::None,
            |ctx| ledger::decide(ctx, run, event),
            |world, result| {
                let now = world.now;
                let model = world.models.get_mut(&run).unwrap();
                let fits = match event {
                    RunEvent::Pause => model.pause(),
                    RunEvent::Cancel => model.cancel(now),
                    _ => model.set_pace(now),
                };
                assert_eq!(result.is_ok(), fits, "{event:?} of run {run}");
                world.tell(|| format!("{event:?} of run {run}: {fits}"));
            },
        );
        match result {
            Ok(()) => true,
            Err(Failure::Refused(refusal)) => {
                assert_eq!(refusal.code, Code::RunState);
                true
            }
            Err(Failure::Backend(_)) => false,
        }
    }

    pub fn resume(&mut self, run: usize) {
        let result = self.mutate(
            Writer::Host,
            &Fault::None,
            |ctx| ledger::resume(ctx, run),
            |world, result| {
                let now = world.now;
                let before = world.models[&run].clone();
                let mut model = before.clone();
                let fits = model.resume(now);
                world.tell(|| format!("resume run {run}: {fits}, {:?}", result.is_ok()));
                if !fits {
                    assert!(result.is_err(), "resume of run {run} does not fit");
                    return;
                }
                if before.over.is_some() {
                    let is_free = world.make_way(&model, Some(run), result.is_ok());
                    Self::check_exclusion(result, is_free);
                }
                if result.is_ok() {
                    world.models.insert(run, model);
                }
            },
        );
        if let Err(Failure::Refused(refusal)) = result {
            assert!(matches!(refusal.code, Code::RunState | Code::RunExists));
        }
    }

    pub fn retry_failures(&mut self, run: usize) {
        let retry = self.run_numbers;
        self.run_numbers += 1;
        let deadline = self.deadline_ms;
        let result = self.mutate(
            Writer::Host,
            &Fault::None,
            |ctx| ledger::retry_failures(ctx, run, retry, deadline),
            |world, result| {
                let failed = world.failed_in(run);
                let fits = world.models[&run].over.is_some() && failed > 0;
                if !fits {
                    assert!(result.is_err(), "nothing of run {run} is to be tried again");
                    return;
                }
                let organization = world.models[&run].organization;
                let (deadline, now) = (world.deadline_ms, world.now);
                let model = RunModel::new(organization, true, None, deadline, now);
                let is_free = world.make_way(&model, None, result.is_ok());
                Self::check_exclusion(result, is_free);
                if result.is_ok() {
                    world.tell(|| format!("run {retry} tries the failures of run {run} again"));
                    world.models.insert(retry, model);
                }
            },
        );
        if let Err(Failure::Refused(refusal)) = result {
            assert!(matches!(refusal.code, Code::RunState | Code::RunExists));
        }
    }

    pub fn failed_in(&self, run: usize) -> u64 {
        self.db.failures.range(BY_PARENT, run as u64).count() as u64
    }

    // What must hold.
}
