//! The deployment at one moment, and its transactions: each of them is checked before it is committed.

mod checks;
mod runs;

use std::collections::BTreeMap;

use v2_rollout::{Attempt, Metrics, Millis, RunEffect};

use super::action::Action;
use super::choices::Choices;
use super::database::{Database, Row, RunRow, Writer, Written as Touched};
use super::migration::{self, Judging, Notes, OfLeg, Written};
use super::run_model::{Answer, RunModel};
use super::transaction::{Backend, Ctx, Failure, Result};

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
