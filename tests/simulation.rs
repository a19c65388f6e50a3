//! A migration of a million notes as the planner goes about it. The wasm build is held to the same plan by
//! `tests/shims/simulation.test.ts`, which reads the same fixture.

#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_precision_loss,
    reason = "a test may panic"
)]

use serde::Deserialize;
use v2_rollout::{Account, Inserted, MigrationCall, MigrationPage, MigrationStep, Run, Share, Written};

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

/// Limits of the measures that are passed with a batch.
const LIMITS: [f64; 7] = [
    32_000.0,
    16_777_216.0,
    4_096.0,
    16_000.0,
    16_777_216.0,
    1_000.0,
    16_777_216.0,
];

fn bytes_of(simulation: &Simulation, n: usize) -> f64 {
    let [least, spread] = simulation.bytes;
    f64::from(u32::try_from(least + n * 7_919 % spread).unwrap())
}

#[test]
fn a_million_notes_take_as_many_transactions_as_recorded() {
    let fixture = include_str!("fixtures/simulations.json");
    let simulations: Vec<Simulation> = serde_json::from_str(fixture).unwrap();
    assert!(simulations.iter().any(|simulation| simulation.notes >= 1_000_000));
    for simulation in &simulations {
        simulate(simulation);
    }
}

/// The next notes as a transaction reads them: one ends where it has read 7 MiB.
fn read_notes(simulation: &Simulation, first: usize, most: u64) -> (MigrationPage, f64) {
    let mut bytes = 0.0;
    let mut page = MigrationPage::default();
    let mut n = first;
    while n < simulation.notes && (page.codes.len() as u64) < most && bytes < 7_340_032.0 {
        let is_eligible = n.is_multiple_of(simulation.eligible_every);
        page.codes.push(if is_eligible { 6 } else { 0 });
        page.facts.push(0);
        page.claims.push(2);
        page.transcripts.push(1);
        page.bytes.push(bytes_of(simulation, n));
        bytes += bytes_of(simulation, n);
        n += 1;
    }
    page.is_last = n == simulation.notes;
    (page, bytes)
}

/// What a transaction uses that reads so many notes and writes so many of them.
fn shares(read: usize, read_bytes: f64, written: usize, written_bytes: f64) -> Vec<Share> {
    let [read, written] = [read, written].map(|notes| f64::from(u32::try_from(notes).unwrap()));
    let used = [
        read,
        read_bytes,
        read * 2.0,
        written * 4.0,
        written_bytes,
        0.0,
        0.0,
    ];
    let share = |(used, limit): (f64, f64)| Share { used, limit };
    used.into_iter().zip(LIMITS).map(share).collect()
}

fn account(shares: &[Share]) -> Account<'_> {
    Account {
        inserted: Inserted::default(),
        shares,
        took_ms: 0.0,
    }
}

fn simulate(simulation: &Simulation) {
    let batch_size = simulation.batch_size.map(|size| size.to_string());
    let call = MigrationCall {
        organization_id: Some("org_a"),
        batch_size: batch_size.as_deref(),
        ..MigrationCall::default()
    };
    let mut run = Run::new(&call, 0.0, f64::MAX, 0.0).unwrap();
    let (mut read, mut page_start) = (0, 0);
    let (mut sweeps, mut pages, mut batches, mut largest) = (0, 0, 0, 0);
    loop {
        match run.next(0.0) {
            MigrationStep::Page { notes } => {
                page_start = read;
                pages += 1;
                let (page, _) = read_notes(simulation, read, notes);
                read += page.codes.len();
                run.page(page);
            }
            MigrationStep::Sweep { notes } => {
                sweeps += 1;
                let (page, bytes) = read_notes(simulation, read, notes);
                let written: Vec<f64> = (0..)
                    .zip(&page.codes)
                    .filter(|(_, code)| **code == 6)
                    .map(|(n, _)| bytes_of(simulation, read + n))
                    .collect();
                read += page.codes.len();
                largest = largest.max(written.len());
                let shares = shares(page.codes.len(), bytes, written.len(), written.iter().sum());
                run.swept(page, &account(&shares));
            }
            MigrationStep::Batch => {
                let notes = run.batch().len();
                batches += 1;
                largest = largest.max(notes);
                let indexes = run
                    .batch()
                    .iter()
                    .map(|at| page_start + usize::try_from(*at).unwrap());
                let bytes: f64 = indexes.map(|n| bytes_of(simulation, n)).sum();
                let shares = shares(notes, bytes, notes, bytes);
                run.written(&Written {
                    codes: &vec![6; notes],
                    facts: &[],
                    malformed: "",
                    account: account(&shares),
                });
            }
            MigrationStep::Stop { .. } => break,
            step => panic!("{step:?} in {}", simulation.name),
        }
    }
    let answer = serde_json::to_value(run.answer(None)).unwrap();
    let name = &simulation.name;
    assert_eq!(answer["done"], true, "{name}");
    assert_eq!(
        answer["outcome"]["migrated"].as_f64(),
        Some(simulation.migrated as f64),
        "{name}"
    );
    assert_eq!(
        answer["batchSize"]["limitedBy"].as_str(),
        simulation.limited_by.as_deref(),
        "{name}"
    );
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
    let batch_size = batch_size.to_string();
    let call = MigrationCall {
        batch_size: Some(&batch_size),
        ..MigrationCall::default()
    };
    let mut run = Run::new(&call, 0.0, f64::MAX, 0.0).unwrap();
    let (mut read, mut page_start, mut transactions) = (0, 0, 0);
    let page = |first: usize, most: u64| {
        let last = notes.min(first + usize::try_from(most).unwrap());
        MigrationPage {
            codes: vec![6; last - first],
            is_last: last == notes,
            ..MigrationPage::default()
        }
    };
    loop {
        transactions += 1;
        match run.next(0.0) {
            MigrationStep::Page { notes } => {
                page_start = read;
                let page = page(read, notes);
                read += page.codes.len();
                run.page(page);
            }
            MigrationStep::Sweep { notes } => {
                let page = page(read, notes);
                let end = read + page.codes.len();
                if bad.is_some_and(|bad| (read..end).contains(&bad)) {
                    run.failed("broken", "");
                } else {
                    read = end;
                    run.swept(page, &account(&[]));
                }
            }
            MigrationStep::Batch => {
                let batch = run.batch().to_vec();
                let is_bad = |at: &u32| Some(page_start + usize::try_from(*at).unwrap()) == bad;
                if batch.iter().any(is_bad) {
                    run.failed("broken", "the bad one");
                } else {
                    run.written(&Written {
                        codes: &vec![6; batch.len()],
                        facts: &[],
                        malformed: "",
                        account: account(&[]),
                    });
                }
            }
            MigrationStep::Stop { .. } => break,
            step => panic!("{step:?}"),
        }
    }
    let answer = serde_json::to_value(run.answer(None)).unwrap();
    assert_eq!(answer["done"], true);
    assert_eq!(
        answer["errors"].as_f64(),
        Some(if bad.is_some() { 1.0 } else { 0.0 })
    );
    assert_eq!(answer["processed"].as_f64(), Some(notes as f64));
    transactions
}

/// Transactions until a run stops of which every note is bad.
#[test]
fn where_all_is_bad_a_run_stops_soon() {
    let mut run = Run::new(&MigrationCall::default(), 0.0, f64::MAX, 0.0).unwrap();
    let mut transactions = 0;
    loop {
        match run.next(0.0) {
            MigrationStep::Page { .. } => run.page(MigrationPage {
                codes: vec![6; 200],
                is_last: true,
                ..MigrationPage::default()
            }),
            MigrationStep::Stop { .. } => break,
            _ => run.failed("broken", "a note"),
        }
        transactions += 1;
    }
    let answer = serde_json::to_value(run.answer(None)).unwrap();
    assert_eq!(answer["stopped"], "failures");
    assert_eq!(answer["errors"], 20.0);
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
