//! What a status asks its reader for, step by step.

use super::*;

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
fn feed_artifacts(scan: &mut StatusScan, rows: u32, ours: u32, malformed: Vec<MalformedDocument>) {
    let page = Page {
        malformed,
        ..last("k0")
    };
    let named: Vec<u32> = (rows - ours..rows).collect();
    let counts = vec![1; as_index(rows)];
    scan.feed_artifacts(&named, rows, &counts, page).unwrap();
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

#[test]
fn lookups_of_which_nothing_is_known_are_not_held_back() {
    let mut scan = scan_at(Range::Artifacts);
    feed_artifacts(&mut scan, 4_000, 1_000, vec![]);
    assert_eq!(rows_asked_for(&mut scan), (3_000..4_000).collect::<Vec<_>>());
}

#[test]
fn what_is_behind_a_lookup_that_broke_off_is_asked_for_again() {
    let mut scan = scan_at(Range::Artifacts);
    feed_artifacts(&mut scan, 10, 10, vec![]);
    rows_asked_for(&mut scan);
    let open = OpenLookUp {
        id: "k3".into(),
        after: "[1,\"m1\"]".into(),
    };
    let found = Found {
        open: Some(open),
        ..complete(3)
    };
    scan.feed_documents(3, &found).unwrap();
    let mut transaction = Transaction::default();
    for _ in 0..15 {
        transaction.count_read(1 << 20, 0);
    }
    assert_eq!(scan.next(&transaction), StatusStep::Pause { rows: Some(3) });
    assert_eq!((scan.state.sums.artifacts, scan.state.sums.transcripts), (3, 3));

    // The next transaction begins with the rest of that lookup, or where its artifact is gone, with as many as fit.
    let cursor = scan.answer(Some("[9]".into()), &transaction).unwrap().cursor;
    for (first_id, expected) in [("k3", (1, Some("[1,\"m1\"]"))), ("k4", (2, None))] {
        let mut scan = StatusScan::new(call(cursor.clone())).unwrap();
        let StatusStep::ReadPage { from, .. } = scan.next(&Transaction::default()) else {
            panic!("a page comes first");
        };
        let position = "[9]".into();
        assert_eq!(from, PageStart::Position { position });
        let named: Vec<u32> = (0..7).collect();
        scan.feed_artifacts(&named, 7, &[1; 7], last(first_id)).unwrap();
        let StatusStep::LookUp { rows, after, .. } = scan.next(&Transaction::default()) else {
            panic!("lookups come next");
        };
        assert_eq!((rows.len(), after.as_deref()), expected);
    }
}

#[test]
fn notes_are_counted_with_what_earlier_transactions_found() {
    let note = NoteFacts {
        transcription_status: None,
        insights_status: None,
        has_coach: false,
        has_text: false,
        created_ms: Millis(0.0),
    };
    let artifact = |note, is_completed, organization_id: &str| LinkedArtifact {
        note,
        is_completed,
        organization_ids: vec![organization_id.into()],
    };
    let mut scan = scan_at(Range::Notes);
    scan.feed_notes(vec![note; 3], last("n0")).unwrap();
    assert_eq!(rows_asked_for(&mut scan), [0, 1, 2]);
    let open = OpenLookUp {
        id: "n0".into(),
        after: "[1]".into(),
    };
    let found = Found {
        open: Some(open),
        ..complete(0)
    };
    scan.feed_linked_artifacts(&[artifact(0, true, "org_a")], &found)
        .unwrap();
    let cursor = scan.answer(None, &Transaction::default()).unwrap().cursor;

    let mut scan = StatusScan::new(call(cursor)).unwrap();
    scan.next(&Transaction::default());
    scan.feed_notes(vec![note; 3], last("n0")).unwrap();
    assert_eq!(rows_asked_for(&mut scan), [0]);
    scan.feed_linked_artifacts(&[artifact(0, false, "org_b")], &complete(1))
        .unwrap();
    assert_eq!(rows_asked_for(&mut scan), [1, 2]);
    scan.feed_linked_artifacts(&[artifact(0, false, "org_a")], &complete(2))
        .unwrap();
    let expected = Classes {
        migrated: 1,
        unfinished: 1,
        not_ready: 1,
        ..Classes::default()
    };
    assert_eq!(scan.state.sums.classes, expected);
    assert_eq!(
        (scan.state.sums.duplicates, scan.state.sums.linked_artifacts),
        (1, 2)
    );
}

#[test]
fn nobody_is_told_of_another_organizations_malformed_artifact() {
    let mut scan = scan_at(Range::Artifacts);
    let malformed = |row: u32| MalformedDocument {
        row,
        id: format!("k{row}"),
        field: "status".into(),
    };
    feed_artifacts(&mut scan, 5, 2, (1..5).map(malformed).collect());
    assert_eq!(rows_asked_for(&mut scan), [3, 4]);
    scan.feed_documents(0, &complete(2)).unwrap();
    let mut told = Malformed::default();
    told.add("k3", "status");
    told.add("k4", "status");
    assert_eq!(scan.state.malformed.voice_note_artifacts, told);
}

#[test]
fn a_wrong_call_is_refused_and_named() {
    let mut fresh = StatusScan::new(call(None)).unwrap();
    let mut looking_up = scan_at(Range::Claims);
    looking_up.feed_claims(2, last("c0")).unwrap();
    rows_asked_for(&mut looking_up);
    for (refused, message) in [
        (
            fresh.feed_notes(vec![], last("")),
            "feedNotes: no page was asked for",
        ),
        (
            fresh.feed_documents(0, &complete(0)),
            "feedDocuments: no lookups were asked for",
        ),
        (
            scan_at(Range::Notes).feed_claims(0, last("")),
            "feedClaims: a page of Notes was asked for",
        ),
        (
            scan_at(Range::Drafts).feed_flags(&[], last("")),
            "feedFlags: a page of Drafts was asked for",
        ),
        (
            scan_at(Range::Artifacts).feed_artifacts(&[], 0, &[1], last("")),
            "candidate counts add up to 1, but there are 0 organizationIds",
        ),
        (
            looking_up.feed_documents(0, &complete(3)),
            "feedDocuments: complete is 3, but 2 rows were asked for",
        ),
        (
            looking_up.feed_linked_artifacts(&[], &complete(0)),
            "feedLinkedArtifacts: no artifacts of notes were asked for",
        ),
    ] {
        assert_eq!(refused.unwrap_err().0, message);
    }
}

#[test]
fn a_forged_cursor_with_impossible_numbers_is_damaged() {
    let state = State {
        transactions: cursor::MOST,
        ..State::default()
    };
    let forged = cursor::seal(
        "v2MigrationStatus org_a 0",
        Millis(0.0),
        &(None::<String>, &state),
    );
    assert_eq!(
        StatusScan::new(call(Some(forged))).unwrap_err(),
        cursor::damaged()
    );
}
