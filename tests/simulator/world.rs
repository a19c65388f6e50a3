//! The deployment at one moment, and its transactions: each of them is checked before it is committed.

use std::collections::BTreeMap;

use v2_rollout::{Attempt, Class, Code, Metrics, MigrationCall, Millis, Run, RunEffect, RunEvent};

use super::action::{Action, Leg};
use super::choices::Choices;
use super::database::{
    BY_PARENT, Database, Document, Row, RunRow, Scheduled, Table, Trouble, Writer, Written as Touched,
};
use super::ledger::{self, End};
use super::migration::{self, Judging, Notes, OfLeg, Written};
use super::model;
use super::run_model::{Answer, RunModel};
use super::transaction::{Backend, Ctx, Failure, Result, position_of};

/// What goes wrong with a step of an action.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    None,
    /// Its transaction fails with this message, and nothing is committed.
    Refused(String),
    /// Its transaction is committed, but the action sees this message.
    Lost(String),
    /// It dies before.
    DiesBefore,
    /// Its transaction is committed, and then it dies.
    DiesBehind,
}

/// What was written in truth: by an action, or by a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    pub migrated: u64,
    pub repaired: u64,
    pub transcripts: u64,
    pub claims: u64,
    pub batches: u64,
}

/// What a history came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    pub transactions: u64,
    pub conflicts: u64,
    pub limits: u64,
    pub refused: u64,
    pub lost: u64,
    pub deaths: u64,
    pub notes_written: u64,
    pub legs: u64,
    pub runs: u64,
    pub statuses: u64,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct World {
    pub now: f64,
    pub choices: Choices,
    pub db: Database,
    pub backend: Backend,
    /// Transactions that read and write no more than planned never meet a limit.
    pub is_roomy: bool,
    pub has_ledger: bool,
    pub deadline_ms: f64,
    /// Bytes that may be written within a second.
    pub write_rate: Option<u64>,
    recent_writes: Vec<(f64, u64)>,
    /// Nothing goes wrong any more, and nobody interferes.
    pub is_quiet: bool,
    /// How often someone else has changed documents.
    pub interferences: u64,
    pub models: BTreeMap<usize, RunModel>,
    /// With how many interferences a run began, and how many notes are in front of its begin.
    begun_with: BTreeMap<usize, (u64, usize)>,
    pub by_action: BTreeMap<usize, Truth>,
    pub by_run: BTreeMap<usize, Truth>,
    pub actions: Vec<Action>,
    pub numbers: usize,
    pub run_numbers: usize,
    pub stats: Stats,
    traces: bool,
}

impl World {
    pub fn new(choices: Choices, traces: bool) -> Self {
        Self {
            now: 1.79e12,
            choices,
            db: Database::default(),
            backend: Backend {
                limits: Metrics::default(),
                tells_metrics: true,
                slowness: 1,
            },
            is_roomy: true,
            has_ledger: true,
            deadline_ms: 240_000.0,
            write_rate: None,
            recent_writes: Vec::new(),
            is_quiet: false,
            interferences: 0,
            models: BTreeMap::new(),
            begun_with: BTreeMap::new(),
            by_action: BTreeMap::new(),
            by_run: BTreeMap::new(),
            actions: Vec::new(),
            numbers: 0,
            run_numbers: 0,
            stats: Stats::default(),
            traces,
        }
    }

    /// Adds a line to the trace.
    pub fn tell(&mut self, line: impl FnOnce() -> String) {
        let seconds = (self.now - 1.79e12) / 1_000.0;
        if self.traces {
            let line = format!("{seconds:12.3} s  {}", line());
            super::add_to_trace(line);
        }
    }

    pub fn jitter(&mut self) -> f64 {
        f64::from(u32::try_from(self.choices.below(101)).unwrap()) / 100.0
    }

    /// When an action begins. No two begin at the same time, by which a run without a ledger knows what it wrote itself.
    pub fn begin_of(&self, number: usize) -> Millis {
        Millis(self.now + f64::from(u32::try_from(number).unwrap()) / 4_096.0)
    }

    fn pass_time(&mut self) {
        let ms = if self.is_quiet {
            20
        } else {
            1 + self.choices.below(200)
        };
        self.now += f64::from(u32::try_from(ms).unwrap());
    }

    /// A transaction that only reads.
    pub fn query<T>(&mut self, fault: &Fault, read: impl FnOnce(&mut Ctx<'_>) -> Result<T>) -> Result<T> {
        self.pass_time();
        self.stats.transactions += 1;
        if let Fault::Refused(message) | Fault::Lost(message) = fault {
            self.tell(|| format!("  fails: {message}"));
            return Err(Failure::Backend(message.clone()));
        }
        let mut ctx = Ctx::new(&mut self.db, &self.backend, self.now, Writer::Host);
        let result = read(&mut ctx);
        assert_eq!(self.db.commit(), [], "a query wrote");
        self.note_limit(&result);
        result
    }

    fn note_limit<T>(&mut self, result: &Result<T>) {
        let Err(Failure::Backend(message)) = result else {
            return;
        };
        self.tell(|| format!("  fails: {message}"));
        if message.starts_with("Too many") || message.starts_with("Function execution") {
            self.stats.limits += 1;
            assert!(!self.is_roomy, "a transaction exceeded a limit: {message}");
        }
    }

    /// A transaction that writes. `told` learns what was committed; the answer is what the caller sees.
    fn mutate<T>(
        &mut self,
        writer: Writer,
        fault: &Fault,
        write: impl FnOnce(&mut Ctx<'_>) -> Result<T>,
        told: impl FnOnce(&mut Self, &Result<T>),
    ) -> Result<T> {
        self.pass_time();
        self.stats.transactions += 1;
        if let Fault::Refused(message) = fault {
            self.stats.refused += 1;
            self.tell(|| format!("  refused: {message}"));
            return Err(Failure::Backend(message.clone()));
        }
        // Someone else writes while it is under way.
        let meanwhile = if !self.is_quiet && self.choices.one_in(6) {
            super::host::interfere(self)
        } else {
            Vec::new()
        };
        let mut ctx = Ctx::new(&mut self.db, &self.backend, self.now, writer);
        let result = write(&mut ctx);
        let (read, used) = (std::mem::take(&mut ctx.read), ctx.used);
        if matches!(result, Err(Failure::Backend(_))) {
            self.db.roll_back();
            self.note_limit(&result);
            return result;
        }
        // The backend tries a few times by itself, which may help.
        if meanwhile.iter().any(|one| read.contains(one)) && self.choices.one_in(2) {
            self.db.roll_back();
            self.stats.conflicts += 1;
            self.tell(|| "  conflict".into());
            let message = "Documents read from or written to the \"voiceNotes\" table changed while this mutation was being run and on every subsequent retry";
            return Err(Failure::Backend(message.into()));
        }
        let bytes = used.bytes_written.used;
        if result.is_ok() && !self.may_write(bytes) {
            self.db.roll_back();
            self.stats.refused += 1;
            self.tell(|| "  too many writes per second".into());
            let message =
                "Too many writes per second. Your deployment is limited to 64 KiB bytes written per 1 second";
            return Err(Failure::Backend(message.into()));
        }
        if result.is_err() {
            self.db.roll_back();
        }
        told(self, &result);
        self.db.commit();
        self.check_runs();
        match fault {
            Fault::Lost(message) if result.is_ok() => {
                self.stats.lost += 1;
                self.tell(|| format!("  committed, but its caller sees: {message}"));
                Err(Failure::Backend(message.clone()))
            }
            _ => result,
        }
    }

    fn may_write(&mut self, bytes: u64) -> bool {
        let Some(most) = self.write_rate else {
            return true;
        };
        let now = self.now;
        self.recent_writes
            .retain(|(at, _)| *at <= now && now - at < 1_000.0);
        let recent: u64 = self.recent_writes.iter().map(|(_, bytes)| bytes).sum();
        if recent > 0 && recent + bytes > most {
            return false;
        }
        self.recent_writes.push((now, bytes));
        true
    }

    /// A transaction of the host's own, which the library has no part in.
    pub fn host_writes(&mut self, write: impl FnOnce(&mut Database, f64)) -> Vec<Touched> {
        write(&mut self.db, self.now);
        self.interferences += 1;
        self.db.commit()
    }

    // What the library does, each in one transaction.

    pub fn write(
        &mut self,
        writer: Writer,
        judging: &Judging,
        attempt: Attempt,
        notes: &Notes,
        leg: Option<&OfLeg>,
        fault: &Fault,
    ) -> Result<Written> {
        self.mutate(
            writer,
            fault,
            |ctx| migration::batch(ctx, judging, attempt, notes, leg),
            |world, result| {
                let truth = world.check_written(writer, judging, attempt);
                let Ok(written) = result else {
                    // The ledger refuses what is a defect only.
                    panic!("a batch was refused: {result:?}");
                };
                let answer = match written {
                    Written::Batch(batch) => {
                        let through = truth.migrated + truth.repaired;
                        world.tell(|| format!("  wrote {through} of {} notes", batch.verdicts.len()));
                        Answer::Write
                    }
                    Written::Not(RunEffect::AlreadyWritten) => Answer::AlreadyWritten,
                    Written::Not(_) => Answer::WriteNothing,
                };
                if let Some(leg) = leg {
                    world.recorded(leg, truth, answer);
                }
            },
        )
    }

    /// The model of a run learns what its batch came to.
    fn recorded(&mut self, leg: &OfLeg, truth: Truth, answer: Answer) {
        let before = &leg.recording.before;
        let model = self.models.get_mut(&leg.run).unwrap();
        assert_eq!(
            model.ask(leg.generation, before.number),
            answer,
            "batch of run {}",
            leg.run
        );
        if answer != Answer::Write {
            assert_eq!(truth, Truth::default(), "a batch wrote that was not to");
            return;
        }
        let has_moved = self.has_moved(leg.run);
        let model = self.models.get_mut(&leg.run).unwrap();
        model.written(has_moved, truth.migrated + truth.repaired, self.now);
    }

    /// Has the transaction at hand moved the position of a run?
    fn has_moved(&self, number: usize) -> bool {
        let mut runs = self.db.runs.changes();
        runs.any(|(before, after)| {
            let position = |row: Option<&Row<RunRow>>| row.and_then(|row| row.document.run.position.clone());
            after.is_some_and(|row| row.document.number == number) && position(before) != position(after)
        })
    }

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
    fn make_way(&mut self, model: &RunModel, but: Option<usize>, is_committed: bool) -> bool {
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

    fn check_exclusion<T>(result: &Result<T>, is_free: bool) {
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

    /// What the transaction at hand has written for notes: each of them whole, once, and only where it was to.
    fn check_written(&mut self, writer: Writer, judging: &Judging, attempt: Attempt) -> Truth {
        fn untouched<D: Document>(table: &Table<D>) {
            assert_eq!(table.changes().count(), 0, "{} is not the library's", D::TABLE);
        }
        let db = &self.db;
        untouched(&db.notes);
        untouched(&db.resolutions);
        untouched(&db.drafts);
        untouched(&db.flags);
        let (now, days) = (self.now.max(attempt.now_ms.0), judging.deferred_days);
        let mut truth = Truth::default();
        for (before, after) in db.artifacts.changes() {
            let after = after.unwrap();
            let note = db.notes.get(after.document.note.unwrap()).unwrap();
            let own = note.document.organization;
            assert!(
                judging.organization.is_none_or(|one| one == own),
                "a foreign organization's note was written"
            );
            assert!(matches!(note.document.trouble, Trouble::None | Trouble::Moody));
            assert!(after.document.is_completed);
            let linked: Vec<_> = db.artifacts_of(note.id).collect();
            let transcripts = db.transcripts.range(BY_PARENT, after.id.key()).count();
            let claims = db.claims.range(BY_PARENT, after.id.key()).count();
            let insights = usize::from(note.document.insight_count);
            if let Some(before) = before {
                let others = linked.iter().filter(|one| one.id != after.id);
                let linked: Vec<_> = others.copied().chain([before]).collect();
                let oldest = linked.iter().map(|one| (one.created_ms.to_bits(), one.id)).min();
                assert!(judging.repair, "a note was repaired that was not to be");
                assert!(
                    model::is_repairable(note, &linked, now, days),
                    "{note:?} {linked:?}"
                );
                assert_eq!(
                    oldest.map(|(_, id)| id),
                    Some(after.id),
                    "not its oldest artifact"
                );
                assert!(transcripts > 0 && (claims > 0 || insights == 0), "half a note");
                truth.repaired += 1;
            } else {
                assert_eq!(linked.len(), 1, "note {} has been migrated before", note.id);
                assert_eq!(model::class_of(note, &[], now, days), Class::Eligible, "{note:?}");
                assert_eq!(after.document.organizations, [own]);
                assert_eq!((transcripts, claims), (1, insights), "half a note");
                truth.migrated += 1;
            }
        }
        let is_of_note = |artifact| db.artifacts.changes().any(|(_, row)| row.unwrap().id == artifact);
        for (before, after) in db.transcripts.changes() {
            assert!(before.is_none() && is_of_note(after.unwrap().document.artifact));
            truth.transcripts += 1;
        }
        for (before, after) in db.claims.changes() {
            assert!(before.is_none() && is_of_note(after.unwrap().document.artifact));
            truth.claims += 1;
        }
        truth.batches = u64::from(truth.migrated + truth.repaired > 0);
        self.stats.notes_written += truth.migrated + truth.repaired;
        if let Writer::Action { number, run } = writer {
            self.by_action.entry(number).or_default().add(truth);
            if let Some(run) = run {
                self.by_run.entry(run).or_default().add(truth);
            }
        }
        truth
    }

    /// Every run is in the state that it must be in, and its sums are what was written.
    fn check_runs(&self) {
        for (number, model) in &self.models {
            let run = &self.db.run(*number).run;
            assert_eq!((run.state, run.stopped), model.state(), "{run:#?} {model:#?}");
            assert_eq!(run.generation, model.generation, "run {number}");
            assert_eq!(run.commits, model.commits, "run {number}");
            assert_eq!(run.limit_left, model.limit_left, "run {number}");
            let lease = model.is_alive().then_some(Millis(model.lease_ends));
            assert_eq!(run.lease_ends_ms, lease, "run {number}");
            let truth = self.by_run.get(number).copied().unwrap_or_default();
            let outcome = run.sums.outcome;
            let inserted = run.sums.inserted;
            let told = Truth {
                migrated: outcome.migrated,
                repaired: outcome.repaired,
                transcripts: inserted.transcripts,
                claims: inserted.claims,
                batches: run.sums.batches,
            };
            assert_eq!(told, truth, "the sums of run {number}");
            assert_eq!(
                inserted.artifacts, truth.migrated,
                "the artifacts of run {number}"
            );
            assert_eq!(
                outcome.failed,
                self.failed_in(*number),
                "the failures of run {number}"
            );
            self.check_position(*number, run);
            let watch = Scheduled::Watch {
                run: *number,
                generation: run.generation,
            };
            let is_watched = self.db.scheduled.iter().any(|(_, one)| *one == watch);
            assert!(is_watched || !model.is_alive(), "run {number} is forgotten");
            for (other, beside) in self.models.range(..number) {
                let are_live = model.over.is_none() && beside.over.is_none();
                assert!(
                    !(are_live && model.meets(beside)),
                    "runs {other} and {number} are in one reach"
                );
            }
        }
    }

    /// Where nobody interfered, the sums are those of the notes up to the position: each once.
    fn check_position(&self, number: usize, run: &Run) {
        let Some((interferences, begin)) = self.begun_with.get(&number) else {
            return;
        };
        if *interferences == self.interferences {
            let notes = self.notes_up_to(number) - begin;
            assert_eq!(run.sums.settled(), notes as u64, "the notes of run {number}");
        }
    }

    /// How many notes of its reach stand up to the position of a run.
    fn notes_up_to(&self, number: usize) -> usize {
        let run = &self.db.run(number).run;
        let notes = model::notes_of(&self.db, self.models[&number].organization);
        let position = run.position.as_deref();
        let at = notes
            .iter()
            .position(|note| Some(position_of(note).as_str()) == position);
        assert_eq!(at.is_some(), position.is_some(), "no note stands at {position:?}");
        at.map_or(0, |at| at + 1)
    }
}

impl Stats {
    #[allow(dead_code, reason = "only the command adds histories up")]
    pub fn add(&mut self, more: Self) {
        self.transactions += more.transactions;
        self.conflicts += more.conflicts;
        self.limits += more.limits;
        self.refused += more.refused;
        self.lost += more.lost;
        self.deaths += more.deaths;
        self.notes_written += more.notes_written;
        self.legs += more.legs;
        self.runs += more.runs;
        self.statuses += more.statuses;
    }
}

impl Truth {
    fn add(&mut self, more: Self) {
        self.migrated += more.migrated;
        self.repaired += more.repaired;
        self.transcripts += more.transcripts;
        self.claims += more.claims;
        self.batches += more.batches;
    }
}
