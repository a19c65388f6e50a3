//! What is to be done with each of some notes.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use crate::argument;
use crate::note::{BlockedReason, Class, Deferral, DeferredReason, Linked, NoteFacts};
use crate::organization::belongs;
use crate::refusal::{Refusal, WrongCall};
use crate::units::{Millis, as_index};

/// For how long nothing must have touched the artifacts of a note that is repaired.
const QUIET: Millis = Millis(24.0 * 3_600_000.0);

/// What a run does with a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum NoteVerdict {
    /// Nothing: it is migrated.
    Migrated,
    /// Nothing: it has artifacts, none completed.
    Unfinished,
    /// Nothing: it would be repaired, but one of its artifacts changed within 24 hours.
    ChangedRecently,
    /// Nothing: it would be repaired, but an artifact that does not say when it changed is younger than 24 hours.
    NoTimeOfChange,
    /// Nothing: it has no text to migrate.
    NotReady,
    /// Nothing: its transcription is not there yet.
    Transcribing,
    /// Nothing: its insights are not there yet.
    InsightsInProgress,
    /// Nothing: its insights wait for a coach.
    AwaitingConfirmation,
    /// Nothing: it has no coach.
    NoCoach,
    /// Nothing: its insights were cancelled.
    InsightsCancelled,
    /// Nothing: one of its statuses is no word of the schema.
    UnknownStatus,
    /// Nothing: it is gone, or belongs to another organization by now.
    Gone,
    /// Nothing: a transaction of the run whose answer was lost has migrated it.
    MigratedByLostAttempt,
    /// Nothing: a transaction of the run whose answer was lost has repaired it.
    RepairedByLostAttempt,
    /// Give it its v2 rows.
    Migrate,
    /// Give its oldest artifact what that lacks, and complete it.
    Repair,
    /// It would be migrated or repaired, but its document is malformed.
    Malformed,
}

impl NoteVerdict {
    /// Is a row written for it?
    pub fn writes(self) -> bool {
        matches!(self, Self::Migrate | Self::Repair)
    }

    /// Has this run written a row for it, now or in an attempt whose answer was lost?
    pub(crate) fn is_through(self) -> bool {
        self.writes() || matches!(self, Self::MigratedByLostAttempt | Self::RepairedByLostAttempt)
    }
}

impl From<Class> for NoteVerdict {
    fn from(class: Class) -> Self {
        match class {
            Class::Migrated => Self::Migrated,
            Class::Unfinished => Self::Unfinished,
            Class::NotReady => Self::NotReady,
            Class::Deferred(DeferredReason::Transcribing) => Self::Transcribing,
            Class::Deferred(DeferredReason::InsightsInProgress) => Self::InsightsInProgress,
            Class::Deferred(DeferredReason::AwaitingConfirmation) => Self::AwaitingConfirmation,
            Class::Blocked(BlockedReason::NoCoach) => Self::NoCoach,
            Class::Blocked(BlockedReason::InsightsCancelled) => Self::InsightsCancelled,
            Class::Blocked(BlockedReason::UnknownStatus) => Self::UnknownStatus,
            Class::Eligible => Self::Migrate,
        }
    }
}

/// A note that was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct Judgement {
    /// What is to be done with it.
    pub verdict: NoteVerdict,
    /// The artifact that is repaired, as an index into those that were judged.
    pub repaired_artifact: Option<u32>,
}

/// How the notes of a transaction are judged.
#[derive(Clone, Debug, Default, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct JudgeCall {
    /// The organization whose notes they are; null where they are of any.
    #[tsify(optional)]
    pub organization_id: Option<String>,
    /// The present.
    pub now_ms: Millis,
    /// The time that the rows hold which the run writes.
    pub run_ms: Millis,
    /// A transaction of the run may have written although its answer was lost.
    pub is_retry: bool,
    /// After how many days a note that the old pipeline left counts as abandoned.
    #[tsify(optional)]
    pub deferred_days: Option<f64>,
    /// Finish what an old run broke off.
    pub repair: bool,
    /// The first malformed note is the last that is judged: what is written behind it is decided once it is known
    /// whether the run stops there.
    pub ends_at_malformed: bool,
}

/// A note to be judged.
#[derive(Clone, Debug, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct NoteToJudge {
    /// The organization that it belongs to.
    #[tsify(optional)]
    pub organization_id: Option<String>,
    /// What its class depends on.
    pub facts: NoteFacts,
    /// Is a field of those to be migrated missing or of the wrong type?
    pub is_malformed: bool,
}

/// An artifact of a note to be judged.
#[derive(Clone, Debug, Default, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactToJudge {
    /// The note, as an index into those judged.
    pub note: u32,
    /// Is its status `completed`?
    pub is_completed: bool,
    /// When it was created.
    pub created_ms: Millis,
    /// When it last changed; null where it does not say so.
    #[tsify(optional)]
    pub updated_ms: Option<Millis>,
    /// The organizations of its candidates.
    pub organization_ids: Vec<String>,
}

/// Judges notes.
#[derive(Clone, Debug)]
pub struct Judge {
    organization_id: Option<String>,
    run: Millis,
    is_retry: bool,
    deferral: Deferral,
    repair: bool,
    ends_at_malformed: bool,
}

impl Judge {
    /// Begins to judge.
    ///
    /// # Errors
    /// - `INVALID_ARGUMENT` for a number of days outside its rule.
    pub fn new(call: JudgeCall) -> Result<Self, Refusal> {
        let days = call
            .deferred_days
            .map(|days| argument::whole_number("deferredDays", days));
        Ok(Self {
            organization_id: call.organization_id,
            run: call.run_ms,
            is_retry: call.is_retry,
            deferral: Deferral {
                now: call.now_ms,
                days: days.transpose()?,
            },
            repair: call.repair,
            ends_at_malformed: call.ends_at_malformed,
        })
    }

    /// What is to be done with each of these notes; null is one that is gone. Artifacts come from the oldest to the
    /// newest of each note.
    ///
    /// # Errors
    /// Where an artifact is of none of the notes.
    pub fn judge(
        &self,
        notes: &[Option<NoteToJudge>],
        artifacts: &[ArtifactToJudge],
    ) -> Result<Vec<Judgement>, WrongCall> {
        let mut of_notes = vec![OfNote::default(); notes.len()];
        for (index, artifact) in (0..).zip(artifacts) {
            let Some(of_note) = of_notes.get_mut(as_index(artifact.note)) else {
                let message = format!(
                    "judge: note {} is none of the {} judged",
                    artifact.note,
                    notes.len()
                );
                return Err(WrongCall(message));
            };
            let note = notes.get(as_index(artifact.note)).and_then(Option::as_ref);
            of_note.add(index, artifact, self.deferral.now, self.run);
            of_note.is_foreign |= note.is_some_and(|note| artifact.is_foreign_to(note));
        }
        let mut judgements = Vec::new();
        for (note, of_note) in notes.iter().zip(&of_notes) {
            let verdict = note
                .as_ref()
                .map_or(NoteVerdict::Gone, |note| self.verdict(note, of_note));
            judgements.push(Judgement {
                verdict,
                repaired_artifact: of_note.oldest.filter(|_| verdict == NoteVerdict::Repair),
            });
            if self.ends_at_malformed && verdict == NoteVerdict::Malformed {
                break;
            }
        }
        Ok(judgements)
    }

    fn verdict(&self, note: &NoteToJudge, of_note: &OfNote) -> NoteVerdict {
        if self.organization_id.is_some() && self.organization_id != note.organization_id {
            return NoteVerdict::Gone;
        }
        let verdict = match Class::of(&note.facts, of_note.linked, &self.deferral) {
            Class::Unfinished if self.may_repair(note) && !of_note.is_foreign => {
                of_note.repair(self.deferral.now)
            }
            Class::Migrated if self.is_retry && !note.is_malformed => {
                of_note.lost.unwrap_or(NoteVerdict::Migrated)
            }
            class => class.into(),
        };
        if verdict.writes() && note.is_malformed {
            NoteVerdict::Malformed
        } else {
            verdict
        }
    }

    fn may_repair(&self, note: &NoteToJudge) -> bool {
        self.repair && Class::without_artifacts(&note.facts, &self.deferral) == Class::Eligible
    }
}

impl ArtifactToJudge {
    /// Is it another organization's than the note's? Only what names one can be.
    fn is_foreign_to(&self, note: &NoteToJudge) -> bool {
        let ids = self.organization_ids.iter().map(String::as_str);
        let own = note.organization_id.as_deref().unwrap_or_default();
        !self.organization_ids.is_empty() && !belongs(ids, own)
    }
}

/// The artifacts of a note.
#[derive(Clone, Copy, Debug, Default)]
struct OfNote {
    linked: Linked,
    oldest: Option<u32>,
    /// When one of them last changed, of those that say so.
    changed: Millis,
    /// When the youngest was created of those that do not.
    created: Millis,
    /// One of them is another organization's, which a run does not touch.
    is_foreign: bool,
    /// What the run has done with it before.
    lost: Option<NoteVerdict>,
}

impl OfNote {
    fn add(&mut self, index: u32, artifact: &ArtifactToJudge, now: Millis, run: Millis) {
        self.linked.add(artifact.is_completed);
        self.oldest = self.oldest.or(Some(index));
        // A time that lies in the future is none, as is what is no number.
        match artifact
            .updated_ms
            .filter(|updated| updated.0.is_finite() && *updated <= now)
        {
            Some(updated) => self.changed = Millis(self.changed.0.max(updated.0)),
            None => self.created = Millis(self.created.0.max(artifact.created_ms.0)),
        }
        if artifact.is_completed && artifact.updated_ms == Some(run) {
            // Only what was there for a day is repaired.
            self.lost = Some(if run - artifact.created_ms < QUIET {
                NoteVerdict::MigratedByLostAttempt
            } else {
                NoteVerdict::RepairedByLostAttempt
            });
        }
    }

    fn repair(&self, now: Millis) -> NoteVerdict {
        if now - self.changed < QUIET {
            NoteVerdict::ChangedRecently
        } else if now - self.created < QUIET {
            NoteVerdict::NoTimeOfChange
        } else {
            NoteVerdict::Repair
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::{InsightsStatus, TranscriptionStatus};

    const NOW: f64 = 1e12;
    const DAY: f64 = 24.0 * 3_600_000.0;

    fn note(transcription: Option<TranscriptionStatus>, is_malformed: bool) -> NoteToJudge {
        NoteToJudge {
            organization_id: None,
            facts: NoteFacts {
                transcription_status: transcription,
                insights_status: Some(InsightsStatus::Completed),
                has_coach: true,
                has_text: true,
                created_ms: Millis(0.0),
            },
            is_malformed,
        }
    }

    fn judge(repair: bool, ends_at_malformed: bool) -> Judge {
        let call = JudgeCall {
            now_ms: Millis(NOW),
            run_ms: Millis(NOW),
            repair,
            ends_at_malformed,
            ..JudgeCall::default()
        };
        Judge::new(call).unwrap()
    }

    fn verdicts(
        judge: &Judge,
        notes: &[Option<NoteToJudge>],
        artifacts: &[ArtifactToJudge],
    ) -> Vec<NoteVerdict> {
        let judgements = judge.judge(notes, artifacts).unwrap();
        judgements.iter().map(|judgement| judgement.verdict).collect()
    }

    #[test]
    fn what_is_done_with_a_note() {
        use NoteVerdict::{
            ChangedRecently, Malformed, Migrate, Migrated, NoTimeOfChange, NotReady, Repair, Unfinished,
        };
        let done = Some(TranscriptionStatus::Completed);
        // transcription, malformed, artifacts (completed, changed), verdict, verdict of a repair
        for (transcription, is_malformed, artifacts, verdict, repaired) in [
            (done, false, &[][..], Migrate, Migrate),
            (done, true, &[], Malformed, Malformed),
            (None, false, &[], NotReady, NotReady),
            (None, true, &[], NotReady, NotReady),
            (done, false, &[(true, None)], Migrated, Migrated),
            (done, false, &[(false, Some(NOW - DAY))], Unfinished, Repair),
            (
                done,
                false,
                &[(false, Some(NOW - DAY + 1.0))],
                Unfinished,
                ChangedRecently,
            ),
            // What is no time, or a later one, counts from the creation, which is a day ago less a millisecond.
            (done, false, &[(false, None)], Unfinished, NoTimeOfChange),
            (
                done,
                false,
                &[(false, Some(f64::NAN))],
                Unfinished,
                NoTimeOfChange,
            ),
            (
                done,
                false,
                &[(false, Some(f64::INFINITY))],
                Unfinished,
                NoTimeOfChange,
            ),
            (
                done,
                false,
                &[(false, Some(f64::NEG_INFINITY))],
                Unfinished,
                NoTimeOfChange,
            ),
            (
                done,
                false,
                &[(false, Some(NOW * 1_000.0))],
                Unfinished,
                NoTimeOfChange,
            ),
            (
                done,
                false,
                &[(false, None), (false, Some(0.0))],
                Unfinished,
                NoTimeOfChange,
            ),
            (
                done,
                false,
                &[(false, Some(0.0)), (false, Some(NOW))],
                Unfinished,
                ChangedRecently,
            ),
            (
                done,
                false,
                &[(false, Some(0.0)), (false, Some(1.0))],
                Unfinished,
                Repair,
            ),
            (done, true, &[(false, Some(0.0))], Unfinished, Malformed),
            // It would not be eligible otherwise.
            (None, false, &[(false, Some(0.0))], Unfinished, Unfinished),
        ] {
            let notes = [Some(note(transcription, is_malformed))];
            let artifacts: Vec<_> = artifacts
                .iter()
                .map(|(is_completed, updated)| ArtifactToJudge {
                    note: 0,
                    is_completed: *is_completed,
                    created_ms: Millis(NOW - DAY + 1.0),
                    updated_ms: updated.map(Millis),
                    organization_ids: Vec::new(),
                })
                .collect();
            for (repair, verdict) in [(false, verdict), (true, repaired)] {
                assert_eq!(
                    verdicts(&judge(repair, false), &notes, &artifacts),
                    [verdict],
                    "{artifacts:?} {repair}"
                );
            }
        }
    }

    #[test]
    fn each_note_has_its_own_artifacts_and_the_oldest_is_repaired() {
        let ready = || Some(note(Some(TranscriptionStatus::Completed), false));
        let notes = [ready(), None, ready(), ready()];
        let artifact = |note| ArtifactToJudge {
            note,
            updated_ms: Some(Millis(0.0)),
            ..ArtifactToJudge::default()
        };
        let judgement = |verdict, repaired_artifact| Judgement {
            verdict,
            repaired_artifact,
        };
        let artifacts = [artifact(0), artifact(0), artifact(3)];
        assert_eq!(
            judge(true, false).judge(&notes, &artifacts).unwrap(),
            [
                judgement(NoteVerdict::Repair, Some(0)),
                judgement(NoteVerdict::Gone, None),
                judgement(NoteVerdict::Migrate, None),
                judgement(NoteVerdict::Repair, Some(2)),
            ]
        );
        assert_eq!(
            judge(true, false).judge(&notes, &[artifact(4)]),
            Err(WrongCall("judge: note 4 is none of the 4 judged".into()))
        );
    }

    #[test]
    fn every_reason_to_leave_a_note_has_its_word() {
        for (class, verdict) in [
            (
                Class::Deferred(DeferredReason::Transcribing),
                NoteVerdict::Transcribing,
            ),
            (
                Class::Deferred(DeferredReason::InsightsInProgress),
                NoteVerdict::InsightsInProgress,
            ),
            (
                Class::Deferred(DeferredReason::AwaitingConfirmation),
                NoteVerdict::AwaitingConfirmation,
            ),
            (Class::Blocked(BlockedReason::NoCoach), NoteVerdict::NoCoach),
            (
                Class::Blocked(BlockedReason::InsightsCancelled),
                NoteVerdict::InsightsCancelled,
            ),
            (
                Class::Blocked(BlockedReason::UnknownStatus),
                NoteVerdict::UnknownStatus,
            ),
        ] {
            assert_eq!(NoteVerdict::from(class), verdict);
        }
    }

    #[test]
    fn a_sweep_ends_at_the_first_malformed_note() {
        let done = Some(TranscriptionStatus::Completed);
        // Of a note that is not migrated it does not matter whether it is malformed.
        let notes = [
            note(None, true),
            note(done, false),
            note(done, true),
            note(done, false),
        ];
        let notes = notes.map(Some);
        assert_eq!(verdicts(&judge(false, false), &notes, &[]).len(), 4);
        assert_eq!(verdicts(&judge(false, true), &notes, &[]).len(), 3);
    }

    #[test]
    fn artifacts_without_a_time_of_change_count_from_their_creation() {
        let notes = [Some(note(Some(TranscriptionStatus::Completed), false))];
        for (age, verdict) in [
            (DAY, NoteVerdict::Repair),
            (DAY - 1.0, NoteVerdict::NoTimeOfChange),
        ] {
            let artifact = ArtifactToJudge {
                note: 0,
                is_completed: false,
                created_ms: Millis(NOW - age),
                updated_ms: Some(Millis(NOW + 1.0)),
                organization_ids: Vec::new(),
            };
            assert_eq!(verdicts(&judge(true, false), &notes, &[artifact]), [verdict]);
        }
    }

    #[test]
    fn a_retry_finds_what_a_lost_attempt_wrote() {
        use NoteVerdict::{Migrated, MigratedByLostAttempt, RepairedByLostAttempt};
        let notes = [Some(note(Some(TranscriptionStatus::Completed), false))];
        // created, changed, verdict of a retry
        for (created, updated, verdict) in [
            (NOW + 5.0, NOW, MigratedByLostAttempt),
            (NOW - 5.0, NOW, MigratedByLostAttempt),
            (NOW - DAY, NOW, RepairedByLostAttempt),
            (NOW - 5.0, NOW - 1.0, Migrated),
        ] {
            let artifact = ArtifactToJudge {
                note: 0,
                is_completed: true,
                created_ms: Millis(created),
                updated_ms: Some(Millis(updated)),
                organization_ids: Vec::new(),
            };
            for (is_retry, verdict) in [(true, verdict), (false, Migrated)] {
                let judge = Judge {
                    is_retry,
                    ..judge(false, false)
                };
                assert_eq!(
                    verdicts(&judge, &notes, core::slice::from_ref(&artifact)),
                    [verdict]
                );
            }
        }
    }

    #[test]
    fn another_organizations_artifact_is_not_repaired() {
        for (organization_ids, verdict) in [
            (&[][..], NoteVerdict::Repair),
            (&["org_a"], NoteVerdict::Repair),
            (&["org_b", "org_a"], NoteVerdict::Repair),
            (&["org_b"], NoteVerdict::Unfinished),
        ] {
            let note = NoteToJudge {
                organization_id: Some("org_a".into()),
                ..note(Some(TranscriptionStatus::Completed), false)
            };
            let artifact = ArtifactToJudge {
                updated_ms: Some(Millis(NOW - DAY)),
                organization_ids: organization_ids.iter().map(|id| String::from(*id)).collect(),
                ..ArtifactToJudge::default()
            };
            assert_eq!(
                verdicts(&judge(true, false), &[Some(note)], &[artifact]),
                [verdict]
            );
        }
    }

    #[test]
    fn a_note_that_moved_to_another_organization_is_gone() {
        let call = JudgeCall {
            organization_id: Some("org_a".into()),
            now_ms: Millis(NOW),
            ..JudgeCall::default()
        };
        let judge = Judge::new(call).unwrap();
        for (organization_id, verdict) in [
            (Some("org_a"), NoteVerdict::Migrate),
            (Some("org_b"), NoteVerdict::Gone),
            (None, NoteVerdict::Gone),
        ] {
            let note = NoteToJudge {
                organization_id: organization_id.map(String::from),
                ..note(Some(TranscriptionStatus::Completed), false)
            };
            assert_eq!(verdicts(&judge, &[Some(note)], &[]), [verdict]);
        }
    }
}
