//! The core that rolls a v2 data model out over a live Convex backend, organization by organization.
//!
//! It decides: which documents belong to an organization, what class a note is in, the counts and the
//! verdict, what to read next and how much of it, which notes go into the next batch, which flag rows
//! change, and what an answer says. It never reads or writes anything: a shim in the host's runtime does,
//! and passes what it read as columns.
//!
//! What it refuses to be: a database client, a clock, a source of randomness, or a reader of texts. Time,
//! ids and facts about texts are arguments.

#![cfg_attr(
    test,
    allow(
        clippy::disallowed_macros,
        reason = "the module's size does not matter in a test"
    )
)]
#![cfg_attr(
    not(all(feature = "flags", feature = "status", feature = "migration")),
    allow(
        dead_code,
        unused_imports,
        unused_variables,
        reason = "a module of one job needs less; all of them together are linted"
    )
)]

mod argument;
mod budget;
mod change;
mod counts;
mod cursor;
mod error;
mod flags;
mod job;
mod malformed;
mod migration;
mod note;
mod number;
mod organization;
mod scan;
mod status;
mod text;
mod value;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use budget::{CONVEX_LIMITS, Headroom, LARGEST_DOCUMENT_BYTES, Limit, Reads};
pub use change::{Change, ChangeCall, KeyRows, Write, nothing_stored};
pub use counts::{Classes, Drafts, Sums, Verdict};
pub use cursor::{LIFETIME_MS, lost_position};
pub use error::{Code, Refusal, forbidden, organization_not_found};
pub use flags::{Effective, KEYS, Reason, Row, State, VARIABLES, environment};
pub use job::{Core, Given};
pub use migration::{
    Account, Fate, Inserted, MEASURES, MigrationCall, Notes, Outcome, PACE_BYTES_PER_MS,
    PageRead as MigrationPage, Run, Share, Size, Step as MigrationStep, Written, judge, legacy_warning,
};
pub use note::{Class, Deferral, Facts, Insights, Linked, Transcription, classify, classify_unlinked};
pub use organization::Candidates;
pub use scan::{COMPLETED, Found, MALFORMED, PageRead, Range, Scan, Step};
pub use status::{Status, StatusCall, check_complete};
pub use value::{List, Object, Value};
