//! Which step comes next.

use super::*;

#[test]
fn most_notes_are_swept_and_the_first_step_goes_on_where_the_cursor_says() {
    let mut run = run(&call());
    let sweep = MigrationStep::Sweep {
        after: None,
        notes: 50,
        attempt: FIRST,
        recording: None,
    };
    assert_eq!(run.next(Millis(0.0)), sweep);
    let mut swept = written(&["n1".into(), "n2".into()], NoteVerdict::Migrate);
    swept.position = Some("[2]".into());
    run.swept(&swept, Millis(1.0)).unwrap();
    run.next(Millis(0.0));
    run.failed(REFUSED, Millis(0.0), 1.0).unwrap();
    assert_eq!(run.next(Millis(0.0)), MigrationStep::Wait { ms: Millis(250.0) });
    run.next(Millis(0.0));
    // After more than a minute it is given up.
    run.failed(REFUSED, Millis(60_000.0), 1.0).unwrap();
    assert_eq!(run.next(Millis(0.0)), MigrationStep::Ended);
    let answer = run.answer().unwrap();
    assert_eq!(
        (answer.outcome.migrated, answer.stopped),
        (2, Some(Stopped::Error))
    );
    let next = MigrationCall {
        cursor: answer.cursor,
        ..call()
    };
    let step = self::run(&next).next(Millis(0.0));
    assert_eq!(
        step,
        MigrationStep::Sweep {
            after: Some("[2]".into()),
            notes: 50,
            attempt: FIRST,
            recording: None,
        }
    );
}

#[test]
fn a_limit_ends_a_run_behind_its_last_note_and_only_then_it_looks_ahead() {
    use NoteVerdict::{Migrate, Migrated};
    // what is behind the limit, whether the run is done, where it goes on
    for (rest, is_done) in [(&[Migrated, Migrated][..], true), (&[Migrated, Migrate], false)] {
        let call = MigrationCall {
            limit: Some(2.0),
            ..call()
        };
        let mut run = run(&call);
        let step = run.next(Millis(0.0));
        assert!(
            matches!(step, MigrationStep::ReadPage { after: None, .. }),
            "{step:?}"
        );
        let verdicts = [&[Migrate, Migrated, Migrate][..], rest].concat();
        run.page_read(page(&verdicts, true)).unwrap();
        let MigrationStep::WriteBatch { ids, .. } = run.next(Millis(0.0)) else {
            panic!("two notes are to be written");
        };
        assert_eq!(ids, ["n0", "n2"]);
        run.batch_written(&written(&ids, Migrate), Millis(1.0)).unwrap();
        assert_eq!(run.next(Millis(0.0)), MigrationStep::Ended);
        let answer = run.answer().unwrap();
        assert_eq!(answer.done, is_done);
        assert_eq!(answer.stopped, (!is_done).then_some(Stopped::Limit));
        // What was only looked at is forgotten.
        assert_eq!(answer.outcome.already_migrated, if is_done { 3 } else { 1 });
        if let Some(cursor) = answer.cursor {
            let accepted = MigrationCall {
                cursor: Some(cursor),
                ..call
            }
            .accept();
            assert_eq!(accepted.unwrap().position.as_deref(), Some("[2]"));
        }
    }
}

#[test]
fn a_run_ends_at_its_deadline_but_not_before_its_first_step() {
    let call = MigrationCall {
        deadline_ms: Millis(100.0),
        ..call()
    };
    let mut run = run(&call);
    assert_ne!(run.next(Millis(200.0)), MigrationStep::Ended);
    assert_eq!(run.next(Millis(100.0)), MigrationStep::Ended);
    assert_eq!(run.answer().unwrap().stopped, Some(Stopped::Deadline));
}

#[test]
fn a_run_waits_for_its_pace() {
    let call = MigrationCall {
        pace_bytes_per_second: 1_000.0,
        deadline_ms: Millis(10_000.0),
        ..call()
    };
    // bytes, milliseconds, the next step
    for (bytes, took, expected) in [
        (5_000, 1_000.0, Some(MigrationStep::Wait { ms: Millis(4_000.0) })),
        (5_000, 5_000.0, None),
        (50_000, 1_000.0, Some(MigrationStep::Ended)),
    ] {
        let mut run = run(&call);
        run.next(Millis(0.0));
        let ids: Vec<String> = (0..50).map(|n| n.to_string()).collect();
        let mut swept = written(&ids, NoteVerdict::Migrate);
        swept.metrics.bytes_written.add(bytes);
        run.swept(&swept, Millis(took)).unwrap();
        let step = run.next(Millis(0.0));
        match expected {
            Some(expected) => assert_eq!(step, expected),
            None => assert!(matches!(step, MigrationStep::Sweep { .. }), "{step:?}"),
        }
    }
    // Without a pace it waits for nothing.
    let (_, step) = after_sweep(50, NoteVerdict::Migrate, NoteVerdict::Migrate, false);
    assert!(matches!(step, MigrationStep::Sweep { .. }), "{step:?}");
}

#[test]
fn a_sweep_teaches_how_large_the_next_one_is_and_whether_there_is_one() {
    use NoteVerdict::{Malformed, Migrate, Migrated};
    // notes, what became of them and of the last one, is it the last of all, the next size, is it swept again
    for (notes, verdict, last, is_last, size, sweeps) in [
        (50, Migrate, Migrate, false, 100, true),
        // It had no more room.
        (30, Migrate, Migrate, false, 60, true),
        (30, Migrate, Migrate, true, 50, false),
        (30, Migrate, Malformed, false, 50, false),
        (50, Migrated, Migrated, false, 50, false),
        (50, Migrated, Migrate, false, 50, false),
    ] {
        let (run, step) = after_sweep(notes, verdict, last, is_last);
        assert_eq!(run.size.notes(), size, "{notes} {verdict:?} {last:?} {is_last}");
        assert_eq!(matches!(step, MigrationStep::Sweep { .. }), sweeps, "{step:?}");
    }
}

#[test]
fn among_the_first_few_notes_a_failure_ends_sweeps() {
    let step = |migrated: usize, failed: usize, is_held| {
        let mut run = run(&call());
        for _ in 0..migrated {
            run.settle("n", NoteVerdict::Migrate, None);
        }
        for _ in 0..failed {
            run.settle("n", NoteVerdict::Malformed, None);
        }
        run.held = held(is_held);
        matches!(run.next(Millis(0.0)), MigrationStep::Sweep { .. })
    };
    assert!(step(5, 0, None));
    assert!(!step(18, 1, None));
    assert!(step(19, 1, None));
    assert!(
        !step(5, 0, Some(false)),
        "the next note decides about one that is held"
    );
}

#[test]
fn a_batch_that_was_cut_makes_the_next_one_smaller() {
    // Notes that had room of ten, the size behind
    for (reached, size) in [(4, 8), (10, 50)] {
        let mut run = run(&MigrationCall {
            limit: Some(100.0),
            ..call()
        });
        run.is_sparse = true;
        run.next(Millis(0.0));
        run.page_read(page(&[NoteVerdict::Migrate; 10], true)).unwrap();
        let MigrationStep::WriteBatch { ids, .. } = run.next(Millis(0.0)) else {
            panic!("ten notes are to be written");
        };
        let batch = written(&ids[..reached], NoteVerdict::Migrate);
        run.batch_written(&batch, Millis(0.0)).unwrap();
        assert_eq!(run.size.notes(), size);
    }
}

#[test]
fn behind_a_bad_first_note_the_next_batch_is_small() {
    const REFUSED: &str = "Validator error: Expected `string`, got `5`";
    // Where the first notes of the batch go through, the one behind is not looked for.
    for (bad, next) in [("0", 4), ("1", 50)] {
        let (_, writes) = carried_out(200, |ids, _| ids.iter().any(|id| id == bad).then_some(REFUSED));
        let found = writes.iter().rposition(|notes| *notes == 1).unwrap();
        assert_eq!(writes[found + 1], next, "{writes:?}");
    }
}

#[test]
fn a_sweep_that_meets_conflicts_three_times_is_given_up_for_pages() {
    let conflict = "Documents read from or written to the \"voiceNotes\" table changed while this mutation was being run";
    let mut run = run(&call());
    let mut now = Millis(0.0);
    for nth in 1..=3 {
        let step = run.next(now);
        assert!(matches!(step, MigrationStep::Sweep { .. }), "{nth}: {step:?}");
        run.failed(conflict, now, 1.0).unwrap();
        let MigrationStep::Wait { ms } = run.next(now) else {
            panic!("it waits first");
        };
        now = now + ms;
    }
    let step = run.next(now);
    assert!(matches!(step, MigrationStep::ReadPage { .. }), "{step:?}");
}

#[test]
fn a_page_that_is_too_large_is_halved_down_to_one_note() {
    let memory = "JavaScript execution ran out of memory (maximum memory usage: 64 MB)";
    let mut run = run(&MigrationCall {
        dry_run: true,
        ..call()
    });
    let mut asked = Vec::new();
    loop {
        match run.next(Millis(0.0)) {
            MigrationStep::ReadPage { notes, .. } => {
                asked.push(notes);
                run.failed(memory, Millis(0.0), 1.0).unwrap();
            }
            MigrationStep::Wait { .. } => {}
            _ => break,
        }
    }
    // One note alone is tried twice more.
    assert_eq!(asked, [1_000, 500, 250, 125, 62, 31, 15, 7, 3, 1, 1, 1]);
    assert_eq!(
        run.answer().unwrap_err().message,
        format!("no transaction was answered: {memory}")
    );
}
