//! What a run asks its caller for, step by step.

use super::*;
use crate::ledger::{Run, RunError, RunPace, RunStateWord};
use crate::table::MalformedDocument;
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

/// The answer of a run that settled notes with these verdicts and was then stopped, and the rest of its row.
fn stopped_after(call: &MigrationCall, verdicts: &[NoteVerdict], why: Stopped) -> MigrationAnswer {
    let mut run = run(call);
    for (at, verdict) in verdicts.iter().enumerate() {
        run.settle(&format!("n{at}"), *verdict, None);
    }
    run.batches = 1;
    run.stop(why);
    run.answer().unwrap()
}

#[test]
fn every_number_that_needs_a_person_has_a_warning() {
    use NoteVerdict::{ChangedRecently, Malformed, Migrate, NoCoach, NoTimeOfChange, Unfinished};
    let repair = || MigrationCall {
        repair: true,
        ..call()
    };
    // call, verdicts, why it stopped, how each warning begins
    for (call, verdicts, why, warnings) in [
        (call(), &[Migrate][..], Stopped::Deadline, &[][..]),
        (
            call(),
            &[Malformed; 2],
            Stopped::Failures,
            &[
                "stopped: more than half of the notes tried fail",
                "2 notes cannot be migrated (see `failures`): mend",
            ],
        ),
        (
            call(),
            &[Malformed; 51],
            Stopped::Deadline,
            &["51 notes cannot be migrated (see `failures`, the first 50): mend"],
        ),
        (
            call(),
            &[Malformed; 50],
            Stopped::Deadline,
            &["50 notes cannot be migrated (see `failures`): mend"],
        ),
        (
            call(),
            &[Unfinished],
            Stopped::Deadline,
            &["1 note has artifacts of which none is completed; `repair: true` finishes"],
        ),
        (
            repair(),
            &[ChangedRecently, ChangedRecently, NoTimeOfChange],
            Stopped::Deadline,
            &[
                "repair left 2 notes: an artifact changed within 24 hours",
                "repair left 1 note: an artifact's `updatedAt` lies in the future",
            ],
        ),
        (
            repair(),
            &[Unfinished, ChangedRecently, NoTimeOfChange, NoTimeOfChange],
            Stopped::Deadline,
            &[
                "repair left 1 note: an artifact changed within 24 hours",
                "repair left 2 notes: an artifact's `updatedAt` lies in the future",
                "repair left 1 note that would not be eligible without artifacts",
            ],
        ),
        (repair(), &[Migrate], Stopped::Deadline, &[]),
        (
            call(),
            &[NoCoach],
            Stopped::Deadline,
            &[
                "1 note is blocked (see `reasons` and `samples`): a person must mend it, or decide that it stays in v1",
            ],
        ),
        (
            call(),
            &[NoCoach; 2],
            Stopped::Deadline,
            &[
                "2 notes are blocked (see `reasons` and `samples`): a person must mend them, or decide that they stay in v1",
            ],
        ),
    ] {
        let told = stopped_after(&call, verdicts, why).warnings;
        assert_eq!(told.len(), warnings.len(), "{told:?}");
        for (told, beginning) in told.iter().zip(warnings) {
            assert!(told.starts_with(beginning), "{told}");
        }
    }
}

#[test]
fn what_was_settled_is_processed_and_tells_whether_anything_is_known() {
    use NoteVerdict::{Malformed, Migrate, NotReady};
    let answer = stopped_after(
        &call(),
        &[Migrate, Migrate, Malformed, NotReady, NotReady],
        Stopped::Deadline,
    );
    assert_eq!((answer.processed, answer.skipped, answer.errors), (5, 2, 1));
    let dry = MigrationCall {
        dry_run: true,
        ..call()
    };
    for (verdict, is_known) in [(Migrate, true), (NotReady, true), (NoteVerdict::Gone, false)] {
        let mut run = run(&dry);
        run.settle("n0", verdict, None);
        run.error = Some(REFUSED.into());
        run.stop(Stopped::Error);
        assert_eq!(run.answer().is_ok(), is_known, "{verdict:?}");
    }
}

#[test]
fn a_dry_run_reckons_how_long_the_run_takes() {
    // bytes per second of the pace, notes, batches, bytes written, seconds
    for (pace, notes, batches, bytes, seconds) in [
        // A quarter of a second a batch without a pace.
        (0.0, 100, 2, 70_000, 1),
        (0.0, 1_000, 7, 700_000, 2),
        (1_000.0, 100, 2, 70_000, 71),
        // The slower of the two.
        (1e9, 1_000, 7, 700_000, 2),
    ] {
        let call = MigrationCall {
            dry_run: true,
            pace_bytes_per_second: pace,
            ..call()
        };
        let mut run = run(&call);
        run.next(Millis(0.0));
        let mut page = page(&vec![NoteVerdict::Migrate; notes], true);
        for note in &mut page.notes {
            note.rows = Some(NoteRows {
                transcripts: 0,
                claims: 0,
                bytes: 100,
                ..NoteRows::default()
            });
        }
        run.page_read(page).unwrap();
        assert_eq!(run.next(Millis(0.0)), MigrationStep::Ended);
        let estimate = run.answer().unwrap().estimate.unwrap();
        let Estimate {
            batches: told,
            bytes_written,
            seconds: reckoned,
        } = estimate;
        assert_eq!(
            (told, bytes_written, reckoned),
            (batches, bytes, seconds),
            "{pace} {notes}"
        );
    }
}

#[test]
fn a_run_tells_how_far_it_is_and_how_it_ended() {
    let call = MigrationCall {
        deadline_ms: Millis(98_000.0),
        ..call()
    };
    let mut run = run(&call);
    run.next(Millis(0.0));
    let mut swept = written(&["n0".into(), "n1".into()], NoteVerdict::Migrate);
    swept.created_ms = Some(Millis(0.0));
    swept.position = Some("[1]".into());
    run.swept(&swept, Millis(1.0)).unwrap();
    assert_eq!(run.progress(), None);
    run.next(Millis(1_000.0));
    let line = "runMigration org_a: 2 notes, up to those of 1970-01-01, 2.0 notes per second";
    assert_eq!(run.progress().as_deref(), Some(line));
    for (why, end) in [
        (Stopped::Limit, "limit"),
        (Stopped::Deadline, "deadline"),
        (Stopped::Failures, "failures"),
        (Stopped::Error, "error"),
    ] {
        run.stop(why);
        let answer = run.answer().unwrap();
        let summary = format!(
            "runMigration org_a: stopped ({end}), 2 migrated, 0 repaired, 0 failed in 1 batches, limited by nothing"
        );
        assert_eq!(run.summary(&answer), summary);
    }
    run.phase = Phase::Through;
    let mut answer = run.answer().unwrap();
    assert!(
        run.summary(&answer)
            .starts_with("runMigration org_a: done, 2 migrated")
    );
    for (limit, word) in [
        (crate::Limit::DocumentsRead, "documentsRead"),
        (crate::Limit::BytesRead, "bytesRead"),
        (crate::Limit::DatabaseQueries, "databaseQueries"),
        (crate::Limit::DocumentsWritten, "documentsWritten"),
        (crate::Limit::BytesWritten, "bytesWritten"),
        (crate::Limit::FunctionsScheduled, "functionsScheduled"),
        (
            crate::Limit::ScheduledFunctionArgsBytes,
            "scheduledFunctionArgsBytes",
        ),
        (crate::Limit::UserTime, "userTime"),
        (crate::Limit::Memory, "memory"),
        (crate::Limit::Deadline, "deadline"),
    ] {
        answer.batch_size.limited_by = Some(limit);
        let summary = run.summary(&answer);
        assert!(summary.ends_with(&format!("limited by {word}")), "{summary}");
    }
}

/// A row of the ledger that these notes were counted in.
fn row() -> Run {
    let mut row = Run {
        run_id: "r1".into(),
        commits: 4,
        position: Some("[7]".into()),
        pace: RunPace::new(Some(2_000.0)),
        limit: Some(20),
        limit_left: Some(6),
        ..Run::default()
    };
    row.sums.outcome.migrated = 14;
    row.sums.batches = 3;
    row
}

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

/// What a run is at once these notes were swept, the last of them as told.
fn after_sweep(
    notes: usize,
    verdict: NoteVerdict,
    last: NoteVerdict,
    is_last: bool,
) -> (MigrationRun, MigrationStep) {
    let mut run = run(&call());
    run.next(Millis(0.0));
    let ids: Vec<String> = (0..notes).map(|n| format!("n{n}")).collect();
    let mut swept = written(&ids, verdict);
    *swept.verdicts.last_mut().unwrap() = last;
    swept.metrics.bytes_written.add(5_000);
    swept.position = Some("[1]".into());
    swept.is_last = is_last;
    run.swept(&swept, Millis(0.0)).unwrap();
    let step = run.next(Millis(0.0));
    (run, step)
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

fn checkpoint() -> Checkpoint {
    Checkpoint {
        tally: Tally::default(),
        unrecorded: None,
        position: Some("[3]".into()),
    }
}

/// A note that is held, if others pass as told.
fn held(others_pass: Option<bool>) -> Option<Held> {
    Some(Held {
        before: checkpoint(),
        id: "n4".into(),
        message: "it is cursed".into(),
        others_pass: others_pass?,
    })
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

fn malformed(row: u32, id: &str) -> MalformedDocument {
    MalformedDocument {
        row,
        id: id.into(),
        field: "insights".into(),
    }
}

#[test]
fn a_note_that_became_malformed_meanwhile_is_named() {
    use NoteVerdict::{Malformed, Migrate, NotReady};
    let mut run = run(&MigrationCall {
        limit: Some(3.0),
        ..call()
    });
    run.next(Millis(0.0));
    run.page_read(page(&[NotReady, Migrate, Migrate], true)).unwrap();
    run.next(Millis(0.0));
    let mut batch = written(&["n1".into(), "n2".into()], Migrate);
    batch.verdicts[1] = Malformed;
    batch.malformed = vec![malformed(1, "n2")];
    run.batch_written(&batch, Millis(0.0)).unwrap();
    let failure = NoteFailure {
        voice_note_id: "n2".into(),
        code: Code::MalformedDocument,
        message: "insights is missing, or not what the schema says".into(),
    };
    assert_eq!(run.tally.failures, [failure]);
}

#[test]
fn a_page_that_was_cut_names_the_bytes_that_were_read() {
    let dry = MigrationCall {
        dry_run: true,
        ..call()
    };
    // Notes of the pages, the limit that is named
    for (pages, limited_by) in [
        (&[1_000, 10][..], None),
        (&[999, 10], Some(crate::Limit::BytesRead)),
        (&[10], None),
    ] {
        let mut run = run(&dry);
        for (nth, notes) in pages.iter().enumerate() {
            run.next(Millis(0.0));
            let is_last = nth + 1 == pages.len();
            run.page_read(page(&vec![NoteVerdict::NotReady; *notes], is_last))
                .unwrap();
        }
        run.next(Millis(0.0));
        assert_eq!(
            run.answer().unwrap().batch_size.limited_by,
            limited_by,
            "{pages:?}"
        );
    }
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
