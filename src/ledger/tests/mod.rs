//! A run's row through what happens to it.

mod batches;
mod exclusion;
mod legs;
mod operators;
mod start;

use super::*;
use crate::migration::{NoteFailure, Outcome};
use crate::refusal::{Code, Refusal};

const MINUTE: f64 = 60_000.0;

fn call() -> RunCall {
    RunCall {
        run_id: "r1".into(),
        organization_id: Some("org_a".into()),
        by: "Ann".into(),
        background: true,
        deadline_ms: Millis(4.0 * MINUTE),
        ..RunCall::default()
    }
}

fn start(call: &RunCall) -> Run {
    let start = start_run(call, &[], Millis(0.0)).unwrap();
    start.expect("it is registered").decision.run
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "events are written where they happen"
)]
fn on(run: &Run, event: RunEvent, minute: f64) -> RunDecision {
    run.on(&event, Millis(minute * MINUTE)).unwrap()
}

/// A batch of so many migrated notes.
fn batch(number: u64, migrated: u64) -> RunBatch {
    RunBatch {
        number,
        sums: RunSums {
            outcome: Outcome {
                migrated,
                ..Outcome::default()
            },
            batches: 1,
            bytes_written: migrated * 1_000,
            ..RunSums::default()
        },
        position: Some(format!("[{number}]")),
        ..RunBatch::default()
    }
}

fn rest(number: u64) -> RunBatch {
    RunBatch {
        number,
        ..RunBatch::default()
    }
}

fn began(generation: u64) -> RunEvent {
    RunEvent::LegBegan { generation }
}

fn asked(generation: u64, number: u64) -> RunEvent {
    RunEvent::BatchAsked { generation, number }
}

fn written(generation: u64, batch: RunBatch) -> RunEvent {
    RunEvent::BatchWritten { generation, batch }
}

fn ended(generation: u64, stopped: Option<Stopped>, rest: RunBatch) -> RunEvent {
    RunEvent::LegEnded {
        generation,
        stopped,
        rest,
        pause_ms: Millis(0.0),
    }
}

fn watched(generation: u64) -> RunEvent {
    RunEvent::Watched { generation }
}

/// A background run under way that wrote ten notes.
fn running() -> Run {
    let run = on(&start(&call()), began(1), 0.0).run;
    let run = on(&run, asked(1, 1), 1.0).run;
    on(&run, written(1, batch(1, 10)), 1.0).run
}

/// A run in a state, written as a row is.
fn at(state: RunStateWord) -> Run {
    let stopped = (state == RunStateWord::Stopped).then_some(Stopped::Failures);
    Run {
        state,
        stopped,
        lease_ends_ms: RunState::of(state, stopped)
            .unwrap()
            .has_lease()
            .then_some(Millis(6.0 * MINUTE)),
        ..running()
    }
}
