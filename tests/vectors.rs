//! What the core decides about the vectors in `vectors/`. `tests/shims/vectors.test.ts` reads the same ones, through the
//! compiled wasm and through the shims.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, to_value};
use v2_rollout::{
    ArtifactToJudge, ByKey, Code, FlagChange, FlagChangeCall, FlagPlan, FlagRow, FlagValue, FlagWrite,
    InsightsStatus, Judge, JudgeCall, KeyRows, MigrationCall, MigrationRun, MigrationStep, Millis, NoteFacts,
    NoteToJudge, NoteVerdict, Run, RunEvent, RunStateWord, Stopped, Transaction, TranscriptionStatus,
};

fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    transcription_status: Option<TranscriptionStatus>,
    insights_status: Option<InsightsStatus>,
    has_coach: bool,
    has_text: bool,
}

#[derive(Deserialize)]
struct Note {
    name: String,
    facts: Facts,
    artifacts: Vec<String>,
    verdict: NoteVerdict,
}

#[test]
fn notes() {
    let judge = Judge::new(JudgeCall::default()).unwrap();
    for note in read::<Vec<Note>>(include_str!("vectors/notes.json")) {
        let facts = NoteFacts {
            transcription_status: note.facts.transcription_status,
            insights_status: note.facts.insights_status,
            has_coach: note.facts.has_coach,
            has_text: note.facts.has_text,
            created_ms: Millis(1.0),
        };
        let to_judge = NoteToJudge {
            organization_id: None,
            facts,
            is_malformed: false,
        };
        let artifact = |status: &String| ArtifactToJudge {
            is_completed: status == "completed",
            created_ms: Millis(1.0),
            ..ArtifactToJudge::default()
        };
        let artifacts: Vec<_> = note.artifacts.iter().map(artifact).collect();
        let judged = judge.judge(&[Some(to_judge)], &artifacts).unwrap();
        assert_eq!(judged.first().unwrap().verdict, note.verdict, "{}", note.name);
    }
}

fn migration() -> MigrationCall {
    MigrationCall {
        organization_id: Some("org_a".into()),
        deadline_ms: Millis(1e9),
        ..MigrationCall::default()
    }
}

#[derive(Deserialize)]
struct Failure {
    message: String,
    kind: String,
}

#[derive(Deserialize)]
struct Failures {
    steps: std::collections::BTreeMap<String, Vec<String>>,
    messages: Vec<Failure>,
}

#[test]
fn failures() {
    let Failures { steps, messages } = read(include_str!("vectors/failures.json"));
    for Failure { message, kind } in messages {
        let expected = steps.get(&kind).unwrap();
        let mut run = MigrationRun::new(&migration()).unwrap();
        let mut taken = Vec::new();
        while taken.len() < expected.len() {
            taken.push(match run.next(Millis(0.0)) {
                MigrationStep::Sweep { notes, .. } => {
                    run.failed(&message, Millis(0.0), 1.0).unwrap();
                    format!("sweep {notes}")
                }
                MigrationStep::Wait { .. } => "wait".into(),
                MigrationStep::ReadPage { .. } => "readPage".into(),
                step => panic!("{step:?}"),
            });
        }
        assert_eq!(taken, *expected, "{message}");
    }
}

#[derive(Deserialize)]
struct RefusedCursor {
    cursor: String,
    message: String,
}

#[test]
fn cursors() {
    for RefusedCursor { cursor, message } in read::<Vec<_>>(include_str!("vectors/cursors.json")) {
        let call = MigrationCall {
            cursor: Some(cursor),
            ..migration()
        };
        let refusal = call.check().unwrap_err();
        assert_eq!((refusal.code, refusal.message), (Code::InvalidCursor, message));
    }
}

#[derive(Deserialize)]
struct Change {
    name: String,
    enabled: bool,
    environment: Option<String>,
    platform: Option<FlagValue>,
    organization: Vec<FlagValue>,
    effective: Value,
    writes: Vec<String>,
}

#[derive(Deserialize)]
struct Restore {
    name: String,
    before: Vec<FlagValue>,
    /// Was it enabled in between?
    enabled: bool,
    writes: Vec<String>,
}

#[derive(Deserialize)]
struct Flags {
    changes: Vec<Change>,
    restores: Vec<Restore>,
}

/// Both flags have these rows.
fn rows(environment: Option<&str>, platform: Option<FlagValue>, values: &[FlagValue]) -> ByKey<KeyRows> {
    ByKey::of(|_| KeyRows {
        environment: environment.map(String::from),
        platform,
        organization: values
            .iter()
            .map(|value| FlagRow {
                value: *value,
                notes: None,
                bytes: 200,
            })
            .collect(),
        ..KeyRows::default()
    })
}

fn plan(enabled: bool, restore: Option<String>, rows: &ByKey<KeyRows>) -> FlagPlan {
    let call = FlagChangeCall {
        organization_id: "org_a".into(),
        enabled,
        restore,
        is_known: true,
        ..FlagChangeCall::default()
    };
    let change = FlagChange::new(call).unwrap();
    change.plan(rows, "now", &Transaction::default(), None).unwrap()
}

/// What is written for the first flag.
fn writes(plan: &FlagPlan) -> Vec<String> {
    let half = plan.writes.get(..plan.writes.len() / 2).unwrap();
    half.iter()
        .map(|write| match write {
            FlagWrite::SetFeatureFlag { enabled, .. } => format!("setFeatureFlag {enabled}"),
            FlagWrite::Patch { row, enabled, .. } => format!("patch {row} {enabled}"),
            FlagWrite::Delete { row, .. } => format!("delete {row}"),
            FlagWrite::Insert { enabled, .. } => format!("insert {enabled}"),
        })
        .collect()
}

#[test]
fn flags() {
    let Flags { changes, restores } = read(include_str!("vectors/flags.json"));
    for change in changes {
        let rows = rows(
            change.environment.as_deref(),
            change.platform,
            &change.organization,
        );
        let plan = plan(change.enabled, None, &rows);
        let effective = to_value(plan.answer.effective.voice_notes).unwrap();
        assert_eq!(
            (effective, writes(&plan)),
            (change.effective, change.writes),
            "{}",
            change.name
        );
    }
    for restore in restores {
        let previous = plan(restore.enabled, None, &rows(None, None, &restore.before))
            .answer
            .previous;
        let changed = vec![FlagValue::from(restore.enabled); restore.before.len().max(1)];
        let back = plan(!restore.enabled, previous, &rows(None, None, &changed));
        assert_eq!(writes(&back), restore.writes, "{}", restore.name);
    }
}

#[derive(Deserialize)]
struct RunTurn {
    state: RunStateWord,
    event: String,
    /// The state afterwards, or the code that it is refused with.
    becomes: String,
    effects: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Runs {
    row: Value,
    with_lease: Vec<RunStateWord>,
    turns: Vec<RunTurn>,
}

#[test]
fn runs() {
    let Runs {
        row,
        with_lease,
        turns,
    } = read(include_str!("vectors/runs.json"));
    for turn in turns {
        let mut run = Run {
            run_id: "r1".into(),
            organization_id: Some("org_a".into()),
            by: "Ann".into(),
            generation: 2,
            commits: 3,
            lease_ms: Millis(300_000.0),
            mode: v2_rollout::RunMode::Background,
            ..Run::default()
        };
        assert_eq!(to_value(&run).unwrap(), row, "the row that wasm is given");
        run.state = turn.state;
        run.stopped = (turn.state == RunStateWord::Stopped).then_some(Stopped::Failures);
        run.lease_ends_ms = with_lease.contains(&run.state).then_some(Millis(200_000.0));
        let (event, now) = match turn.event.strip_suffix(" once the lease has expired") {
            Some(event) => (event, 200_000.0),
            None => (&*turn.event, 199_999.0),
        };
        let event = match event {
            "legBegan" => RunEvent::LegBegan { generation: 2 },
            "legBegan of another generation" => RunEvent::LegBegan { generation: 1 },
            "batchAsked" => RunEvent::BatchAsked {
                generation: 2,
                number: 4,
            },
            "batchAsked again" => RunEvent::BatchAsked {
                generation: 2,
                number: 3,
            },
            "watched" => RunEvent::Watched { generation: 2 },
            "pause" => RunEvent::Pause,
            "cancel" => RunEvent::Cancel,
            event => panic!("{event}"),
        };
        let (becomes, effects) = match run.on(&event, Millis(now)) {
            Ok(decision) => (to_value(decision.run.state), to_value(decision.effects)),
            Err(refusal) => (to_value(refusal.code), to_value([(); 0])),
        };
        let kinds: Vec<String> = effects
            .unwrap()
            .as_array()
            .unwrap()
            .iter()
            .map(|effect| effect["kind"].as_str().unwrap().into())
            .collect();
        let told = (becomes.unwrap().as_str().unwrap().to_owned(), kinds);
        assert_eq!(
            told,
            (turn.becomes, turn.effects),
            "{:?} {}",
            turn.state,
            turn.event
        );
    }
}
