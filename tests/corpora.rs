//! Replays what fuzzing has found to be worth keeping, without the nightly compiler that fuzzing needs.

#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "a test may panic, and reads files"
)]

#[path = "../fuzz/targets/mod.rs"]
mod targets;

use std::path::Path;

fn replay(name: &str, target: impl Fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let mut inputs = 0;
    for input in corpus.read_dir().unwrap() {
        let path = input.unwrap().path();
        // Where it fails, this is the input.
        eprintln!("{}", path.display());
        target(&std::fs::read(path).unwrap());
        inputs += 1;
    }
    assert!(inputs > 0, "{} is empty", corpus.display());
}

#[test]
fn cursors() {
    replay("cursors", targets::cursors);
}

#[test]
fn arguments() {
    replay("arguments", targets::arguments);
}

#[test]
fn failures() {
    replay("failures", targets::failures);
}

#[test]
fn runs() {
    replay("runs", targets::runs);
}

#[test]
fn planner() {
    replay("planner", targets::planner);
}
