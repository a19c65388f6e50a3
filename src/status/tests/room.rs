//! When a transaction ends.

use super::*;

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
