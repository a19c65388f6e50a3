//! The sums of a status and the verdict over them.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::Range;
use crate::cursor;
use crate::note::{Class, Deferral, Linked, NoteFacts};
use crate::refusal::{Code, Refusal};
use crate::text::{add, counted};

/// Whether an organization is through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// There are no notes.
    Empty,
    /// There are notes to migrate, and none has begun.
    NotStarted,
    /// Some notes are on their way.
    InProgress,
    /// There is nothing to migrate now, but notes are unfinished or deferred.
    Waiting,
    /// A person must decide about every note that is left.
    Blocked,
    /// Every note is migrated, or has nothing to migrate.
    Complete,
}

impl Verdict {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotStarted => "notStarted",
            Self::InProgress => "inProgress",
            Self::Waiting => "waiting",
            Self::Blocked => "blocked",
            Self::Complete => "complete",
        }
    }
}

/// Notes by class. They sum to all notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Classes {
    /// A linked artifact is completed.
    pub migrated: u64,
    /// A linked artifact exists, none is completed.
    pub unfinished: u64,
    /// There is no text to migrate.
    pub not_ready: u64,
    /// The old pipeline is not done with them.
    pub deferred: u64,
    /// A person has to decide.
    pub blocked: u64,
    /// To be migrated.
    pub eligible: u64,
}

impl Classes {
    /// Counts a note.
    pub fn count(&mut self, class: Class) {
        *match class {
            Class::Migrated => &mut self.migrated,
            Class::Unfinished => &mut self.unfinished,
            Class::NotReady => &mut self.not_ready,
            Class::Deferred(_) => &mut self.deferred,
            Class::Blocked(_) => &mut self.blocked,
            Class::Eligible => &mut self.eligible,
        } += 1;
    }

    /// All notes. It cannot overflow, whatever a forged cursor holds.
    pub fn total(&self) -> u64 {
        self.migrated
            .saturating_add(self.not_ready)
            .saturating_add(self.left())
    }

    /// Notes that are neither migrated nor without text.
    pub fn left(&self) -> u64 {
        let Self {
            unfinished,
            deferred,
            blocked,
            eligible,
            ..
        } = *self;
        [deferred, blocked, eligible]
            .into_iter()
            .fold(unfinished, u64::saturating_add)
    }

    /// The verdict that the counts make.
    pub fn verdict(&self) -> Verdict {
        if self.total() == 0 {
            Verdict::Empty
        } else if self.left() == 0 {
            Verdict::Complete
        } else if self.left() == self.blocked {
            Verdict::Blocked
        } else if self.eligible == 0 {
            Verdict::Waiting
        } else if self.migrated == 0 && self.unfinished == 0 {
            Verdict::NotStarted
        } else {
            Verdict::InProgress
        }
    }
}

impl Classes {
    /// Refuses what is not complete, for pipelines that wait by exit code. With `accept_blocked` a person has decided
    /// that blocked notes stay in v1.
    ///
    /// # Errors
    /// - `NOT_COMPLETE` unless the verdict is complete, empty, or blocked where that is accepted.
    pub fn check_complete(&self, accept_blocked: bool) -> Result<(), Refusal> {
        let verdict = self.verdict();
        match verdict {
            Verdict::Complete | Verdict::Empty => return Ok(()),
            Verdict::Blocked if accept_blocked => return Ok(()),
            _ => {}
        }
        let mut by_class = String::new();
        for (count, class) in [
            (self.eligible, "eligible"),
            (self.unfinished, "unfinished"),
            (self.deferred, "deferred"),
            (self.blocked, "blocked"),
        ] {
            if count > 0 {
                add(&mut by_class, ", ", &format!("{count} {class}"));
            }
        }
        let left = counted(self.left(), "note is", "notes are");
        let message = format!(
            "the organization is not complete: the verdict is {}, {left} left: {by_class}",
            verdict.word(),
        );
        let mut hint = String::new();
        if self.eligible > 0 {
            hint.push_str("run runMigration for the eligible ones; ");
        }
        if verdict == Verdict::Blocked {
            hint.push_str(
                "give `acceptBlocked` where a person has decided that the blocked ones stay in v1; ",
            );
        }
        hint.push_str(
            "v2MigrationStatus without `check` says which notes are left and what to do about them",
        );
        Err(Refusal::new(Code::NotComplete, message).hint(hint))
    }
}

/// How many notes of a kind an answer names.
const SAMPLES: usize = 5;

/// The ids of a few notes of each kind that a person may want to look at, the first that were met.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct StatusSamples {
    /// Unfinished notes.
    pub unfinished: Vec<String>,
    /// Deferred ones.
    pub deferred: Vec<String>,
    /// Blocked ones.
    pub blocked: Vec<String>,
    /// Those with more than one linked artifact.
    pub duplicates: Vec<String>,
}

impl StatusSamples {
    fn add(&mut self, id: &str, class: Class, is_duplicate: bool) {
        let of_class = match class {
            Class::Unfinished => Some(&mut self.unfinished),
            Class::Deferred(_) => Some(&mut self.deferred),
            Class::Blocked(_) => Some(&mut self.blocked),
            Class::Migrated | Class::NotReady | Class::Eligible => None,
        };
        let of_duplicates = is_duplicate.then_some(&mut self.duplicates);
        for ids in [of_class, of_duplicates].into_iter().flatten() {
            if ids.len() < SAMPLES {
                ids.push(id.into());
            }
        }
    }

    /// Can they be what a cursor holds?
    fn are_plausible(&self) -> bool {
        [&self.unfinished, &self.deferred, &self.blocked, &self.duplicates]
            .iter()
            .all(|ids| ids.len() <= SAMPLES)
    }
}

/// The status of a draft, in the words of the host's schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum DraftStatus {
    /// Waiting for a coach.
    Pending,
    /// Confirmed by a coach.
    Confirmed,
    /// Rejected by a coach.
    Rejected,
    /// Carried out.
    Applied,
    /// Too old.
    Expired,
}

impl DraftStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Confirmed,
        Self::Rejected,
        Self::Applied,
        Self::Expired,
    ];
}

/// Drafts by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct Drafts {
    /// Waiting for a coach.
    pub pending: u64,
    /// Confirmed by a coach.
    pub confirmed: u64,
    /// Rejected by a coach.
    pub rejected: u64,
    /// Carried out.
    pub applied: u64,
    /// Too old.
    pub expired: u64,
}

impl Drafts {
    /// Counts a draft.
    pub fn count(&mut self, status: DraftStatus) {
        *match status {
            DraftStatus::Pending => &mut self.pending,
            DraftStatus::Confirmed => &mut self.confirmed,
            DraftStatus::Rejected => &mut self.rejected,
            DraftStatus::Applied => &mut self.applied,
            DraftStatus::Expired => &mut self.expired,
        } += 1;
    }
}

impl Drafts {
    fn total(&self) -> u64 {
        let Self {
            pending,
            confirmed,
            rejected,
            applied,
            expired,
        } = *self;
        [confirmed, rejected, applied, expired]
            .into_iter()
            .fold(pending, u64::saturating_add)
    }
}

/// Everything that a status counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// The organization's notes by class.
    pub classes: Classes,
    /// Notes with more than one linked artifact.
    pub duplicates: u64,
    /// The first notes of each kind.
    pub samples: StatusSamples,
    /// Artifacts linked to the organization's notes that name the organization too.
    pub linked_artifacts: u64,
    /// Artifacts that name the organization.
    pub artifacts: u64,
    /// Transcripts of those artifacts.
    pub transcripts: u64,
    /// Claims of the organization.
    pub claims: u64,
    /// Resolutions of those claims.
    pub resolutions: u64,
    /// The organization's drafts by status.
    pub drafts: Drafts,
}

impl Sums {
    /// Counts a note with what is linked to it.
    pub fn count_note(&mut self, id: &str, note: &NoteFacts, linked: Linked, deferral: &Deferral) {
        let class = Class::of(note, linked, deferral);
        let is_duplicate = linked.artifacts > 1;
        self.classes.count(class);
        self.duplicates += u64::from(is_duplicate);
        self.samples.add(id, class, is_duplicate);
    }

    /// Forgets what was counted of a range.
    pub(super) fn forget(&mut self, range: Range) {
        match range {
            Range::PlatformFlags { .. } | Range::OrganizationFlags { .. } | Range::UserFlags { .. } => {}
            Range::Notes => {
                self.classes = Classes::default();
                self.duplicates = 0;
                self.samples = StatusSamples::default();
                self.linked_artifacts = 0;
            }
            Range::Artifacts => (self.artifacts, self.transcripts) = (0, 0),
            Range::Claims => (self.claims, self.resolutions) = (0, 0),
            Range::Drafts => self.drafts = Drafts::default(),
        }
    }

    /// Artifacts of the organization that no note of it is linked to.
    pub fn orphans(&self) -> u64 {
        self.artifacts.saturating_sub(self.linked_artifacts)
    }

    /// Can they be what a cursor holds?
    pub(crate) fn are_plausible(&self) -> bool {
        let Self {
            classes,
            duplicates,
            ref samples,
            linked_artifacts,
            artifacts,
            transcripts,
            claims,
            resolutions,
            drafts,
        } = *self;
        [
            classes.total(),
            duplicates,
            linked_artifacts,
            artifacts,
            transcripts,
            claims,
            resolutions,
            drafts.total(),
        ]
        .iter()
        .all(|n| *n < cursor::MOST)
            && samples.are_plausible()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::{BlockedReason, DeferredReason};

    #[test]
    fn verdicts() {
        use Verdict::{Blocked, Complete, Empty, InProgress, NotStarted, Waiting};
        for ([migrated, unfinished, not_ready, deferred, blocked, eligible], expected) in [
            ([0, 0, 0, 0, 0, 0], Empty),
            ([0, 0, 3, 0, 0, 0], Complete),
            ([5, 0, 3, 0, 0, 0], Complete),
            ([5, 0, 3, 0, 1, 0], Blocked),
            ([0, 0, 0, 0, 1, 0], Blocked),
            ([0, 0, 0, 0, 1, 1], NotStarted),
            ([0, 0, 2, 4, 1, 1], NotStarted),
            ([1, 0, 0, 0, 0, 1], InProgress),
            ([0, 1, 0, 0, 0, 1], InProgress),
            ([0, 1, 0, 0, 0, 0], Waiting),
            ([0, 0, 0, 1, 0, 0], Waiting),
            ([0, 0, 0, 1, 1, 0], Waiting),
            ([5, 1, 2, 0, 1, 0], Waiting),
            ([5, 1, 2, 0, 1, 1], InProgress),
        ] {
            let classes = Classes {
                migrated,
                unfinished,
                not_ready,
                deferred,
                blocked,
                eligible,
            };
            assert_eq!(classes.verdict(), expected, "{classes:?}");
        }
    }

    #[test]
    fn what_is_not_through_is_refused() {
        let see = "v2MigrationStatus without `check` says which notes are left and what to do about them";
        // migrated, unfinished, deferred, blocked and eligible notes, is blocked accepted, what is said, the advice
        for ([migrated, unfinished, deferred, blocked, eligible], accept_blocked, message, hint) in [
            ([0, 0, 0, 0, 0], false, None, ""),
            ([3, 0, 0, 0, 0], false, None, ""),
            ([3, 0, 0, 2, 0], true, None, ""),
            (
                [3, 0, 0, 0, 1],
                false,
                Some("the verdict is inProgress, 1 note is left: 1 eligible"),
                "run runMigration for the eligible ones; ",
            ),
            (
                [3, 0, 0, 2, 0],
                false,
                Some("the verdict is blocked, 2 notes are left: 2 blocked"),
                "give `acceptBlocked` where a person has decided that the blocked ones stay in v1; ",
            ),
            (
                [3, 4, 5, 2, 0],
                true,
                Some("the verdict is waiting, 11 notes are left: 4 unfinished, 5 deferred, 2 blocked"),
                "",
            ),
            (
                [0, 0, 5, 2, 1],
                true,
                Some("the verdict is notStarted, 8 notes are left: 1 eligible, 5 deferred, 2 blocked"),
                "run runMigration for the eligible ones; ",
            ),
        ] {
            let classes = Classes {
                migrated,
                unfinished,
                deferred,
                blocked,
                eligible,
                ..Classes::default()
            };
            let expected = message.map(|message| {
                Refusal::new(
                    Code::NotComplete,
                    format!("the organization is not complete: {message}"),
                )
                .hint(format!("{hint}{see}"))
            });
            assert_eq!(classes.check_complete(accept_blocked).err(), expected);
        }
    }

    #[test]
    fn artifacts_that_no_note_is_linked_to_are_orphans() {
        for (artifacts, linked_artifacts, orphans) in [(5, 3, 2), (3, 3, 0), (3, 5, 0)] {
            let sums = Sums {
                linked_artifacts,
                artifacts,
                ..Sums::default()
            };
            assert_eq!(sums.orphans(), orphans);
        }
    }

    #[test]
    fn the_first_notes_of_each_kind_are_named() {
        let mut samples = StatusSamples::default();
        for nth in 0..7 {
            samples.add(&format!("u{nth}"), Class::Unfinished, nth % 2 == 1);
        }
        samples.add("d0", Class::Deferred(DeferredReason::Transcribing), false);
        samples.add("b0", Class::Blocked(BlockedReason::UnknownStatus), false);
        samples.add("m0", Class::Migrated, true);
        samples.add("e0", Class::Eligible, false);
        let named = serde_json::json!({
            "unfinished": ["u0", "u1", "u2", "u3", "u4"], "deferred": ["d0"], "blocked": ["b0"],
            "duplicates": ["u1", "u3", "u5", "m0"],
        });
        assert_eq!(serde_json::to_value(&samples).unwrap(), named);
        assert!(samples.are_plausible());
        samples.unfinished.push("u5".into());
        assert!(!samples.are_plausible());
    }

    #[test]
    fn each_note_and_draft_counts_once() {
        let mut classes = Classes::default();
        for class in [
            Class::Migrated,
            Class::Unfinished,
            Class::NotReady,
            Class::Deferred(DeferredReason::Transcribing),
            Class::Blocked(BlockedReason::NoCoach),
            Class::Eligible,
        ] {
            classes.count(class);
        }
        let one_each = serde_json::json!({
            "migrated": 1, "unfinished": 1, "notReady": 1, "deferred": 1, "blocked": 1, "eligible": 1,
        });
        assert_eq!(serde_json::to_value(classes).unwrap(), one_each);
        assert_eq!((classes.total(), classes.left()), (6, 4));

        let mut drafts = Drafts::default();
        for status in DraftStatus::ALL {
            drafts.count(status);
        }
        let one_each = serde_json::json!({
            "pending": 1, "confirmed": 1, "rejected": 1, "applied": 1, "expired": 1,
        });
        assert_eq!(serde_json::to_value(drafts).unwrap(), one_each);
    }

    #[test]
    fn forged_numbers_are_no_sums() {
        assert!(
            Sums {
                claims: cursor::MOST - 1,
                ..Sums::default()
            }
            .are_plausible()
        );
        assert!(
            !Sums {
                claims: cursor::MOST,
                ..Sums::default()
            }
            .are_plausible()
        );
    }
}
