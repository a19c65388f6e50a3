//! A history: commands, legs, watchdogs and operators, the faults in between, and what must be true in the end.

mod ending;

use v2_rollout::{
    Code, CountedPage, MigrationAnswer, MigrationCall, Millis, RunEvent, StatusAnswer, StatusCall, StatusRun,
    StatusRunCall, StatusRunStep,
};

use super::action::{Action, Leg, Outcome};
use super::database::Scheduled;
use super::model::{self, Counts};
use super::status;
use super::transaction::Failure;
use super::world::{Fault, Stats, World};
use super::{ORGANIZATIONS, host, organization_id};
use ending::{cancel_all, end_runs, migrate_the_rest, settle};

/// What fails with these may be committed.
const LOST: [&str; 4] = [
    "fetch failed",
    "[Request ID: 1f2e] Server Error",
    "Your request couldn't be completed. Try again later.",
    "InternalServerError: try again later",
];
/// What fails with these is not.
const REFUSED: [&str; 7] = [
    "Too many concurrent requests in a short period of time. Spread your requests out over time",
    "Too many writes per second. Your deployment is limited to 4 MiB bytes written per 1 second",
    "Documents read from or written to the \"voiceNotes\" table changed while this mutation was being run and on every subsequent retry",
    "WorkerOverloaded: try again later",
    "Function execution timed out (maximum duration: 1s)",
    "Too many bytes read in a single function execution (limit: 16777216)",
    "socket hang up",
];

/// Plays a history to its end, and answers what it came to.
pub fn play(world: &mut World) -> Stats {
    host::begin(world);
    let how_bad = world.choices.below(4);
    let events = 10 + world.choices.below(150);
    for _ in 0..events {
        event(world, how_bad);
        if world.choices.is_spent() {
            break;
        }
    }
    world.is_quiet = true;
    world.tell(|| "from here on nothing goes wrong, and nobody interferes".into());
    if world.choices.one_in(4) {
        cancel_all(world);
    }
    settle(world);
    host::calm_down(world);
    end_runs(world);
    for organization in 0..ORGANIZATIONS {
        migrate_the_rest(world, Some(organization));
    }
    migrate_the_rest(world, None);
    for organization in 0..ORGANIZATIONS {
        count(world, organization, 0);
    }
    world.stats
}

fn event(world: &mut World, how_bad: u64) {
    match world.choices.below(24) {
        0..=9 => act(world, how_bad),
        10..=12 => run_scheduled(world, how_bad),
        13..=15 => begin_command(world),
        16 => {
            host::interfere(world);
        }
        17 => operate(world, &RunEvent::Pause),
        18 => operate(world, &RunEvent::Cancel),
        19 | 20 => {
            if let Some(run) = any_run(world) {
                world.resume(run);
            }
        }
        21 => {
            let pace = world.choices.pick(&[None, Some(1_000.0), Some(100_000.0)]);
            let event = RunEvent::SetPace {
                bytes_per_second: pace,
            };
            operate(world, &event);
        }
        22 => match world.choices.below(3) {
            0 => {
                if let Some(run) = any_run(world) {
                    world.retry_failures(run);
                }
            }
            1 => {
                let organization = world.choices.below(ORGANIZATIONS.into());
                count(world, u8::try_from(organization).unwrap(), how_bad);
            }
            // The clocks of two machines differ.
            _ => {
                let ms = world.choices.pick(&[10, 300, 5_000, 600_000]);
                world.now -= f64::from(u32::try_from(world.choices.below(ms)).unwrap());
            }
        },
        _ => {
            let seconds = world.choices.pick(&[1, 30, 100, 400, 4_000]);
            world.now += f64::from(seconds) * 1_000.0;
        }
    }
}

fn any_run(world: &mut World) -> Option<usize> {
    let at = world.choices.below(world.models.len().max(1) as u64);
    world.models.keys().nth(usize::try_from(at).unwrap()).copied()
}

fn operate(world: &mut World, event: &RunEvent) {
    if let Some(run) = any_run(world) {
        // One that the backend refuses is not asked again.
        let _is_through = world.wish(run, event);
    }
}

fn fault(world: &mut World, how_bad: u64) -> Fault {
    let often = match how_bad {
        0 => return Fault::None,
        1 => 40,
        2 => 12,
        _ => 4,
    };
    let choices = &mut world.choices;
    if !choices.one_in(often) {
        return Fault::None;
    }
    match choices.below(8) {
        0..=2 => Fault::Refused(choices.pick(&REFUSED).into()),
        3..=5 => Fault::Lost(choices.pick(&LOST).into()),
        6 => Fault::DiesBefore,
        _ => Fault::DiesBehind,
    }
}

/// What a command asks for.
fn call_of(world: &mut World) -> (MigrationCall, Option<u8>) {
    let choices = &mut world.choices;
    let organization = match choices.below(4) {
        0 => None,
        _ => Some(u8::try_from(choices.below(ORGANIZATIONS.into())).unwrap()),
    };
    let call = MigrationCall {
        organization_id: organization.map(|one| organization_id(one).into()),
        batch_size: choices.pick(&[None, None, Some(1.0), Some(3.0), Some(10.0), Some(200.0)]),
        limit: choices.pick(&[None, None, None, Some(1.0), Some(7.0), Some(30.0)]),
        repair: choices.one_in(3),
        deferred_days: choices.pick(&[None, Some(1.0), Some(10.0)]),
        by: Some("Ann".into()),
        pace_bytes_per_second: choices.pick(&[0.0, 1e6, 20_000.0]),
        ..MigrationCall::default()
    };
    (call, organization)
}

fn begin_command(world: &mut World) {
    let (mut call, organization) = call_of(world);
    call.dry_run = world.choices.one_in(5);
    call.background = !call.dry_run && world.has_ledger && world.choices.one_in(2);
    begin(world, call, organization);
}

fn begin(world: &mut World, mut call: MigrationCall, organization: Option<u8>) {
    call.has_ledger = world.has_ledger;
    call.deadline_ms = Millis(world.deadline_ms);
    let run = (world.has_ledger && !call.dry_run).then_some(world.run_numbers);
    world.run_numbers += 1;
    world.numbers += 1;
    let number = world.numbers;
    call.now_ms = world.begin_of(number);
    world.tell(|| format!("action {number} begins as run {run:?}: {call:?}"));
    let action = Action::command(number, call, organization, run, world.interferences);
    world.actions.push(action.unwrap());
}

/// An action makes its next step: one that does not wait, or the one that waits for the shortest time.
fn act(world: &mut World, how_bad: u64) {
    let now = world.now;
    let awake: Vec<_> = (0..world.actions.len())
        .filter(|at| world.actions[*at].wake_ms <= now)
        .collect();
    let at = if awake.is_empty() {
        let mut waiting = 0..world.actions.len();
        let Some(first) = waiting.next() else {
            return run_scheduled(world, how_bad);
        };
        waiting.fold(first, |first, at| {
            if world.actions[at].wake_ms < world.actions[first].wake_ms {
                at
            } else {
                first
            }
        })
    } else {
        world.choices.pick(&awake)
    };
    let mut action = world.actions.remove(at);
    world.now = now.max(action.wake_ms);
    let fault = fault(world, how_bad);
    if fault != Fault::DiesBefore {
        action.act(world, &fault);
    }
    if matches!(fault, Fault::DiesBefore | Fault::DiesBehind) && !action.is_over() {
        world.stats.deaths += 1;
        world.tell(|| format!("action {} dies", action.number));
        action.die();
    }
    match action.outcome.take() {
        Some(outcome) => check_outcome(world, &action, &outcome),
        None if !action.is_over() => world.actions.insert(at, action),
        None => {}
    }
}

/// Something that is scheduled runs, once it is due.
fn run_scheduled(world: &mut World, how_bad: u64) {
    let now = world.now;
    let due: Vec<_> = (0..world.db.scheduled.len())
        .filter(|at| world.db.scheduled[*at].0 <= now)
        .collect();
    if due.is_empty() {
        return;
    }
    let at = world.choices.pick(&due);
    match world.db.take_scheduled(at).1 {
        Scheduled::Watch { run, generation } => world.watch(run, generation),
        // A scheduled action runs at most once.
        Scheduled::Leg { run, generation } => {
            if how_bad > 0 && world.choices.one_in(12) {
                world.tell(|| format!("leg {generation} of run {run} never begins"));
            } else {
                begin_leg(world, Leg { run, generation });
            }
        }
    }
}

fn begin_leg(world: &mut World, leg: Leg) {
    let run = world.db.run(leg.run).run.clone();
    let organization = world.models[&leg.run].organization;
    let retry_of = run.arguments.retry_of.clone();
    let call = MigrationCall {
        organization_id: run.organization_id,
        batch_size: run.arguments.batch_size,
        repair: run.arguments.repair,
        deferred_days: run.arguments.deferred_days,
        retry_of: retry_of.clone(),
        has_ledger: true,
        deadline_ms: Millis(world.deadline_ms),
        ..MigrationCall::default()
    };
    let retry_of = retry_of.map(|id| id.trim_start_matches("run_").parse().unwrap());
    world.numbers += 1;
    let number = world.numbers;
    world.tell(|| format!("action {number} is a leg: {leg:?}"));
    let call = MigrationCall {
        now_ms: world.begin_of(number),
        ..call
    };
    let action = Action::leg(number, call, organization, leg, retry_of, world.interferences);
    world.actions.push(action);
}

/// What an action answers must be what it did.
fn check_outcome(world: &mut World, action: &Action, outcome: &Outcome) {
    let answer = match outcome {
        Outcome::Failed(failure) => {
            world.tell(|| format!("action {} fails: {failure:?}", action.number));
            if let (Failure::Refused(refusal), None) = (failure, action.leg) {
                // Without a ledger an error means that nothing was written that it knew of.
                assert!(
                    refusal.message.starts_with("no transaction was answered"),
                    "{refusal:?}"
                );
            }
            return;
        }
        Outcome::Answered(answer) => answer,
    };
    world.tell(|| format!("action {} answers: {:?}", action.number, told(answer)));
    let outcome = answer.outcome;
    let settled = outcome.migrated
        + outcome.repaired
        + outcome.already_migrated
        + outcome.unfinished
        + outcome.not_ready
        + outcome.deferred
        + outcome.blocked
        + outcome.failed;
    assert_eq!(answer.processed, settled);
    assert_eq!(answer.errors, outcome.failed);
    assert_eq!(answer.done, answer.cursor.is_none());
    let interrupted = !answer.done && answer.stopped.is_none();
    assert!(!interrupted || action.leg.is_some(), "nobody interrupted it");
    let through = outcome.migrated + outcome.repaired;
    if let Some(limit) = action.call.limit {
        assert!(
            through as f64 <= limit || action.leg.is_some(),
            "more than its limit"
        );
    }
    let written = world.by_action.get(&action.number).copied().unwrap_or_default();
    if action.call.dry_run {
        assert_eq!(written, super::world::Truth::default(), "a dry run wrote");
        return;
    }
    let is_undisturbed = action.begun_with == world.interferences;
    if action.leg.is_none() {
        let known = written.migrated + written.repaired;
        assert!(through <= known, "{through} notes are told, {known} were written");
        // Which rows a repair inserted is not known once its answer was lost, nor those of a note that has changed since.
        let are_rows_known = written.repaired == 0 && is_undisturbed;
        assert!(answer.claims <= written.claims || !are_rows_known);
        // What was lost at the end is not known; but what is done is. Only a note that was written while its answer was lost,
        // and then failed twice more, is told as failed.
        let failures = &mut answer.failures.iter();
        let is_certain = failures.all(|failure| failure.code == Code::MalformedDocument);
        if answer.done && is_undisturbed && is_certain {
            assert_eq!(
                (outcome.migrated, outcome.repaired),
                (written.migrated, written.repaired)
            );
            assert_eq!(answer.artifacts, written.migrated);
            if are_rows_known {
                let told = (answer.transcripts, answer.claims);
                assert_eq!(told, (written.transcripts, written.claims));
            }
        }
    }
    // Of runs in the ledger this is checked with each transaction.
    if answer.done && is_undisturbed && action.call.cursor.is_none() && action.leg.is_none() {
        let reach = model::notes_of(&world.db, action.organization).len() as u64;
        assert_eq!(answer.processed, reach, "each note in reach once");
    }
}

fn told(answer: &MigrationAnswer) -> String {
    let outcome = answer.outcome;
    format!(
        "done {}, stopped {:?}, {outcome:?}, {} warnings",
        answer.done,
        answer.stopped,
        answer.warnings.len()
    )
}

/// Counts an organization, page after page. What comes of it must be what the naive model counts, if nobody interferes.
fn count(world: &mut World, organization: u8, how_bad: u64) {
    world.stats.statuses += 1;
    let days = world.choices.pick(&[None, Some(2.0)]);
    let interferences = world.interferences;
    let call = StatusRunCall {
        organization_id: organization_id(organization).into(),
        deferred_days: days,
        now_ms: Millis(world.now),
        deadline_ms: Millis(world.deadline_ms * 100.0),
        ..StatusRunCall::default()
    };
    world.tell(|| format!("status of {organization}"));
    let began = world.now;
    let mut run = StatusRun::new(call).unwrap();
    let mut step = run.begin();
    let mut answer: Option<StatusAnswer> = None;
    for _ in 0..20_000 {
        let StatusRunStep::CountPage {
            cursor,
            halvings,
            wait_ms,
        } = step
        else {
            break;
        };
        world.now += wait_ms.0;
        if !world.is_quiet && world.choices.one_in(10) {
            host::interfere(world);
        }
        let fault = fault(world, how_bad);
        let call = StatusCall {
            organization_id: organization_id(organization).into(),
            deferred_days: days,
            cursor,
            halvings,
            now_ms: Millis(world.now),
            ..StatusCall::default()
        };
        let next = match world.query(&fault, |ctx| status::page(ctx, organization, call)) {
            Ok(page) => {
                let counted = CountedPage {
                    done: page.done,
                    cursor: page.cursor.clone(),
                    migration: page.migration,
                };
                answer = Some(page);
                run.counted(counted, Millis(world.now))
            }
            Err(Failure::Backend(message)) => {
                let jitter = world.jitter();
                run.failed(&message, Millis(world.now), jitter)
            }
            Err(Failure::Refused(refusal)) => panic!("{refusal:?}"),
        };
        match next {
            Ok(next) => step = next,
            Err(refusal) => {
                assert!(how_bad > 0, "{refusal:?}");
                return;
            }
        }
    }
    let StatusRunStep::Answer { stopped, .. } = step else {
        panic!("a status goes on and on");
    };
    let answer = answer.unwrap();
    assert_eq!(stopped.is_none(), answer.done);
    if !answer.done {
        assert!(how_bad > 0, "{stopped:?}");
        return;
    }
    let told = Counts {
        classes: answer.migration,
        artifacts: answer.artifacts.total,
        transcripts: answer.transcripts,
        claims: answer.claims,
        resolutions: answer.entity_resolutions.total,
        drafts: answer.drafts,
        duplicates: answer.duplicates,
        orphans: answer.orphans,
    };
    assert_eq!(answer.voice_notes.total, answer.migration.total());
    if world.interferences == interferences {
        // All of its pages draw the line of `deferredDays` where the first one did.
        let counts = [began, world.now].map(|now| model::counts(&world.db, organization, now, days));
        assert!(counts.contains(&told), "{told:?} {counts:?}");
    }
}
