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
use v2_rollout::{MigrationCall, MigrationPage, MigrationStep, Run};

const NOTES: usize = 1_000_000;
const PAGE: usize = 1_000;
const ROUNDS: usize = 15;

/// What a dry run came to.
#[derive(Debug, PartialEq)]
struct Plan {
    pages: u64,
    batches: f64,
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
    let mut page = MigrationPage::default();
    for n in 0..PAGE {
        // Of twenty notes one is migrated already, one has no text, and the others are migrated.
        page.codes.push(match n % 20 {
            0 => 0,
            1 => 2,
            _ => 6,
        });
        page.facts.push(0);
        page.claims.push(u32::try_from(n % 4).unwrap());
        page.transcripts.push(1);
        page.bytes
            .push(f64::from(u32::try_from(1_500 + n * 7_919 % 18_500).unwrap()));
    }
    page
}

fn plan(page: &MigrationPage) -> Plan {
    let call = MigrationCall {
        organization_id: Some("org_1"),
        dry_run: true,
        ..MigrationCall::default()
    };
    let mut run = Run::new(&call, 0.0, f64::MAX, 0.0).unwrap();
    let mut pages = 0;
    loop {
        match run.next(0.0) {
            MigrationStep::Page { .. } => {
                pages += 1;
                run.page(MigrationPage {
                    is_last: pages == (NOTES / PAGE) as u64,
                    ..page.clone()
                });
            }
            MigrationStep::Stop { .. } => {
                let answer = serde_json::to_value(run.answer(None)).unwrap();
                let batches = answer.get("batches").and_then(serde_json::Value::as_f64).unwrap();
                return Plan { pages, batches };
            }
            step => panic!("a dry run does not {step:?}"),
        }
    }
}
