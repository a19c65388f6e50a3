//! A Convex deployment, simulated: transactions with limits and conflicts, actions that die, answers that get lost, a
//! clock, a scheduler, and a host whose users go on to work.
//!
//! The planner, the judge, the status and the ledger are the real ones. What TypeScript does around them is done here in
//! the same order: each module names the file whose part it plays. A history is a function of its choices, so that the
//! same seed makes the same history. Each transaction is checked before it is committed, and what a history comes to is
//! compared with a model that is written the obvious way.

mod action;
mod choices;
mod database;
mod history;
mod host;
mod ledger;
mod migration;
mod model;
mod run_model;
mod status;
mod transaction;
mod world;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use choices::Choices;
pub use world::Stats;

/// How many organizations there are.
const ORGANIZATIONS: u8 = 3;

fn organization_id(organization: u8) -> &'static str {
    ["org_a", "org_b", "org_c"][usize::from(organization)]
}

thread_local! {
    /// The lines of the history at hand, where they are kept.
    static TRACE: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Adds a line to the trace of the history at hand.
pub fn add_to_trace(line: String) {
    TRACE.with_borrow_mut(|lines| lines.push(line));
}

/// Plays a history. It panics where something is not as it must be.
pub fn play(choices: Choices, traces: bool) -> Stats {
    TRACE.with_borrow_mut(Vec::clear);
    history::play(&mut world::World::new(choices, traces))
}

/// Plays the history of a seed. Where it fails it is played again, and told.
pub fn check(seed: u64) -> Result<Stats, String> {
    let played = catch_unwind(AssertUnwindSafe(|| play(Choices::Seed(seed), false)));
    played.map_err(|_| {
        let again = catch_unwind(AssertUnwindSafe(|| play(Choices::Seed(seed), true)));
        let error = again.err().map_or_else(String::new, |error| {
            let text = error.downcast_ref::<String>().cloned();
            text.or_else(|| error.downcast_ref::<&str>().map(|text| (*text).into()))
                .unwrap_or_default()
        });
        let lines = TRACE.with_borrow(|lines| lines.join("\n"));
        format!("{lines}\n\nthe history of seed {seed} fails: {error}")
    })
}
