//! `v2MigrationStatus`: the counts of an organization, over as many transactions as it takes.
//!
//! A [`StatusScan`] says what to read next and is fed what was read; it never reads anything itself. A reader loops
//! over [`StatusScan::next`] until it says [`StatusStep::Pause`] or [`StatusStep::Done`], and asks for the answer
//! then. Nothing that grows with the organization is held: one page at the most.

mod answer;
mod counts;
mod feed;
mod pace;
mod range;
mod run;
mod step;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use crate::argument;
use crate::cursor;
use crate::flags::{ByKey, FlagKey, FlagState, MOST_USER_ROW_BYTES, MOST_USER_ROWS};
use crate::note::{Deferral, Linked};
use crate::refusal::{Refusal, WrongCall};
use crate::table::{ByTable, Malformed};
use crate::transaction::{Headroom, Limit, Reads, Transaction};
use crate::units::{Millis, as_index};
pub use answer::{Count, ReadAccount, Route, StatusAnswer};
pub use counts::{Classes, DraftStatus, Drafts, StatusSamples, Sums, Verdict};
use pace::Pace;
pub use range::Range;
pub use run::{CountedPage, StatusRun, StatusRunCall, StatusRunStep, StatusStopped};
pub use step::{Found, LinkedArtifact, MalformedRow, NoteToCount, OpenLookUp, Page, PageStart, StatusStep};

/// Index ranges that a page may take behind a position: one per field of its key.
const PAGE_RANGES: u64 = 4;

/// What a status is asked for.
#[derive(Clone, Debug, Default, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct StatusCall {
    /// The organization.
    pub organization_id: String,
    /// After how many days a note that the old pipeline left counts as abandoned.
    #[tsify(optional)]
    pub deferred_days: Option<f64>,
    /// Where an earlier call stopped.
    #[tsify(optional)]
    pub cursor: Option<String>,
    /// Fail where all is counted and the organization is not complete.
    pub check: bool,
    /// Blocked notes may stay in v1: `check` lets them pass.
    pub accept_blocked: bool,
    /// The deployment's address, where the runtime tells it: a cursor belongs to it.
    #[tsify(optional)]
    pub deployment: Option<String>,
    /// The host's indexes as text: a cursor belongs to them.
    pub indexes: String,
    /// How often the reads of a transaction are halved: as often as one failed that read too much.
    pub halvings: u32,
    /// The values of the two environment variables.
    #[tsify(type = "ByKey<string | undefined>")]
    pub environment: ByKey<Option<String>>,
    /// The present.
    pub now_ms: Millis,
    /// The host has an index from organizations to artifacts.
    pub artifacts_are_indexed: bool,
}

impl StatusCall {
    /// After how many days a note counts as abandoned.
    ///
    /// # Errors
    /// - `INVALID_ARGUMENT` for an organization id or a number of days outside their rules.
    fn check(&self) -> Result<Option<u64>, Refusal> {
        argument::organization_id(&self.organization_id)?;
        self.deferred_days
            .map(|days| argument::whole_number("deferredDays", days))
            .transpose()
    }

    /// What a cursor belongs to.
    fn binding(&self, days: Option<u64>) -> String {
        format!(
            "v2MigrationStatus {} {} {} {}",
            self.organization_id,
            days.unwrap_or(0),
            self.deployment.as_deref().unwrap_or(""),
            self.indexes,
        )
    }
}

/// A row whose lookup broke off.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Open {
    id: String,
    after: String,
    linked: Linked,
}

/// How far a status is: what its cursor holds, beside a position.
#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    /// The present of the first transaction, so that all of them draw the line of `deferredDays` alike.
    now: Millis,
    /// The range at hand, as an index into [`Range::ALL`].
    place: usize,
    /// No page of the range was read yet.
    is_at_start: bool,
    open: Option<Open>,
    pace: Pace,
    /// What earlier transactions have read.
    read: Reads,
    transactions: u64,
    sums: Sums,
    flags: ByKey<FlagState>,
    malformed: ByTable<Malformed>,
    /// Artifacts that name no organization at all and that a note of this one led to.
    malformed_linked: Malformed,
}

impl State {
    /// Forgets what was counted of a range, which is read again from its start. The ranges of flags are small, and all
    /// are read again.
    fn forget(&mut self, range: Range) {
        self.sums.forget(range);
        match range {
            Range::PlatformFlags { .. } | Range::OrganizationFlags { .. } | Range::UserFlags { .. } => {
                self.place = 0;
                self.malformed.feature_flags = Malformed::default();
                for key in FlagKey::ALL {
                    let flag = self.flags.get_mut(key);
                    *flag = FlagState {
                        environment: flag.environment,
                        ignored_environment: flag.ignored_environment.take(),
                        ..FlagState::default()
                    };
                }
            }
            Range::Notes => {
                self.malformed.voice_notes = Malformed::default();
                self.malformed_linked = Malformed::default();
            }
            Range::Artifacts => {
                self.malformed.voice_note_artifacts = Malformed::default();
                self.malformed.voice_note_transcripts = Malformed::default();
            }
            Range::Claims => {
                self.malformed.voice_note_claims = Malformed::default();
                self.malformed.voice_note_entity_resolutions = Malformed::default();
            }
            Range::Drafts => self.malformed.insight_drafts = Malformed::default(),
        }
        self.is_at_start = true;
        self.open = None;
    }

    fn is_plausible(&self) -> bool {
        self.pace.is_plausible()
            && self.read.are_plausible()
            && self.transactions < cursor::MOST
            && self.sums.are_plausible()
            && self.flags.voice_notes.is_plausible()
            && self.flags.entity_resolution.is_plausible()
            && self
                .malformed
                .each()
                .iter()
                .all(|(_, malformed)| malformed.is_plausible())
            && self.malformed_linked.is_plausible()
            && self
                .open
                .as_ref()
                .is_none_or(|open| open.linked.artifacts < cursor::MOST)
    }
}

/// The page at hand.
#[derive(Debug, Default)]
struct Rows {
    count: u32,
    is_last: bool,
    /// Rows that want a lookup.
    parents: Vec<u32>,
    /// How many of them are through.
    parents_done: usize,
    /// Rows that are through.
    done: u32,
    /// The malformed rows that are not through.
    malformed: VecDeque<MalformedRow>,
}

/// What the last step asked for.
#[derive(Debug, Default)]
enum Asked {
    #[default]
    Nothing,
    Page,
    LookUps {
        /// For these rows of the page.
        rows: Vec<u32>,
        /// The first of them broke off before.
        is_resumed: bool,
        /// How many got through.
        complete: u64,
    },
}

/// The counting of one organization in one transaction.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug)]
pub struct StatusScan {
    organization_id: String,
    deferral: Deferral,
    artifacts_are_indexed: bool,
    check: bool,
    accept_blocked: bool,
    halvings: u32,
    binding: String,
    /// The present of this transaction.
    now: Millis,
    state: State,
    /// The position that the cursor holds, until a page was read behind it.
    position: Option<String>,
    page: Option<Rows>,
    /// Its notes, where it is one of notes.
    notes: Vec<NoteToCount>,
    /// The next lookup is the rest of the open one.
    is_resuming: bool,
    asked: Asked,
    /// What this transaction has read.
    used: Reads,
    /// Rows and lookups that this transaction got through.
    progress: u64,
    /// Lookups broke off: what is left fits into no transaction of this size any more.
    broke_off: bool,
    limited_by: Option<Limit>,
}

impl StatusScan {
    /// Begins a status, or goes on where the cursor says.
    ///
    /// # Errors
    /// - `INVALID_ARGUMENT` for an organization id or a number of days outside their rules.
    /// - `INVALID_CURSOR` for a cursor that is damaged, too old, or of another call.
    pub fn new(call: StatusCall) -> Result<Self, Refusal> {
        let days = call.check()?;
        let binding = call.binding(days);
        let (position, mut state) = match &call.cursor {
            Some(cursor) => open(cursor, &binding, call.now_ms)?,
            None => (
                None,
                State {
                    now: call.now_ms,
                    is_at_start: true,
                    ..State::default()
                },
            ),
        };
        state.transactions += 1;
        for key in FlagKey::ALL {
            let variable = call.environment.get(key).as_deref();
            state.flags.get_mut(key).set_environment(variable);
        }
        Ok(Self {
            organization_id: call.organization_id,
            deferral: Deferral { now: state.now, days },
            artifacts_are_indexed: call.artifacts_are_indexed,
            check: call.check,
            accept_blocked: call.accept_blocked,
            halvings: call.halvings,
            binding,
            now: call.now_ms,
            state,
            position,
            page: None,
            notes: Vec::new(),
            is_resuming: false,
            asked: Asked::Nothing,
            used: Reads::default(),
            progress: 0,
            broke_off: false,
            limited_by: None,
        })
    }

    fn range(&self) -> Option<Range> {
        Range::ALL.get(self.state.place).copied()
    }

    /// What to do next. `transaction` is the account of the transaction that this is.
    pub fn next(&mut self, transaction: &Transaction) -> StatusStep {
        let reads = transaction.reads().minus(self.used);
        match &self.asked {
            Asked::Page => {
                let rows = self.page.as_ref().map_or(0, |page| u64::from(page.count));
                self.state.pace.page(rows, reads);
                self.end_of_user_rows();
            }
            Asked::LookUps { complete, .. } => self.state.pace.lookups(*complete, reads),
            Asked::Nothing => {}
        }
        self.asked = Asked::Nothing;
        self.used = transaction.reads();
        self.leave_finished_range();
        self.plan(transaction.headroom_of_part(self.halvings))
    }

    /// What may still be read of a flag's user rows, where they are the range at hand.
    fn left_of_user_rows(&self) -> Option<Reads> {
        let Some(Range::UserFlags { key }) = self.range() else {
            return None;
        };
        Some(Reads {
            documents: MOST_USER_ROWS.saturating_sub(self.state.flags.get(key).user_rows),
            bytes: MOST_USER_ROW_BYTES.saturating_sub(self.state.pace.row_bytes()),
            ranges: 0,
        })
    }

    /// Ends the range of a flag's user rows where enough of them are counted.
    fn end_of_user_rows(&mut self) {
        if let (Some(Range::UserFlags { key }), Some(left), Some(page)) =
            (self.range(), self.left_of_user_rows(), &mut self.page)
            && !page.is_last
            && (left.documents == 0 || left.bytes == 0)
        {
            page.is_last = true;
            self.state.flags.get_mut(key).has_more_user_rows = true;
        }
    }

    /// The position that was to be read behind is that of a document that is gone: the range is counted again from its
    /// start.
    ///
    /// # Errors
    /// Where nothing was to be read behind a position.
    pub fn position_lost(&mut self) -> Result<(), WrongCall> {
        let Some(range) = self.range().filter(|_| !matches!(self.asked, Asked::Nothing)) else {
            return Err(WrongCall("positionLost: nothing was asked for".into()));
        };
        self.state.forget(range);
        self.asked = Asked::Nothing;
        self.page = None;
        self.position = None;
        self.is_resuming = false;
        Ok(())
    }

    fn leave_finished_range(&mut self) {
        let Some(page) = &self.page else { return };
        if page.done == page.count && page.is_last {
            self.state.place += 1;
            self.state.is_at_start = true;
            self.state.open = None;
            self.state.pace = Pace::default();
            self.progress += 1;
            self.page = None;
        }
    }

    fn plan(&mut self, headroom: Headroom) -> StatusStep {
        let Some(range) = self.range() else {
            return StatusStep::Done;
        };
        // Whatever was read before, the first row of a transaction is gone through, so that the scan gets further.
        let has_progressed = self.progress > 0;
        if has_progressed {
            if let Some(limit) = headroom.spent() {
                return self.pause(limit);
            }
            if self.broke_off {
                return self.pause(Limit::BytesRead);
            }
        }
        if self.page.as_ref().is_some_and(|page| page.done < page.count) {
            return self.look_up(range, headroom);
        }
        if has_progressed && !self.state.is_at_start && headroom.reads.ranges < PAGE_RANGES {
            return self.pause(Limit::DatabaseQueries);
        }
        let (documents, fits, limit) = self.state.pace.rows(headroom, range.looks_up());
        // Ever smaller pages up to the very limit would cost more ranges than they bring rows.
        if has_progressed && fits <= self.progress / 64 {
            return self.pause(limit);
        }
        self.asked = Asked::Page;
        let mut bytes = headroom.reads.bytes;
        let mut documents = documents;
        if let Some(left) = self.left_of_user_rows() {
            documents = documents.min(left.documents);
            bytes = bytes.min(left.bytes);
        }
        StatusStep::ReadPage {
            range,
            from: match self.position.take() {
                Some(position) => PageStart::Position { position },
                None if self.state.is_at_start => PageStart::Start,
                None => PageStart::PageBefore,
            },
            documents: documents.max(1),
            bytes: bytes.max(1),
        }
    }

    fn look_up(&mut self, range: Range, headroom: Headroom) -> StatusStep {
        let open = self.state.open.as_ref().filter(|_| self.is_resuming);
        let after = open.map(|open| open.after.clone());
        let is_resumed = open.is_some();
        let most = if is_resumed {
            1
        } else {
            self.state.pace.lookups_that_fit(headroom).max(1)
        };
        let parents = self
            .page
            .as_ref()
            .and_then(|page| page.parents.get(page.parents_done..));
        let rows: Vec<u32> = parents
            .unwrap_or(&[])
            .iter()
            .take(as_index(most))
            .copied()
            .collect();
        self.asked = Asked::LookUps {
            rows: rows.clone(),
            is_resumed,
            complete: 0,
        };
        StatusStep::LookUp {
            range,
            rows,
            after,
            width: headroom.width(),
            documents: headroom.reads.documents.max(1),
            bytes: headroom.reads.bytes.max(1),
        }
    }

    fn pause(&mut self, limit: Limit) -> StatusStep {
        self.limited_by = Some(limit);
        // Without a page it is at the start of a range: behind a position it reads one before it pauses.
        StatusStep::Pause {
            rows: self.page.as_ref().map(|page| page.done),
        }
    }

    fn is_done(&self) -> bool {
        self.range().is_none()
    }
}

/// The position and the state that a cursor holds.
fn open(cursor: &str, binding: &str, now: Millis) -> Result<(Option<String>, State), Refusal> {
    let (position, state): (Option<String>, State) = cursor::open(cursor, binding, now)?;
    if state.is_plausible() {
        Ok((position, state))
    } else {
        Err(cursor::damaged())
    }
}
