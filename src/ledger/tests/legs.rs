//! How legs follow each other.

use super::*;

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
