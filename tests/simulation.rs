//! Random histories of a simulated deployment. `scripts/simulate` plays more of them, and one of them by its seed.

#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    unreachable_pub,
    reason = "a test may panic"
)]

mod simulator;

#[test]
fn a_hundred_histories() {
    for seed in 0..100 {
        if let Err(failure) = simulator::check(seed) {
            panic!("{failure}\nplay it again with `scripts/simulate --seed {seed} --histories 1`");
        }
    }
}
