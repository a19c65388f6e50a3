//! What a run asks its caller for, step by step.

use super::*;
use crate::transaction::Metrics;

const REFUSED: &str =
    "Too many writes per second. Your deployment is limited to 4 MiB bytes written per 1 second";
const FIRST: Attempt = Attempt {
    now_ms: Millis(0.0),
    run_ms: Millis(0.0),
    is_retry: false,
};

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
        ids: ids.to_vec(),
        position: None,
        created_ms: None,
        is_last: false,
        bytes_per_second: None,
    }
}

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
fn an_error_before_anything_was_done_is_thrown() {
    let broken = |run: &mut MigrationRun| {
        run.next(Millis(0.0));
        run.failed(REFUSED, Millis(0.0), 1.0).unwrap();
        run.next(Millis(0.0));
        run.next(Millis(0.0));
        run.failed(REFUSED, Millis(60_000.0), 1.0).unwrap();
        // Whether it was written after all is looked at first.
        if let MigrationStep::ReadPage { .. } = run.next(Millis(60_000.0)) {
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
}

/// What came of a run over `notes`, whose transactions all fail for which `fails` answers with a message; waits pass
/// at once. Answers the largest writes, too.
fn carried_out(
    notes: usize,
    mut fails: impl FnMut(&[String], Millis) -> Option<&'static str>,
) -> (MigrationRun, Vec<usize>) {
    let mut run = run(&call());
    let mut now = Millis(0.0);
    let mut writes = Vec::new();
    let mut next = 0;
    loop {
        match run.next(now) {
            MigrationStep::Wait { ms } => now = now + ms,
            MigrationStep::ReadPage { .. } => {
                let verdicts = vec![NoteVerdict::Migrate; notes - next];
                let mut page = page(&verdicts, true);
                for (at, note) in page.notes.iter_mut().enumerate() {
                    note.id = (next + at).to_string();
                    note.position = (next + at + 1).to_string();
                }
                run.page_read(page).unwrap();
            }
            MigrationStep::WriteBatch { ids, .. } => {
                writes.push(ids.len());
                match fails(&ids, now) {
                    Some(message) => run.failed(message, now, 1.0).unwrap(),
                    None => run
                        .batch_written(&written(&ids, NoteVerdict::Migrate), Millis(1.0))
                        .unwrap(),
                }
            }
            MigrationStep::Sweep {
                after, notes: most, ..
            } => {
                next = after.map_or(0, |after| after.parse().unwrap());
                let end = notes.min(next + usize::try_from(most).unwrap());
                let ids: Vec<String> = (next..end).map(|n| n.to_string()).collect();
                writes.push(ids.len());
                if let Some(message) = fails(&ids, now) {
                    run.failed(message, now, 1.0).unwrap();
                } else {
                    let mut swept = written(&ids, NoteVerdict::Migrate);
                    swept.position = Some(end.to_string());
                    swept.is_last = end == notes;
                    run.swept(&swept, Millis(1.0)).unwrap();
                    next = end;
                }
            }
            MigrationStep::Ended => return (run, writes),
        }
    }
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
            fresh.failed("x", Millis(0.0), 0.0),
            "failed: no transaction was asked for",
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
