//! The class of a voice note: how far it is on its way to v2.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use crate::units::Millis;

/// How far the transcription of a note is, in the words of the host's schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum TranscriptionStatus {
    /// Not begun.
    Pending,
    /// In work.
    Processing,
    /// There.
    Completed,
    /// Given up.
    Failed,
    /// It is stored, and is no word of the schema.
    Unknown,
}

impl TranscriptionStatus {
    /// The words of the schema.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Processing, Self::Completed, Self::Failed];
}

/// How far the insights of a note are, as the old pipeline sees it, in the words of the host's schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum InsightsStatus {
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
    /// It is stored, and is no word of the schema.
    Unknown,
}

impl InsightsStatus {
    /// The words of the schema.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Processing,
        Self::Completed,
        Self::Failed,
        Self::AwaitingConfirmation,
        Self::Cancelled,
    ];
}

/// What a note's class depends on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct NoteFacts {
    /// Null where the note has none.
    pub transcription_status: Option<TranscriptionStatus>,
    /// Null where the note has none.
    pub insights_status: Option<InsightsStatus>,
    /// Is there a coach?
    pub has_coach: bool,
    /// Is there a transcription that is not blank?
    pub has_text: bool,
    /// When the note was created.
    pub created_ms: Millis,
}

/// The artifacts linked to a note by their `voiceNoteId`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// How many there are.
    pub artifacts: u64,
    /// Is one of them completed?
    pub is_completed: bool,
}

impl Linked {
    /// Counts an artifact.
    pub fn add(&mut self, is_completed: bool) {
        self.artifacts += 1;
        self.is_completed |= is_completed;
    }
}

/// When a note that the old pipeline is not done with counts as abandoned.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Deferral {
    /// The present.
    pub now: Millis,
    /// After how many days; never where `None`.
    pub days: Option<u64>,
}

impl Deferral {
    fn is_over(&self, created: Millis) -> bool {
        self.days
            .is_some_and(|days| self.now - created >= Millis::days(days))
    }
}

/// Why the old pipeline is not done with a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum DeferredReason {
    /// Its transcription is not there yet.
    Transcribing,
    /// Its insights are not there yet.
    InsightsInProgress,
    /// Its insights wait for a coach.
    AwaitingConfirmation,
}

/// Why a person has to decide about a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum BlockedReason {
    /// It has no coach.
    NoCoach,
    /// Its insights were cancelled.
    InsightsCancelled,
    /// One of its two statuses is stored and is no word of the schema: nothing tells how far it is.
    UnknownStatus,
}

/// How far a note is. Every note is in exactly one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A linked artifact is completed.
    Migrated,
    /// A linked artifact exists, none is completed.
    Unfinished,
    /// There is no text to migrate.
    NotReady,
    /// The old pipeline is not done with it.
    Deferred(DeferredReason),
    /// A person has to decide.
    Blocked(BlockedReason),
    /// To be migrated.
    Eligible,
}

impl Class {
    /// The class of a note, the first that fits in the order of the variants.
    ///
    /// ```
    /// use v2_rollout::{Class, Deferral, Linked, Millis, NoteFacts, TranscriptionStatus};
    ///
    /// let note = NoteFacts {
    ///     transcription_status: Some(TranscriptionStatus::Completed),
    ///     insights_status: None,
    ///     has_coach: true,
    ///     has_text: true,
    ///     created_ms: Millis(0.0),
    /// };
    /// assert_eq!(Class::of(&note, Linked::default(), &Deferral::default()), Class::Eligible);
    /// ```
    pub fn of(note: &NoteFacts, linked: Linked, deferral: &Deferral) -> Self {
        if linked.is_completed {
            Self::Migrated
        } else if linked.artifacts > 0 {
            Self::Unfinished
        } else {
            Self::without_artifacts(note, deferral)
        }
    }

    /// The class of a note as if it had no artifact.
    pub fn without_artifacts(note: &NoteFacts, deferral: &Deferral) -> Self {
        use InsightsStatus::{AwaitingConfirmation, Cancelled, Pending, Processing};
        let is_transcribing = match note.transcription_status {
            None | Some(TranscriptionStatus::Failed) => return Self::NotReady,
            Some(TranscriptionStatus::Completed) if !note.has_text => return Self::NotReady,
            status => matches!(
                status,
                Some(TranscriptionStatus::Pending | TranscriptionStatus::Processing)
            ),
        };
        let in_progress = match note.insights_status {
            _ if is_transcribing => Some(DeferredReason::Transcribing),
            Some(AwaitingConfirmation) => Some(DeferredReason::AwaitingConfirmation),
            Some(Pending | Processing) => Some(DeferredReason::InsightsInProgress),
            _ => None,
        };
        let is_unknown = note.transcription_status == Some(TranscriptionStatus::Unknown)
            || note.insights_status == Some(InsightsStatus::Unknown);
        match in_progress {
            Some(reason) if !deferral.is_over(note.created_ms) => Self::Deferred(reason),
            Some(DeferredReason::Transcribing) => Self::NotReady,
            _ if !note.has_coach => Self::Blocked(BlockedReason::NoCoach),
            _ if note.insights_status == Some(Cancelled) => Self::Blocked(BlockedReason::InsightsCancelled),
            _ if is_unknown => Self::Blocked(BlockedReason::UnknownStatus),
            _ => Self::Eligible,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: NoteFacts = NoteFacts {
        transcription_status: Some(TranscriptionStatus::Completed),
        insights_status: Some(InsightsStatus::Completed),
        has_coach: true,
        has_text: true,
        created_ms: Millis(1e12),
    };

    #[test]
    #[expect(clippy::too_many_lines, reason = "it is a table")]
    fn the_first_class_that_fits() {
        use BlockedReason::{InsightsCancelled, NoCoach, UnknownStatus};
        use Class::{Blocked, Deferred, Eligible, NotReady};
        use DeferredReason::{AwaitingConfirmation, InsightsInProgress, Transcribing};
        use InsightsStatus as I;
        use TranscriptionStatus as T;
        let done = Some(T::Completed);
        // transcription, insights, coach, text, class while young, class once deferral is over
        for (transcription, insights, has_coach, has_text, young, old) in [
            (None, None, true, true, NotReady, NotReady),
            (Some(T::Failed), None, true, true, NotReady, NotReady),
            (Some(T::Failed), Some(I::Pending), false, true, NotReady, NotReady),
            (done, None, true, false, NotReady, NotReady),
            (
                Some(T::Pending),
                None,
                true,
                false,
                Deferred(Transcribing),
                NotReady,
            ),
            (
                Some(T::Processing),
                Some(I::Cancelled),
                false,
                true,
                Deferred(Transcribing),
                NotReady,
            ),
            (
                Some(T::Pending),
                Some(I::AwaitingConfirmation),
                true,
                true,
                Deferred(Transcribing),
                NotReady,
            ),
            (
                done,
                Some(I::Pending),
                true,
                true,
                Deferred(InsightsInProgress),
                Eligible,
            ),
            (
                done,
                Some(I::Processing),
                false,
                true,
                Deferred(InsightsInProgress),
                Blocked(NoCoach),
            ),
            (
                done,
                Some(I::AwaitingConfirmation),
                true,
                true,
                Deferred(AwaitingConfirmation),
                Eligible,
            ),
            (
                done,
                Some(I::Cancelled),
                true,
                true,
                Blocked(InsightsCancelled),
                Blocked(InsightsCancelled),
            ),
            (
                done,
                Some(I::Cancelled),
                false,
                true,
                Blocked(NoCoach),
                Blocked(NoCoach),
            ),
            (done, None, false, true, Blocked(NoCoach), Blocked(NoCoach)),
            // What is told of a status holds for its own words only.
            (
                Some(T::Unknown),
                Some(I::Completed),
                true,
                false,
                Blocked(UnknownStatus),
                Blocked(UnknownStatus),
            ),
            (
                Some(T::Unknown),
                Some(I::Pending),
                true,
                true,
                Deferred(InsightsInProgress),
                Blocked(UnknownStatus),
            ),
            (
                Some(T::Unknown),
                Some(I::Cancelled),
                true,
                true,
                Blocked(InsightsCancelled),
                Blocked(InsightsCancelled),
            ),
            (
                done,
                Some(I::Unknown),
                true,
                true,
                Blocked(UnknownStatus),
                Blocked(UnknownStatus),
            ),
            (
                done,
                Some(I::Unknown),
                false,
                true,
                Blocked(NoCoach),
                Blocked(NoCoach),
            ),
            (done, Some(I::Unknown), true, false, NotReady, NotReady),
            (Some(T::Failed), Some(I::Unknown), true, true, NotReady, NotReady),
            (
                Some(T::Pending),
                Some(I::Unknown),
                true,
                true,
                Deferred(Transcribing),
                NotReady,
            ),
            (done, Some(I::Completed), true, true, Eligible, Eligible),
            (done, Some(I::Failed), true, true, Eligible, Eligible),
            (done, None, true, true, Eligible, Eligible),
        ] {
            let note = NoteFacts {
                transcription_status: transcription,
                insights_status: insights,
                has_coach,
                has_text,
                ..READY
            };
            let deferral = |age| Deferral {
                now: note.created_ms + Millis(age),
                days: Some(3),
            };
            let just_before = Class::without_artifacts(&note, &deferral(3.0 * 86_400_000.0 - 1.0));
            assert_eq!(just_before, young, "{note:?}");
            assert_eq!(
                Class::without_artifacts(&note, &deferral(3.0 * 86_400_000.0)),
                old,
                "{note:?}"
            );
            let never = Deferral {
                now: Millis(1e15),
                days: None,
            };
            assert_eq!(Class::without_artifacts(&note, &never), young, "{note:?}");
        }
    }

    #[test]
    fn artifacts_come_first() {
        for (completed, class) in [
            (&[][..], Class::Eligible),
            (&[false], Class::Unfinished),
            (&[false, true, false], Class::Migrated),
        ] {
            let mut linked = Linked::default();
            for is_completed in completed {
                linked.add(*is_completed);
            }
            assert_eq!(Class::of(&READY, linked, &Deferral::default()), class);
        }
    }
}
