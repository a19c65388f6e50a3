//! What a run asks its caller for, step by step.

use super::*;
use crate::transaction::Metrics;

fn call() -> MigrationCall {
    MigrationCall {
        organization_id: Some("org_a".into()),
        deadline_ms: Millis(1e9),
        ..MigrationCall::default()
    }
}

fn run(call: &MigrationCall) -> MigrationRun {
    MigrationRun::new(call).unwrap()
}

fn page(verdicts: &[NoteVerdict], is_last: bool) -> MigrationPage {
    let note = |(at, verdict): (usize, &NoteVerdict)| JudgedNote {
        id: format!("n{at}"),
        position: format!("[{at}]"),
        created_ms: Millis(0.0),
        verdict: *verdict,
        rows: None,
    };
    MigrationPage {
        notes: verdicts.iter().enumerate().map(note).collect(),
        malformed: vec![],
        is_last,
    }
}

/// A transaction that got to these notes.
fn written(ids: &[String], verdict: NoteVerdict) -> MigrationBatch {
    MigrationBatch {
        verdicts: vec![verdict; ids.len()],
        malformed: vec![],
        inserted: Inserted::default(),
        metrics: Metrics::default(),
        position: None,
        created_ms: None,
        is_last: false,
    }
}

#[test]
fn most_notes_are_swept_and_the_first_step_goes_on_where_the_cursor_says() {
    let mut run = run(&call());
    let sweep = MigrationStep::Sweep {
        after: None,
        notes: 50,
    };
    assert_eq!(run.next(Millis(0.0)), sweep);
    let mut swept = written(&["n1".into(), "n2".into()], NoteVerdict::Migrate);
    swept.position = Some("[2]".into());
    run.swept(&swept, Millis(1.0)).unwrap();
    assert!(run.broke("the network is gone"));
    assert_eq!(run.next(Millis(0.0)), MigrationStep::Ended);
    let answer = run.answer();
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
            notes: 50
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
        let MigrationStep::WriteBatch { ids } = run.next(Millis(0.0)) else {
            panic!("two notes are to be written");
        };
        assert_eq!(ids, ["n0", "n2"]);
        run.batch_written(&written(&ids, Migrate), Millis(1.0)).unwrap();
        assert_eq!(run.next(Millis(0.0)), MigrationStep::Ended);
        let answer = run.answer();
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
fn an_error_before_anything_was_written_is_thrown() {
    let mut run = run(&call());
    run.next(Millis(0.0));
    assert!(!run.broke("the network is gone"));
    let mut dry = self::run(&MigrationCall {
        dry_run: true,
        ..call()
    });
    dry.next(Millis(0.0));
    dry.page_read(page(&[NoteVerdict::Migrate], false)).unwrap();
    dry.next(Millis(0.0));
    assert!(!dry.broke("the network is gone"));
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
    assert_eq!(run.answer().stopped, Some(Stopped::Deadline));
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
}

#[test]
fn a_conflict_is_tried_again_with_growing_waits() {
    let conflict = "Documents read from or written to the \"voiceNotes\" table changed while this mutation was being run";
    let mut run = run(&call());
    let mut waits = Vec::new();
    let mut sweeps = 0;
    while let step @ (MigrationStep::Sweep { .. } | MigrationStep::Wait { .. }) = run.next(Millis(0.0)) {
        if let MigrationStep::Wait { ms } = step {
            waits.push(ms.0);
        } else {
            sweeps += 1;
            run.failed(conflict).unwrap();
        }
    }
    assert_eq!((sweeps, waits), (4, vec![200.0, 400.0, 800.0]));
}

#[test]
fn a_wrong_call_is_refused_and_named() {
    let nothing = || written(&[], NoteVerdict::Migrate);
    let mut fresh = run(&call());
    let mut reading = run(&MigrationCall {
        dry_run: true,
        ..call()
    });
    reading.next(Millis(0.0));
    let mut writing = run(&MigrationCall {
        batch_size: Some(1.0),
        ..call()
    });
    writing.next(Millis(0.0));
    writing.page_read(page(&[NoteVerdict::Migrate], true)).unwrap();
    writing.next(Millis(0.0));
    let two = written(&["n0".into(), "n1".into()], NoteVerdict::Migrate);
    for (refused, message) in [
        (
            fresh.page_read(MigrationPage::default()),
            "pageRead: no page was asked for",
        ),
        (
            fresh.failed("x"),
            "failed: neither a batch nor a sweep was asked for",
        ),
        (
            reading.batch_written(&nothing(), Millis(0.0)),
            "batchWritten: no batch was asked for",
        ),
        (
            reading.swept(&nothing(), Millis(0.0)),
            "swept: no sweep was asked for",
        ),
        (
            writing.batch_written(&two, Millis(0.0)),
            "batchWritten: 2 notes were written, but 1 were asked for",
        ),
    ] {
        assert_eq!(refused.unwrap_err().0, message);
    }
}
