//! The class of a voice note: how far it is on its way to v2.

/// Milliseconds in a day.
const DAY_MS: f64 = 86_400_000.0;

/// How far the transcription of a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transcription {
    /// No status, or one that is none of the others.
    Absent,
    /// Not begun.
    Pending,
    /// In work.
    Processing,
    /// There.
    Completed,
    /// Given up.
    Failed,
}

/// How far the insights of a note are, as the old pipeline sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insights {
    /// No status, or one that is none of the others.
    Absent,
    /// Not begun.
    Pending,
    /// In work.
    Processing,
    /// There.
    Completed,
    /// Given up.
    Failed,
    /// Waiting for a coach.
    AwaitingConfirmation,
    /// Cancelled by a coach.
    Cancelled,
}

/// What a note's class depends on, packed by the reader of the document:
/// bits 0 to 2 the transcription's status in the order of [`Transcription`], bits 3 to 5 that of the
/// insights in the order of [`Insights`], bit 6 there is a coach, bit 7 the transcription's text is not
/// blank, bit 8 the document is too malformed to be migrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts(pub u32);

impl Facts {
    /// The transcription's status.
    pub fn transcription(self) -> Transcription {
        match self.0 & 7 {
            1 => Transcription::Pending,
            2 => Transcription::Processing,
            3 => Transcription::Completed,
            4 => Transcription::Failed,
            _ => Transcription::Absent,
        }
    }

    /// The insights' status.
    pub fn insights(self) -> Insights {
        match (self.0 >> 3) & 7 {
            1 => Insights::Pending,
            2 => Insights::Processing,
            3 => Insights::Completed,
            4 => Insights::Failed,
            5 => Insights::AwaitingConfirmation,
            6 => Insights::Cancelled,
            _ => Insights::Absent,
        }
    }

    /// Is there a coach?
    pub fn has_coach(self) -> bool {
        self.0 & (1 << 6) != 0
    }

    /// Is there a transcription that is not blank?
    pub fn has_text(self) -> bool {
        self.0 & (1 << 7) != 0
    }

    /// Is the document too malformed to be migrated?
    pub fn is_malformed(self) -> bool {
        self.0 & (1 << 8) != 0
    }
}

/// The artifacts linked to a note by their `voiceNoteId`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Linked {
    /// How many there are.
    pub artifacts: u64,
    /// Is one of them completed?
    pub completed: bool,
}

/// When a note that the old pipeline is not done with counts as abandoned.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Deferral {
    /// The present, in milliseconds since 1970.
    pub now_ms: f64,
    /// After how many days; never where `None`.
    pub days: Option<u64>,
}

impl Deferral {
    fn is_over(&self, created_ms: f64) -> bool {
        self.days.is_some_and(|days| {
            let days = f64::from(u32::try_from(days).unwrap_or(u32::MAX));
            self.now_ms - created_ms >= days * DAY_MS
        })
    }
}

/// How far a note is. Every note is in exactly one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A linked artifact is completed.
    Migrated,
    /// A linked artifact exists, none is completed.
    Unfinished,
    /// There is no text to migrate.
    NotReady,
    /// The old pipeline is not done with it.
    Deferred,
    /// A person has to decide: it has no coach, or its insights were cancelled.
    Blocked,
    /// To be migrated.
    Eligible,
}

/// The class of a note, the first that fits in the order of [`Class`].
///
/// `created_ms` is the note's creation time in milliseconds since 1970.
pub fn classify(facts: Facts, linked: Linked, created_ms: f64, deferral: &Deferral) -> Class {
    if linked.completed {
        return Class::Migrated;
    }
    if linked.artifacts > 0 {
        return Class::Unfinished;
    }
    classify_unlinked(facts, created_ms, deferral)
}

/// The class of a note as if it had no artifact: what a note would otherwise be.
pub fn classify_unlinked(facts: Facts, created_ms: f64, deferral: &Deferral) -> Class {
    let transcription = facts.transcription();
    match transcription {
        Transcription::Failed | Transcription::Absent => return Class::NotReady,
        Transcription::Completed if !facts.has_text() => return Class::NotReady,
        _ => {}
    }
    let transcribing = transcription != Transcription::Completed;
    let in_old_pipeline = matches!(
        facts.insights(),
        Insights::Pending | Insights::Processing | Insights::AwaitingConfirmation
    );
    if transcribing || in_old_pipeline {
        if !deferral.is_over(created_ms) {
            return Class::Deferred;
        }
        if transcribing {
            return Class::NotReady;
        }
    }
    if !facts.has_coach() || facts.insights() == Insights::Cancelled {
        return Class::Blocked;
    }
    Class::Eligible
}
