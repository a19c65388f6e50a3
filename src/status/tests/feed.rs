//! What is read next, and what was read.

use super::*;

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
