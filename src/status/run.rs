//! The internal function's way through a status: page after page, until it is done, its time is over, or the backend
//! keeps failing.

use serde::Serialize;
use tsify::Tsify;

use super::{Classes, StatusCall, open};
use crate::failure::FailureKind;
use crate::refusal::{Code, Refusal};
use crate::retry::Retry;
use crate::text::shortened;
use crate::transaction::Limit;
use crate::units::Millis;

/// A page's reads are halved at most so many times.
const MOST_HALVINGS: u32 = 8;
/// After so many pages that went well, the next one may read twice as much again.
const PAGES_TO_GROW: u32 = 10;

/// What the internal function is asked for.
#[derive(Clone, Debug, Default, Tsify)]
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
    /// Blocked notes may stay in v1: `check` lets them pass.
    pub accept_blocked: bool,
    /// The deployment's address, where the runtime tells it: a cursor belongs to it.
    #[tsify(optional)]
    pub deployment: Option<String>,
    /// The host's indexes as text: a cursor belongs to them.
    pub indexes: String,
    /// The present.
    pub now_ms: Millis,
    /// After how long it ends itself.
    pub deadline_ms: Millis,
}

/// Why the internal function ended before it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum StatusStopped {
    /// Its time was over.
    Deadline,
    /// The backend failed, again and again.
    Error,
}

/// What the internal function does next.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[tsify(missing_as_null)]
pub enum StatusRunStep {
    /// Count another page, or the same one again.
    CountPage {
        /// Where it goes on.
        cursor: Option<String>,
        /// How often its reads are halved.
        halvings: u32,
        /// Wait so long before.
        wait_ms: Millis,
    },
    /// Answer with the answer of the last page that was counted.
    Answer {
        /// Why it ended before it was done.
        stopped: Option<StatusStopped>,
        /// What ended the counting before it was done.
        limited_by: Option<Limit>,
        /// What to say beside the page's own warnings.
        warnings: Vec<String>,
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
#[derive(Clone, Debug)]
pub struct StatusRun {
    check: bool,
    accept_blocked: bool,
    end: Millis,
    /// Where the next page begins.
    cursor: Option<String>,
    has_counted: bool,
    halvings: u32,
    /// Pages in a row that went well.
    good_pages: u32,
    retry: Retry,
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
            accept_blocked,
            deployment,
            indexes,
            now_ms,
            deadline_ms,
        } = call;
        let call = StatusCall {
            organization_id,
            deferred_days,
            deployment,
            indexes,
            ..StatusCall::default()
        };
        let binding = call.binding(call.check()?);
        if let Some(cursor) = &cursor {
            open(cursor, &binding, now_ms)?;
        }
        Ok(Self {
            check,
            accept_blocked,
            end: now_ms + deadline_ms,
            cursor,
            has_counted: false,
            halvings: 0,
            good_pages: 0,
            retry: Retry::default(),
        })
    }

    /// The first page.
    pub fn begin(&self) -> StatusRunStep {
        self.count_page(Millis(0.0))
    }

    fn count_page(&self, wait_ms: Millis) -> StatusRunStep {
        StatusRunStep::CountPage {
            cursor: self.cursor.clone(),
            halvings: self.halvings,
            wait_ms,
        }
    }

    /// What to do after a page was counted: one is, however late it is.
    ///
    /// # Errors
    /// - `NOT_COMPLETE` where `check` was asked for, and the organization is not complete, or not all is counted when
    ///   the time is over.
    pub fn counted(&mut self, page: CountedPage, now: Millis) -> Result<StatusRunStep, Refusal> {
        if page.done {
            if self.check {
                page.migration.check_complete(self.accept_blocked)?;
            }
            return Ok(StatusRunStep::Answer {
                stopped: None,
                limited_by: None,
                warnings: vec![],
            });
        }
        self.has_counted = true;
        self.cursor = page.cursor;
        self.retry.reset();
        self.good_pages += 1;
        if self.good_pages >= PAGES_TO_GROW {
            self.good_pages = 0;
            self.halvings = self.halvings.saturating_sub(1);
        }
        if now >= self.end {
            return self.stop(StatusStopped::Deadline, "its time was over");
        }
        Ok(self.count_page(Millis(0.0)))
    }

    /// What to do after the page that was asked for failed with a message. `jitter` is a random number from 0 to 1.
    ///
    /// # Errors
    /// - `INTERNAL` where it keeps failing and nothing was counted yet.
    /// - `NOT_COMPLETE` where it keeps failing and `check` was asked for.
    pub fn failed(&mut self, message: &str, now: Millis, jitter: f64) -> Result<StatusRunStep, Refusal> {
        self.good_pages = 0;
        let kind = FailureKind::of(message);
        if let FailureKind::TooLarge(_) = kind
            && self.halvings < MOST_HALVINGS
            && now < self.end
        {
            self.halvings += 1;
            return Ok(self.count_page(Millis(0.0)));
        }
        if let Some(wait) = self.retry.after(kind, now, self.end, jitter) {
            return Ok(self.count_page(wait));
        }
        let message = shortened(message).replace('\n', " ");
        if self.has_counted {
            return self.stop(
                StatusStopped::Error,
                &format!("the backend kept failing: {message}"),
            );
        }
        Err(
            Refusal::new(Code::Internal, format!("nothing could be counted: {message}"))
                .hint("look at `npx convex logs`, and run the same again once the backend answers"),
        )
    }

    /// Ends the counting before it is done.
    fn stop(&self, stopped: StatusStopped, why: &str) -> Result<StatusRunStep, Refusal> {
        if self.check {
            let cursor = self.cursor.as_deref().unwrap_or("");
            let message = format!("the counting ended before it was done: {why}");
            return Err(Refusal::new(Code::NotComplete, message)
                .hint(format!("run the same with `cursor` to go on: {cursor}")));
        }
        let (limited_by, warnings) = match stopped {
            StatusStopped::Deadline => (Some(Limit::Deadline), vec![]),
            StatusStopped::Error => (
                None,
                vec![format!("the counting ended before it was done: {why}")],
            ),
        };
        Ok(StatusRunStep::Answer {
            stopped: Some(stopped),
            limited_by,
            warnings,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: &str = "Too many concurrent requests in a short period of time";

    fn run(check: bool) -> StatusRun {
        StatusRun::new(StatusRunCall {
            organization_id: "org_a".into(),
            check,
            deadline_ms: Millis(100_000.0),
            ..StatusRunCall::default()
        })
        .unwrap()
    }

    fn page(done: bool, eligible: u64) -> CountedPage {
        CountedPage {
            done,
            cursor: (!done).then(|| "c".into()),
            migration: Classes {
                eligible,
                ..Classes::default()
            },
        }
    }

    fn next_page(halvings: u32, wait: f64) -> StatusRunStep {
        StatusRunStep::CountPage {
            cursor: Some("c".into()),
            halvings,
            wait_ms: Millis(wait),
        }
    }

    fn ended(
        stopped: Option<StatusStopped>,
        limited_by: Option<Limit>,
        warning: Option<&str>,
    ) -> StatusRunStep {
        StatusRunStep::Answer {
            stopped,
            limited_by,
            warnings: warning.into_iter().map(String::from).collect(),
        }
    }

    #[test]
    fn pages_are_counted_until_it_is_done_or_late() {
        let late = "the counting ended before it was done: its time was over";
        let not_through = page(true, 1).migration.check_complete(false).unwrap_err().message;
        // check, the page that was counted, the present, the next step or what is refused
        for (check, page, now, expected) in [
            (false, page(false, 1), 99_999.0, Ok(next_page(0, 0.0))),
            (
                false,
                page(false, 1),
                100_000.0,
                Ok(ended(Some(StatusStopped::Deadline), Some(Limit::Deadline), None)),
            ),
            (false, page(true, 1), 200_000.0, Ok(ended(None, None, None))),
            (true, page(true, 0), 0.0, Ok(ended(None, None, None))),
            (true, page(true, 1), 0.0, Err(not_through)),
            (true, page(false, 0), 100_000.0, Err(late.into())),
        ] {
            let step = run(check).counted(page, Millis(now));
            if let Err(refusal) = &step {
                assert_eq!(refusal.code, Code::NotComplete);
            }
            assert_eq!(step.map_err(|refusal| refusal.message), expected);
        }
    }

    #[test]
    fn a_failed_page_is_tried_again() {
        let mut run = run(false);
        run.counted(page(false, 1), Millis(0.0)).unwrap();
        for wait in [250.0, 500.0, 1_000.0] {
            assert_eq!(run.failed(BUSY, Millis(0.0), 1.0), Ok(next_page(0, wait)));
        }
        // What went well begins anew.
        run.counted(page(false, 1), Millis(0.0)).unwrap();
        for wait in [250.0, 500.0] {
            assert_eq!(
                run.failed("it is cursed", Millis(0.0), 1.0),
                Ok(next_page(0, wait))
            );
        }
        let warning = "the counting ended before it was done: the backend kept failing: it is cursed  twice";
        assert_eq!(
            run.failed("it is cursed\n twice", Millis(0.0), 1.0),
            Ok(ended(Some(StatusStopped::Error), None, Some(warning)))
        );
    }

    #[test]
    fn no_page_is_tried_again_past_the_end() {
        let mut run = run(false);
        run.counted(page(false, 1), Millis(0.0)).unwrap();
        for message in [BUSY, "Function execution timed out (maximum duration: 1s)"] {
            let warning =
                format!("the counting ended before it was done: the backend kept failing: {message}");
            assert_eq!(
                run.failed(message, Millis(100_000.0), 1.0),
                Ok(ended(Some(StatusStopped::Error), None, Some(&warning)))
            );
        }
    }

    #[test]
    fn what_keeps_failing_is_refused_where_nothing_is_counted_or_a_pipeline_waits() {
        let broken = "Validator error: Expected `string`";
        let refusal = run(true).failed(broken, Millis(0.0), 1.0).unwrap_err();
        assert_eq!(
            (refusal.code, &*refusal.message),
            (
                Code::Internal,
                "nothing could be counted: Validator error: Expected `string`"
            )
        );
        let mut run = run(true);
        run.counted(page(false, 1), Millis(0.0)).unwrap();
        let refusal = run.failed(broken, Millis(0.0), 1.0).unwrap_err();
        assert_eq!(
            (refusal.code, refusal.hint.as_deref()),
            (Code::NotComplete, Some("run the same with `cursor` to go on: c"))
        );
    }

    #[test]
    fn a_page_that_is_too_large_is_halved_and_grows_again() {
        let too_large = "JavaScript execution ran out of memory (maximum memory usage: 64 MB)";
        let mut run = run(false);
        run.counted(page(false, 1), Millis(0.0)).unwrap();
        for halvings in 1..=MOST_HALVINGS {
            assert_eq!(
                run.failed(too_large, Millis(0.0), 1.0),
                Ok(next_page(halvings, 0.0))
            );
        }
        assert!(matches!(
            run.clone().failed(too_large, Millis(0.0), 1.0),
            Ok(StatusRunStep::Answer { .. })
        ));
        for _ in 1..PAGES_TO_GROW {
            assert_eq!(
                run.counted(page(false, 1), Millis(0.0)),
                Ok(next_page(MOST_HALVINGS, 0.0))
            );
        }
        assert_eq!(
            run.counted(page(false, 1), Millis(0.0)),
            Ok(next_page(MOST_HALVINGS - 1, 0.0))
        );
    }
}
