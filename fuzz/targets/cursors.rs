//! Cursors and what else comes back as text that was given out before, forged ones too.

use base64ct::{Base64UrlUnpadded, Encoding};
use v2_rollout::{
    FlagChange, FlagChangeCall, FlagValue, MigrationCall, MigrationRun, Millis, Page, Range, StatusCall,
    StatusRun, StatusRunCall, StatusScan, StatusStep, Transaction,
};

use super::check_refusal;

const NOW: f64 = 1.79e12;

/// What a cursor belongs to, as the core puts it.
const BINDINGS: [&str; 3] = [
    "v2MigrationStatus org_a 0  ",
    "runMigration org_a false false  ",
    "previous org_a",
];

/// The first byte says what the others are: the text itself, or the state of a forged cursor of some kind.
pub fn cursors(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else {
        return;
    };
    let text = match usize::from(*kind).checked_sub(1).and_then(|at| BINDINGS.get(at)) {
        Some(binding) => forged(binding, rest),
        None => String::from_utf8_lossy(rest).into_owned(),
    };
    status(&text);
    migration(&text);
    restore(&text);
}

fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn push_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// A cursor with a valid header and checksum around a state that is made up.
pub(super) fn forged(binding: &str, state: &[u8]) -> String {
    let mut bytes = Vec::new();
    push_varint(&mut bytes, 2);
    push_varint(&mut bytes, 1_790_000_000_000);
    push_varint(&mut bytes, hash(binding.as_bytes()));
    bytes.extend_from_slice(state);
    bytes.extend_from_slice(&hash(&bytes).to_le_bytes());
    Base64UrlUnpadded::encode_string(&bytes)
}

fn status(cursor: &str) {
    let run = StatusRun::new(StatusRunCall {
        organization_id: "org_a".into(),
        cursor: Some(cursor.into()),
        now_ms: Millis(NOW),
        deadline_ms: Millis(240_000.0),
        ..StatusRunCall::default()
    });
    let scan = StatusScan::new(StatusCall {
        organization_id: "org_a".into(),
        cursor: Some(cursor.into()),
        now_ms: Millis(NOW),
        ..StatusCall::default()
    });
    assert_eq!(run.is_ok(), scan.is_ok());
    match scan {
        Ok(scan) => count_to_the_end(scan),
        Err(refusal) => check_refusal(&refusal),
    }
}

/// Whatever state it is in: it gets to its end, and gives a cursor that it accepts itself.
fn count_to_the_end(mut scan: StatusScan) {
    let transaction = Transaction::default();
    for _ in 0..100 {
        let range = match scan.next(&transaction) {
            StatusStep::ReadPage { range, .. } => range,
            StatusStep::Done => {
                let answer = scan.answer(None, &transaction).unwrap();
                assert!(answer.done && answer.cursor.is_none());
                return;
            }
            StatusStep::Pause { .. } => {
                let answer = scan.answer(Some("[1,\"k\"]"), &transaction).unwrap();
                let again = StatusScan::new(StatusCall {
                    organization_id: "org_a".into(),
                    cursor: answer.cursor,
                    now_ms: Millis(NOW),
                    ..StatusCall::default()
                });
                again.unwrap();
                return;
            }
            step @ StatusStep::LookUp { .. } => panic!("{step:?} of no rows"),
        };
        let page = || Page {
            is_last: true,
            ..Page::default()
        };
        match range {
            Range::PlatformFlags { .. } | Range::OrganizationFlags { .. } | Range::UserFlags { .. } => {
                scan.feed_flags(&[FlagValue::On], page()).unwrap();
            }
            Range::Notes => scan.feed_notes(Vec::new(), page()).unwrap(),
            Range::Artifacts => scan.feed_artifacts(&[], 2, &[1, 1], page()).unwrap(),
            Range::Claims => scan.feed_claims(0, page()).unwrap(),
            Range::Drafts => scan.feed_drafts(&[None], page()).unwrap(),
        }
    }
    panic!("a status goes on and on");
}

fn migration(cursor: &str) {
    let call = MigrationCall {
        organization_id: Some("org_a".into()),
        cursor: Some(cursor.into()),
        now_ms: Millis(NOW),
        deadline_ms: Millis(240_000.0),
        ..MigrationCall::default()
    };
    match call.check() {
        Ok(()) => drop(MigrationRun::new(&call).unwrap().next(Millis(NOW))),
        Err(refusal) => check_refusal(&refusal),
    }
}

fn restore(previous: &str) {
    let call = FlagChangeCall {
        organization_id: "org_a".into(),
        restore: Some(previous.into()),
        ..FlagChangeCall::default()
    };
    if let Err(refusal) = FlagChange::new(call) {
        check_refusal(&refusal);
    }
}
