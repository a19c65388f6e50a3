//! How fast the planner of a migration is: a dry run over a million notes, page by page.
//!
//! `cargo bench --bench plan` measures it; with `-- --json` it prints one line that `scripts/bench plan` reads and
//! holds against the same run in wasm.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::cast_precision_loss,
    reason = "a bench reads the clock, prints, and ends where something is wrong"
)]

use std::time::Instant;

use divan::Bencher;
use divan::counter::ItemsCount;
use v2_rollout::{
    JudgedNote, MigrationCall, MigrationPage, MigrationRun, MigrationStep, Millis, NoteRows, NoteVerdict,
};

const NOTES: usize = 1_000_000;
const PAGE: usize = 1_000;
const ROUNDS: usize = 15;

/// What a dry run came to.
#[derive(Debug, PartialEq)]
struct Plan {
    pages: u64,
    batches: u64,
}

fn main() {
    if std::env::args().any(|argument| argument == "--json") {
        print_json();
    } else {
        divan::main();
    }
}

#[divan::bench]
fn dry_run(bencher: Bencher<'_, '_>) {
    let page = page();
    bencher.counter(ItemsCount::new(NOTES)).bench(|| plan(&page));
}

fn print_json() {
    let page = page();
    let first = plan(&page);
    let mut seconds = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        assert_eq!(plan(&page), first, "a plan is the same every time");
        seconds.push(begun.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    let median = seconds.get(ROUNDS / 2).copied().unwrap_or(f64::NAN);
    println!(
        "{{\"notes\":{NOTES},\"pages\":{},\"batches\":{},\"notesPerSecond\":{}}}",
        first.pages,
        first.batches,
        NOTES as f64 / median
    );
}

/// The page that every query answers with: `benches/plan/page.ts` makes the same one.
fn page() -> MigrationPage {
    let note = |n: usize| {
        // Of twenty notes one is migrated already, one has no text, and the others are migrated.
        let verdict = match n % 20 {
            0 => NoteVerdict::Migrated,
            1 => NoteVerdict::NotReady,
            _ => NoteVerdict::Migrate,
        };
        JudgedNote {
            id: format!("j{n:031}"),
            position: format!("[{n}]"),
            created_ms: Millis(n as f64),
            verdict,
            rows: verdict.writes().then_some(NoteRows {
                are_written: false,
                transcripts: 1,
                claims: (n % 4) as u64,
                bytes: (1_500 + n * 7_919 % 18_500) as u64,
                repaired_bytes: None,
            }),
        }
    };
    MigrationPage {
        notes: (0..PAGE).map(note).collect(),
        malformed: vec![],
        is_last: false,
    }
}

fn plan(page: &MigrationPage) -> Plan {
    let call = MigrationCall {
        organization_id: Some("org_1".into()),
        dry_run: true,
        deadline_ms: Millis(f64::MAX),
        ..MigrationCall::default()
    };
    let mut run = MigrationRun::new(&call).unwrap();
    let mut pages = 0;
    loop {
        match run.next(Millis(0.0)) {
            MigrationStep::ReadPage { .. } => {
                pages += 1;
                let is_last = pages == (NOTES / PAGE) as u64;
                run.page_read(MigrationPage {
                    is_last,
                    ..page.clone()
                })
                .unwrap();
            }
            MigrationStep::Ended => {
                let batches = run.answer().unwrap().batches;
                return Plan { pages, batches };
            }
            step => panic!("a dry run does not {step:?}"),
        }
    }
}
