//! The state machine of a run: any event, in any state, from any leg.

use v2_rollout::{
    Code, Millis, NoteFailure, Run, RunBatch, RunCall, RunDecision, RunEffect, RunEvent, RunState,
    RunStateWord, Stopped, resume_run, start_run,
};

use super::check_refusal;
use super::simulator::Choices;

const STOPPED: [Option<Stopped>; 5] = [
    None,
    Some(Stopped::Limit),
    Some(Stopped::Deadline),
    Some(Stopped::Failures),
    Some(Stopped::Error),
];
/// The largest number that JavaScript's can be told from its neighbours.
const LARGEST: u64 = 1 << 53;

pub fn runs(data: &[u8]) {
    let choices = &mut Choices::of_bytes(data);
    let call = RunCall {
        run_id: "r1".into(),
        background: choices.one_in(2),
        by: "Ann".into(),
        limit: choices.pick(&[None, Some(1.0), Some(3.0)]),
        deadline_ms: Millis(240_000.0),
        bytes_per_second: choices.pick(&[None, Some(1.0), Some(1e6)]),
        ..RunCall::default()
    };
    let mut now = 1.79e12;
    let mut run = start_run(&call, &[], Millis(now)).unwrap().unwrap().decision.run;
    while !choices.is_spent() {
        now += choices.pick(&[1.0, 1_000.0, 61_000.0, 300_000.0, -5_000.0, 0.0]);
        if choices.one_in(8) {
            if let Ok(start) = resume_run(&run, &[], Millis(now)) {
                check(&run, &start.decision);
                run = start.decision.run;
            }
            continue;
        }
        let event = event(choices, &run);
        match run.on(&event, Millis(now)) {
            Ok(decision) => {
                check(&run, &decision);
                check_event(&run, &event, &decision);
                run = decision.run;
            }
            Err(refusal) => {
                check_refusal(&refusal);
                let is_wish = matches!(
                    event,
                    RunEvent::Pause | RunEvent::Cancel | RunEvent::SetPace { .. }
                );
                assert_eq!(refusal.code == Code::Internal, !is_wish, "{event:?}: {refusal:?}");
            }
        }
    }
}

fn near(choices: &mut Choices, number: u64) -> u64 {
    match choices.below(8) {
        0..=4 => number,
        5 => number.saturating_sub(1),
        6 => number + 1,
        _ => choices.pick(&[0, LARGEST]),
    }
}

fn event(choices: &mut Choices, run: &Run) -> RunEvent {
    let generation = near(choices, run.generation);
    match choices.below(8) {
        0 => RunEvent::LegBegan { generation },
        1 => RunEvent::BatchAsked {
            generation,
            number: near(choices, run.commits + 1),
        },
        2 | 3 => RunEvent::BatchWritten {
            generation,
            batch: batch(choices, run),
        },
        4 => RunEvent::LegEnded {
            generation,
            stopped: choices.pick(&STOPPED),
            rest: batch(choices, run),
            pause_ms: Millis(choices.pick(&[0.0, 5_000.0, 1e12, -1.0])),
        },
        5 => RunEvent::Watched { generation },
        6 if choices.one_in(2) => RunEvent::Cancel,
        6 => RunEvent::Pause,
        _ => RunEvent::SetPace {
            bytes_per_second: choices.pick(&[None, Some(1.0), Some(0.0), Some(f64::NAN), Some(1e300)]),
        },
    }
}

fn batch(choices: &mut Choices, run: &Run) -> RunBatch {
    let mut batch = RunBatch {
        number: near(choices, run.commits + 1),
        refusals: choices.pick(&[0, 1, LARGEST]),
        error: choices.one_in(4).then(|| "it failed".into()),
        recovered: choices.one_in(8).then(|| "n0".into()),
        ..RunBatch::default()
    };
    let outcome = &mut batch.sums.outcome;
    outcome.migrated = choices.below(3);
    outcome.not_ready = choices.below(3);
    outcome.failed = choices.below(3);
    batch.sums.bytes_written = choices.pick(&[0, 1_000, LARGEST]);
    // What a leg tells may be wrong: then it is refused.
    let named = if choices.one_in(8) { 1 } else { outcome.failed };
    for n in 0..named {
        batch.failures.push(NoteFailure {
            voice_note_id: format!("n{n}"),
            code: Code::MalformedDocument,
            message: "it is malformed".into(),
        });
    }
    let is_placed = batch.sums.settled() > 0 && !choices.one_in(8);
    batch.position = is_placed.then(|| format!("[{}]", choices.below(256)));
    batch
}

/// What every decision must be like.
fn check(before: &Run, decision: &RunDecision) {
    let run = &decision.run;
    let state = run.state().unwrap();
    let is_over = matches!(state, RunState::Cancelled | RunState::Done | RunState::Stopped(_));
    assert_eq!(decision.excludes_others, !is_over);
    assert!((before.generation..=before.generation + 1).contains(&run.generation));
    assert!((before.commits..=before.commits + 1).contains(&run.commits));
    let waits = is_over || state == RunState::Paused;
    assert_eq!(run.lease_ends_ms.is_none(), waits, "{state:?}");
    assert_eq!(run.ended_ms.is_some(), is_over, "{state:?}");
    assert!(run.idle_legs <= 6);
    let schedules = decision
        .effects
        .iter()
        .any(|effect| matches!(effect, RunEffect::ScheduleLeg { .. }));
    assert_eq!(
        schedules,
        run.generation > before.generation && state == RunState::Queued,
        "{before:?} {decision:?}"
    );
    if let RunStateWord::Done | RunStateWord::Cancelled = before.state {
        assert_eq!(before.state, run.state, "nothing revives it");
    }
    let added = run.sums.settled() - before.sums.settled().min(run.sums.settled());
    assert!(
        added == 0 || run.commits > before.commits,
        "counted without a commit"
    );
    assert!(decision.failures.is_empty() || run.commits > before.commits);
}

/// What asks in the name of an old leg changes nothing, and whatever writes has asked.
fn check_event(before: &Run, event: &RunEvent, decision: &RunDecision) {
    match event {
        RunEvent::LegBegan { generation }
        | RunEvent::BatchAsked { generation, .. }
        | RunEvent::LegEnded { generation, .. }
            if *generation != before.generation =>
        {
            assert_eq!(decision.effects, [RunEffect::WriteNothing]);
            assert!(!decision.is_changed);
        }
        RunEvent::BatchAsked { number, .. } => {
            let writes = decision.effects.contains(&RunEffect::WriteBatch);
            let may_write = before.state == RunStateWord::Running && *number == before.commits + 1;
            assert_eq!(writes, may_write);
        }
        RunEvent::BatchWritten { generation, batch } => {
            assert_eq!(
                (*generation, batch.number),
                (before.generation, before.commits + 1)
            );
            assert_eq!(before.state, RunStateWord::Running);
        }
        _ => {}
    }
}
