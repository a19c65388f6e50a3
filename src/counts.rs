//! The sums of a status and the verdict over them.

use crate::cursor::Codec;
use crate::note::Class;
use crate::value::Object;

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
    #[inline(never)]
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

/// Notes by class, in the order of [`Class`]. They sum to all notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Classes(pub [u64; 6]);

impl Classes {
    /// Counts a note.
    pub fn count(&mut self, class: Class) {
        if let Some(count) = self.0.get_mut(class as usize) {
            *count += 1;
        }
    }

    /// Notes of a class.
    pub fn of(&self, class: Class) -> u64 {
        self.0.get(class as usize).copied().unwrap_or(0)
    }

    /// All notes.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The verdict that the counts make.
    pub fn verdict(&self) -> Verdict {
        let left = self.total() - self.of(Class::Migrated) - self.of(Class::NotReady);
        let begun = self.of(Class::Migrated) + self.of(Class::Unfinished);
        if self.total() == 0 {
            Verdict::Empty
        } else if left == 0 {
            Verdict::Complete
        } else if left == self.of(Class::Blocked) {
            Verdict::Blocked
        } else if self.of(Class::Eligible) > 0 && begun == 0 {
            Verdict::NotStarted
        } else {
            Verdict::InProgress
        }
    }

    pub(crate) fn put(&self, answer: &mut Object) {
        answer.counts(
            "migration",
            "migrated unfinished notReady deferred blocked eligible",
            &self.0,
        );
    }
}

/// Drafts by status: pending, confirmed, rejected, applied, expired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drafts(pub [u64; 5]);

impl Drafts {
    /// Counts a draft by its status: 0 to 4 in their order. Any other is none of them.
    pub(crate) fn count(&mut self, status: u32) {
        let status = usize::try_from(status).unwrap_or(usize::MAX);
        if let Some(count) = self.0.get_mut(status) {
            *count += 1;
        }
    }

    pub(crate) fn put(&self, answer: &mut Object) {
        answer.counts("drafts", "pending confirmed rejected applied expired", &self.0);
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
        codec.numbers(&mut self.classes.0);
        codec.numbers(&mut self.drafts.0);
        for n in [
            &mut self.duplicates,
            &mut self.met,
            &mut self.artifacts,
            &mut self.transcripts,
            &mut self.claims,
            &mut self.resolutions,
        ] {
            codec.number(n);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts() {
        use Verdict::{Blocked, Complete, Empty, InProgress, NotStarted};
        // migrated, unfinished, not ready, deferred, blocked, eligible
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
            assert_eq!(Classes(counts).verdict(), expected, "{counts:?}");
        }
    }
}
