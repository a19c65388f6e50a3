//! The transactions of a migration, as `writing/migrationTransactions.ts` and `reading/notes.ts` carry them out.

use v2_rollout::{
    ArtifactHas, ArtifactToJudge, Attempt, Inserted, Judge, JudgeCall, JudgedNote, MalformedDocument,
    MigrationBatch, MigrationPage, Millis, MissingRows, NoteFacts, NoteRows, NoteToJudge, NoteVerdict,
    Purpose, Recording, RunEffect, RunEvent, missing_rows, notes_that_fit,
};

use super::database::{
    ALL, Artifact, BY_ORGANIZATION, BY_PARENT, Claim, Document, Id, Note, Row, Transcript, Trouble,
};
use super::ledger::{carry_out, failures_behind, read_run};
use super::organization_id;
use super::transaction::{Ctx, DocumentPage, Failure, Meter, Readers, Result, position_of, read_behind};

/// How the notes of a run are judged.
#[derive(Clone, Debug)]
pub struct Judging {
    pub organization: Option<u8>,
    pub repair: bool,
    pub deferred_days: Option<f64>,
}

/// What a transaction writes.
#[derive(Clone, Debug)]
pub enum Notes {
    These(Vec<String>),
    Behind { after: Option<String>, most: u64 },
}

/// What a run's transaction is to record.
#[derive(Clone, Debug)]
pub struct OfLeg {
    pub run: usize,
    pub generation: u64,
    pub recording: Recording,
}

/// What came of a transaction that was to write.
#[derive(Debug)]
pub enum Written {
    Batch(Box<MigrationBatch>),
    Not(RunEffect),
}

pub fn facts(note: &Row<Note>) -> NoteFacts {
    NoteFacts {
        transcription_status: note.document.transcription,
        insights_status: note.document.insights,
        has_coach: note.document.has_coach,
        has_text: note.document.text.units > 0,
        created_ms: Millis(note.created_ms),
    }
}

struct Judged {
    id: String,
    note: Option<Row<Note>>,
    verdict: NoteVerdict,
    repaired: Option<Row<Artifact>>,
    missing: Option<MissingRows>,
}

fn read_stretch(
    ctx: &mut Ctx<'_>,
    meter: &mut Meter,
    organization: Option<u8>,
    after: Option<&str>,
    most: u64,
) -> Result<DocumentPage<Note>> {
    let room = meter.told(ctx).room(Purpose::NoteRange);
    let mut readers = Readers::new(most.min(room.documents), room.bytes);
    let range = organization.map_or((ALL, 0), |organization| (BY_ORGANIZATION, organization.into()));
    read_behind(ctx, meter, range, after, &mut readers, usize::MAX)
}

fn read_notes(ctx: &mut Ctx<'_>, meter: &mut Meter, ids: &[String]) -> Result<Vec<Option<Row<Note>>>> {
    let room = meter.told(ctx).room(Purpose::NotesById);
    let mut readers = Readers::new(room.documents, room.bytes);
    let mut notes = Vec::new();
    for id in ids.iter().take(usize::try_from(room.notes).unwrap()) {
        if !readers.may_read() {
            break;
        }
        meter.range();
        let note = ctx.get::<Note>(Id::parse(id))?;
        readers.read(ctx, meter, note.as_ref());
        notes.push(note);
    }
    Ok(notes)
}

fn judge_notes(
    ctx: &mut Ctx<'_>,
    meter: &mut Meter,
    ids: &[String],
    notes: Vec<Option<Row<Note>>>,
    judging: &Judging,
    attempt: Attempt,
    ends_at_malformed: bool,
) -> Result<Vec<Judged>> {
    let room = meter.told(ctx).room(Purpose::ArtifactsOfNotes);
    let mut readers = Readers::new(room.documents, room.bytes);
    let mut linked: Vec<Vec<Row<Artifact>>> = Vec::new();
    let least = notes.len().min(1);
    for note in notes.iter().take(usize::try_from(room.notes).unwrap()) {
        let Some(note) = note else {
            linked.push(Vec::new());
            continue;
        };
        let range = (BY_PARENT, note.id.key());
        let page = read_behind(ctx, meter, range, None, &mut readers, usize::MAX)?;
        if !page.is_last && linked.len() >= least {
            break;
        }
        linked.push(page.rows);
        if !page.is_last {
            break;
        }
    }
    let read = notes.iter().take(linked.len());
    let to_judge: Vec<_> = read.map(|note| note.as_ref().map(to_judge)).collect();
    let artifacts: Vec<_> = (0..)
        .zip(&linked)
        .flat_map(|(note, artifacts)| {
            artifacts
                .iter()
                .map(move |artifact| artifact_to_judge(note, artifact))
        })
        .collect();
    let judge = Judge::new(JudgeCall {
        organization_id: judging.organization.map(|one| organization_id(one).into()),
        now_ms: Millis(attempt.now_ms.0.max(ctx.now_ms)),
        run_ms: attempt.run_ms,
        is_retry: attempt.is_retry,
        deferred_days: judging.deferred_days,
        repair: judging.repair,
        ends_at_malformed,
    })?;
    let all: Vec<_> = linked.into_iter().flatten().collect();
    let judgements = judge.judge(&to_judge, &artifacts).unwrap();
    let mut judged: Vec<_> = judgements
        .into_iter()
        .zip(notes)
        .zip(ids)
        .map(|((judgement, note), id)| {
            let repaired = judgement.repaired_artifact;
            let repaired = repaired.map(|at| all[usize::try_from(at).unwrap()].clone());
            Judged {
                id: id.clone(),
                note,
                verdict: judgement.verdict,
                missing: match repaired {
                    None => missing_rows(judgement.verdict, None),
                    Some(_) => None,
                },
                repaired,
            }
        })
        .collect();
    look_up_repairs(ctx, meter, &mut judged)?;
    Ok(judged)
}

fn to_judge(note: &Row<Note>) -> NoteToJudge {
    NoteToJudge {
        organization_id: Some(organization_id(note.document.organization).into()),
        facts: facts(note),
        is_malformed: note.document.trouble == Trouble::Malformed,
    }
}

fn artifact_to_judge(note: u32, artifact: &Row<Artifact>) -> ArtifactToJudge {
    let organizations = artifact.document.organizations.iter();
    ArtifactToJudge {
        note,
        is_completed: artifact.document.is_completed,
        created_ms: Millis(artifact.created_ms),
        updated_ms: artifact.document.updated_ms.map(Millis),
        organization_ids: organizations.map(|one| organization_id(*one).into()).collect(),
    }
}

fn look_up_repairs(ctx: &mut Ctx<'_>, meter: &mut Meter, judged: &mut Vec<Judged>) -> Result<()> {
    let repaired: Vec<_> = (0..judged.len())
        .filter(|at| judged[*at].repaired.is_some())
        .collect();
    let Some((first, rest)) = repaired.split_first() else {
        return Ok(());
    };
    let notes = meter.told(ctx).room(Purpose::Repairs).notes;
    let mut ones = (Readers::new(1, 1), Readers::new(1, 1));
    look_up_repair(ctx, meter, &mut judged[*first], &mut ones.0, Some(&mut ones.1))?;
    let room = meter.told(ctx).room(Purpose::Repairs);
    let mut readers = Readers::new(room.documents, room.bytes);
    let most = usize::try_from(notes - 1).unwrap();
    for (nth, at) in rest.iter().enumerate() {
        let is_through = nth < most && look_up_repair(ctx, meter, &mut judged[*at], &mut readers, None)?;
        if !is_through {
            judged.truncate(*at);
            break;
        }
    }
    Ok(())
}

/// Was there room to look what the artifact has?
fn look_up_repair(
    ctx: &mut Ctx<'_>,
    meter: &mut Meter,
    judged: &mut Judged,
    readers: &mut Readers,
    of_claims: Option<&mut Readers>,
) -> Result<bool> {
    let artifact = judged.repaired.as_ref().unwrap().id;
    let range = (BY_PARENT, artifact.key());
    let transcripts = read_behind::<Transcript>(ctx, meter, range, None, readers, 1)?;
    if transcripts.rows.is_empty() && !transcripts.is_last {
        return Ok(false);
    }
    let claims = read_behind::<Claim>(ctx, meter, range, None, of_claims.unwrap_or(readers), 1)?;
    if claims.rows.is_empty() && !claims.is_last {
        return Ok(false);
    }
    let has = ArtifactHas {
        transcript: !transcripts.rows.is_empty(),
        claims: !claims.rows.is_empty(),
    };
    judged.missing = missing_rows(judged.verdict, Some(has));
    Ok(true)
}

/// What is inserted for a note beside its artifact.
fn rows_of(judged: &Judged) -> Option<NoteRows> {
    let (note, missing) = (judged.note.as_ref()?, judged.missing?);
    let (transcript, claims) = v2_rows(note, Id::parse("k00000000"));
    let transcripts = u64::from(missing.transcript);
    let claim_count = if missing.claims { claims.len() as u64 } else { 0 };
    let transcript_bytes = transcripts * transcript.weight().bytes();
    let claim_bytes: u64 = claims.iter().map(|claim| claim.weight().bytes()).sum();
    Some(NoteRows {
        are_written: missing.are_written,
        transcripts,
        claims: claim_count,
        bytes: transcript_bytes + if missing.claims { claim_bytes } else { 0 },
        repaired_bytes: judged
            .repaired
            .as_ref()
            .map(|repaired| repaired.document.weight().bytes()),
    })
}

/// The transcript and the claims of a note.
pub fn v2_rows(note: &Row<Note>, artifact: Id) -> (Transcript, Vec<Claim>) {
    let organization = note.document.organization;
    let transcript = Transcript {
        artifact,
        text: note.document.text,
    };
    let claim = Claim {
        artifact,
        organization,
    };
    (transcript, vec![claim; note.document.insight_count.into()])
}

fn malformed_of(judged: &[Judged]) -> Vec<MalformedDocument> {
    let all = (0..).zip(judged);
    all.filter(|(_, judged)| judged.verdict == NoteVerdict::Malformed)
        .map(|(row, judged)| MalformedDocument {
            row,
            id: judged.id.clone(),
            field: "transcription".into(),
        })
        .collect()
}

/// A page of a run's notes, or of the notes that failed in another run.
pub fn page(
    ctx: &mut Ctx<'_>,
    judging: &Judging,
    attempt: Attempt,
    after: Option<&str>,
    most: u64,
    dry_run: bool,
    retry_of: Option<usize>,
) -> Result<MigrationPage> {
    let mut meter = Meter::default();
    let (ids, notes, is_last) = match retry_of {
        None => {
            let page = read_stretch(ctx, &mut meter, judging.organization, after, most)?;
            let ids: Vec<_> = page.rows.iter().map(|row| row.id.to_string()).collect();
            (ids, page.rows.into_iter().map(Some).collect(), page.is_last)
        }
        Some(run) => {
            let room = meter.told(ctx).room(Purpose::NotesById);
            let (failures, is_last) = failures_behind(ctx, run, after, most.min(room.notes))?;
            let ids: Vec<_> = failures.into_iter().map(|one| one.voice_note_id).collect();
            let notes = read_notes(ctx, &mut meter, &ids)?;
            let is_last = is_last && notes.len() == ids.len();
            (ids, notes, is_last)
        }
    };
    let read = notes.len();
    let judged = judge_notes(ctx, &mut meter, &ids, notes, judging, attempt, false)?;
    let mut page = MigrationPage {
        notes: Vec::new(),
        malformed: malformed_of(&judged),
        is_last: is_last && judged.len() == read,
    };
    for judged in judged {
        let is_reckoned = dry_run || judged.missing.is_some_and(|missing| missing.are_written);
        page.notes.push(JudgedNote {
            position: match (&judged.note, retry_of) {
                (Some(note), None) => position_of(note),
                _ => judged.id.clone(),
            },
            created_ms: Millis(judged.note.as_ref().map_or(0.0, |note| note.created_ms)),
            verdict: judged.verdict,
            rows: if is_reckoned { rows_of(&judged) } else { None },
            id: judged.id,
        });
    }
    Ok(page)
}

/// Writes notes, and records that in the run's row where they belong to one.
pub fn batch(
    ctx: &mut Ctx<'_>,
    judging: &Judging,
    attempt: Attempt,
    notes: &Notes,
    leg: Option<&OfLeg>,
) -> Result<Written> {
    let Some(OfLeg {
        run,
        generation,
        recording,
    }) = leg
    else {
        return Ok(Written::Batch(Box::new(write(ctx, judging, attempt, notes)?)));
    };
    let now = Millis(ctx.now_ms);
    let row = read_run(ctx, *run)?;
    let asked = RunEvent::BatchAsked {
        generation: *generation,
        number: recording.before.number,
    };
    let asked = row.on(&asked, now)?;
    if let Some(effect @ (RunEffect::AlreadyWritten | RunEffect::WriteNothing)) = asked.effects.first() {
        let effect = *effect;
        carry_out(ctx, *run, asked)?;
        return Ok(Written::Not(effect));
    }
    let mut batch = write(ctx, judging, attempt, notes)?;
    let written = RunEvent::BatchWritten {
        generation: *generation,
        batch: recording.with(&batch),
    };
    let decision = asked.run.on(&written, now)?;
    batch.bytes_per_second = decision.run.pace.bytes_per_second();
    carry_out(ctx, *run, decision)?;
    Ok(Written::Batch(Box::new(batch)))
}

fn write(ctx: &mut Ctx<'_>, judging: &Judging, attempt: Attempt, notes: &Notes) -> Result<MigrationBatch> {
    let mut meter = Meter::default();
    match notes {
        Notes::These(ids) => {
            let notes = read_notes(ctx, &mut meter, ids)?;
            let judged = judge_notes(ctx, &mut meter, ids, notes, judging, attempt, false)?;
            write_notes(ctx, &mut meter, judged, attempt.run_ms)
        }
        Notes::Behind { after, most } => {
            let page = read_stretch(ctx, &mut meter, judging.organization, after.as_deref(), *most)?;
            let read = page.rows.len();
            let ids: Vec<_> = page.rows.iter().map(|row| row.id.to_string()).collect();
            let positions: Vec<_> = page.rows.iter().map(position_of).collect();
            let notes = page.rows.into_iter().map(Some).collect();
            let judged = judge_notes(ctx, &mut meter, &ids, notes, judging, attempt, true)?;
            let mut batch = write_notes(ctx, &mut meter, judged, attempt.run_ms)?;
            let through = batch.verdicts.len();
            batch.position = through.checked_sub(1).map(|at| positions[at].clone());
            batch.ids = ids.into_iter().take(through).collect();
            batch.is_last = page.is_last && through == read;
            Ok(batch)
        }
    }
}

fn write_notes(
    ctx: &mut Ctx<'_>,
    meter: &mut Meter,
    mut judged: Vec<Judged>,
    run: Millis,
) -> Result<MigrationBatch> {
    let rows: Vec<_> = judged.iter().map(rows_of).collect();
    let fitting = notes_that_fit(meter.told(ctx), &rows);
    judged.truncate(fitting.notes);
    for (judged, rows) in judged.iter().zip(&rows) {
        if rows.is_some_and(|rows| !rows.are_written) {
            write_note(ctx, meter, judged, run)?;
        }
    }
    let inserted: Inserted = fitting.inserted;
    Ok(MigrationBatch {
        verdicts: judged.iter().map(|one| one.verdict).collect(),
        malformed: malformed_of(&judged),
        inserted,
        metrics: meter.told(ctx).metrics(),
        ids: Vec::new(),
        position: None,
        created_ms: judged
            .last()
            .and_then(|one| one.note.as_ref())
            .map(|note| Millis(note.created_ms)),
        is_last: false,
        bytes_per_second: None,
    })
}

fn write_note(ctx: &mut Ctx<'_>, meter: &mut Meter, judged: &Judged, run: Millis) -> Result<()> {
    let (Some(note), Some(missing)) = (&judged.note, judged.missing) else {
        panic!("a note that is gone is to be written");
    };
    let message = match note.document.trouble {
        Trouble::None | Trouble::Malformed => None,
        Trouble::Moody if ctx.now_ms % 3_000.0 > 1_500.0 => None,
        Trouble::Refused => Some(
            "Failed to insert or update a document in table \"voiceNoteArtifacts\" because it does not match the schema: Object contains extra field",
        ),
        Trouble::Heavy => Some("JavaScript execution ran out of memory (maximum memory usage: 64 MB)"),
        Trouble::Odd | Trouble::Moody => Some("Uncaught TypeError: cannot read properties of undefined"),
    };
    if let Some(message) = message {
        return Err(Failure::Backend(message.into()));
    }
    let artifact = if let Some(mut repaired) = judged.repaired.clone() {
        let id = repaired.id;
        meter.patch(repaired.document.weight().bytes());
        repaired.document.is_completed = true;
        repaired.document.updated_ms = Some(run.0);
        repaired.document.writer = ctx.writer;
        ctx.replace(repaired)?;
        id
    } else {
        let artifact = Artifact {
            note: Some(note.id),
            organizations: vec![note.document.organization],
            is_completed: true,
            updated_ms: Some(run.0),
            writer: ctx.writer,
        };
        meter.insert(ctx, artifact.weight().bytes());
        ctx.insert(artifact)?
    };
    let (transcript, claims) = v2_rows(note, artifact);
    if missing.transcript {
        meter.insert(ctx, transcript.weight().bytes());
        ctx.insert(transcript)?;
    }
    for claim in claims.into_iter().filter(|_| missing.claims) {
        meter.insert(ctx, claim.weight().bytes());
        ctx.insert(claim)?;
    }
    Ok(())
}
