//! The messages of transactions that failed.

use v2_rollout::{
    JudgedNote, MigrationCall, MigrationPage, MigrationRun, MigrationStep, Millis, NoteVerdict, Refusal,
    StatusRun, StatusRunCall, StatusRunStep, retry_after,
};

const TIME: f64 = 240_000.0;

/// Every transaction fails with this message.
pub fn failures(data: &[u8]) {
    let message = String::from_utf8_lossy(data);
    means_the_same_behind_a_prefix(&message);
    a_run_ends(&message, false);
    a_run_ends(&message, true);
    a_status_ends(&message);
}

/// Is it tried again, as often as it may be?
fn tries(message: &str) -> Vec<bool> {
    let tried = |failures| {
        let time = Millis(0.0);
        retry_after(message, failures, time, time, Millis(TIME), 0.5).is_some()
    };
    (0..4).map(tried).collect()
}

/// What the runtime and the client put before a message changes nothing, and what stands behind another text is not
/// looked at.
fn means_the_same_behind_a_prefix(message: &str) {
    let expected = tries(message);
    for prefix in ["Uncaught Error: ", "[Request ID: 1f2e] ", "Server Error\n", " "] {
        assert_eq!(
            tries(&format!("{prefix}{message}")),
            expected,
            "{prefix}{message}"
        );
    }
    let unknown = tries("");
    for quoted in ["note says ", "cannot read \"", "x\n"] {
        assert_eq!(tries(&format!("{quoted}{message}")), unknown, "{quoted}{message}");
    }
}

fn check(refusal: &Refusal) {
    assert!(!refusal.message.contains('\n'), "{}", refusal.message);
    assert!(refusal.message.len() < 2_000);
}

fn a_run_ends(message: &str, dry_run: bool) {
    let call = MigrationCall {
        dry_run,
        deadline_ms: Millis(TIME),
        ..MigrationCall::default()
    };
    let mut run = MigrationRun::new(&call).unwrap();
    let mut now = 0.0;
    // Pages are read every other time, so that batches are tried as well.
    for step in 0..5_000 {
        now += 1.0;
        match run.next(Millis(now)) {
            MigrationStep::Ended => {
                match run.answer() {
                    Ok(answer) => assert!(answer.stopped.is_some() || answer.done),
                    Err(refusal) => check(&refusal),
                }
                assert!(now < TIME + 20_000.0, "{now} ms");
                return;
            }
            MigrationStep::Wait { ms } => now += ms.0,
            MigrationStep::ReadPage { after, .. } if step % 2 == 0 => run.page_read(page(after)).unwrap(),
            _ => run.failed(message, Millis(now), 0.5).unwrap(),
        }
    }
    panic!("a run goes on and on");
}

/// Thirty notes, of which half are to be written.
fn page(after: Option<String>) -> MigrationPage {
    let first = after.map_or(0, |after| after.parse().unwrap());
    let notes = (first..30).map(|n: u32| JudgedNote {
        id: n.to_string(),
        position: (n + 1).to_string(),
        created_ms: Millis(0.0),
        verdict: if n.is_multiple_of(2) {
            NoteVerdict::Migrate
        } else {
            NoteVerdict::Migrated
        },
        rows: None,
    });
    MigrationPage {
        notes: notes.collect(),
        malformed: Vec::new(),
        is_last: true,
    }
}

fn a_status_ends(message: &str) {
    let mut run = StatusRun::new(StatusRunCall {
        organization_id: "org_a".into(),
        deadline_ms: Millis(TIME),
        ..StatusRunCall::default()
    })
    .unwrap();
    let mut now = 0.0;
    let mut step = run.begin();
    for _ in 0..1_000 {
        let StatusRunStep::CountPage { wait_ms, .. } = step else {
            panic!("nothing was counted");
        };
        now += wait_ms.0;
        match run.failed(message, Millis(now), 0.5) {
            Ok(next) => step = next,
            Err(refusal) => return check(&refusal),
        }
    }
    panic!("a status goes on and on");
}
