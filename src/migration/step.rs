//! What a run asks its caller for, and what it is told.

use super::{Inserted, Share};
#[cfg(doc)]
use super::{MEASURES, Run, judge};
#[cfg(doc)]
use crate::note::Facts;

/// What the caller does next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Read and judge a page of at most so many notes behind the position at hand.
    Page {
        /// Notes at most.
        notes: u64,
    },
    /// Write the notes of [`Run::batch`].
    Batch,
    /// Read, judge and write at most so many notes behind the position at hand, in one transaction, and end it behind
    /// the first malformed one.
    Sweep {
        /// Notes at most.
        notes: u64,
    },
    /// Wait so many milliseconds, then ask again.
    Wait {
        /// Milliseconds.
        ms: f64,
    },
    /// Tell [`Run::mark`] the position behind so many notes of the page.
    Mark {
        /// Notes of the page.
        notes: usize,
    },
    /// The run ends. Ask for the answer with the position behind so many notes of the page.
    Stop {
        /// Notes of the page.
        notes: usize,
    },
}

/// A page of notes that was read and judged, as columns.
#[derive(Clone, Debug, Default)]
pub struct PageRead {
    /// One a note, by [`judge`].
    pub codes: Vec<u32>,
    /// [`Facts`], one a note.
    pub facts: Vec<u32>,
    /// Claims that each note would get.
    pub claims: Vec<u32>,
    /// Transcripts that each note would get.
    pub transcripts: Vec<u32>,
    /// Bytes that would be written for each note.
    pub bytes: Vec<f64>,
    /// Why a note is malformed, one line a malformed note in order: its id, a tab, the reason.
    pub malformed: String,
    /// Does the reach of the run end with this page?
    pub is_last: bool,
}

/// What a batch came to.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// One a note that the transaction got to, by [`judge`]; 9 where the note is gone.
    pub codes: &'a [u32],
    /// [`Facts`] of those notes, as they are by now.
    pub facts: &'a [u32],
    /// As [`PageRead::malformed`], for notes that became malformed since the page was read.
    pub malformed: &'a str,
    /// What it cost and wrote.
    pub account: Account<'a>,
}

/// What a transaction that writes cost and wrote.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// Rows that it inserted.
    pub inserted: Inserted,
    /// What it used of each measure but user time, in the order of [`MEASURES`].
    pub shares: &'a [Share],
    /// How long it took, in milliseconds.
    pub took_ms: f64,
}
