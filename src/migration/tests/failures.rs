//! What a transaction that failed means for the run.

use super::*;

#[test]
fn an_error_before_anything_was_done_is_thrown() {
    let broken = |run: &mut MigrationRun| {
        run.next(Millis(0.0));
        run.failed(REFUSED, Millis(0.0), 1.0).unwrap();
        run.next(Millis(0.0));
        run.next(Millis(0.0));
        run.failed(REFUSED, Millis(60_000.0), 1.0).unwrap();
        // Where something may have been written after all, that is looked at first.
        if !run.accepted.dry_run {
            let step = run.next(Millis(60_000.0));
            assert!(matches!(step, MigrationStep::ReadPage { .. }), "{step:?}");
            run.page_read(page(&[NoteVerdict::Migrate], false)).unwrap();
        }
        assert_eq!(run.next(Millis(60_000.0)), MigrationStep::Ended);
    };
    let dry = MigrationCall {
        dry_run: true,
        ..call()
    };
    for call in [call(), dry.clone()] {
        let mut run = run(&call);
        broken(&mut run);
        let refusal = run.answer().unwrap_err();
        assert_eq!(refusal.code, Code::Internal);
        assert_eq!(refusal.message, format!("no transaction was answered: {REFUSED}"));
    }
    // What a dry run has counted is kept.
    let mut run = run(&dry);
    run.next(Millis(0.0));
    run.page_read(page(&[NoteVerdict::Migrate], false)).unwrap();
    broken(&mut run);
    let answer = run.answer().unwrap();
    assert_eq!(
        (answer.outcome.migrated, answer.stopped),
        (1, Some(Stopped::Error))
    );
    assert_eq!(
        answer.warnings,
        [format!(
            "the run broke off: {REFUSED}; go on with `next` once the backend answers"
        )]
    );
    assert!(answer.next.is_some());
}

#[test]
fn a_moment_of_refused_writes_blames_no_note_and_keeps_the_size() {
    let (mut undisturbed, calls) = carried_out(2_000, |_, _| None);
    let size = undisturbed.answer().unwrap().batch_size.notes;
    let (mut run, writes) = carried_out(2_000, |_, now| (now.0 < 3_000.0).then_some(REFUSED));
    let answer = run.answer().unwrap();
    assert_eq!(
        (answer.outcome.migrated, answer.outcome.failed, answer.done),
        (2_000, 0, true)
    );
    assert_eq!(answer.batch_size.notes, size);
    // Those at 0, 0.25, 0.75 and 1.75 seconds were refused.
    assert_eq!(writes.len(), calls.len() + 4);
}

#[test]
fn a_document_that_is_refused_is_found_whatever_it_says() {
    const QUOTED: &str = "Failed to insert or update a document in table \"voiceNoteArtifacts\" because it does not match the schema: Value: \"upload timed out\"";
    for (message, code) in [
        (QUOTED, Code::MalformedDocument),
        ("it is cursed", Code::Internal),
    ] {
        for bad in ["0", "77", "1999"] {
            let (mut run, writes) =
                carried_out(2_000, |ids, _| ids.iter().any(|id| id == bad).then_some(message));
            let answer = run.answer().unwrap();
            assert_eq!(
                (answer.outcome.migrated, answer.done),
                (1_999, true),
                "{message} {bad}"
            );
            let failures: Vec<_> = answer
                .failures
                .iter()
                .map(|one| (one.voice_note_id.as_str(), one.code))
                .collect();
            assert_eq!(failures, [(bad, code)]);
            assert!(writes.len() <= 40, "{message} {bad}: {} writes", writes.len());
        }
    }
}

#[test]
fn a_backend_that_fails_for_a_reason_that_is_unknown_is_to_blame_and_no_note() {
    let (mut run, _) = carried_out(2_000, |_, _| Some("it is cursed"));
    assert_eq!(
        run.answer().unwrap_err().message,
        "no transaction was answered: it is cursed"
    );
    let (mut run, _) = carried_out(2_000, |ids, _| {
        let is_late = ids.iter().any(|id| id.parse::<usize>().unwrap() >= 1_000);
        is_late.then_some("it is cursed")
    });
    let answer = run.answer().unwrap();
    assert_eq!(answer.stopped, Some(Stopped::Error));
    // The note that follows the last one that went through is held, and tried anew in the next call.
    assert_eq!((answer.outcome.migrated, answer.outcome.failed), (1_000, 0));
    let next = MigrationCall {
        cursor: answer.cursor,
        ..call()
    };
    assert_eq!(next.accept().unwrap().position.as_deref(), Some("1000"));
}

#[test]
fn a_note_that_failed_for_a_moment_is_not_blamed() {
    // The batch three times, its halves four times, the note three times: then the next one goes through, and the note
    // is tried three times more.
    for failures in 1..=20 {
        let mut left = failures;
        let (mut run, _) = carried_out(100, |ids, _| {
            let fails = left > 0 && ids.iter().any(|id| id == "0");
            left -= usize::from(fails);
            fails.then_some("it is cursed")
        });
        let answer = run.answer().unwrap();
        let failed = u64::from(failures > 12);
        assert_eq!(
            (answer.outcome.migrated, answer.outcome.failed, answer.done),
            (100 - failed, failed, true),
            "{failures}"
        );
    }
}

#[test]
fn a_batch_that_is_too_large_is_halved_and_grows_again() {
    let memory = "JavaScript execution ran out of memory (maximum memory usage: 64 MB)";
    let (mut run, writes) = carried_out(2_000, |ids, _| (ids.len() > 60).then_some(memory));
    let answer = run.answer().unwrap();
    assert_eq!((answer.outcome.migrated, answer.outcome.failed), (2_000, 0));
    assert_eq!(answer.batch_size.limited_by, Some(crate::Limit::Memory));
    assert!(writes.len() < 60, "{} writes", writes.len());
    // Once it is over, the size comes back.
    let (mut run, _) = carried_out(8_000, |ids, _| {
        let is_early = ids.iter().any(|id| id.parse::<usize>().unwrap() < 1_000);
        (is_early && ids.len() > 60).then_some(memory)
    });
    assert_eq!(run.answer().unwrap().batch_size.notes, 200);
}

#[test]
fn a_run_writes_one_time_and_looks_for_what_it_wrote_once_an_answer_is_lost() {
    let mut run = run(&call());
    let attempts: Vec<_> = [0.0, 1_000.0, 2_000.0]
        .into_iter()
        .map(|now| {
            let mut step = run.next(Millis(now));
            if let MigrationStep::Wait { .. } = step {
                step = run.next(Millis(now));
            }
            run.failed(REFUSED, Millis(now), 1.0).unwrap();
            match step {
                MigrationStep::Sweep { attempt, .. } => {
                    (attempt.now_ms.0, attempt.run_ms.0, attempt.is_retry)
                }
                step => panic!("{step:?}"),
            }
        })
        .collect();
    assert_eq!(
        attempts,
        [(0.0, 0.0, false), (1_000.0, 0.0, true), (2_000.0, 0.0, true)]
    );
}

#[test]
fn more_than_half_of_twenty_notes_are_too_many_failures() {
    let run = run(&call());
    for (failed, tried, expected) in [
        (11, 19, false),
        (10, 20, false),
        (11, 20, true),
        (20, 40, false),
        (21, 40, true),
    ] {
        assert_eq!(
            run.fails_too_often(failed, tried),
            expected,
            "{failed} of {tried}"
        );
    }
}

#[test]
fn failures_are_not_too_many_while_it_may_be_the_backend_or_where_a_run_only_looks_ahead() {
    for (others_pass, looks_ahead, expected) in [
        (None, false, true),
        (Some(true), false, true),
        (Some(false), false, false),
        (None, true, false),
        (Some(true), true, false),
    ] {
        let mut run = run(&call());
        run.held = held(others_pass);
        if looks_ahead {
            run.checkpoint = Some(checkpoint());
        }
        assert_eq!(
            run.fails_too_often(20, 20),
            expected,
            "{others_pass:?} {looks_ahead}"
        );
    }
}

#[test]
fn a_run_that_was_resumed_counts_failures_anew() {
    let mut run = run(&call());
    let resumed = Run {
        tried_before: 20,
        failed_before: 11,
        ..row()
    };
    run.join(&resumed, vec![]);
    for (failed, tried, expected) in [(11, 20, false), (21, 40, false), (22, 40, true)] {
        assert_eq!(
            run.fails_too_often(failed, tried),
            expected,
            "{failed} of {tried}"
        );
    }
}

#[test]
fn a_run_stops_behind_the_note_with_which_too_many_failed() {
    let dry = MigrationCall {
        dry_run: true,
        ..call()
    };
    let verdicts = [&[NoteVerdict::Migrate; 5][..], &[NoteVerdict::Malformed; 30]].concat();
    let mut run = run(&dry);
    run.next(Millis(0.0));
    run.page_read(page(&verdicts, true)).unwrap();
    assert_eq!(run.next(Millis(0.0)), MigrationStep::Ended);
    let answer = run.answer().unwrap();
    assert_eq!((answer.outcome.migrated, answer.outcome.failed), (5, 15));
    assert_eq!(answer.stopped, Some(Stopped::Failures));
}

#[test]
fn a_note_that_is_held_is_recorded_and_blamed_once() {
    let holding = |has_ledger, others_pass| {
        let mut run = run(&call());
        if has_ledger {
            run.join(&row(), vec![]);
        }
        run.settle("n5", NoteVerdict::Migrate, None);
        run.held = held(Some(others_pass));
        run
    };
    let unrecorded = |run: &MigrationRun| run.unrecorded.as_ref().map(|batch| batch.failures.len());

    // Once others pass, the ledger has recorded it as failed.
    for (others_pass, recorded) in [(false, 1), (true, 0)] {
        let mut run = holding(true, others_pass);
        assert_eq!(run.recording().unwrap().before.failures.len(), recorded);
        run.blame_held();
        assert_eq!((run.tally.outcome.failed, unrecorded(&run)), (1, Some(recorded)));
    }

    // A run that ends before anything is decided about it blames it only where the ledger has done so.
    for (has_ledger, others_pass, failed, migrated, position) in [
        (true, true, 1, 15, Some("[7]")),
        (true, false, 0, 0, Some("[3]")),
        (false, true, 0, 1, Some("[3]")),
        (false, false, 0, 0, Some("[3]")),
    ] {
        let mut run = holding(has_ledger, others_pass);
        run.stop(Stopped::Deadline);
        let outcome = run.tally.outcome;
        assert_eq!(
            (outcome.failed, outcome.migrated),
            (failed, migrated),
            "{has_ledger} {others_pass}"
        );
        assert_eq!(run.position.as_deref(), position);
    }

    // It is tried once more when others pass, and is recovered where it goes through.
    let mut run = holding(true, true);
    let MigrationStep::WriteBatch { ids, recording, .. } = run.next(Millis(0.0)) else {
        panic!("it is tried once more");
    };
    let recording = recording.unwrap();
    assert_eq!(
        (&*ids, recording.before.recovered.as_deref()),
        (&["n4".to_owned()][..], Some("n4"))
    );
    let notes: Vec<_> = recording
        .notes
        .iter()
        .map(|note| (&*note.id, &*note.position))
        .collect();
    assert_eq!(notes, [("n4", "[7]")]);
}

#[test]
fn a_document_is_searched_for_among_the_notes_of_the_sweep_that_failed() {
    const REFUSED: &str = "Validator error: Expected `string`, got `5`";
    let mut run = run(&call());
    run.next(Millis(0.0));
    run.failed(REFUSED, Millis(0.0), 1.0).unwrap();
    assert_eq!(run.size.notes(), 25);
    run.next(Millis(0.0));
    run.page_read(page(&[NoteVerdict::Migrate; 100], true)).unwrap();
    // Half of those that are left, as long as they are suspect.
    for expected in [25, 12, 6] {
        let MigrationStep::WriteBatch { ids, .. } = run.next(Millis(0.0)) else {
            panic!("{expected} notes are to be written");
        };
        assert_eq!(ids.len(), expected);
        run.batch_written(&written(&ids, NoteVerdict::Migrate), Millis(0.0))
            .unwrap();
    }
}

/// A run whose first sweep may have been written: it looks whether it was.
fn looking_for_a_lost_answer() -> MigrationRun {
    let mut run = run(&call());
    run.next(Millis(0.0));
    run.failed(REFUSED, Millis(0.0), 1.0).unwrap();
    run.next(Millis(0.0));
    run.next(Millis(0.0));
    run.failed(REFUSED, Millis(60_000.0), 1.0).unwrap();
    let step = run.next(Millis(60_000.0));
    assert!(matches!(step, MigrationStep::ReadPage { .. }), "{step:?}");
    run
}

#[test]
fn what_a_lost_answer_wrote_is_counted() {
    use NoteVerdict::{Migrate, MigratedByLostAttempt, NotReady};
    let mut run = looking_for_a_lost_answer();
    let verdicts = [
        MigratedByLostAttempt,
        NotReady,
        MigratedByLostAttempt,
        NotReady,
        Migrate,
    ];
    let mut page = page(&verdicts, false);
    for note in &mut page.notes {
        note.rows = Some(NoteRows {
            transcripts: 1,
            claims: 2,
            ..NoteRows::default()
        });
    }
    run.page_read(page).unwrap();
    assert_eq!(run.next(Millis(60_000.0)), MigrationStep::Ended);
    let answer = run.answer().unwrap();
    assert_eq!(
        (answer.outcome.migrated, answer.outcome.not_ready, answer.batches),
        (2, 1, 1)
    );
    assert_eq!((answer.artifacts, answer.transcripts, answer.claims), (2, 2, 4));
    assert_eq!(run.position.as_deref(), Some("[2]"));

    // Where that cannot be read either, nothing is known.
    let mut run = looking_for_a_lost_answer();
    run.failed(REFUSED, Millis(60_000.0), 1.0).unwrap();
    assert_eq!(run.next(Millis(60_000.0)), MigrationStep::Ended);
    assert_eq!(run.answer().unwrap_err().code, Code::Internal);
}

#[test]
fn a_run_that_has_something_to_answer_with_does_not_look_for_a_lost_answer() {
    let (mut run, step) = after_sweep(50, NoteVerdict::Migrate, NoteVerdict::Migrate, false);
    assert!(matches!(step, MigrationStep::Sweep { .. }), "{step:?}");
    run.failed(REFUSED, Millis(0.0), 1.0).unwrap();
    run.next(Millis(0.0));
    run.next(Millis(0.0));
    run.failed(REFUSED, Millis(60_000.0), 1.0).unwrap();
    assert_eq!(run.next(Millis(60_000.0)), MigrationStep::Ended);
    let answer = run.answer().unwrap();
    assert_eq!(
        (answer.outcome.migrated, answer.stopped),
        (50, Some(Stopped::Error))
    );
}

#[test]
fn a_failure_ends_a_run_that_has_no_time_left_to_wait() {
    let brief = MigrationCall {
        deadline_ms: Millis(1_000.0),
        ..call()
    };
    // The ledger goes on with a run, whether or not anything was done.
    let begun = Run {
        commits: 1,
        ..Run::default()
    };
    for row in [begun, row()] {
        for (at, stopped) in [(749.0, None), (750.0, Some(Stopped::Deadline))] {
            let mut run = run(&brief);
            run.join(&row, vec![]);
            run.next(Millis(0.0));
            run.failed(REFUSED, Millis(at), 1.0).unwrap();
            run.next(Millis(at));
            assert_eq!(run.answer().unwrap().stopped, stopped, "{at}");
        }
    }
}
