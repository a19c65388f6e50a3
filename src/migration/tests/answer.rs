//! What a call is refused for, and what it is answered.

use super::*;

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
