//! A status that goes on over as many transactions as it takes.
//!
//! The scan says what to read next and is fed what was read; it never reads anything itself. A reader
//! loops over [`Scan::next`] until it says [`Step::Pause`] or [`Step::Done`], and asks for the answer then.
//! Nothing that grows with the organization is held: one page of columns at the most.

use std::vec::IntoIter;

mod pace;
mod range;

use crate::budget::{Headroom, Limit, Reads};
use crate::counts::Sums;
use crate::cursor::Codec;
use crate::flags::{Row, State};
use crate::malformed::{ARTIFACTS, CLAIMS, DRAFTS, FLAGS, Malformed, NOTES, RESOLUTIONS, TRANSCRIPTS};
use crate::note::{Deferral, Facts, Linked, classify};
use crate::number::{exact, ms};
use crate::organization::Candidates;
use crate::text::Lines;
use pace::Pace;
use range::Place;
pub use range::Range;

/// Index ranges that a page may take behind a position: one a field of its key.
const PAGE_RANGES: u64 = 4;

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

/// A row whose look-up broke off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Open {
    id: String,
    pub(crate) after: String,
    linked: Linked,
}

/// Set in a fact: the document is malformed, and its name is in the column of names.
pub const MALFORMED: u32 = 1 << 31;

/// Set in the fact of an artifact found for a note: it is completed.
pub const COMPLETED: u32 = 1 << 30;

/// A page that was read, as columns.
#[derive(Clone, Debug, Default)]
pub struct PageRead<'a> {
    /// Does the range end with this page?
    pub is_last: bool,
    /// Id of the first row, empty where there is none.
    pub first_id: &'a str,
    /// One a row, with [`MALFORMED`] where it is. Flags: 0 off, 1 on, else no boolean. Notes: [`Facts`].
    /// Artifacts: how many candidates. Claims: 0. Drafts: 0 to 4 for pending, confirmed, rejected, applied
    /// and expired, else none of them.
    pub facts: Vec<u32>,
    /// Notes: when each was created, in milliseconds since 1970.
    pub created_ms: Vec<f64>,
    /// Artifacts: see [`Candidates`].
    pub organization_ids: &'a str,
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
    /// One a document, with [`MALFORMED`] where it is. Artifacts: how many candidates, with [`COMPLETED`]
    /// where it is. Transcripts and resolutions: 0.
    pub facts: &'a [u32],
    /// Artifacts: see [`Candidates`].
    pub organization_ids: &'a str,
    /// Names of the malformed documents, one a line.
    pub names: &'a str,
}

#[derive(Debug, Default)]
struct Page {
    rows: u32,
    is_last: bool,
    /// Rows that want a look-up.
    parents: Vec<u32>,
    /// How many of them are through.
    parents_done: usize,
    /// Rows that are through.
    rows_done: u32,
    facts: Vec<u32>,
    created_ms: Vec<f64>,
    /// Names of the malformed rows that are not through.
    names: IntoIter<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Asked {
    #[default]
    Nothing,
    Page,
    LookUp,
}

/// The counting of one organization, as far as it is.
#[derive(Debug, Default)]
pub struct Scan {
    pub(crate) organization_id: String,
    deferral: Deferral,
    place: Place,
    /// No page of the range was read yet, in this transaction or before.
    at_start: bool,
    page: Option<Page>,
    open: Option<Open>,
    /// The next look-up is the rest of the open one.
    is_resuming: bool,
    pace: Pace,
    /// Look-ups that the last step got through.
    looked_up: u64,
    limits: Reads,
    used: Reads,
    /// Rows and look-ups that this transaction got through.
    progress: u64,
    broke_off: bool,
    asked: Asked,
    /// The rows that look-ups were asked for.
    asked_for: Vec<u32>,
    pub(crate) earlier: Reads,
    pub(crate) transactions: u64,
    pub(crate) limited_by: Option<Limit>,
    pub(crate) sums: Sums,
    pub(crate) flags: [State; 2],
    pub(crate) malformed: [Malformed; 7],
}

impl Scan {
    /// Begins to count an organization. `limits` are those of the transaction, `environment` what the
    /// environment says about each flag.
    pub fn start(
        &mut self,
        organization_id: &str,
        deferral: Deferral,
        environment: [Option<bool>; 2],
        limits: Reads,
    ) {
        self.organization_id = organization_id.into();
        self.deferral = deferral;
        self.at_start = true;
        self.limits = limits;
        self.transactions = 1;
        for (flag, environment) in self.flags.iter_mut().zip(environment) {
            flag.environment = environment;
        }
    }

    /// What to do next. `used` is what the transaction has read so far, by anybody.
    pub fn next(&mut self, used: Reads) -> Step {
        let reads = used.minus(self.used);
        match self.asked {
            Asked::Page => {
                let rows = self.page.as_ref().map_or(0, |page| u64::from(page.rows));
                self.pace.page(rows, reads);
            }
            Asked::LookUp => self.pace.lookups(self.looked_up, reads),
            Asked::Nothing => {}
        }
        self.used = used;
        self.leave_finished_range();
        self.plan()
    }

    fn leave_finished_range(&mut self) {
        let Some(page) = &self.page else { return };
        if page.rows_done == page.rows && page.is_last {
            self.place = self.place.next();
            self.progress += 1;
            self.page = None;
            self.open = None;
            self.pace = Pace::default();
            self.at_start = true;
        }
    }

    fn plan(&mut self) -> Step {
        let Some((range, flag)) = self.place.range() else {
            return Step::Done;
        };
        let headroom = Headroom::after(self.used, self.limits);
        if self.progress > 0 {
            if let Some(limit) = headroom.spent() {
                return self.pause(limit);
            }
            if self.broke_off {
                return self.pause(Limit::BytesRead);
            }
        }
        if self.page.as_ref().is_some_and(|page| page.rows_done < page.rows) {
            return self.look_up(range, headroom);
        }
        if self.progress > 0 && !self.at_start && headroom.reads.ranges < PAGE_RANGES {
            return self.pause(Limit::DatabaseQueries);
        }
        let (rows, fits, limit) = self.pace.rows(headroom, looks_up(range));
        // Ever smaller pages up to the very limit would cost more ranges than they bring rows.
        if self.progress > 0 && fits <= self.progress / 64 {
            return self.pause(limit);
        }
        self.asked = Asked::Page;
        Step::Page {
            range,
            flag,
            first: self.at_start,
            rows: rows.max(1),
            bytes: headroom.reads.bytes.max(1),
        }
    }

    fn look_up(&mut self, range: Range, headroom: Headroom) -> Step {
        let most = if self.is_resuming {
            1
        } else {
            self.pace.lookups_that_fit(headroom).max(1)
        };
        let most = usize::try_from(most).unwrap_or(1);
        self.asked_for.clear();
        if let Some(page) = &self.page {
            let rest = page.parents.get(page.parents_done..).unwrap_or(&[]);
            self.asked_for.extend_from_slice(rest.get(..most).unwrap_or(rest));
        }
        self.asked = Asked::LookUp;
        Step::LookUp {
            range,
            width: headroom.width(),
            documents: headroom.reads.documents.max(1),
            bytes: headroom.reads.bytes.max(1),
        }
    }

    /// Rows of the page that [`Step::LookUp`] asks for, in order.
    pub fn asked_for(&self) -> &[u32] {
        &self.asked_for
    }

    /// Where the look-up of the first of them goes on, if it broke off before.
    pub fn look_up_after(&self) -> Option<&str> {
        self.resumed().map(|open| open.after.as_str())
    }

    fn pause(&mut self, limit: Limit) -> Step {
        self.limited_by = Some(limit);
        let rows = match &self.page {
            Some(page) => Some(page.rows_done),
            None if self.at_start => None,
            None => Some(0),
        };
        Step::Pause { rows }
    }

    /// Takes the page that was asked for.
    pub fn feed_page(&mut self, read: PageRead<'_>) {
        let Some((range, flag)) = self.place.range() else {
            return;
        };
        let mut page = Page {
            rows: u32::try_from(read.facts.len()).unwrap_or(u32::MAX),
            is_last: read.is_last,
            facts: read.facts,
            created_ms: read.created_ms,
            ..Page::default()
        };
        let mut names = Vec::new();
        let mut lines = Lines(read.names);
        match range {
            Range::PlatformFlags | Range::OrganizationFlags | Range::UserFlags => {
                self.count_flags(range, flag, &page.facts);
            }
            Range::Notes | Range::Claims => {
                for row in 0..page.rows {
                    page.parents.push(row);
                }
            }
            Range::Artifacts => {
                let mut candidates = Candidates(read.organization_ids);
                for (row, fact) in (0..).zip(&mut page.facts) {
                    let is_malformed = *fact & MALFORMED != 0;
                    let name = if is_malformed { lines.next() } else { None };
                    if candidates.name(*fact, &self.organization_id) {
                        page.parents.push(row);
                        names.extend(name.map(String::from));
                    } else {
                        // Nobody is told of another organization's artifacts.
                        *fact &= !MALFORMED;
                    }
                }
            }
            Range::Drafts => {
                for fact in &page.facts {
                    self.sums.drafts.count(fact & !MALFORMED);
                }
            }
        }
        for line in lines {
            names.push(line.into());
        }
        page.names = names.into_iter();
        self.at_start = false;
        // The open row may be gone, or no longer the organization's: then nothing is left to go on with.
        let first_parent = page.parents.first().copied();
        self.open
            .take_if(|open| first_parent != Some(0) || open.id != read.first_id);
        self.is_resuming = self.open.is_some();
        self.page = Some(page);
        self.advance(range);
    }

    fn count_flags(&mut self, range: Range, flag: usize, facts: &[u32]) {
        let Some(state) = self.flags.get_mut(flag) else {
            return;
        };
        let rows = facts.len() as u64;
        let first = facts.first().copied().map(Row::from_code);
        match range {
            Range::PlatformFlags => state.platform = state.platform.or(first),
            Range::OrganizationFlags => {
                state.organization = state.organization.or(first);
                state.organization_rows += rows;
            }
            _ => state.user_rows += rows,
        }
    }

    /// Takes what the look-ups that were asked for found.
    pub fn feed_found(&mut self, found: &Found<'_>) {
        let Some((range, _)) = self.place.range() else {
            return;
        };
        let mut linked = Linked::default();
        let (complete, documents) = (u64::from(found.complete), found.facts.len() as u64);
        match range {
            Range::Notes => linked = self.count_notes(found),
            Range::Artifacts => {
                self.sums.artifacts += complete;
                self.sums.transcripts += documents;
                self.name(TRANSCRIPTS, found.names);
            }
            _ => {
                self.sums.claims += complete;
                self.sums.resolutions += documents;
                self.name(RESOLUTIONS, found.names);
            }
        }
        if let Some(after) = found.open_after {
            self.open = Some(Open {
                id: found.open_id.into(),
                after: after.into(),
                linked,
            });
        } else if complete > 0 {
            self.open = None;
        }
        self.is_resuming = false;
        self.broke_off |= complete < self.asked_for.len() as u64;
        self.progress += documents;
        self.looked_up = complete;
        if let Some(page) = &mut self.page {
            page.parents_done += usize::try_from(complete).unwrap_or(0);
        }
        self.advance(range);
    }

    /// Counts the notes that are through, and answers what was found for the one whose look-up broke off.
    fn count_notes(&mut self, found: &Found<'_>) -> Linked {
        let mut candidates = Candidates(found.organization_ids);
        let mut names = Lines(found.names);
        let mut linked = self.resumed().map(|open| open.linked).unwrap_or_default();
        let mut nth = 0;
        for (of, fact) in found.of.iter().zip(found.facts) {
            let is_named = candidates.name(*fact, &self.organization_id);
            while nth < *of {
                self.count_note(nth, linked);
                linked = Linked::default();
                nth += 1;
            }
            linked.artifacts += 1;
            linked.completed |= fact & COMPLETED != 0;
            if is_named {
                self.sums.met += 1;
            }
            if fact & MALFORMED != 0 {
                let name = names.next().unwrap_or("");
                // Those that name the organization are met again among its artifacts.
                if !is_named {
                    self.add_malformed(ARTIFACTS, name);
                }
            }
        }
        while nth < found.complete {
            self.count_note(nth, linked);
            linked = Linked::default();
            nth += 1;
        }
        linked
    }

    /// Counts the `nth` of the notes asked for.
    fn count_note(&mut self, nth: u32, linked: Linked) {
        let row = self.asked_for.get(index(nth)).copied().map_or(usize::MAX, index);
        let Some(page) = &self.page else { return };
        let facts = Facts(page.facts.get(row).copied().unwrap_or(0));
        let created_ms = page.created_ms.get(row).copied().unwrap_or(0.0);
        let class = classify(facts, linked, created_ms, &self.deferral);
        self.sums.classes.count(class);
        if linked.artifacts > 1 {
            self.sums.duplicates += 1;
        }
    }

    /// Moves past the rows that are through now.
    fn advance(&mut self, range: Range) {
        let Some(page) = &mut self.page else { return };
        let table = match range {
            Range::Notes => NOTES,
            Range::Artifacts => ARTIFACTS,
            Range::Claims => CLAIMS,
            Range::Drafts => DRAFTS,
            _ => FLAGS,
        };
        let next = page.parents.get(page.parents_done).copied();
        for _ in page.rows_done..next.unwrap_or(page.rows) {
            let fact = page.facts.get(index(page.rows_done));
            if fact.is_some_and(|fact| fact & MALFORMED != 0) {
                let name = page.names.next();
                if let (Some(malformed), Some(name)) = (self.malformed.get_mut(table), name) {
                    malformed.add(&name);
                }
            }
            page.rows_done += 1;
            self.progress += 1;
        }
    }

    fn name(&mut self, table: usize, names: &str) {
        for name in Lines(names) {
            self.add_malformed(table, name);
        }
    }

    fn add_malformed(&mut self, table: usize, name: &str) {
        if let Some(malformed) = self.malformed.get_mut(table) {
            malformed.add(name);
        }
    }

    /// The row whose look-up goes on next, if one broke off.
    pub(crate) fn resumed(&self) -> Option<&Open> {
        self.open.as_ref().filter(|_| self.is_resuming)
    }

    /// Writes the scan into a cursor, or takes it from one.
    pub(crate) fn code(&mut self, codec: &mut Codec) {
        // The present of the first transaction, so that all of them draw the line of `deferredDays` alike.
        let mut now_ms = ms(self.deferral.now_ms);
        codec.number(&mut now_ms);
        self.deferral.now_ms = exact(now_ms);
        self.place.code(codec);
        codec.boolean(&mut self.at_start);
        let mut is_open = self.open.is_some();
        codec.boolean(&mut is_open);
        if is_open {
            let open = self.open.get_or_insert_default();
            codec.text(&mut open.id);
            codec.text(&mut open.after);
            codec.number(&mut open.linked.artifacts);
            codec.boolean(&mut open.linked.completed);
        }
        self.pace.code(codec);
        let mut spent = self.spent();
        spent.code(codec);
        self.earlier = spent;
        codec.number(&mut self.transactions);
        self.sums.code(codec);
        for state in &mut self.flags {
            state.code(codec);
        }
        for malformed in &mut self.malformed {
            malformed.code(codec);
        }
    }

    pub(crate) fn begin_transaction(&mut self) {
        self.transactions += 1;
    }

    pub(crate) fn is_done(&self) -> bool {
        self.place.range().is_none()
    }

    /// What this and all transactions before it have read.
    pub(crate) fn spent(&self) -> Reads {
        self.earlier.plus(self.used)
    }
}

fn index(row: u32) -> usize {
    usize::try_from(row).unwrap_or(usize::MAX)
}

fn looks_up(range: Range) -> bool {
    matches!(range, Range::Notes | Range::Artifacts | Range::Claims)
}
