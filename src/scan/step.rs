//! What a scan asks its reader for, and what it is fed.

use super::Range;
#[cfg(doc)]
use super::Scan;
#[cfg(doc)]
use crate::note::Facts;
use crate::organization::Candidates;

/// What the reader does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Read a page: at most `rows` documents, and none once `bytes` were read.
    Page {
        /// Of this range.
        range: Range,
        /// About this flag, where the range is about flags.
        flag: usize,
        /// From the range's start; else behind the page before (or behind the cursor's position).
        first: bool,
        /// Documents at most.
        rows: u64,
        /// Once so many bytes were read, no document more.
        bytes: u64,
    },
    /// Look up what belongs to the rows of [`Scan::asked_for`], in this order, and stop in the middle where
    /// the allowance is used up.
    LookUp {
        /// Of this range.
        range: Range,
        /// How many look-ups may go on at once.
        width: u64,
        /// Once so many documents were read, none more.
        documents: u64,
        /// Once so many bytes were read, no document more.
        bytes: u64,
    },
    /// This transaction has read what it may. Ask for the answer with the position of row `rows - 1` of
    /// the page; with the position where the page began where `rows` is 0; with none where it is `None`.
    Pause {
        /// Rows of the page that are done.
        rows: Option<u32>,
    },
    /// All is counted.
    Done,
}

/// Set in a fact: the document is malformed, and its name is in the column of names.
pub const MALFORMED: u32 = 1 << 31;

/// Set in the fact of an artifact found for a note: it is completed.
pub const COMPLETED: u32 = 1 << 30;

/// A page that was read, as columns.
#[derive(Clone, Debug, Default)]
pub struct PageRead<'a> {
    /// How many rows it has.
    pub rows: u32,
    /// Does the range end with this page?
    pub is_last: bool,
    /// Id of the first row, empty where there is none.
    pub first_id: &'a str,
    /// One a row, with [`MALFORMED`] where it is. Flags: 0 off, 1 on, else no boolean. Notes: [`Facts`].
    /// Drafts: 0 to 4 for pending, confirmed, rejected, applied and expired, else none of them. Artifacts and
    /// claims: 0, and no column where none of the page is malformed.
    pub facts: Vec<u32>,
    /// Notes: when each was created, in milliseconds since 1970.
    pub created_ms: Vec<f64>,
    /// Of artifacts.
    pub candidates: Candidates<'a>,
    /// Names of the malformed rows, one a line.
    pub names: &'a str,
}

/// What look-ups found, as columns.
#[derive(Clone, Debug, Default)]
pub struct Found<'a> {
    /// How many of the rows asked for are through, counted from the first.
    pub complete: u32,
    /// Id of the next row, where its look-up broke off after reading some.
    pub open_id: &'a str,
    /// Position behind which that look-up goes on.
    pub open_after: Option<&'a str>,
    /// One a document: for which of the rows asked for, as an index into them, ascending.
    pub of: &'a [u32],
    /// Of artifacts, one a document: [`MALFORMED`] and [`COMPLETED`] where it is. Nobody looks at those of others.
    pub facts: &'a [u32],
    /// Of artifacts.
    pub candidates: Candidates<'a>,
    /// Names of the malformed documents, one a line.
    pub names: &'a str,
}
