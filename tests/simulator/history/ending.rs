//! How a history ends: it becomes quiet, runs end, and what is left is migrated.

use v2_rollout::{Class, MigrationAnswer, MigrationCall, RunEvent, RunStateWord, Stopped};

use super::super::action::Outcome;
use super::super::database::Trouble;
use super::super::model::{self, Expected};
use super::super::organization_id;
use super::super::world::{Fault, World};
use super::{act, begin, call_of, check_outcome, run_scheduled};

/// Lets everything come to its end.
pub(super) fn settle(world: &mut World) {
    for _ in 0..100_000 {
        let now = world.now;
        let is_due = world.db.scheduled.iter().any(|(at, _)| *at <= now);
        if is_due {
            run_scheduled(world, 0);
        } else if world.actions.iter().any(|action| action.wake_ms <= now) {
            act(world, 0);
        } else {
            let scheduled = world.db.scheduled.iter().map(|(at, _)| *at);
            let waking = world.actions.iter().map(|action| action.wake_ms);
            let next = scheduled.chain(waking).fold(f64::INFINITY, f64::min);
            if next.is_infinite() {
                return;
            }
            world.now = next;
        }
    }
    panic!("it goes on and on");
}

/// Someone ends everything. Whatever a run is at, two calls free its organization.
pub(super) fn cancel_all(world: &mut World) {
    let runs: Vec<_> = world.models.keys().copied().collect();
    for run in runs {
        for _ in 0..2 {
            while world.models[&run].over.is_none() && !world.wish(run, &RunEvent::Cancel) {
                world.now += 1_000.0;
            }
        }
        assert!(
            world.models[&run].over.is_some(),
            "run {run} keeps its organization"
        );
    }
}

/// Whatever is paused or stopped goes on until it is done; in the end nothing is in the way of anything.
pub(super) fn end_runs(world: &mut World) {
    let runs: Vec<_> = world.models.keys().copied().collect();
    for run in &runs {
        for _ in 0..4 {
            let (state, _) = world.models[run].state();
            assert!(
                matches!(
                    state,
                    RunStateWord::Paused
                        | RunStateWord::Cancelled
                        | RunStateWord::Done
                        | RunStateWord::Stopped
                ),
                "run {run} is {state:?}, and nothing happens any more"
            );
            if matches!(state, RunStateWord::Paused | RunStateWord::Stopped) {
                world.resume(*run);
                settle(world);
            }
        }
    }
    for run in &runs {
        while world.models[run].over.is_none() && !world.wish(*run, &RunEvent::Cancel) {
            world.now += 1_000.0;
        }
        assert!(
            world.models[run].over.is_some(),
            "run {run} keeps its organization"
        );
    }
}

/// Migrates what is left of a reach, by a dry run and a real one, which must come to the same: what the naive model says.
pub(super) fn migrate_the_rest(world: &mut World, organization: Option<u8>) {
    let (call, _) = call_of(world);
    let call = MigrationCall {
        organization_id: organization.map(|one| organization_id(one).into()),
        limit: None,
        pace_bytes_per_second: 0.0,
        by: Some("Ann".into()),
        ..call
    };
    let days = call.deferred_days;
    let expects = |world: &World| model::expected(&world.db, organization, world.now, days, call.repair);
    let before = expects(world);
    let dry = run_to_the_end(world, &call, organization, true);
    let between = expects(world);
    let real = run_to_the_end(world, &call, organization, false);
    let after = expects(world);
    let have_odd = has_odd(world, organization);
    let Some((dry, real)) = dry.zip(real) else {
        assert!(have_odd, "a quiet run broke off");
        return;
    };
    let has_stopped = dry.has_stopped || real.has_stopped;
    // What is refused when it is written is not foreseen by a dry run.
    let is_foreseen = before.bad == malformed(world, organization, days, call.repair);
    if has_stopped && !is_foreseen {
        return;
    }
    if has_stopped {
        assert!(
            before != between || has_aged(before, after) || dry == real,
            "{dry:?} {real:?}"
        );
        return;
    }
    // Time alone may change what a note is.
    if before != between {
        return;
    }
    let expected_of = |expected: Expected, is_dry: bool| {
        let malformed = malformed(world, organization, days, call.repair);
        let bad = if is_dry { malformed } else { expected.bad };
        let through = expected.migratable + expected.repairable + expected.bad - bad;
        (through, bad)
    };
    for (sums, is_dry) in [(dry, true), (real, false)] {
        let (through, failed) = if is_dry || !has_aged(before, after) {
            expected_of(before, is_dry)
        } else {
            return;
        };
        assert_eq!(sums.through, through, "dry run: {is_dry}");
        if have_odd {
            // A call that ends while it is in doubt about a note counts those behind it, and leaves them to the next
            // one as well.
            assert!(sums.failed >= failed, "{sums:?} {failed}");
            continue;
        }
        assert_eq!(sums.failed, failed, "dry run: {is_dry}");
        let classes = before.classes;
        assert_eq!(
            (sums.already_migrated, sums.not_ready, sums.deferred, sums.blocked),
            (
                classes.migrated,
                classes.not_ready,
                classes.deferred,
                classes.blocked
            ),
            "dry run: {is_dry}"
        );
    }
    // Nothing is left but what cannot be migrated.
    assert_eq!((after.migratable, after.repairable), (0, 0));
    assert_eq!(after.bad, before.bad);
}

/// Are there notes by which other things than writing have changed?
fn has_aged(before: Expected, after: Expected) -> bool {
    let (one, other) = (before.classes, after.classes);
    (one.not_ready, one.deferred, one.blocked) != (other.not_ready, other.deferred, other.blocked)
        || before.bad != after.bad
        || before.migratable + before.repairable + one.migrated != other.migrated
}

fn has_odd(world: &World, organization: Option<u8>) -> bool {
    let notes = model::notes_of(&world.db, organization);
    let mut troubles = notes.iter().map(|note| note.document.trouble);
    troubles.any(|trouble| matches!(trouble, Trouble::Heavy | Trouble::Odd))
}

/// Malformed notes that a run would migrate or repair.
fn malformed(world: &World, organization: Option<u8>, days: Option<f64>, repair: bool) -> u64 {
    let notes = model::notes_of(&world.db, organization);
    let malformed = notes.iter().filter(|note| {
        let linked = model::linked_to(&world.db, note.id);
        let is_eligible = model::class_of(note, &linked, world.now, days) == Class::Eligible;
        let is_repairable = repair && model::is_repairable(note, &linked, world.now, days);
        note.document.trouble == Trouble::Malformed && (is_eligible || is_repairable)
    });
    malformed.count() as u64
}

/// What calls came to that go on where the one before ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sums {
    /// Too many notes failed.
    has_stopped: bool,
    through: u64,
    failed: u64,
    already_migrated: u64,
    not_ready: u64,
    deferred: u64,
    blocked: u64,
}

/// None where it stops for good before it is done.
fn run_to_the_end(
    world: &mut World,
    call: &MigrationCall,
    organization: Option<u8>,
    dry_run: bool,
) -> Option<Sums> {
    let mut sums = Sums::default();
    let mut cursor = None;
    for _ in 0..500 {
        let call = MigrationCall {
            dry_run,
            cursor,
            ..call.clone()
        };
        let answer = run_alone(world, call, organization)?;
        let outcome = answer.outcome;
        sums.through += outcome.migrated + outcome.repaired;
        sums.failed += outcome.failed;
        sums.already_migrated += outcome.already_migrated;
        sums.not_ready += outcome.not_ready;
        sums.deferred += outcome.deferred;
        sums.blocked += outcome.blocked;
        match answer.stopped {
            None => {
                assert!(answer.done);
                return Some(sums);
            }
            Some(Stopped::Deadline) => cursor = answer.cursor,
            Some(Stopped::Failures) => {
                let tried = outcome.migrated + outcome.repaired + outcome.failed;
                assert!(tried >= 20 && outcome.failed * 2 > tried, "{outcome:?}");
                sums.has_stopped = true;
                return Some(sums);
            }
            Some(Stopped::Error) => {
                assert!(has_odd(world, organization), "{:?}", answer.warnings);
                return None;
            }
            Some(Stopped::Limit) => panic!("there is no limit"),
        }
    }
    panic!("calls follow one another without an end");
}

/// One command, with nobody beside it. None where it fails.
fn run_alone(
    world: &mut World,
    call: MigrationCall,
    organization: Option<u8>,
) -> Option<Box<MigrationAnswer>> {
    begin(world, call, organization);
    let mut action = world.actions.pop().unwrap();
    for _ in 0..20_000 {
        action.act(world, &Fault::None);
        world.now = world.now.max(action.wake_ms);
        if action.is_over() {
            break;
        }
    }
    let outcome = action.outcome.take().unwrap();
    check_outcome(world, &action, &outcome);
    settle(world);
    match outcome {
        Outcome::Answered(answer) => Some(answer),
        Outcome::Failed(failure) => {
            assert!(has_odd(world, organization), "{failure:?}");
            None
        }
    }
}
