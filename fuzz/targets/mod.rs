//! What is fuzzed. Each target takes any bytes and must neither panic nor hang; what else must hold it asserts. The tests
//! replay what stands in `corpus/` (see `tests/corpora.rs`), so that no nightly compiler is needed for that.

#![allow(
    dead_code,
    unused_imports,
    reason = "a binary has one target, the tests have all"
)]

mod arguments;
mod cursors;
mod failures;
mod runs;

#[path = "../../tests/simulator/mod.rs"]
mod simulator;

pub use arguments::arguments;
pub use cursors::cursors;
pub use failures::failures;
pub use runs::runs;

/// The planner, the status and the ledger in a simulated deployment, whose size, limits, failures and users the bytes
/// choose: what is stored must be what a naive model says, no transaction may meet a limit that it could see, and
/// everything must come to an end.
pub fn planner(data: &[u8]) {
    simulator::play(simulator::Choices::of_bytes(data), false);
}

/// Every code of an expected failure has a message that starts lower-case, or with what the caller gave, and has no full
/// stop.
fn check_refusal(refusal: &v2_rollout::Refusal) {
    let message = &refusal.message;
    assert!(!message.is_empty() && !message.ends_with('.'), "{message}");
    assert!(!message.starts_with(char::is_uppercase), "{message}");
    assert!(!message.contains('\n'), "{message}");
}
