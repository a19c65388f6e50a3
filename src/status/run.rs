//! The internal function's way through a status: page after page, until it is done or its time is over.

use serde::Serialize;
use tsify::Tsify;

use super::{Classes, StatusCall, open};
use crate::refusal::Refusal;
use crate::transaction::Limit;
use crate::units::Millis;

/// What the internal function is asked for.
#[derive(Clone, Debug, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct StatusRunCall {
    /// The organization.
    pub organization_id: String,
    /// After how many days a note that the old pipeline left counts as abandoned.
    #[tsify(optional)]
    pub deferred_days: Option<f64>,
    /// Where an earlier call stopped.
    #[tsify(optional)]
    pub cursor: Option<String>,
    /// Fail unless the organization is through.
    pub check: bool,
    /// The present.
    pub now_ms: Millis,
    /// After how long it ends itself.
    pub deadline_ms: Millis,
}

/// What the internal function does next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[tsify(missing_as_null)]
pub enum StatusRunStep {
    /// Count another page.
    CountPage {
        /// Where it goes on.
        cursor: Option<String>,
    },
    /// Answer with this page's answer.
    Answer {
        /// What ended the counting before it was done.
        limited_by: Option<Limit>,
    },
}

/// What matters of the answer of a page.
#[derive(Clone, Debug, Tsify)]
pub struct CountedPage {
    /// Is it the result?
    pub done: bool,
    /// Where the counts go on, if they are not done.
    #[tsify(type = "string | null")]
    pub cursor: Option<String>,
    /// Notes by class.
    pub migration: Classes,
}

/// A status over several transactions.
#[derive(Clone, Copy, Debug)]
pub struct StatusRun {
    check: bool,
    end: Millis,
}

impl StatusRun {
    /// Begins a status, or goes on where the cursor says.
    ///
    /// # Errors
    /// - `INVALID_ARGUMENT` for an organization id or a number of days outside their rules.
    /// - `INVALID_CURSOR` for a cursor that is damaged, too old, or of another call.
    pub fn new(call: StatusRunCall) -> Result<Self, Refusal> {
        let StatusRunCall {
            organization_id,
            deferred_days,
            cursor,
            check,
            now_ms,
            deadline_ms,
        } = call;
        let call = StatusCall {
            organization_id,
            deferred_days,
            ..StatusCall::default()
        };
        let binding = call.binding(call.check()?);
        if let Some(cursor) = &cursor {
            open(cursor, &binding, now_ms)?;
        }
        Ok(Self {
            check,
            end: now_ms + deadline_ms,
        })
    }

    /// What to do after a page was counted: one is, however late it is.
    ///
    /// # Errors
    /// - `NOT_COMPLETE` where `check` was asked for, and all is counted and not through.
    pub fn counted(self, page: CountedPage, now: Millis) -> Result<StatusRunStep, Refusal> {
        if page.done {
            if self.check {
                page.migration.check_complete()?;
            }
            Ok(StatusRunStep::Answer { limited_by: None })
        } else if now >= self.end {
            Ok(StatusRunStep::Answer {
                limited_by: Some(Limit::Deadline),
            })
        } else {
            Ok(StatusRunStep::CountPage { cursor: page.cursor })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_until_it_is_done_or_late() {
        let eligible = Classes {
            eligible: 1,
            ..Classes::default()
        };
        let page = |done, migration| CountedPage {
            done,
            cursor: (!done).then(|| "c".into()),
            migration,
        };
        let next_page = StatusRunStep::CountPage {
            cursor: Some("c".into()),
        };
        let answer = |limited_by| Ok(StatusRunStep::Answer { limited_by });
        // check, the page that was counted, the present, the next step
        for (check, page, now, next) in [
            (false, page(false, eligible), 99.0, Ok(next_page)),
            (false, page(false, eligible), 100.0, answer(Some(Limit::Deadline))),
            (false, page(true, eligible), 200.0, answer(None)),
            (true, page(true, Classes::default()), 0.0, answer(None)),
            (
                true,
                page(true, eligible),
                0.0,
                Err(eligible.check_complete().unwrap_err()),
            ),
        ] {
            let run = StatusRun::new(StatusRunCall {
                organization_id: "org_a".into(),
                deferred_days: None,
                cursor: None,
                check,
                now_ms: Millis(0.0),
                deadline_ms: Millis(100.0),
            })
            .unwrap();
            assert_eq!(run.counted(page, Millis(now)), next);
        }
    }
}
