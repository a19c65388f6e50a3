//! How a run begins, and goes on.

use super::*;

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
