//! Plays random histories of a simulated deployment: see `scripts/simulate`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::disallowed_macros,
    unreachable_pub,
    reason = "a test may panic, and this one is a command"
)]

#[path = "../tests/simulator/mod.rs"]
mod simulator;

fn main() {
    let arguments: Vec<u64> = std::env::args()
        .skip(1)
        .map(|argument| argument.parse().expect("a number"))
        .collect();
    let [first, histories] = arguments[..] else {
        panic!("give the first seed and the number of histories");
    };
    // A failure is told once it is known how to play it again.
    std::panic::set_hook(Box::new(|panic| simulator::add_to_trace(panic.to_string())));
    let mut sums = simulator::Stats::default();
    for seed in first..first + histories {
        match simulator::check(seed) {
            Ok(stats) => sums.add(stats),
            Err(failure) => {
                eprintln!("{failure}\nplay it again: scripts/simulate --seed {seed} --histories 1");
                std::process::exit(1);
            }
        }
    }
    println!("{histories} histories from seed {first} on: {sums:#?}");
}
