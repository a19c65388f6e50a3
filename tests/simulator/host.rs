//! The host and its users: what they have stored, and what they go on to do.

use v2_rollout::{
    DraftStatus, FlagKey, FlagValue, InsightsStatus, Limit, Metric, Metrics, TranscriptionStatus,
};

use super::ORGANIZATIONS;
use super::choices::Choices;
use super::database::{
    Artifact, BY_PARENT, Claim, Database, Draft, Flag, Id, Note, Resolution, Row, Scope, Text, Trouble,
    Writer, Written,
};
use super::migration::v2_rows;
use super::world::World;

const DAY: f64 = 86_400_000.0;

/// Two of three notes are malformed, and nothing else is the matter.
const MOST_ARE_MALFORMED: u64 = 1;

/// What a history begins with: a backend, and what is stored.
pub fn begin(world: &mut World) {
    let choices = &mut world.choices;
    let backend = &mut world.backend;
    backend.tells_metrics = choices.below(3) > 0;
    match choices.below(4) {
        0 | 1 => {}
        2 => backend.slowness = choices.pick(&[1, 4, 20]),
        _ => backend.limits = tight(choices, backend.tells_metrics),
    }
    // Only the time that a slow machine takes cannot be known, and limits that are not told.
    let are_known = backend.tells_metrics || backend.limits == Metrics::default();
    world.is_roomy = backend.slowness == 1 && are_known;
    world.has_ledger = choices.below(4) < 3;
    world.write_rate = choices
        .one_in(5)
        .then(|| choices.pick(&[64 << 10, 256 << 10, 4 << 20]));
    world.deadline_ms = choices.pick(&[240_000.0, 60_000.0]);
    let notes = choices.pick(&[12, 3, 40, 90, 150, 0]);
    // What is the matter with notes: hardly anything, something, a lot.
    let trouble = choices.pick(&[0, 0, 40, 12, 3, MOST_ARE_MALFORMED]);
    let length = choices.pick(&[200, 2_000, 8_000]);
    // So many failures at once that their rows in the ledger fill a small transaction.
    let has_many_failures = matches!(trouble, MOST_ARE_MALFORMED | 3);
    world.is_roomy &= world.backend.limits == Metrics::default() || !has_many_failures;
    let mut time = world.now - 20.0 * DAY;
    for _ in 0..notes {
        let note = new_note(&mut world.choices, trouble, length);
        add_note(&mut world.db, time, note, &mut world.choices);
        // Notes of one transaction have the same time.
        if world.choices.below(4) > 0 {
            time += 20.0 * DAY / f64::from(notes) * 0.9;
        }
    }
    for _ in 0..world.choices.below(4) {
        add_flag(&mut world.db, world.now - DAY, &mut world.choices);
    }
    world.db.commit();
}

/// What was the matter with some notes for a while is over.
pub fn calm_down(world: &mut World) {
    world.host_writes(|db, _| {
        let moody: Vec<_> = db
            .notes
            .all()
            .filter(|note| note.document.trouble == Trouble::Moody)
            .cloned()
            .collect();
        for mut note in moody {
            note.document.trouble = Trouble::None;
            db.notes.put(note);
        }
    });
}

/// Limits of which a few notes use up one or another. Where the backend does not tell them, a status halves Convex's own
/// eight times at the most.
fn tight(choices: &mut Choices, are_told: bool) -> Metrics {
    let least_documents = if are_told { 40 } else { 140 };
    let mut limits = Metrics::default();
    let metric = choices.pick(&[
        Limit::DocumentsRead,
        Limit::BytesRead,
        Limit::DatabaseQueries,
        Limit::DocumentsWritten,
        Limit::BytesWritten,
    ]);
    match metric {
        Limit::DocumentsRead => limits.documents_read = Metric::unused(least_documents + choices.below(300)),
        Limit::BytesRead => limits.bytes_read = Metric::unused(160_000 + choices.below(400_000)),
        Limit::DatabaseQueries => limits.database_queries = Metric::unused(40 + choices.below(300)),
        Limit::DocumentsWritten => limits.documents_written = Metric::unused(24 + choices.below(100)),
        _ => limits.bytes_written = Metric::unused(120_000 + choices.below(400_000)),
    }
    limits
}

fn new_note(choices: &mut Choices, trouble: u64, length: u64) -> Note {
    use InsightsStatus as Insights;
    use TranscriptionStatus as Transcription;
    // Most notes are to be migrated.
    let is_plain = choices.below(4) > 0;
    let transcription = if is_plain {
        Some(Transcription::Completed)
    } else {
        choices.pick(&[
            Some(Transcription::Completed),
            Some(Transcription::Pending),
            Some(Transcription::Processing),
            Some(Transcription::Failed),
            Some(Transcription::Unknown),
            None,
        ])
    };
    let insights = if is_plain {
        Some(Insights::Completed)
    } else {
        choices.pick(&[
            Some(Insights::Completed),
            Some(Insights::Pending),
            Some(Insights::Processing),
            Some(Insights::Failed),
            Some(Insights::AwaitingConfirmation),
            Some(Insights::Cancelled),
            Some(Insights::Unknown),
            None,
        ])
    };
    let is_blank = !is_plain && choices.one_in(4);
    Note {
        organization: organization(choices),
        transcription,
        insights,
        has_coach: is_plain || choices.below(4) > 0,
        text: Text {
            units: if is_blank {
                0
            } else {
                u32::try_from(1 + choices.below(length)).unwrap()
            },
            bytes_each: choices.pick(&[1, 1, 2, 3]),
        },
        insight_count: choices.pick(&[2, 0, 1, 5]),
        trouble: match trouble {
            0 => Trouble::None,
            MOST_ARE_MALFORMED => choices.pick(&[Trouble::Malformed, Trouble::None, Trouble::Malformed]),
            _ if choices.one_in(trouble) => choices.pick(&[
                Trouble::Malformed,
                Trouble::Refused,
                Trouble::Heavy,
                Trouble::Odd,
                Trouble::Moody,
            ]),
            _ => Trouble::None,
        },
    }
}

fn organization(choices: &mut Choices) -> u8 {
    u8::try_from(choices.below(ORGANIZATIONS.into())).unwrap()
}

fn add_note(db: &mut Database, time: f64, note: Note, choices: &mut Choices) {
    let note = db.insert(time, note);
    // The new pipeline has begun with a few.
    if choices.one_in(8) {
        add_artifact(db, time + 1_000.0, note, choices);
    }
}

/// An artifact of the new pipeline's, in flight, broken off or completed.
fn add_artifact(db: &mut Database, time: f64, note: Id, choices: &mut Choices) {
    let Some(row) = db.notes.get(note).cloned() else {
        return;
    };
    let own = row.document.organization;
    let organizations = match choices.below(8) {
        0..=5 => vec![own],
        6 => vec![own, (own + 1) % ORGANIZATIONS],
        _ => choices.pick(&[&[][..], &[2]]).into(),
    };
    let artifact = db.insert(
        time,
        Artifact {
            note: (choices.below(12) > 0).then_some(note),
            organizations,
            is_completed: choices.one_in(2),
            updated_ms: choices.pick(&[Some(time), Some(time + 40.0 * DAY), None]),
            writer: Writer::Host,
        },
    );
    let (transcript, claims) = v2_rows(&row, artifact);
    if choices.below(2) > 0 {
        db.insert(time, transcript);
    }
    if choices.below(2) > 0 {
        for claim in claims {
            let claim = db.insert(time, claim);
            for _ in 0..choices.below(3) {
                db.insert(time, Resolution { claim });
            }
        }
    }
}

fn add_flag(db: &mut Database, time: f64, choices: &mut Choices) {
    let key = choices.pick(&FlagKey::ALL);
    let scope = match choices.below(3) {
        0 => Scope::Platform,
        1 => Scope::User,
        _ => Scope::Organization(organization(choices)),
    };
    let value = choices.pick(&[FlagValue::On, FlagValue::Off, FlagValue::Malformed]);
    db.insert(time, Flag { key, scope, value });
}

/// Someone changes documents, in a transaction of their own. Answers what that has touched.
pub fn interfere(world: &mut World) -> Vec<Written> {
    let mut choices = world.choices.clone();
    let what = choices.below(12);
    world.tell(|| format!("  someone else writes ({what})"));
    let touched = world.host_writes(|db, now| change(db, now, what, &mut choices));
    world.choices = choices;
    touched
}

fn any<D: super::database::Document>(
    table: &super::database::Table<D>,
    choices: &mut Choices,
) -> Option<Row<D>> {
    let at = usize::try_from(choices.below(table.len().max(1) as u64)).unwrap();
    table.all().nth(at).cloned()
}

fn change(db: &mut Database, now: f64, what: u64, choices: &mut Choices) {
    match what {
        // A coach records, and some old note turns up late.
        0 | 1 => {
            let note = new_note(choices, 20, 2_000);
            let time = if choices.one_in(4) { now - 3.0 * DAY } else { now };
            add_note(db, time, note, choices);
        }
        2 => {
            if let Some(mut note) = any(&db.notes, choices) {
                let changed = new_note(choices, 20, 2_000);
                note.document = Note {
                    organization: note.document.organization,
                    ..changed
                };
                db.notes.put(note);
            }
        }
        // It moves to another organization.
        3 => {
            if let Some(mut note) = any(&db.notes, choices) {
                note.document.organization = organization(choices);
                db.notes.put(note);
            }
        }
        4 => {
            if let Some(note) = any(&db.notes, choices) {
                db.notes.delete(note.id);
            }
        }
        // The new pipeline takes a note up.
        5 | 6 => {
            if let Some(note) = any(&db.notes, choices) {
                add_artifact(db, now, note.id, choices);
            }
        }
        // It gets on with an artifact.
        7 => {
            if let Some(mut artifact) = any(&db.artifacts, choices) {
                artifact.document.is_completed = choices.one_in(2);
                let long_ago = artifact.created_ms.max(now - 2.0 * DAY);
                artifact.document.updated_ms = choices.pick(&[Some(now), None, Some(long_ago)]);
                artifact.document.writer = Writer::Host;
                db.artifacts.put(artifact);
            }
        }
        // Someone deletes an artifact with all that hangs on it.
        8 => {
            if let Some(artifact) = any(&db.artifacts, choices) {
                let key = artifact.id.key();
                let transcripts: Vec<_> = db.transcripts.range(BY_PARENT, key).map(|row| row.id).collect();
                let claims: Vec<_> = db.claims.range(BY_PARENT, key).map(|row| row.id).collect();
                db.artifacts.delete(artifact.id);
                for id in transcripts {
                    db.transcripts.delete(id);
                }
                for id in claims {
                    db.claims.delete(id);
                }
            }
        }
        // A note is mended.
        9 => {
            if let Some(mut note) = any(&db.notes, choices) {
                note.document.trouble = Trouble::None;
                db.notes.put(note);
            }
        }
        10 => {
            let status = choices.pick(&DraftStatus::ALL);
            db.insert(
                now,
                Draft {
                    organization: organization(choices),
                    status: (choices.below(8) > 0).then_some(status),
                },
            );
            if let Some(artifact) = any(&db.artifacts, choices) {
                let claim = Claim {
                    artifact: artifact.id,
                    organization: organization(choices),
                };
                db.insert(now, claim);
            }
        }
        _ => add_flag(db, now, choices),
    }
}
