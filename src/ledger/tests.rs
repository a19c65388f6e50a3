//! A run's row through what happens to it.

use super::*;
use crate::migration::{NoteFailure, Outcome};
use crate::refusal::{Code, Refusal};

const MINUTE: f64 = 60_000.0;

fn call() -> RunCall {
    RunCall {
        run_id: "r1".into(),
        organization_id: Some("org_a".into()),
        by: "Ann".into(),
        background: true,
        deadline_ms: Millis(4.0 * MINUTE),
        ..RunCall::default()
    }
}

fn start(call: &RunCall) -> Run {
    let start = start_run(call, &[], Millis(0.0)).unwrap();
    start.expect("it is registered").decision.run
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "events are written where they happen"
)]
fn on(run: &Run, event: RunEvent, minute: f64) -> RunDecision {
    run.on(&event, Millis(minute * MINUTE)).unwrap()
}

/// A batch of so many migrated notes.
fn batch(number: u64, migrated: u64) -> RunBatch {
    RunBatch {
        number,
        sums: RunSums {
            outcome: Outcome {
                migrated,
                ..Outcome::default()
            },
            batches: 1,
            bytes_written: migrated * 1_000,
            ..RunSums::default()
        },
        position: Some(format!("[{number}]")),
        ..RunBatch::default()
    }
}

fn rest(number: u64) -> RunBatch {
    RunBatch {
        number,
        ..RunBatch::default()
    }
}

fn began(generation: u64) -> RunEvent {
    RunEvent::LegBegan { generation }
}

fn asked(generation: u64, number: u64) -> RunEvent {
    RunEvent::BatchAsked { generation, number }
}

fn written(generation: u64, batch: RunBatch) -> RunEvent {
    RunEvent::BatchWritten { generation, batch }
}

fn ended(generation: u64, stopped: Option<Stopped>, rest: RunBatch) -> RunEvent {
    RunEvent::LegEnded {
        generation,
        stopped,
        rest,
        pause_ms: Millis(0.0),
    }
}

fn watched(generation: u64) -> RunEvent {
    RunEvent::Watched { generation }
}

/// A background run under way that wrote ten notes.
fn running() -> Run {
    let run = on(&start(&call()), began(1), 0.0).run;
    let run = on(&run, asked(1, 1), 1.0).run;
    on(&run, written(1, batch(1, 10)), 1.0).run
}

/// A run in a state, written as a row is.
fn at(state: RunStateWord) -> Run {
    let stopped = (state == RunStateWord::Stopped).then_some(Stopped::Failures);
    Run {
        state,
        stopped,
        lease_ends_ms: RunState::of(state, stopped)
            .unwrap()
            .has_lease()
            .then_some(Millis(6.0 * MINUTE)),
        ..running()
    }
}

#[test]
fn a_run_in_the_background_goes_on_in_legs() {
    let started = start_run(&call(), &[], Millis(0.0)).unwrap().unwrap();
    let schedule = |generation, minute: f64| {
        [
            RunEffect::ScheduleLeg {
                generation,
                after_ms: Millis(0.0),
            },
            RunEffect::ScheduleWatch {
                generation,
                at_ms: Millis(minute * MINUTE),
            },
        ]
    };
    assert_eq!(started.decision.effects, schedule(1, 5.0));
    let run = started.decision.run;
    assert_eq!((run.state, run.generation), (RunStateWord::Queued, 1));

    let begun = on(&run, began(1), 0.5);
    assert_eq!(begun.effects, []);
    assert_eq!(begun.run.lease_ends_ms, Some(Millis(5.5 * MINUTE)));

    let asks = on(&begun.run, asked(1, 1), 1.0);
    assert_eq!(asks.effects, [RunEffect::WriteBatch]);
    let wrote = on(&asks.run, written(1, batch(1, 10)), 1.0);
    assert_eq!(wrote.run.lease_ends_ms, Some(Millis(6.0 * MINUTE)));
    assert_eq!((wrote.run.commits, wrote.run.sums.settled()), (1, 10));

    // What it settled after its last batch comes with its end.
    let mut last = batch(2, 0);
    last.sums.outcome.already_migrated = 7;
    let over = on(&wrote.run, ended(1, Some(Stopped::Deadline), last), 4.0);
    assert_eq!(over.effects, schedule(2, 9.0));
    assert_eq!(over.run.state, RunStateWord::Queued);
    assert_eq!(over.run.sums.settled(), 17);
    assert_eq!(over.run.position.as_deref(), Some("[2]"));

    let run = on(&over.run, began(2), 4.0).run;
    let done = on(&run, ended(2, None, rest(3)), 5.0).run;
    assert_eq!(done.state, RunStateWord::Done);
    assert_eq!(
        (done.ended_ms, done.lease_ends_ms, done.worked_ms),
        (Some(Millis(5.0 * MINUTE)), None, Millis(4.5 * MINUTE)),
        "from 0.5 to 4, and from 4 to 5"
    );
}

#[test]
fn a_slow_run_puts_its_next_leg_off() {
    let ended = |stopped, pause_ms| RunEvent::LegEnded {
        generation: 1,
        stopped,
        rest: rest(2),
        pause_ms,
    };
    for (pause, minutes) in [(3.0 * MINUTE, 3.0), (-1.0, 0.0), (f64::INFINITY, 60.0)] {
        let over = on(&running(), ended(Some(Stopped::Deadline), Millis(pause)), 4.0);
        let after_ms = Millis(minutes * MINUTE);
        let at_ms = Millis(9.0 * MINUTE) + after_ms;
        let generation = 2;
        assert_eq!(
            over.effects,
            [
                RunEffect::ScheduleLeg { generation, after_ms },
                RunEffect::ScheduleWatch { generation, at_ms },
            ]
        );
        assert_eq!(over.run.lease_ends_ms, Some(at_ms));
    }
    let done = on(&running(), ended(None, Millis(MINUTE)), 4.0);
    assert_eq!((done.effects, done.run.lease_ends_ms), (vec![], None));
}

#[test]
fn a_leg_that_was_put_off_for_its_pace_begins_at_once_where_the_pace_is_set() {
    let set = RunEvent::SetPace {
        bytes_per_second: Some(1_000_000.0),
    };
    let queued = |pause| {
        let ended = RunEvent::LegEnded {
            generation: 1,
            stopped: Some(Stopped::Deadline),
            rest: rest(2),
            pause_ms: Millis(pause),
        };
        on(&running(), ended, 4.0).run
    };
    let put_off = queued(20.0 * MINUTE);
    let sooner = on(&put_off, set.clone(), 5.0);
    assert_eq!(
        sooner.effects,
        [
            RunEffect::ScheduleLeg {
                generation: 3,
                after_ms: Millis(0.0)
            },
            RunEffect::ScheduleWatch {
                generation: 3,
                at_ms: Millis(10.0 * MINUTE)
            },
        ]
    );
    assert_eq!(
        (sooner.run.generation, sooner.run.idle_legs),
        (3, put_off.idle_legs)
    );
    // Neither one that is to begin at once anyway, nor one under way.
    for run in [queued(0.0), running()] {
        assert_eq!(on(&run, set.clone(), 4.0).effects, []);
    }
}

#[test]
fn a_run_in_the_foreground_has_one_leg() {
    let call = RunCall {
        background: false,
        ..call()
    };
    let started = start_run(&call, &[], Millis(0.0)).unwrap().unwrap().decision;
    assert_eq!(
        started.effects,
        [RunEffect::ScheduleWatch {
            generation: 1,
            at_ms: Millis(5.0 * MINUTE)
        }]
    );
    assert_eq!(started.run.state, RunStateWord::Running);
    for (event, minute, stopped, error) in [
        (
            ended(1, Some(Stopped::Deadline), rest(1)),
            4.0,
            Stopped::Deadline,
            None,
        ),
        (ended(1, Some(Stopped::Limit), rest(1)), 4.0, Stopped::Limit, None),
        (
            watched(1),
            5.0,
            Stopped::Error,
            Some("nothing was heard of its leg for 300 seconds"),
        ),
    ] {
        let run = on(&started.run, event, minute).run;
        assert_eq!(run.state(), Ok(RunState::Stopped(stopped)));
        let message = run.last_error.as_ref().map(|error| error.message.as_str());
        assert_eq!(message, error);
        // Resumed, it goes on by itself.
        let resumed = resume_run(&run, &[], Millis(6.0 * MINUTE)).unwrap().decision.run;
        assert_eq!(
            (resumed.state, resumed.mode, resumed.generation, resumed.ended_ms),
            (RunStateWord::Queued, RunMode::Background, 2, None)
        );
    }
}

#[test]
fn a_batch_whose_answer_was_lost_counts_once() {
    let run = running();
    let again = on(&run, asked(1, 1), 2.0);
    assert_eq!(again.effects, [RunEffect::AlreadyWritten]);
    assert_eq!(again.run.sums, run.sums);
    // A leg that went through the last notes without it goes on from the row as well.
    let through = on(&run, ended(1, None, rest(1)), 4.0);
    assert_eq!(
        (through.effects, through.is_changed),
        (vec![RunEffect::AlreadyWritten], true)
    );
    assert_eq!(through.run.state, RunStateWord::Running);
    // The end of its leg does not bring the same notes again.
    let over = on(&run, ended(1, Some(Stopped::Deadline), batch(1, 10)), 4.0).run;
    assert_eq!(over.sums, run.sums);
}

#[test]
fn what_was_not_asked_for_is_not_written() {
    let run = running();
    let unasked = |number| {
        Err(Refusal::internal(format!(
            "batch {number} is not the one that run `r1` waits for, which is 2 of generation 1"
        )))
    };
    let mut unnamed = batch(2, 0);
    unnamed.sums.outcome.failed = 1;
    for (event, expected) in [
        (asked(1, 3), unasked(3)),
        (written(1, batch(1, 10)), unasked(1)),
        (written(1, batch(3, 10)), unasked(3)),
        (written(0, batch(2, 10)), unasked(2)),
        (ended(1, None, rest(3)), unasked(3)),
        (
            written(1, unnamed),
            Err(Refusal::internal("the batch names 0 failures and counts 1")),
        ),
    ] {
        assert_eq!(run.on(&event, Millis(2.0 * MINUTE)), expected, "{event:?}");
    }
    let pausing = on(&run, RunEvent::Pause, 1.5).run;
    let late = written(1, batch(2, 10));
    assert_eq!(pausing.on(&late, Millis(2.0 * MINUTE)), unasked(2));
}

#[test]
fn an_old_generation_changes_nothing() {
    let run = on(&running(), watched(1), 6.0).run;
    assert_eq!((run.state, run.generation), (RunStateWord::Queued, 2));
    for run in [run.clone(), on(&run, began(2), 6.0).run] {
        for event in [
            began(1),
            asked(1, 2),
            ended(1, None, batch(2, 5)),
            ended(1, Some(Stopped::Error), batch(2, 5)),
        ] {
            let decision = on(&run, event, 7.0);
            assert!(!decision.is_changed);
            assert_eq!(decision.run, run);
            assert_eq!(decision.effects, [RunEffect::WriteNothing]);
        }
        let decision = on(&run, watched(1), 99.0);
        assert_eq!((decision.is_changed, decision.effects), (false, vec![]));
    }
}

#[test]
fn pause_and_cancel_take_effect_at_the_next_batch() {
    for (wish, meanwhile, afterwards) in [
        (RunEvent::Pause, RunStateWord::Pausing, RunStateWord::Paused),
        (
            RunEvent::Cancel,
            RunStateWord::Cancelling,
            RunStateWord::Cancelled,
        ),
    ] {
        let run = on(&running(), wish, 1.5).run;
        assert_eq!(run.state, meanwhile);
        let decision = on(&run, asked(1, 2), 2.0);
        assert_eq!(decision.run.state, afterwards);
        assert_eq!(decision.effects, [RunEffect::WriteNothing]);
        // Its leg asks again, and tells its end: nothing more happens.
        for event in [asked(1, 2), ended(1, None, batch(2, 5))] {
            let again = on(&decision.run, event, 3.0);
            assert_eq!(again.run.state, afterwards);
            assert_eq!(again.run.sums, run.sums);
        }
    }
}

#[test]
fn a_watchdog_looks_until_the_lease_expires() {
    let run = running();
    let early = on(&run, watched(1), 5.9);
    assert!(!early.is_changed);
    assert_eq!(
        early.effects,
        [RunEffect::ScheduleWatch {
            generation: 1,
            at_ms: Millis(6.0 * MINUTE)
        }]
    );
    for (run, state, generation) in [
        (start(&call()), RunStateWord::Queued, 2),
        (run.clone(), RunStateWord::Queued, 2),
        (on(&run, RunEvent::Pause, 2.0).run, RunStateWord::Paused, 1),
        (on(&run, RunEvent::Cancel, 2.0).run, RunStateWord::Cancelled, 1),
    ] {
        let decision = on(&run, watched(1), 6.0);
        assert_eq!((decision.run.state, decision.run.generation), (state, generation));
    }
    // Where there is no lease, there is nothing to watch.
    for state in [
        RunStateWord::Paused,
        RunStateWord::Cancelled,
        RunStateWord::Done,
        RunStateWord::Stopped,
    ] {
        let decision = on(&at(state), watched(1), 99.0);
        assert_eq!((decision.is_changed, decision.effects), (false, vec![]));
    }
}

#[test]
fn five_legs_in_a_row_that_settle_nothing_are_the_last() {
    let mut run = running();
    let mut minute = 6.0;
    for generation in 1..=5 {
        run = on(&run, watched(generation), minute).run;
        assert_eq!(run.state, RunStateWord::Queued, "{generation}");
        minute += 5.0;
    }
    run = on(&run, began(6), minute).run;
    run = on(&run, ended(6, Some(Stopped::Deadline), rest(2)), minute).run;
    assert_eq!(run.state(), Ok(RunState::Stopped(Stopped::Error)));
    let error = run.last_error.as_ref().map(|error| error.message.as_str());
    assert_eq!(error, Some("5 legs in a row settled nothing"));
    // Resumed, it has five again.
    let resumed = resume_run(&run, &[], Millis(minute * MINUTE))
        .unwrap()
        .decision
        .run;
    assert_eq!(resumed.idle_legs, 1);
}

#[test]
fn a_limit_is_one_over_all_legs() {
    let limited = RunCall {
        limit: Some(12.0),
        ..call()
    };
    let run = on(&start(&limited), began(1), 0.0).run;
    let run = on(&run, written(1, batch(1, 10)), 1.0).run;
    assert_eq!(run.limit_left, Some(2));
    let run = on(&run, written(1, batch(2, 2)), 1.0).run;
    // Its leg dies before it can tell that the limit is reached.
    let run = on(&run, watched(1), 6.0).run;
    assert_eq!(run.state(), Ok(RunState::Stopped(Stopped::Limit)));
    let resumed = resume_run(&run, &[], Millis(7.0 * MINUTE)).unwrap().decision.run;
    assert_eq!((resumed.limit, resumed.limit_left), (Some(12), Some(12)));
    // One that was paused before it goes on with what is left.
    let run = on(&start(&limited), began(1), 0.0).run;
    let run = on(&run, written(1, batch(1, 10)), 1.0).run;
    let run = on(&run, RunEvent::Pause, 1.0).run;
    let run = on(&run, asked(1, 2), 1.0).run;
    let resumed = resume_run(&run, &[], Millis(7.0 * MINUTE)).unwrap().decision.run;
    assert_eq!(resumed.limit_left, Some(2));
}

#[test]
fn cancel_always_frees_the_organization() {
    let run = running();
    // Nothing was heard of its leg for as long as its lease.
    let cancelled = on(&run, RunEvent::Cancel, 6.0).run;
    assert_eq!(
        (cancelled.state, cancelled.generation),
        (RunStateWord::Cancelled, 2)
    );
    // Asked twice.
    let cancelling = on(&run, RunEvent::Cancel, 2.0).run;
    assert_eq!(
        (cancelling.state, cancelling.generation),
        (RunStateWord::Cancelling, 1)
    );
    let cancelled = on(&cancelling, RunEvent::Cancel, 2.0).run;
    assert_eq!(
        (cancelled.state, cancelled.generation),
        (RunStateWord::Cancelled, 2)
    );
    assert_eq!(cancelled.lease_ends_ms, None);
}

/// What someone wants of a run.
type Wish<'a> = &'a dyn Fn(&Run) -> Result<RunDecision, Refusal>;

#[test]
fn what_does_not_fit_is_refused_with_what_would() {
    use RunStateWord::{Cancelled, Cancelling, Done, Paused, Pausing, Queued, Running, Stopped};
    let hints = |functions: &[&str]| {
        let commands = functions
            .iter()
            .map(|function| format!("`npx convex run v2Rollout:{function} '{{\"runId\": \"r1\"}}'`"));
        commands.collect::<Vec<_>>().join(" or ")
    };
    let pause = |run: &Run| run.on(&RunEvent::Pause, Millis(MINUTE));
    let cancel = |run: &Run| run.on(&RunEvent::Cancel, Millis(MINUTE));
    let pace = |run: &Run| {
        let event = RunEvent::SetPace {
            bytes_per_second: None,
        };
        run.on(&event, Millis(MINUTE))
    };
    let resume = |run: &Run| resume_run(run, &[], Millis(MINUTE)).map(|start| start.decision);
    let table: [(RunStateWord, Wish<'_>, &str, &[&str]); 12] = [
        (
            Queued,
            &resume,
            "queued: only `pauseRun` and `cancelRun` fit",
            &["pauseRun", "cancelRun"],
        ),
        (
            Running,
            &resume,
            "running: only `pauseRun` and `cancelRun` fit",
            &["pauseRun", "cancelRun"],
        ),
        (
            Pausing,
            &pause,
            "pausing: only `resumeRun` and `cancelRun` fit",
            &["resumeRun", "cancelRun"],
        ),
        (
            Paused,
            &pause,
            "paused: only `resumeRun` and `cancelRun` fit",
            &["resumeRun", "cancelRun"],
        ),
        (
            Cancelling,
            &pause,
            "cancelling: only `cancelRun` fits",
            &["cancelRun"],
        ),
        (
            Cancelling,
            &resume,
            "cancelling: only `cancelRun` fits",
            &["cancelRun"],
        ),
        (
            Stopped,
            &cancel,
            "stopped (failures): only `resumeRun` and `retryFailures` fit",
            &["resumeRun", "retryFailures"],
        ),
        (
            Done,
            &resume,
            "done: only `retryFailures` fits",
            &["retryFailures"],
        ),
        (
            Done,
            &cancel,
            "done: only `retryFailures` fits",
            &["retryFailures"],
        ),
        (Done, &pace, "done: only `retryFailures` fits", &["retryFailures"]),
        (
            Cancelled,
            &resume,
            "cancelled: only `retryFailures` fits",
            &["retryFailures"],
        ),
        (
            Cancelled,
            &cancel,
            "cancelled: only `retryFailures` fits",
            &["retryFailures"],
        ),
    ];
    for (state, wish, message, functions) in table {
        let mut run = at(state);
        run.sums.outcome.failed = 1;
        let refusal = wish(&run).unwrap_err();
        assert_eq!(refusal.code, Code::RunState);
        assert_eq!(refusal.message, format!("run `r1` is {message}"));
        assert_eq!(refusal.hint, Some(hints(functions)));
    }
    let refusal = cancel(&at(Done)).unwrap_err();
    assert_eq!(refusal.message, "run `r1` is done: nothing more fits");
    assert_eq!(
        refusal.hint.as_deref(),
        Some("start another run with `npx convex run scripts/runMigration`")
    );
}

#[test]
fn one_run_per_organization_and_none_beside_a_run_of_all() {
    use RunStateWord::{Cancelled, Cancelling, Done, Paused, Pausing, Queued, Running, Stopped};
    for state in [
        Queued, Running, Pausing, Paused, Cancelling, Cancelled, Done, Stopped,
    ] {
        let is_held = matches!(state, Queued | Running | Pausing | Paused | Cancelling);
        for (one, other, meet) in [
            (Some("org_a"), Some("org_a"), true),
            (Some("org_a"), Some("org_b"), false),
            (Some("org_a"), None, true),
            (None, Some("org_a"), true),
            (None, None, true),
        ] {
            let there = Run {
                run_id: "r0".into(),
                organization_id: one.map(String::from),
                ..at(state)
            };
            let call = RunCall {
                organization_id: other.map(String::from),
                ..call()
            };
            let start = start_run(&call, std::slice::from_ref(&there), Millis(MINUTE));
            let is_refused = start.is_err_and(|refusal| refusal.code == Code::RunExists);
            assert_eq!(is_refused, is_held && meet, "{state:?} {one:?} {other:?}");
            // One that stopped must find its place free as well.
            let stopped = Run {
                organization_id: call.organization_id,
                ..at(Stopped)
            };
            let resumed = resume_run(&stopped, std::slice::from_ref(&there), Millis(MINUTE));
            assert_eq!(resumed.is_err(), is_held && meet, "{state:?} {one:?} {other:?}");
        }
    }
}

#[test]
fn a_run_in_the_way_is_named_with_what_can_be_done() {
    let command = |function: &str| format!("`npx convex run v2Rollout:{function} '{{\"runId\": \"r0\"}}'`");
    for (state, reach, message, verbs) in [
        (
            RunStateWord::Running,
            Some("org_a"),
            "run `r0` of `org_a`, started by `Ann`, is running and excludes this one",
            vec!["pause", "cancel"],
        ),
        (
            RunStateWord::Paused,
            None,
            "run `r0` of all organizations, started by `Ann`, is paused and excludes this one",
            vec!["resume", "cancel"],
        ),
        (
            RunStateWord::Cancelling,
            None,
            "run `r0` of all organizations, started by `Ann`, is cancelling and excludes this one",
            vec!["cancel"],
        ),
    ] {
        let there = Run {
            run_id: "r0".into(),
            organization_id: reach.map(String::from),
            ..at(state)
        };
        let refusal = start_run(&call(), &[there], Millis(MINUTE)).unwrap_err();
        assert_eq!((refusal.code, &*refusal.message), (Code::RunExists, message));
        let mut hint = vec![format!("watch it with {}", command("run"))];
        hint.extend(
            verbs
                .iter()
                .map(|verb| format!("{verb} it with {}", command(&format!("{verb}Run")))),
        );
        assert_eq!(refusal.hint, Some(hint.join("; ")));
    }
}

#[test]
fn a_run_whose_lease_has_expired_makes_way_where_its_watchdog_would_let_it() {
    use RunStateWord::{Cancelled, Cancelling, Pausing, Queued, Running, Stopped};
    for (state, mode, way) in [
        (Running, RunMode::Foreground, Some(Stopped)),
        (Cancelling, RunMode::Background, Some(Cancelled)),
        (Running, RunMode::Background, None),
        (Queued, RunMode::Background, None),
        (Pausing, RunMode::Background, None),
    ] {
        let there = Run {
            run_id: "r0".into(),
            mode,
            ..at(state)
        };
        let others = std::slice::from_ref(&there);
        assert!(start_run(&call(), others, Millis(5.0 * MINUTE)).is_err());
        let start = start_run(&call(), others, Millis(6.0 * MINUTE));
        let became = start.ok().flatten().map(|start| start.others[0].run.state);
        assert_eq!(became, way, "{state:?} {mode:?}");
    }
}

#[test]
fn a_run_whose_watchdog_did_not_look_goes_on_once_it_is_resumed() {
    for mode in [RunMode::Background, RunMode::Foreground] {
        let run = Run { mode, ..running() };
        let resumed = resume_run(&run, &[], Millis(30.0 * MINUTE)).unwrap();
        let decided = resumed.decision;
        assert_eq!(
            (decided.run.state, decided.run.mode, decided.run.generation),
            (RunStateWord::Queued, RunMode::Background, 2),
            "{mode:?}"
        );
        assert_eq!(
            decided.run.last_error.unwrap().message,
            "nothing was heard of its leg for 300 seconds"
        );
        assert_eq!(decided.effects.len(), 2);
    }
}

#[test]
fn arguments_are_checked_and_dry_runs_are_not_registered() {
    let dry = RunCall {
        dry_run: true,
        background: false,
        ..call()
    };
    let there = Run {
        run_id: "r0".into(),
        ..running()
    };
    assert_eq!(start_run(&dry, &[there], Millis(MINUTE)), Ok(None));
    for (call, message) in [
        (
            RunCall {
                reason: Some(String::new()),
                ..call()
            },
            "reason `` must be 1 to 200 visible characters on one line",
        ),
        (
            RunCall {
                limit: Some(0.0),
                ..call()
            },
            "limit `0` must be a whole number from 1",
        ),
        (
            RunCall {
                bytes_per_second: Some(0.0),
                ..call()
            },
            "bytesPerSecond `0` must be a whole number from 1",
        ),
    ] {
        let refusal = start_run(&call, &[], Millis(0.0)).unwrap_err();
        assert_eq!(
            (refusal.code, &*refusal.message),
            (Code::InvalidArgument, message)
        );
    }
    for deadline in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let call = RunCall {
            deadline_ms: Millis(deadline),
            ..call()
        };
        let refused = Err(Refusal::internal("a leg has no deadline"));
        assert_eq!(start_run(&call, &[], Millis(0.0)), refused);
    }
}

#[test]
fn the_pace_is_lowered_by_refusals_and_set_by_operators() {
    let run = running();
    let mut refused = batch(2, 10);
    refused.refusals = 3;
    refused.error = Some("Too many writes per second".into());
    // It wrote 10 KB in a minute, and 20 KB in two.
    let run = on(&run, written(1, refused), 2.0).run;
    let per_second = run.pace.bytes_per_second().map(f64::round);
    assert_eq!(per_second, Some(83.0), "half of 20,000 bytes in 120 seconds");
    let error = run.last_error.as_ref().map(|error| error.message.as_str());
    assert_eq!(error, Some("Too many writes per second"));
    let set = |bytes_per_second| RunEvent::SetPace { bytes_per_second };
    let run = on(&run, set(Some(5_000.0)), 2.0).run;
    assert_eq!(run.pace, RunPace::new(Some(5_000.0)));
    let refusal = run.on(&set(Some(0.0)), Millis(0.0)).unwrap_err();
    assert_eq!(
        refusal.message,
        "bytesPerSecond `0` must be a whole number from 1"
    );
}

#[test]
fn failures_are_rows_and_the_row_counts_them() {
    let mut failed = batch(2, 1);
    failed.sums.outcome.failed = 60;
    failed.failures = vec![
        NoteFailure {
            voice_note_id: "n1".into(),
            code: Code::Internal,
            message: "x".into()
        };
        60
    ];
    let run = on(&running(), written(1, failed), 2.0).run;
    assert_eq!(run.sums.outcome.failed, 60);
}

#[test]
fn a_note_that_did_not_fail_after_all_is_counted_once() {
    let mut failed = batch(2, 1);
    failed.sums.outcome.failed = 1;
    failed.failures = vec![NoteFailure {
        voice_note_id: "n1".into(),
        code: Code::Internal,
        message: "x".into(),
    }];
    let decision = on(&running(), written(1, failed.clone()), 2.0);
    assert_eq!(decision.failures, failed.failures);
    let recovered = RunBatch {
        recovered: Some("n1".into()),
        ..batch(3, 1)
    };
    let decision = on(&decision.run, written(1, recovered), 2.0);
    assert_eq!(decision.recovered.as_deref(), Some("n1"));
    let outcome = decision.run.sums.outcome;
    assert_eq!((outcome.migrated, outcome.failed), (12, 0));
}

#[test]
fn failed_notes_are_tried_again_once_a_run_is_over() {
    let call = RetryCall {
        run_id: "r2".into(),
        by: Some("Ben".into()),
        deadline_ms: Millis(4.0 * MINUTE),
    };
    let retry = |run: &Run| retry_run(run, &call, &[], Millis(MINUTE)).map(|start| start.decision.run);
    let mut run = at(RunStateWord::Done);
    assert_eq!(retry(&run).unwrap_err().code, Code::RunState);
    run.sums.outcome.failed = 3;
    let again = retry(&run).unwrap();
    assert_eq!(
        (again.run_id.as_str(), again.by.as_str(), again.mode, again.total),
        ("r2", "Ben", RunMode::Background, Some(3))
    );
    assert_eq!(again.arguments.retry_of.as_deref(), Some("r1"));
    assert_eq!(again.organization_id, run.organization_id);
    assert_eq!(retry(&Run { ..running() }).unwrap_err().code, Code::RunState);
}

#[test]
fn a_row_reads_well() {
    let run = at(RunStateWord::Stopped);
    let row = serde_json::to_value(&run).unwrap();
    assert_eq!(
        (&row["state"], &row["stopped"]),
        (&"stopped".into(), &"failures".into())
    );
    let row = serde_json::to_value(running()).unwrap();
    assert_eq!(
        (&row["state"], &row["stopped"]),
        (&"running".into(), &serde_json::Value::Null)
    );
    let contradiction = Run {
        stopped: Some(Stopped::Error),
        ..running()
    };
    assert_eq!(
        contradiction.on(&RunEvent::Cancel, Millis(0.0)).unwrap_err().code,
        Code::Internal
    );
}

#[test]
fn a_row_holds_what_its_run_was_started_with() {
    let call = RunCall {
        reason: Some("pilot".into()),
        position: Some("[7]".into()),
        bytes_per_second: Some(5_000.0),
        limit: Some(20.0),
        total: Some(300),
        ..call()
    };
    let started = start_run(&call, &[], Millis(9.0)).unwrap().unwrap();
    let run = started.decision.run;
    let schedule = (run.started_ms, run.updated_ms, run.lease_ends_ms);
    let leg = Millis(9.0 + 5.0 * MINUTE);
    assert_eq!(schedule, (Millis(9.0), Millis(9.0), Some(leg)));
    assert_eq!(
        (run.reason.as_deref(), run.position.as_deref()),
        (Some("pilot"), Some("[7]"))
    );
    assert_eq!(
        (run.limit, run.limit_left, run.total),
        (Some(20), Some(20), Some(300))
    );
    assert_eq!(run.pace.bytes_per_second(), Some(5_000.0));

    // Its failed notes are tried at the same pace.
    let mut stopped = at(RunStateWord::Stopped);
    stopped.sums.outcome.failed = 3;
    stopped.pace = run.pace;
    let retry = RetryCall {
        run_id: "r2".into(),
        by: Some("Ann".into()),
        deadline_ms: Millis(4.0 * MINUTE),
    };
    let retried = retry_run(&stopped, &retry, &[], Millis(0.0))
        .unwrap()
        .decision
        .run;
    assert_eq!(retried.pace.bytes_per_second(), Some(5_000.0));
    assert_eq!(
        (retried.total, retried.arguments.retry_of.as_deref()),
        (Some(3), Some("r1"))
    );
}

#[test]
fn a_run_that_is_over_beside_it_is_left_as_it_is() {
    let over = at(RunStateWord::Done);
    let next = RunCall {
        run_id: "r2".into(),
        ..call()
    };
    let start = start_run(&next, &[over], Millis(0.0)).unwrap().unwrap();
    assert_eq!(start.others, []);
}

#[test]
fn a_rest_that_a_batch_has_counted_is_not_counted_again() {
    let run = running();
    let mut old = batch(1, 5);
    old.sums.outcome.failed = 1;
    old.failures = vec![NoteFailure {
        voice_note_id: "n1".into(),
        code: Code::Internal,
        message: "it is cursed".into(),
    }];
    old.error = Some("it is cursed".into());
    let decision = on(&run, ended(1, Some(Stopped::Deadline), old), 2.0);
    assert_eq!((decision.run.commits, &decision.run.sums), (1, &run.sums));
    assert_eq!(decision.failures, []);
    assert_eq!(
        decision.run.last_error.map(|error| error.message).as_deref(),
        Some("it is cursed")
    );
}

#[test]
fn a_pace_is_lowered_only_from_what_is_known_to_be_reached() {
    let refused = |bytes_written, worked, expected| {
        let mut run = running();
        run.sums.bytes_written = bytes_written;
        run.worked_ms = Millis(worked);
        run.heard_ms = Some(Millis(MINUTE));
        let mut batch = batch(2, 0);
        batch.sums.bytes_written = 0;
        batch.refusals = 1;
        let pace = on(&run, written(1, batch), 1.0).run.pace.bytes_per_second();
        assert_eq!(pace, expected, "{bytes_written} {worked}");
    };
    refused(60_000, 30_000.0, Some(1_000.0));
    // Nothing was written, no time has passed, or neither.
    refused(0, 30_000.0, None);
    refused(60_000, 0.0, None);
    refused(0, 0.0, None);
}
