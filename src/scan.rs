//! A status that goes on over as many transactions as it takes.
//!
//! The scan says what to read next and is fed what was read; it never reads anything itself. A reader
//! loops over [`Scan::next`] until it says [`Step::Pause`] or [`Step::Done`], and asks for the answer then.
//! Nothing that grows with the organization is held: one page of columns at the most.

use std::vec::IntoIter;

mod feed;
mod pace;
mod range;
mod step;
#[cfg(test)]
mod tests;

use crate::budget::{Headroom, Limit, Reads};
use crate::counts::Sums;
use crate::cursor::Codec;
use crate::flags::State;
use crate::malformed::Malformed;
use crate::note::{Deferral, Linked};
use crate::number::{exact, ms};
use pace::Pace;
use range::Place;
pub use range::Range;
pub use step::{COMPLETED, Found, MALFORMED, PageRead, Step};

/// Index ranges that a page may take behind a position: one a field of its key.
const PAGE_RANGES: u64 = 4;

/// A row whose look-up broke off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Open {
    id: String,
    pub(crate) after: String,
    linked: Linked,
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

    /// Takes what the transaction has read in the end.
    pub fn end(&mut self, used: Reads) {
        self.used = used;
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
        self.used = Reads::default();
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
