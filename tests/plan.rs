//! A migration of a million notes as the planner goes about it. The wasm build is held to the same plan by
//! `tests/shims/plan.test.ts`, which reads the same fixture.

#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    reason = "a test may panic"
)]

use serde::Deserialize;
use v2_rollout::{
    Inserted, JudgedNote, Metrics, MigrationAnswer, MigrationBatch, MigrationCall, MigrationPage,
    MigrationRun, MigrationStep, Millis, NoteVerdict,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Simulation {
    name: String,
    notes: usize,
    /// Every so many-th note is ready to be migrated.
    eligible_every: usize,
    /// Bytes of note `n`: the first and `n * 7919` modulo the second.
    bytes: [usize; 2],
    batch_size: Option<usize>,
    sweeps: u64,
    pages: u64,
    batches: u64,
    migrated: u64,
    largest_batch: usize,
    limited_by: Option<String>,
}

fn bytes_of(simulation: &Simulation, n: usize) -> u64 {
    let [least, spread] = simulation.bytes;
    (least + n * 7_919 % spread) as u64
}

#[test]
fn a_million_notes_take_as_many_transactions_as_recorded() {
    let fixture = include_str!("fixtures/plans.json");
    let simulations: Vec<Simulation> = serde_json::from_str(fixture).unwrap();
    assert!(simulations.iter().any(|simulation| simulation.notes >= 1_000_000));
    for simulation in &simulations {
        simulate(simulation);
    }
}

fn note(n: usize, verdict: NoteVerdict) -> JudgedNote {
    JudgedNote {
        id: n.to_string(),
        position: String::new(),
        created_ms: Millis(0.0),
        verdict,
        rows: None,
    }
}

/// The next notes as a transaction reads them, and their bytes: one ends where it has read 7 MiB.
fn read_notes(simulation: &Simulation, first: usize, most: u64) -> (MigrationPage, u64) {
    let mut bytes = 0;
    let mut page = MigrationPage::default();
    let mut n = first;
    while n < simulation.notes && (page.notes.len() as u64) < most && bytes < 7_340_032 {
        let is_eligible = n.is_multiple_of(simulation.eligible_every);
        page.notes.push(note(
            n,
            if is_eligible {
                NoteVerdict::Migrate
            } else {
                NoteVerdict::Migrated
            },
        ));
        bytes += bytes_of(simulation, n);
        n += 1;
    }
    page.is_last = n == simulation.notes;
    (page, bytes)
}

/// What a transaction came to that read these notes, of so many bytes, and wrote what is to be written.
fn written(
    simulation: Option<&Simulation>,
    notes: &[JudgedNote],
    read_bytes: u64,
    is_last: bool,
) -> MigrationBatch {
    let mut metrics = Metrics::default();
    metrics.documents_read.add(notes.len() as u64);
    metrics.bytes_read.add(read_bytes);
    metrics.database_queries.add(2 * notes.len() as u64);
    for note in notes.iter().filter(|note| note.verdict.writes()) {
        metrics.documents_written.add(4);
        if let Some(simulation) = simulation {
            let bytes = bytes_of(simulation, note.id.parse().unwrap());
            metrics.bytes_written.add(bytes);
        }
    }
    MigrationBatch {
        verdicts: notes.iter().map(|note| note.verdict).collect(),
        malformed: vec![],
        inserted: Inserted::default(),
        metrics,
        ids: notes.iter().map(|note| note.id.clone()).collect(),
        position: None,
        created_ms: None,
        is_last,
        bytes_per_second: None,
    }
}

/// The notes of a batch.
fn batch(ids: &[String]) -> Vec<JudgedNote> {
    let notes = ids
        .iter()
        .map(|id| note(id.parse().unwrap(), NoteVerdict::Migrate));
    notes.collect()
}

fn call(organization_id: Option<&str>, batch_size: Option<f64>) -> MigrationCall {
    MigrationCall {
        organization_id: organization_id.map(String::from),
        batch_size,
        deadline_ms: Millis(f64::MAX),
        ..MigrationCall::default()
    }
}

const NOW: Millis = Millis(0.0);

fn simulate(simulation: &Simulation) {
    let batch_size = simulation.batch_size.map(|size| size as f64);
    let mut run = MigrationRun::new(&call(Some("org_a"), batch_size)).unwrap();
    let mut read = 0;
    let (mut sweeps, mut pages, mut batches, mut largest) = (0, 0, 0, 0);
    let writers = |notes: &[JudgedNote]| notes.iter().filter(|note| note.verdict.writes()).count();
    loop {
        match run.next(NOW) {
            MigrationStep::ReadPage { notes, .. } => {
                pages += 1;
                let (page, _) = read_notes(simulation, read, notes);
                read += page.notes.len();
                run.page_read(page).unwrap();
            }
            MigrationStep::Sweep { notes, .. } => {
                sweeps += 1;
                let (page, bytes) = read_notes(simulation, read, notes);
                read += page.notes.len();
                largest = largest.max(writers(&page.notes));
                let sweep = written(Some(simulation), &page.notes, bytes, page.is_last);
                run.swept(&sweep, NOW).unwrap();
            }
            MigrationStep::WriteBatch { ids, .. } => {
                batches += 1;
                largest = largest.max(ids.len());
                let notes = batch(&ids);
                let bytes = notes
                    .iter()
                    .map(|note| bytes_of(simulation, note.id.parse().unwrap()))
                    .sum();
                run.batch_written(&written(Some(simulation), &notes, bytes, false), NOW)
                    .unwrap();
            }
            MigrationStep::Ended => break,
            step @ MigrationStep::Wait { .. } => panic!("{step:?} in {}", simulation.name),
        }
    }
    let MigrationAnswer {
        done,
        outcome,
        batch_size,
        ..
    } = run.answer().unwrap();
    let name = &simulation.name;
    assert!(done, "{name}");
    assert_eq!(outcome.migrated, simulation.migrated, "{name}");
    let limited_by = serde_json::to_value(batch_size.limited_by).unwrap();
    assert_eq!(limited_by.as_str(), simulation.limited_by.as_deref(), "{name}");
    assert_eq!(
        (sweeps, pages, batches, largest),
        (
            simulation.sweeps,
            simulation.pages,
            simulation.batches,
            simulation.largest_batch
        ),
        "{name}: sweeps, pages, batches, largest batch"
    );
}

/// Migrates so many notes, of which one makes every transaction fail that writes it. Answers the transactions.
fn transactions(notes: usize, bad: Option<usize>, batch_size: usize) -> u32 {
    let mut run = MigrationRun::new(&call(None, Some(batch_size as f64))).unwrap();
    let (mut read, mut transactions) = (0, 0);
    let page = |first: usize, most: u64| {
        let last = notes.min(first + usize::try_from(most).unwrap());
        MigrationPage {
            notes: (first..last).map(|n| note(n, NoteVerdict::Migrate)).collect(),
            malformed: vec![],
            is_last: last == notes,
        }
    };
    let is_bad =
        |notes: &[JudgedNote]| bad.is_some_and(|bad| notes.iter().any(|note| note.id == bad.to_string()));
    loop {
        transactions += 1;
        match run.next(NOW) {
            MigrationStep::ReadPage { notes, .. } => {
                let page = page(read, notes);
                read += page.notes.len();
                run.page_read(page).unwrap();
            }
            MigrationStep::Sweep { notes, .. } => {
                let page = page(read, notes);
                if is_bad(&page.notes) {
                    run.failed("Validator error: broken", NOW, 0.5).unwrap();
                } else {
                    read += page.notes.len();
                    run.swept(&written(None, &page.notes, 0, page.is_last), NOW)
                        .unwrap();
                }
            }
            MigrationStep::WriteBatch { ids, .. } => {
                let notes = batch(&ids);
                if is_bad(&notes) {
                    run.failed("Validator error: broken", NOW, 0.5).unwrap();
                } else {
                    run.batch_written(&written(None, &notes, 0, false), NOW).unwrap();
                }
            }
            MigrationStep::Ended => break,
            step @ MigrationStep::Wait { .. } => panic!("{step:?}"),
        }
    }
    let answer = run.answer().unwrap();
    assert!(answer.done);
    assert_eq!(answer.errors, u64::from(bad.is_some()));
    let failed: Vec<_> = answer
        .failures
        .iter()
        .map(|failure| failure.voice_note_id.clone())
        .collect();
    assert_eq!(
        failed,
        bad.map(|bad| bad.to_string()).into_iter().collect::<Vec<_>>()
    );
    assert_eq!(answer.processed, notes as u64);
    transactions
}

/// Transactions until a run stops of which every note is bad.
#[test]
fn where_all_is_bad_a_run_stops_soon() {
    let mut run = MigrationRun::new(&call(None, None)).unwrap();
    let mut transactions = 0;
    loop {
        match run.next(NOW) {
            MigrationStep::ReadPage { .. } => run
                .page_read(MigrationPage {
                    notes: (0..200).map(|n| note(n, NoteVerdict::Migrate)).collect(),
                    malformed: vec![],
                    is_last: true,
                })
                .unwrap(),
            MigrationStep::Ended => break,
            _ => run.failed("Validator error: broken", NOW, 0.5).unwrap(),
        }
        transactions += 1;
    }
    let answer = run.answer().unwrap();
    assert_eq!(serde_json::to_value(answer.stopped).unwrap(), "failures");
    assert_eq!(answer.errors, 20);
    assert!(transactions <= 70, "{transactions} transactions");
}

#[test]
fn a_bad_note_costs_at_most_two_transactions_a_halving() {
    const NOTES: usize = 300;
    for batch_size in [2, 3, 5, 7, 8, 9, 20, 50, 64, 200] {
        let undisturbed = transactions(NOTES, None, batch_size);
        for bad in 0..NOTES {
            let extra = transactions(NOTES, Some(bad), batch_size) - undisturbed;
            let most = 2 * batch_size.ilog2() + 2 * u32::from(!batch_size.is_power_of_two());
            assert!(
                extra <= most,
                "{extra} more transactions for note {bad}, {batch_size} at once"
            );
        }
    }
}

/// Nine notes of 19 failed, then one whose failure may be the backend's, then two that are malformed: what is counted
/// behind that one is taken back where the run stops before it knows.
#[test]
fn a_run_does_not_stop_for_failures_that_it_takes_back() {
    const NOTES: usize = 25;
    let refused = 0..9;
    let odd = 19;
    let malformed = 20..22;
    let mut run = MigrationRun::new(&call(None, Some(1.0))).unwrap();
    let mut now = 0.0;
    loop {
        let now_ms = Millis(now);
        match run.next(now_ms) {
            MigrationStep::ReadPage { .. } => {
                let verdict = |n| {
                    if malformed.contains(&n) {
                        NoteVerdict::Malformed
                    } else {
                        NoteVerdict::Migrate
                    }
                };
                run.page_read(MigrationPage {
                    notes: (0..NOTES).map(|n| note(n, verdict(n))).collect(),
                    malformed: vec![],
                    is_last: true,
                })
                .unwrap();
            }
            MigrationStep::WriteBatch { ids, .. } => {
                let first: usize = ids.first().unwrap().parse().unwrap();
                if refused.contains(&first) {
                    run.failed("Validator error: broken", now_ms, 0.5).unwrap();
                } else if first == odd {
                    run.failed("nobody knows", now_ms, 0.5).unwrap();
                } else {
                    run.batch_written(&written(None, &batch(&ids), 0, false), now_ms)
                        .unwrap();
                }
            }
            MigrationStep::Wait { ms } => now += ms.0,
            MigrationStep::Ended => break,
            step @ MigrationStep::Sweep { .. } => panic!("{step:?}"),
        }
    }
    let answer = run.answer().unwrap();
    assert_eq!(serde_json::to_value(answer.stopped).unwrap(), "failures");
    let tried = answer.outcome.migrated + answer.outcome.failed;
    assert_eq!((answer.outcome.failed, tried), (12, 23));
}

/// A failure for which there is no time left to try again is nobody's fault: a run in the background goes on with its
/// next leg. Where nothing is known to be done, what went wrong is told.
#[test]
fn a_failure_at_the_end_of_its_time_does_not_break_a_run_off() {
    const TIME: f64 = 60_000.0;
    for (has_written, message, at, stopped) in [
        (
            true,
            "Too many concurrent requests in a",
            TIME - 100.0,
            Some("deadline"),
        ),
        (true, "socket hang up", TIME - 100.0, Some("deadline")),
        (true, "Too many concurrent requests in a", TIME - 1_000.0, None),
        (
            false,
            "Too many concurrent requests in a",
            TIME - 100.0,
            Some("error"),
        ),
    ] {
        let call = MigrationCall {
            deadline_ms: Millis(TIME),
            ..call(None, None)
        };
        let mut run = MigrationRun::new(&call).unwrap();
        let sweep = |run: &mut MigrationRun, now| {
            let step = run.next(Millis(now));
            assert!(matches!(step, MigrationStep::Sweep { .. }), "{step:?}");
        };
        sweep(&mut run, 0.0);
        if has_written {
            let notes = [note(0, NoteVerdict::Migrate)];
            run.swept(&written(None, &notes, 0, false), Millis(1.0)).unwrap();
            assert!(matches!(run.next(Millis(at)), MigrationStep::ReadPage { .. }));
        }
        run.failed(message, Millis(at), 1.0).unwrap();
        let mut ended = run.next(Millis(at));
        if !has_written {
            // It looks whether the transaction was committed.
            assert!(matches!(ended, MigrationStep::ReadPage { .. }), "{ended:?}");
            run.page_read(MigrationPage::default()).unwrap();
            ended = run.next(Millis(at));
        }
        assert_eq!(ended == MigrationStep::Ended, stopped.is_some(), "{ended:?}");
        let told = match run.answer() {
            Ok(answer) => serde_json::to_value(answer.stopped).unwrap(),
            Err(refusal) => {
                assert!(refusal.message.contains(message));
                "error".into()
            }
        };
        assert_eq!(told.as_str(), stopped, "{message} at {at}");
    }
}
