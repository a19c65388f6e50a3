//! What a status asks its reader for, step by step.

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
    let cursor = scan.answer(Some("[9]"), &transaction).unwrap().cursor;
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
    let notes = || vec![note("n0"), note("n1"), note("n2")];
    let artifact = |note, is_completed, organization_id: &str| LinkedArtifact {
        note,
        is_completed,
        organization_ids: vec![organization_id.into()],
    };
    let mut scan = scan_at(Range::Notes);
    scan.feed_notes(notes(), last("n0")).unwrap();
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
    scan.feed_notes(notes(), last("n0")).unwrap();
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
    let sums = &scan.state.sums;
    assert_eq!((sums.duplicates, sums.linked_artifacts), (1, 2));
    assert_eq!(sums.samples.duplicates, ["n0"]);
    assert_eq!(sums.samples.unfinished, ["n1"]);
}

#[test]
fn a_malformed_artifact_of_another_organization_is_not_named() {
    let linked = |organization_ids: &[&str]| LinkedArtifact {
        note: 0,
        is_completed: false,
        organization_ids: organization_ids.iter().map(|id| (*id).into()).collect(),
    };
    let malformed = |row: u32| MalformedRow {
        row,
        id: format!("k{row}"),
        field: "status".into(),
        organization_id: None,
    };
    let mut scan = scan_at(Range::Notes);
    scan.feed_notes(vec![note("n0")], last("n0")).unwrap();
    rows_asked_for(&mut scan);
    let artifacts = [linked(&["org_b"]), linked(&["org_b", "org_a"]), linked(&[])];
    let found = Found {
        malformed: (0..3).map(malformed).collect(),
        ..complete(1)
    };
    scan.feed_linked_artifacts(&artifacts, &found).unwrap();
    assert_eq!(scan.state.sums.classes.unfinished, 1);
    let mut told = Malformed::default();
    told.add("k2", "status");
    assert_eq!(scan.state.malformed_linked, told);
    assert_eq!(
        scan.state.malformed.voice_note_artifacts,
        Malformed::default(),
        "the organization's own is met again"
    );
}

#[test]
fn a_range_whose_position_is_lost_is_counted_again() {
    let mut scan = scan_at(Range::Claims);
    let page = Page {
        is_last: false,
        malformed: vec![MalformedRow {
            row: 0,
            id: "c0".into(),
            field: "topic".into(),
            organization_id: None,
        }],
        ..last("c0")
    };
    scan.feed_claims(2, page).unwrap();
    rows_asked_for(&mut scan);
    scan.feed_documents(5, &complete(2)).unwrap();
    let position = "\"c1\"".to_owned();
    let cursor = scan
        .answer(Some(&position), &Transaction::default())
        .unwrap()
        .cursor;

    let mut scan = StatusScan::new(call(cursor)).unwrap();
    assert_eq!((scan.state.sums.claims, scan.state.sums.resolutions), (2, 5));
    let StatusStep::ReadPage { from, range, .. } = scan.next(&Transaction::default()) else {
        panic!("a page comes first");
    };
    assert_eq!((from, range), (PageStart::Position { position }, Range::Claims));
    scan.position_lost().unwrap();
    assert_eq!((scan.state.sums.claims, scan.state.sums.resolutions), (0, 0));
    assert_eq!(scan.state.malformed.voice_note_claims, Malformed::default());
    let StatusStep::ReadPage { from, range, .. } = scan.next(&Transaction::default()) else {
        panic!("the range begins again");
    };
    assert_eq!((from, range), (PageStart::Start, Range::Claims));
}

#[test]
fn flags_are_read_again_together() {
    let [first, second] = FlagKey::ALL;
    let mut scan = scan_at(Range::PlatformFlags { key: second });
    scan.state.flags.get_mut(first).organization_rows = 3;
    scan.state.flags.get_mut(first).environment = Some(true);
    scan.state.flags.get_mut(second).ignored_environment = Some("yes".into());
    scan.state.sums.classes.blocked = 1;
    scan.position_lost().unwrap();
    assert_eq!(scan.range(), Some(Range::PlatformFlags { key: first }));
    let state = scan.state.flags.get(first);
    assert_eq!((state.organization_rows, state.environment), (0, Some(true)));
    let ignored = scan.state.flags.get(second).ignored_environment.as_deref();
    assert_eq!(ignored, Some("yes"));
    assert_eq!(scan.state.sums.classes.blocked, 1);
}

#[test]
fn no_more_user_rows_are_read_than_a_warning_needs() {
    let [key, _] = FlagKey::ALL;
    let rows = |count: u64| vec![FlagValue::On; as_index(count)];
    let page = |is_last| Page {
        is_last,
        ..last("f0")
    };
    // Bytes of a row, whether the range ends where enough were read, rows that are counted, are there more
    for (row_bytes, ends, counted, has_more) in [
        (100, false, MOST_USER_ROWS, true),
        (100, true, MOST_USER_ROWS, false),
        (MOST_USER_ROW_BYTES / 8, false, 8, true),
    ] {
        let mut scan = scan_at(Range::UserFlags { key });
        let mut transaction = Transaction::default();
        let mut fed = 0;
        loop {
            let StatusStep::ReadPage {
                documents,
                bytes,
                range,
                ..
            } = scan.next(&transaction)
            else {
                panic!("pages are all that is asked for");
            };
            if range != (Range::UserFlags { key }) {
                break;
            }
            if fed == 0 {
                // It was asked for before.
                assert_eq!(documents, 32);
            }
            assert!(fed + documents <= MOST_USER_ROWS && bytes <= MOST_USER_ROW_BYTES);
            let count = documents.min(bytes.div_ceil(row_bytes));
            fed += count;
            for _ in 0..count {
                transaction.count_read(row_bytes, 0);
            }
            let is_last = ends && fed == counted;
            scan.feed_flags(&rows(count), page(is_last)).unwrap();
        }
        let state = scan.state.flags.get(key);
        assert_eq!((state.user_rows, state.has_more_user_rows), (counted, has_more));
    }
}

#[test]
fn a_page_that_was_too_large_is_read_in_parts() {
    let asked = |halvings| {
        let mut scan = StatusScan::new(StatusCall {
            halvings,
            ..call(None)
        })
        .unwrap();
        match scan.next(&Transaction::default()) {
            StatusStep::ReadPage { bytes, .. } => bytes,
            step => panic!("{step:?}"),
        }
    };
    assert_eq!([asked(0), asked(1), asked(3)], [14 << 20, 6 << 20, 3 << 19]);
}

#[test]
fn no_cursor_is_too_long() {
    let long_key = |id: &str| format!("[\"{}\",1.5,\"{id}\"]", "ü".repeat(2_000));
    // The key of a position alone has room; a second one has not, and the documents stand for both.
    for (is_open, expected) in [(false, long_key("k7")), (true, "\"k7\"".into())] {
        let mut scan = scan_at(Range::Claims);
        scan.state.open = is_open.then(|| Open {
            id: "c0".into(),
            after: long_key("r3"),
            linked: Linked::default(),
        });
        let answer = scan.answer(Some(&long_key("k7")), &Transaction::default());
        let cursor = answer.unwrap().cursor;
        assert!(
            cursor
                .as_ref()
                .is_some_and(|cursor| cursor.len() <= cursor::LONGEST)
        );
        let scan = StatusScan::new(call(cursor)).unwrap();
        assert_eq!(scan.position, Some(expected));
        let after = scan.state.open.map(|open| open.after);
        assert_eq!(after, is_open.then(|| "\"r3\"".into()));
    }
}

#[test]
fn a_cursor_belongs_to_its_call_deployment_and_indexes() {
    let mut scan = StatusScan::new(call(None)).unwrap();
    let cursor = scan.answer(None, &Transaction::default()).unwrap().cursor;
    let same = || call(cursor.clone());
    for (call, is_accepted) in [
        (same(), true),
        (
            StatusCall {
                check: true,
                accept_blocked: true,
                halvings: 3,
                ..same()
            },
            true,
        ),
        (
            StatusCall {
                deployment: Some("https://other.convex.cloud".into()),
                ..same()
            },
            false,
        ),
        (
            StatusCall {
                indexes: "{}".into(),
                ..same()
            },
            false,
        ),
        (
            StatusCall {
                organization_id: "org_b".into(),
                ..same()
            },
            false,
        ),
        (
            StatusCall {
                deferred_days: Some(3.0),
                ..same()
            },
            false,
        ),
    ] {
        assert_eq!(StatusScan::new(call).is_ok(), is_accepted);
    }
}

#[test]
fn nobody_is_told_of_another_organizations_malformed_artifact() {
    let mut scan = scan_at(Range::Artifacts);
    let malformed = |row: u32| MalformedRow {
        row,
        id: format!("k{row}"),
        field: "status".into(),
        organization_id: None,
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
fn no_malformed_document_of_another_organization_is_named() {
    let [key, _] = FlagKey::ALL;
    let malformed = || {
        let names = [Some("org_a"), Some("org_b"), None];
        (0..)
            .zip(names)
            .map(|(row, names)| MalformedRow {
                row,
                id: format!("d{row}"),
                field: "x".into(),
                organization_id: names.map(String::from),
            })
            .collect::<Vec<_>>()
    };
    let page = || Page {
        malformed: malformed(),
        ..last("d0")
    };
    let found = || Found {
        malformed: malformed(),
        ..complete(1)
    };
    let flags = [FlagValue::Malformed; 3];
    let mut told_of_own = Malformed::default();
    told_of_own.add("d0", "x");
    told_of_own.add("d2", "x");
    for (range, names_own) in [
        (Range::PlatformFlags { key }, true),
        (Range::OrganizationFlags { key }, true),
        (Range::UserFlags { key }, false),
        (Range::Claims, true),
        (Range::Drafts, true),
    ] {
        let mut scan = scan_at(range);
        match range {
            Range::Claims => {
                scan.feed_claims(1, last("c0")).unwrap();
                rows_asked_for(&mut scan);
                scan.feed_documents(3, &found()).unwrap();
                assert_eq!(scan.state.sums.resolutions, 3, "all are counted");
            }
            Range::Drafts => scan.feed_drafts(&[None; 3], page()).unwrap(),
            _ => scan.feed_flags(&flags, page()).unwrap(),
        }
        let told = match range {
            Range::Claims => &scan.state.malformed.voice_note_entity_resolutions,
            Range::Drafts => &scan.state.malformed.insight_drafts,
            _ => &scan.state.malformed.feature_flags,
        };
        let expected = if names_own {
            told_of_own.clone()
        } else {
            Malformed::default()
        };
        assert_eq!(*told, expected, "{range:?}");
    }
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
    const MOST: u64 = cursor::MOST;
    let opened = |change: fn(&mut State)| {
        let mut state = State::default();
        change(&mut state);
        let forged = cursor::seal(
            "v2MigrationStatus org_a 0  ",
            Millis(0.0),
            &(None::<String>, &state),
        );
        StatusScan::new(call(Some(forged)))
    };
    let open = |artifacts| Open {
        id: "n0".into(),
        after: "[1]".into(),
        linked: Linked {
            artifacts,
            is_completed: false,
        },
    };
    assert!(opened(|_| ()).is_ok());
    let possible: [fn(&mut State); 2] = [
        |state| state.transactions = MOST - 1,
        |state| state.read.ranges = MOST - 1,
    ];
    for change in possible {
        assert!(opened(change).is_ok());
    }
    let impossible: [fn(&mut State); 11] = [
        |state| state.transactions = MOST,
        |state| state.pace.lookups(MOST, Reads::default()),
        |state| state.read.documents = MOST,
        |state| state.read.bytes = MOST,
        |state| state.read.ranges = MOST,
        |state| state.sums.claims = MOST,
        |state| state.sums.drafts.expired = MOST,
        |state| state.sums.samples.blocked = vec!["n0".into(); 6],
        |state| state.flags.voice_notes.user_rows = MOST,
        |state| state.flags.entity_resolution.user_rows = MOST,
        |state| state.malformed.voice_notes = forged_count(),
    ];
    for (nth, change) in impossible.into_iter().enumerate() {
        assert_eq!(opened(change).unwrap_err(), cursor::damaged(), "{nth}");
    }
    assert_eq!(
        opened(|state| state.malformed_linked = forged_count()).unwrap_err(),
        cursor::damaged()
    );
    let with_open = |artifacts| {
        let state = State {
            open: Some(open(artifacts)),
            ..State::default()
        };
        state.is_plausible()
    };
    assert_eq!([with_open(MOST - 1), with_open(MOST)], [true, false]);
}

/// More documents than have names, and no names.
fn forged_count() -> Malformed {
    serde_json::from_value(serde_json::json!({ "count": 1, "names": [] })).unwrap()
}

/// A transaction of so many documents that has read so much: what it may still read has the reserve taken off.
fn used(documents: [u64; 2], bytes: u64, ranges: [u64; 2]) -> Transaction {
    let metric = |[used, remaining]: [u64; 2]| crate::transaction::Metric { used, remaining };
    let mut transaction = Transaction::default();
    transaction.tell(crate::transaction::Metrics {
        documents_read: metric(documents),
        bytes_read: metric([bytes, (16 << 20) - bytes]),
        database_queries: metric(ranges),
        ..crate::transaction::Metrics::default()
    });
    transaction
}

/// A scan in a transaction of its own that asks for a page of a range.
fn resumed_at(range: Range) -> StatusScan {
    let mut before = scan_at(range);
    let cursor = before.answer(None, &Transaction::default()).unwrap().cursor;
    let mut scan = StatusScan::new(call(cursor)).unwrap();
    scan.next(&Transaction::default());
    scan
}

#[test]
fn a_transaction_reads_a_page_whatever_was_read_before_and_then_ends_where_a_limit_is_reached() {
    let spent = used([32_000, 0], 0, [0, 4_096]);
    let mut scan = StatusScan::new(call(None)).unwrap();
    let StatusStep::ReadPage { range, documents, .. } = scan.next(&spent) else {
        panic!("a transaction gets further");
    };
    assert_eq!(documents, 1);
    feed_nothing(&mut scan, range);
    // An empty range is progress, too.
    assert_eq!(scan.next(&spent), StatusStep::Pause { rows: None });
}

#[test]
fn a_page_behind_another_needs_room_for_its_ranges() {
    let more = Page {
        is_last: false,
        ..last("d0")
    };
    let after = |ranges: [u64; 2]| {
        let mut scan = scan_at(Range::Drafts);
        scan.feed_drafts(&[None; 10], more.clone()).unwrap();
        let step = scan.next(&used([10, 31_990], 1_000, ranges));
        (step, scan.limited_by)
    };
    // A hundred ranges are kept.
    let (step, limit) = after([3_993, 103]);
    assert_eq!(step, StatusStep::Pause { rows: Some(10) });
    assert_eq!(limit, Some(Limit::DatabaseQueries));
    let (step, _) = after([3_992, 104]);
    let StatusStep::ReadPage { from, .. } = step else {
        panic!("there is room: {step:?}");
    };
    assert_eq!(from, PageStart::PageBefore);
    // The first page of a range needs one only.
    let mut scan = scan_at(Range::Claims);
    feed_nothing(&mut scan, Range::Claims);
    let step = scan.next(&used([0, 32_000], 0, [3_993, 103]));
    assert!(matches!(step, StatusStep::ReadPage { .. }), "{step:?}");
}

#[test]
fn a_page_that_brings_little_more_is_left_to_the_next_transaction() {
    let more = Page {
        is_last: false,
        ..last("d0")
    };
    // Of 148 documents an eighth is kept, so that two are left, which is a 64th of those that were read.
    for (documents, expected) in [([128, 20], true), ([128, 21], false)] {
        let mut scan = resumed_at(Range::Drafts);
        scan.feed_drafts(&[None; 128], more.clone()).unwrap();
        let step = scan.next(&used(documents, 12_800, [1, 4_095]));
        let pause = StatusStep::Pause { rows: Some(128) };
        assert_eq!(step == pause, expected, "{step:?}");
    }
}

#[test]
fn a_lookup_that_breaks_off_ends_the_transaction() {
    let open = || OpenLookUp {
        id: "k0".into(),
        after: "[1]".into(),
    };
    let mut scan = resumed_at(Range::Artifacts);
    feed_artifacts(&mut scan, 3, 3, vec![]);
    rows_asked_for(&mut scan);
    // Documents that were found are progress, even if there are more of them.
    let found = Found {
        open: Some(open()),
        ..complete(0)
    };
    scan.feed_documents(5, &found).unwrap();
    assert_eq!(scan.progress, 5);
    let pause = StatusStep::Pause { rows: Some(0) };
    assert_eq!(scan.next(&Transaction::default()), pause);
    let cursor = scan.answer(Some("[0]"), &Transaction::default()).unwrap().cursor;

    // What is known of the open one is kept until it is through.
    for (complete, is_open) in [(0, true), (1, false)] {
        let mut scan = StatusScan::new(call(cursor.clone())).unwrap();
        scan.next(&Transaction::default());
        feed_artifacts(&mut scan, 3, 3, vec![]);
        assert_eq!(rows_asked_for(&mut scan), [0]);
        scan.feed_documents(0, &self::complete(complete)).unwrap();
        assert_eq!(scan.state.open.is_some(), is_open);
    }
}

#[test]
fn rows_and_documents_are_progress() {
    let mut scan = resumed_at(Range::Claims);
    scan.feed_claims(4, last("c0")).unwrap();
    rows_asked_for(&mut scan);
    scan.feed_documents(6, &complete(2)).unwrap();
    assert_eq!(scan.progress, 8);
    scan.broke_off = false;
    assert_eq!(rows_asked_for(&mut scan), [2, 3]);
    scan.feed_documents(0, &complete(2)).unwrap();
    assert_eq!(scan.progress, 10);
}

#[test]
fn malformed_documents_are_told_of_their_table_once_their_row_is_through() {
    let [key, _] = FlagKey::ALL;
    let page = || Page {
        malformed: vec![MalformedRow {
            row: 1,
            id: "d1".into(),
            field: "x".into(),
            organization_id: None,
        }],
        ..last("d0")
    };
    let mut told = Malformed::default();
    told.add("d1", "x");
    for (range, table) in [
        (Range::Notes, "voiceNotes"),
        (Range::Artifacts, "voiceNoteArtifacts"),
        (Range::Claims, "voiceNoteClaims"),
        (Range::Drafts, "insightDrafts"),
        (Range::OrganizationFlags { key }, "featureFlags"),
    ] {
        let mut scan = scan_at(range);
        let tables = |scan: &StatusScan| {
            let each = scan.state.malformed.each();
            let told = each.iter().filter(|(_, malformed)| **malformed == told);
            told.map(|(table, _)| *table).collect::<Vec<_>>()
        };
        match range {
            Range::Notes => scan.feed_notes(vec![note("d0"), note("d1")], page()),
            Range::Artifacts => scan.feed_artifacts(&[0, 1], 2, &[1, 1], page()),
            Range::Claims => scan.feed_claims(2, page()),
            Range::Drafts => scan.feed_drafts(&[None; 2], page()),
            _ => scan.feed_flags(&[FlagValue::On; 2], page()),
        }
        .unwrap();
        if range.looks_up() {
            // One row after the other gets through.
            for expected in [&[][..], &[table]] {
                rows_asked_for(&mut scan);
                let found = complete(1);
                match range {
                    Range::Notes => scan.feed_linked_artifacts(&[], &found),
                    _ => scan.feed_documents(0, &found),
                }
                .unwrap();
                scan.broke_off = false;
                assert_eq!(tables(&scan), expected, "{range:?}");
            }
        }
        assert_eq!(tables(&scan), [table], "{range:?}");
    }
}

#[test]
fn rows_of_a_flag_are_counted_over_all_pages() {
    let [key, _] = FlagKey::ALL;
    let range = Range::OrganizationFlags { key };
    let mut scan = scan_at(range);
    assert_eq!(scan.organization_id(), "org_a");
    for (rows, is_last) in [(3, false), (2, true)] {
        let page = Page {
            is_last,
            ..last("f0")
        };
        scan.feed_flags(&vec![FlagValue::On; rows], page).unwrap();
        scan.next(&Transaction::default());
    }
    assert_eq!(scan.state.flags.get(key).organization_rows, 5);
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

#[test]
fn an_answer_tells_what_was_counted_and_what_to_do() {
    let [first, second] = FlagKey::ALL;
    let mut scan = counted(|state| {
        state.sums.classes.migrated = 1;
        state.sums.artifacts = 4;
        state.flags.get_mut(first).organization = Some(FlagValue::On);
        state.flags.get_mut(second).organization = Some(FlagValue::Off);
        state.flags.get_mut(second).platform = Some(FlagValue::On);
    });
    let answer = scan.answer(None, &Transaction::default()).unwrap();
    assert_eq!((answer.gap, answer.orphans, answer.done), (-3.0, 4, true));
    assert_eq!(
        (
            answer.feature_flags.voice_notes,
            answer.feature_flags.entity_resolution
        ),
        (true, false)
    );
    assert_eq!((answer.verdict, answer.cursor), (Some(Verdict::Complete), None));

    // What is not complete is refused at the end, not on the way.
    let mut scan = counted(|state| state.sums.classes.eligible = 1);
    let refusal = scan.answer(None, &Transaction::default()).unwrap_err();
    assert_eq!(refusal.code, crate::refusal::Code::NotComplete);
    scan.state.place -= 1;
    let answer = scan.answer(None, &Transaction::default()).unwrap();
    assert_eq!(
        answer.warnings,
        ["these are sums so far, not the result: call again with `cursor` to go on"]
    );
}

#[test]
fn every_number_that_needs_a_person_has_a_warning() {
    type Change = fn(&mut State);
    // what is counted, how its warning begins
    let table: [(Change, &str); 9] = [
        (
            |state| state.sums.duplicates = 1,
            "1 note has more than one linked artifact",
        ),
        (
            |state| state.sums.duplicates = 2,
            "2 notes have more than one linked artifact",
        ),
        (
            |state| state.sums.artifacts = 3,
            "3 artifacts belong to no note of the organization",
        ),
        (
            |state| state.sums.classes.unfinished = 1,
            "1 note is unfinished (see `samples`)",
        ),
        (
            |state| state.sums.classes.deferred = 1,
            "1 note is deferred (see `samples`)",
        ),
        (
            |state| state.sums.classes.blocked = 2,
            "2 notes are blocked (see `samples`)",
        ),
        (
            |state| state.malformed.voice_note_claims.add("c1", "topic"),
            "1 malformed document in voiceNoteClaims (`c1: topic`)",
        ),
        (
            |state| state.malformed_linked.add("k1", "status"),
            "1 malformed document in voiceNoteArtifacts (`k1: status`)",
        ),
        (
            |state| {
                state.malformed.voice_note_artifacts.add("k1", "status");
                state.malformed_linked.add("k2", "status");
            },
            "2 malformed documents in voiceNoteArtifacts (`k1: status`, `k2: status`)",
        ),
    ];
    let warnings = |change: Change| {
        let mut scan = counted(change);
        scan.check = false;
        scan.answer(None, &Transaction::default()).unwrap().warnings
    };
    assert_eq!(warnings(|_| ()), [""; 0]);
    for (change, beginning) in table {
        let told = warnings(change);
        assert!(
            matches!(&told[..], [one] if one.starts_with(beginning)),
            "{beginning}: {told:?}"
        );
    }
}
