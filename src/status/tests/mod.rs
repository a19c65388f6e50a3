//! What a status asks its reader for, step by step.

mod answer;
mod cursors;
mod feed;
mod malformed;
mod room;

use super::*;
use crate::flags::{FlagKey, FlagValue};
use crate::note::NoteFacts;

fn call(cursor: Option<String>) -> StatusCall {
    StatusCall {
        organization_id: "org_a".into(),
        cursor,
        ..StatusCall::default()
    }
}

/// A scan that has come to a range; all ranges before it were empty.
fn scan_at(range: Range) -> StatusScan {
    let mut scan = StatusScan::new(call(None)).unwrap();
    loop {
        let StatusStep::ReadPage { range: next, .. } = scan.next(&Transaction::default()) else {
            panic!("there is no such range");
        };
        if next == range {
            return scan;
        }
        feed_nothing(&mut scan, next);
    }
}

/// A page that is the last of its range.
fn last(first_id: &str) -> Page {
    Page {
        first_id: Some(first_id.into()),
        is_last: true,
        malformed: vec![],
    }
}

/// The last page of a range, and nothing in it.
fn feed_nothing(scan: &mut StatusScan, range: Range) {
    let fed = match range {
        Range::Notes => scan.feed_notes(vec![], last("")),
        Range::Artifacts => scan.feed_artifacts(&[], 0, &[], last("")),
        Range::Claims => scan.feed_claims(0, last("")),
        Range::Drafts => scan.feed_drafts(&[], last("")),
        _ => scan.feed_flags(&[], last("")),
    };
    assert_eq!(fed, Ok(()));
}

/// A page of artifacts, of which the last ones are the organization's.
fn feed_artifacts(scan: &mut StatusScan, rows: u32, ours: u32, malformed: Vec<MalformedRow>) {
    let page = Page {
        malformed,
        ..last("k0")
    };
    let named: Vec<u32> = (rows - ours..rows).collect();
    let counts = vec![1; as_index(rows)];
    scan.feed_artifacts(&named, rows, &counts, page).unwrap();
}

/// A note that has nothing.
fn note(id: &str) -> NoteToCount {
    NoteToCount {
        id: id.into(),
        facts: NoteFacts {
            transcription_status: None,
            insights_status: None,
            has_coach: false,
            has_text: false,
            created_ms: Millis(0.0),
        },
    }
}

fn complete(complete: u32) -> Found {
    Found {
        complete,
        ..Found::default()
    }
}

fn rows_asked_for(scan: &mut StatusScan) -> Vec<u32> {
    match scan.next(&Transaction::default()) {
        StatusStep::LookUp { rows, .. } => rows,
        step => panic!("{step:?}"),
    }
}

/// A scan in a transaction of its own that asks for a page of a range.
fn resumed_at(range: Range) -> StatusScan {
    let mut before = scan_at(range);
    let cursor = before.answer(None, &Transaction::default()).unwrap().cursor;
    let mut scan = StatusScan::new(call(cursor)).unwrap();
    scan.next(&Transaction::default());
    scan
}

/// A scan that has counted everything.
fn counted(change: impl FnOnce(&mut State)) -> StatusScan {
    let mut scan = StatusScan::new(StatusCall {
        check: true,
        ..call(None)
    })
    .unwrap();
    scan.state.place = Range::ALL.len();
    change(&mut scan.state);
    scan
}
