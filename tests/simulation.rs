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
use v2_rollout::{Inserted, MigrationCall, MigrationPage, MigrationStep, Run, Share, Written};

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

fn simulate(simulation: &Simulation) {
    let batch_size = simulation.batch_size.map(|size| size.to_string());
    let call = MigrationCall {
        organization_id: Some("org_a"),
        batch_size: batch_size.as_deref(),
        ..MigrationCall::default()
    };
    let mut run = Run::new(&call, 0.0, f64::MAX, 0.0).unwrap();
    let (mut read, mut page_start, mut pages, mut batches, mut largest) = (0, 0, 0, 0, 0);
    loop {
        match run.next(0.0) {
            MigrationStep::Page { notes } => {
                page_start = read;
                pages += 1;
                // A page ends where it has read 7 MiB.
                let mut bytes = 0.0;
                let mut page = MigrationPage::default();
                while read < simulation.notes && (page.codes.len() as u64) < notes && bytes < 7_340_032.0 {
                    let is_eligible = read % simulation.eligible_every == 0;
                    page.codes.push(if is_eligible { 6 } else { 0 });
                    page.facts.push(0);
                    page.claims.push(2);
                    page.transcripts.push(1);
                    page.bytes.push(bytes_of(simulation, read));
                    bytes += bytes_of(simulation, read);
                    read += 1;
                }
                page.is_last = read == simulation.notes;
                run.page(page);
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
                let count = f64::from(u32::try_from(notes).unwrap());
                let used = [count, bytes, count * 2.0, count * 4.0, bytes, 0.0, 0.0];
                let share = |(used, limit): (f64, f64)| Share { used, limit };
                let shares: Vec<Share> = used.into_iter().zip(LIMITS).map(share).collect();
                run.written(&Written {
                    codes: &vec![6; notes],
                    inserted: Inserted::default(),
                    shares: &shares,
                    malformed: "",
                    took_ms: 0.0,
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
        (pages, batches, largest),
        (simulation.pages, simulation.batches, simulation.largest_batch),
        "{name}: pages, batches, largest batch"
    );
}
