//! The sums of a status and the verdict over them.

use crate::cursor::Codec;
use crate::note::Class;
use crate::value::{Object, Value};

/// Whether an organization is through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There are no notes.
    Empty,
    /// There are notes to migrate, and none has begun.
    NotStarted,
    /// Some notes are on their way.
    InProgress,
    /// A person must decide about every note that is left.
    Blocked,
    /// Every note is migrated, or has nothing to migrate.
    Complete,
}

impl Verdict {
    /// The word that answers use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotStarted => "notStarted",
            Self::InProgress => "inProgress",
            Self::Blocked => "blocked",
            Self::Complete => "complete",
        }
    }
}

/// Notes by class. They sum to all notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Classes {
    /// See [`Class::Migrated`].
    pub migrated: u64,
    /// See [`Class::Unfinished`].
    pub unfinished: u64,
    /// See [`Class::NotReady`].
    pub not_ready: u64,
    /// See [`Class::Deferred`].
    pub deferred: u64,
    /// See [`Class::Blocked`].
    pub blocked: u64,
    /// See [`Class::Eligible`].
    pub eligible: u64,
}

impl Classes {
    pub(crate) fn of(&mut self, class: Class) -> &mut u64 {
        match class {
            Class::Migrated => &mut self.migrated,
            Class::Unfinished => &mut self.unfinished,
            Class::NotReady => &mut self.not_ready,
            Class::Deferred => &mut self.deferred,
            Class::Blocked => &mut self.blocked,
            Class::Eligible => &mut self.eligible,
        }
    }

    pub(crate) fn value(&self) -> Value {
        let mut object = Object::default();
        object.count("migrated", self.migrated);
        object.count("unfinished", self.unfinished);
        object.count("notReady", self.not_ready);
        object.count("deferred", self.deferred);
        object.count("blocked", self.blocked);
        object.count("eligible", self.eligible);
        object.end()
    }

    /// All notes.
    pub fn total(&self) -> u64 {
        self.migrated + self.unfinished + self.not_ready + self.deferred + self.blocked + self.eligible
    }

    /// The verdict over these notes.
    pub fn verdict(&self) -> Verdict {
        let left = self.total() - self.migrated - self.not_ready;
        if self.total() == 0 {
            Verdict::Empty
        } else if left == 0 {
            Verdict::Complete
        } else if left == self.blocked {
            Verdict::Blocked
        } else if self.eligible > 0 && self.migrated == 0 && self.unfinished == 0 {
            Verdict::NotStarted
        } else {
            Verdict::InProgress
        }
    }
}

/// Drafts by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drafts {
    /// Waiting for a coach.
    pub pending: u64,
    /// Accepted.
    pub confirmed: u64,
    /// Refused.
    pub rejected: u64,
    /// Carried out.
    pub applied: u64,
    /// Too old.
    pub expired: u64,
}

impl Drafts {
    pub(crate) fn value(&self) -> Value {
        let mut object = Object::default();
        object.count("pending", self.pending);
        object.count("confirmed", self.confirmed);
        object.count("rejected", self.rejected);
        object.count("applied", self.applied);
        object.count("expired", self.expired);
        object.end()
    }

    /// u64s a draft by its status: 0 to 4 in the order of the fields. Any other is none of them.
    pub(crate) fn count(&mut self, status: u32) {
        match status {
            0 => self.pending += 1,
            1 => self.confirmed += 1,
            2 => self.rejected += 1,
            3 => self.applied += 1,
            4 => self.expired += 1,
            _ => {}
        }
    }
}

/// Everything that a status counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The organization's notes by class.
    pub classes: Classes,
    /// Notes with more than one linked artifact.
    pub duplicates: u64,
    /// Artifacts linked to the organization's notes that name the organization too.
    pub met: u64,
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
    pub(crate) fn code(&mut self, codec: &mut Codec) {
        let Self {
            classes,
            duplicates,
            met,
            artifacts,
            transcripts,
            claims,
            resolutions,
            drafts,
        } = self;
        for n in [
            &mut classes.migrated,
            &mut classes.unfinished,
            &mut classes.not_ready,
            &mut classes.deferred,
            &mut classes.blocked,
            &mut classes.eligible,
            duplicates,
            met,
            artifacts,
            transcripts,
            claims,
            resolutions,
            &mut drafts.pending,
            &mut drafts.confirmed,
            &mut drafts.rejected,
            &mut drafts.applied,
            &mut drafts.expired,
        ] {
            codec.number(n);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict([migrated, unfinished, not_ready, deferred, blocked, eligible]: [u64; 6]) -> Verdict {
        let classes = Classes {
            migrated,
            unfinished,
            not_ready,
            deferred,
            blocked,
            eligible,
        };
        classes.verdict()
    }

    #[test]
    fn verdicts() {
        use Verdict::{Blocked, Complete, Empty, InProgress, NotStarted};
        for (counts, expected) in [
            ([0, 0, 0, 0, 0, 0], Empty),
            ([0, 0, 3, 0, 0, 0], Complete),
            ([5, 0, 3, 0, 0, 0], Complete),
            ([5, 0, 3, 0, 1, 0], Blocked),
            ([0, 0, 0, 0, 1, 0], Blocked),
            ([0, 0, 0, 0, 1, 1], NotStarted),
            ([0, 0, 2, 4, 1, 1], NotStarted),
            ([1, 0, 0, 0, 0, 1], InProgress),
            ([0, 1, 0, 0, 0, 1], InProgress),
            ([0, 1, 0, 0, 0, 0], InProgress),
            ([0, 0, 0, 1, 0, 0], InProgress),
            ([0, 0, 0, 1, 1, 0], InProgress),
        ] {
            assert_eq!(verdict(counts), expected, "{counts:?}");
        }
    }
}
