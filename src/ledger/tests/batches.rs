//! What a batch may write, and what the row counts of it.

use super::*;

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
