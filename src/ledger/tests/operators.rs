//! What operators ask of a run.

use super::*;

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
