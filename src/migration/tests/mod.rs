//! What a run asks its caller for, step by step.

mod answer;
mod failures;
mod recorded;
mod steps;

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

fn malformed(row: u32, id: &str) -> MalformedDocument {
    MalformedDocument {
        row,
        id: id.into(),
        field: "insights".into(),
    }
}
