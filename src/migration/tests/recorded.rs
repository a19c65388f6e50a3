//! A run that the ledger has.

use super::*;

#[test]
fn a_leg_goes_on_from_its_row_and_tells_what_it_settled() {
    let mut run = run(&call());
    run.join(&row(), vec![]);
    let MigrationStep::ReadPage { after, .. } = run.next(Millis(0.0)) else {
        panic!("six notes are too few for a sweep");
    };
    assert_eq!(after.as_deref(), Some("[7]"));
    let verdicts = [
        NoteVerdict::NotReady,
        NoteVerdict::Malformed,
        NoteVerdict::Migrate,
    ];
    let mut page = page(&verdicts, true);
    let malformed = MalformedDocument {
        row: 1,
        id: "n1".into(),
        field: "insights".into(),
    };
    page.malformed = vec![malformed.clone()];
    run.page_read(page).unwrap();
    let MigrationStep::WriteBatch { ids, recording, .. } = run.next(Millis(0.0)) else {
        panic!("a note is to be written");
    };
    let recording = recording.unwrap();
    assert_eq!((ids, recording.before.number), (vec!["n2".into()], 5));
    assert_eq!(recording.before.position.as_deref(), Some("[7]"));
    let notes: Vec<_> = recording
        .notes
        .iter()
        .map(|note| (&*note.id, &*note.position, note.verdict))
        .collect();
    let [not_ready, is_malformed, migrate] = verdicts;
    assert_eq!(
        notes,
        [
            ("n0", "[0]", not_ready),
            ("n1", "[1]", is_malformed),
            ("n2", "[2]", migrate)
        ]
    );
    assert_eq!(recording.malformed, [malformed]);

    // It is written, more slowly by the row's new pace.
    let mut batch = written(&["n2".into()], migrate);
    batch.bytes_per_second = Some(500.0);
    batch.metrics.bytes_written.add(1_000);
    run.batch_written(&batch, Millis(0.0)).unwrap();
    assert_eq!(run.next(Millis(0.0)), MigrationStep::Ended);
    let end = run.leg_end();
    assert_eq!(
        (end.stopped, end.rest.number, end.pause_ms),
        (None, 6, Millis(2_000.0))
    );
    assert_eq!(
        (end.rest.sums.settled(), end.rest.error, end.rest.refusals),
        (0, None, 0)
    );
    let answer = run.answer().unwrap();
    assert_eq!(
        (answer.run_id.as_deref(), answer.batches, answer.outcome.migrated),
        (Some("r1"), 4, 15)
    );
}

#[test]
fn five_hundred_notes_that_need_no_writing_are_recorded_without_one_that_does() {
    for (notes, is_recorded) in [(499, false), (500, true)] {
        let mut run = run(&call());
        run.join(&row(), vec![]);
        run.next(Millis(0.0));
        run.page_read(page(&vec![NoteVerdict::NotReady; notes], false))
            .unwrap();
        match run.next(Millis(0.0)) {
            MigrationStep::WriteBatch { ids, recording, .. } => {
                assert!(is_recorded, "{notes}");
                assert_eq!(ids, Vec::<String>::new());
                assert_eq!(recording.unwrap().before.sums.outcome.not_ready, 500);
                run.batch_written(&written(&[], NoteVerdict::NotReady), Millis(0.0))
                    .unwrap();
                assert_eq!(run.leg_end().rest.sums.settled(), 0);
            }
            step => assert!(
                !is_recorded && matches!(step, MigrationStep::ReadPage { .. }),
                "{notes}: {step:?}"
            ),
        }
    }
}

#[test]
fn what_is_in_doubt_is_not_recorded_yet() {
    let search = Search {
        size_before: 50,
        has_passed: false,
    };
    for (looks_ahead, is_held, is_searching) in [
        (false, false, false),
        (true, false, false),
        (false, true, false),
        (false, false, true),
    ] {
        let mut run = run(&call());
        run.join(&row(), vec![]);
        for note in 0..500 {
            run.settle(&format!("n{note}"), NoteVerdict::NotReady, None);
        }
        run.checkpoint = looks_ahead.then(checkpoint);
        run.held = held(is_held.then_some(false));
        run.search = is_searching.then_some(search);
        let is_in_doubt = looks_ahead || is_held || is_searching;
        assert_eq!(run.record_what_needs_no_writing().is_none(), is_in_doubt);
    }
}

#[test]
fn a_leg_that_failed_tells_the_ledger_of_it() {
    let mut run = run(&call());
    run.join(&row(), vec![]);
    run.next(Millis(0.0));
    for (nth, message) in [
        REFUSED,
        "Too many concurrent requests in a short period of time",
        REFUSED,
    ]
    .into_iter()
    .enumerate()
    {
        run.failed(message, Millis(0.0), 1.0).unwrap();
        run.next(Millis(0.0));
        run.next(Millis(0.0));
        assert_eq!(run.leg_end().rest.refusals, [1, 1, 2][nth]);
    }
    // Before it ends, its error is what failed; then it is what it broke off with.
    assert_eq!(run.leg_end().rest.error.as_deref(), Some(REFUSED));
    run.failed(&format!("{REFUSED}.\nagain."), Millis(1e6), 1.0)
        .unwrap();
    assert_eq!(run.next(Millis(1e6)), MigrationStep::Ended);
    let end = run.leg_end();
    assert_eq!((end.stopped, end.rest.refusals), (Some(Stopped::Error), 3));
    assert_eq!(end.rest.error, Some(format!("{REFUSED}. again")));
    assert_eq!(end.rest.position.as_deref(), Some("[7]"));
}

#[test]
fn a_leg_that_stopped_for_another_reason_has_no_error_of_its_own() {
    let mut run = run(&call());
    run.join(&row(), vec![]);
    run.error = Some("it is cursed".into());
    run.stop(Stopped::Deadline);
    let end = run.leg_end();
    assert_eq!((end.stopped, end.rest.error), (Some(Stopped::Deadline), None));
}

#[test]
fn a_run_whose_row_failed_answers_with_its_row_and_error() {
    let mut run = run(&call());
    run.next(Millis(0.0));
    let failed = Run {
        state: RunStateWord::Stopped,
        stopped: Some(Stopped::Error),
        last_error: Some(RunError {
            message: "the row is\ncursed.".into(),
            at_ms: Millis(1.0),
        }),
        ..row()
    };
    run.interrupt(&failed, vec![]);
    assert_eq!(run.next(Millis(0.0)), MigrationStep::Ended);
    let answer = run.answer().unwrap();
    assert_eq!(
        (answer.done, answer.stopped, answer.next.is_some()),
        (false, Some(Stopped::Error), true)
    );
    assert_eq!(answer.outcome.migrated, 14);
    let [warning] = &answer.warnings[..] else {
        panic!("{:?}", answer.warnings);
    };
    assert!(
        warning.starts_with("the run broke off: the row is cursed; "),
        "{warning}"
    );
}

#[test]
fn a_run_that_was_paused_answers_with_its_row() {
    let mut run = run(&call());
    run.next(Millis(0.0));
    run.interrupt(&row(), vec![]);
    assert_eq!(run.next(Millis(0.0)), MigrationStep::Ended);
    let answer = run.answer().unwrap();
    assert_eq!(
        (answer.done, answer.stopped, answer.next.is_some()),
        (false, None, false)
    );
    assert_eq!(
        (answer.outcome.migrated, answer.run_id.as_deref()),
        (14, Some("r1"))
    );
    assert_eq!(
        answer.warnings,
        [
            "the run was paused, cancelled or given up meanwhile; look at it with `npx convex run v2Rollout:run '{\"runId\": \"r1\"}'`"
        ]
    );
}

#[test]
fn what_a_batch_records_is_numbered_from_its_first_note() {
    use NoteVerdict::{Malformed, Migrate, NotReady};
    let mut run = run(&MigrationCall {
        batch_size: Some(1.0),
        ..call()
    });
    run.join(&row(), vec![]);
    run.next(Millis(0.0));
    let mut page = page(&[Migrate, NotReady, Malformed, Migrate], true);
    page.malformed = vec![malformed(2, "n2")];
    run.page_read(page).unwrap();
    run.next(Millis(0.0));
    run.batch_written(&written(&["n0".into()], Migrate), Millis(0.0))
        .unwrap();
    let MigrationStep::WriteBatch { recording, .. } = run.next(Millis(0.0)) else {
        panic!("a second note is to be written");
    };
    assert_eq!(recording.unwrap().malformed, [malformed(1, "n2")]);
}
