//! What callers give.

use v2_rollout::{
    Caller, FlagChange, FlagChangeCall, MigrationCall, MigrationRun, Millis, RunCall, StatusCall, StatusScan,
    start_run,
};

use super::check_refusal;
use super::simulator::Choices;

const NUMBERS: [f64; 14] = [
    1.0,
    0.0,
    -1.0,
    0.5,
    2.0,
    200.0,
    201.0,
    9_007_199_254_740_992.0,
    9_007_199_254_740_993.0,
    1e300,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MIN_POSITIVE,
];

/// A text: one that is accepted, or any.
fn text(choices: &mut Choices, accepted: &str) -> String {
    match choices.below(4) {
        0 => accepted.into(),
        1 => accepted.repeat(usize::try_from(choices.below(200)).unwrap()),
        _ => {
            let length = choices.below(24);
            let bytes: Vec<u8> = (0..length).map(|_| choices.below(256).to_le_bytes()[0]).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
    }
}

fn maybe<T>(choices: &mut Choices, make: impl FnOnce(&mut Choices) -> T) -> Option<T> {
    choices.one_in(2).then(|| make(choices))
}

pub fn arguments(data: &[u8]) {
    let choices = &mut Choices::of_bytes(data);
    let number = |choices: &mut Choices| choices.pick(&NUMBERS);
    let organization_id = text(choices, "org_a");
    let actor = maybe(choices, |choices| text(choices, "Ann Lee"));
    let reason = maybe(choices, |choices| text(choices, "first club"));
    let cursor = maybe(choices, |choices| text(choices, "abc"));
    let caller = maybe(choices, |choices| Caller {
        token_identifier: maybe(choices, |choices| text(choices, "https://id|u1")),
        subject: maybe(choices, |choices| text(choices, "u1")),
    });
    let days = maybe(choices, number);
    let status = StatusCall {
        organization_id: organization_id.clone(),
        deferred_days: days,
        cursor: cursor.clone(),
        ..StatusCall::default()
    };
    if let Err(refusal) = StatusScan::new(status) {
        check_refusal(&refusal);
    }
    let change = FlagChangeCall {
        organization_id: organization_id.clone(),
        enabled: choices.one_in(2),
        caller: caller.clone(),
        actor: actor.clone(),
        reason: reason.clone(),
        restore: cursor.clone(),
        ..FlagChangeCall::default()
    };
    if let Err(refusal) = FlagChange::new(change) {
        check_refusal(&refusal);
    }
    migration(&MigrationCall {
        organization_id: maybe(choices, |_| organization_id),
        dry_run: choices.one_in(2),
        batch_size: maybe(choices, number),
        limit: maybe(choices, number),
        repair: choices.one_in(2),
        deferred_days: days,
        cursor,
        background: choices.one_in(2),
        by: actor,
        reason,
        caller,
        has_ledger: choices.one_in(2),
        is_legacy: choices.one_in(4),
        deadline_ms: Millis(choices.pick(&NUMBERS)),
        pace_bytes_per_second: choices.pick(&NUMBERS),
        ..MigrationCall::default()
    });
}

fn migration(call: &MigrationCall) {
    let checked = call.check();
    let run = MigrationRun::new(call);
    assert_eq!(checked.is_ok(), run.is_ok());
    match run {
        Ok(mut run) => drop(run.next(call.now_ms)),
        Err(refusal) => check_refusal(&refusal),
    }
    match RunCall::new("r1", call).and_then(|run| start_run(&run, &[], call.now_ms)) {
        Ok(start) => assert_eq!(start.is_none(), call.dry_run),
        Err(refusal) => check_refusal(&refusal),
    }
}
