//! What must come out, written the obvious way: everything in memory, one filter after the other.

use v2_rollout::{
    BlockedReason, Class, Classes, DeferredReason, Drafts, InsightsStatus, TranscriptionStatus,
};

use super::database::{Artifact, Database, Id, Note, Row, Trouble};

const DAY: f64 = 86_400_000.0;

fn is_transcribing(note: &Note) -> bool {
    use TranscriptionStatus::{Pending, Processing};
    matches!(note.transcription, Some(Pending | Processing))
}

/// The class of a note without artifacts.
fn class_alone(note: &Row<Note>, now: f64, days: Option<f64>) -> Class {
    let created = note.created_ms;
    let note = &note.document;
    let transcription = note.transcription;
    if matches!(transcription, None | Some(TranscriptionStatus::Failed)) {
        return Class::NotReady;
    }
    if transcription == Some(TranscriptionStatus::Completed) && note.text.units == 0 {
        return Class::NotReady;
    }
    let waits_for = if is_transcribing(note) {
        Some(DeferredReason::Transcribing)
    } else {
        match note.insights {
            Some(InsightsStatus::Pending | InsightsStatus::Processing) => {
                Some(DeferredReason::InsightsInProgress)
            }
            Some(InsightsStatus::AwaitingConfirmation) => Some(DeferredReason::AwaitingConfirmation),
            _ => None,
        }
    };
    if let Some(reason) = waits_for {
        let is_young = days.is_none_or(|days| now - created < days * DAY);
        if is_young {
            return Class::Deferred(reason);
        }
        if is_transcribing(note) {
            return Class::NotReady;
        }
    }
    let is_unknown =
        transcription == Some(TranscriptionStatus::Unknown) || note.insights == Some(InsightsStatus::Unknown);
    if is_unknown {
        Class::Blocked(BlockedReason::UnknownStatus)
    } else if !note.has_coach {
        Class::Blocked(BlockedReason::NoCoach)
    } else if note.insights == Some(InsightsStatus::Cancelled) {
        Class::Blocked(BlockedReason::InsightsCancelled)
    } else {
        Class::Eligible
    }
}

/// The class of a note that these artifacts are linked to.
pub fn class_of(note: &Row<Note>, linked: &[&Row<Artifact>], now: f64, days: Option<f64>) -> Class {
    if linked.iter().any(|artifact| artifact.document.is_completed) {
        Class::Migrated
    } else if linked.is_empty() {
        class_alone(note, now, days)
    } else {
        Class::Unfinished
    }
}

/// Is a note to be repaired?
pub fn is_repairable(note: &Row<Note>, linked: &[&Row<Artifact>], now: f64, days: Option<f64>) -> bool {
    let is_foreign = |artifact: &&Row<Artifact>| {
        let organizations = &artifact.document.organizations;
        !organizations.is_empty() && !organizations.contains(&note.document.organization)
    };
    let changed = |artifact: &&Row<Artifact>| match artifact.document.updated_ms {
        Some(updated) if updated <= now => updated,
        _ => artifact.created_ms,
    };
    class_of(note, linked, now, days) == Class::Unfinished
        && class_alone(note, now, days) == Class::Eligible
        && !linked.iter().any(is_foreign)
        && linked.iter().all(|artifact| now - changed(artifact) >= DAY)
}

/// What becomes of the notes in a reach when nothing goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    pub classes: Classes,
    /// Of the eligible ones, those that can be migrated.
    pub migratable: u64,
    pub repairable: u64,
    /// Those that nothing can be done with for the sake of their documents.
    pub bad: u64,
    pub claims: u64,
}

pub fn notes_of(db: &Database, organization: Option<u8>) -> Vec<&Row<Note>> {
    let all = db.notes.all();
    all.filter(|note| organization.is_none_or(|one| note.document.organization == one))
        .collect()
}

pub fn linked_to(db: &Database, note: Id) -> Vec<&Row<Artifact>> {
    let all = db.artifacts.all();
    all.filter(|artifact| artifact.document.note == Some(note))
        .collect()
}

pub fn expected(
    db: &Database,
    organization: Option<u8>,
    now: f64,
    days: Option<f64>,
    repair: bool,
) -> Expected {
    let mut expected = Expected::default();
    for note in notes_of(db, organization) {
        let linked: Vec<_> = db.artifacts_of(note.id).collect();
        let class = class_of(note, &linked, now, days);
        expected.classes.count(class);
        let is_eligible = class == Class::Eligible;
        if is_eligible || (repair && is_repairable(note, &linked, now, days)) {
            match note.document.trouble {
                Trouble::None if is_eligible => {
                    expected.migratable += 1;
                    expected.claims += u64::from(note.document.insight_count);
                }
                Trouble::None => expected.repairable += 1,
                _ => expected.bad += 1,
            }
        }
    }
    expected
}

/// What a status must say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub classes: Classes,
    pub artifacts: u64,
    pub transcripts: u64,
    pub claims: u64,
    pub resolutions: u64,
    pub drafts: Drafts,
    pub duplicates: u64,
    pub orphans: u64,
}

pub fn counts(db: &Database, organization: u8, now: f64, days: Option<f64>) -> Counts {
    let mut counts = Counts::default();
    let notes = notes_of(db, Some(organization));
    for note in &notes {
        let linked = linked_to(db, note.id);
        counts.classes.count(class_of(note, &linked, now, days));
        counts.duplicates += u64::from(linked.len() > 1);
    }
    let all = db.artifacts.all();
    let artifacts: Vec<_> = all
        .filter(|artifact| artifact.document.organizations.contains(&organization))
        .collect();
    counts.artifacts = artifacts.len() as u64;
    for artifact in &artifacts {
        let all = db.transcripts.all();
        counts.transcripts += all.filter(|row| row.document.artifact == artifact.id).count() as u64;
        let is_linked = notes.iter().any(|note| artifact.document.note == Some(note.id));
        counts.orphans += u64::from(!is_linked);
    }
    let all = db.claims.all();
    for claim in all.filter(|claim| claim.document.organization == organization) {
        counts.claims += 1;
        let all = db.resolutions.all();
        counts.resolutions += all.filter(|row| row.document.claim == claim.id).count() as u64;
    }
    let all = db.drafts.all();
    for draft in all.filter(|draft| draft.document.organization == organization) {
        if let Some(status) = draft.document.status {
            counts.drafts.count(status);
        }
    }
    counts
}
