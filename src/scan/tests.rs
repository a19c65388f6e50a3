//! What a status asks its reader for, step by step.

use super::*;
use crate::budget::CONVEX_LIMITS;
use crate::malformed::ARTIFACTS;
use crate::organization::Candidates;

const NOTHING_READ: Reads = Reads {
    documents: 0,
    bytes: 0,
    ranges: 0,
};

/// A scan that has come to a range; all ranges before it were empty.
fn scan_at(range: Range) -> Scan {
    let mut scan = Scan::default();
    scan.start("org_a", Deferral::default(), [None, None], CONVEX_LIMITS);
    while !matches!(scan.next(NOTHING_READ), Step::Page { range: next, .. } if next == range) {
        scan.feed_page(PageRead {
            is_last: true,
            ..PageRead::default()
        });
    }
    scan
}

/// A page of artifacts, of which the last ones are the organization's.
fn feed_artifacts(scan: &mut Scan, rows: u32, ours: u32, facts: Vec<u32>, names: &str) {
    let of: Vec<u32> = (rows - ours..rows).collect();
    scan.feed_page(PageRead {
        rows,
        is_last: true,
        facts,
        candidates: Candidates::new("org_a", &[0], &of),
        names,
        ..PageRead::default()
    });
}

#[test]
fn look_ups_of_which_nothing_is_known_are_not_held_back() {
    let mut scan = scan_at(Range::Artifacts);
    feed_artifacts(&mut scan, 4_000, 1_000, Vec::new(), "");
    assert!(matches!(scan.next(NOTHING_READ), Step::LookUp { .. }));
    assert_eq!(scan.asked_for(), (3_000..4_000).collect::<Vec<_>>());
}

#[test]
fn what_is_behind_a_look_up_that_broke_off_is_asked_for_again() {
    let mut scan = scan_at(Range::Artifacts);
    feed_artifacts(&mut scan, 10, 10, Vec::new(), "");
    scan.next(NOTHING_READ);
    scan.feed_found(&Found {
        complete: 3,
        open_id: "k3",
        open_after: Some("[1,\"m1\"]"),
        of: &[0, 0, 3],
        ..Found::default()
    });
    let used = Reads {
        documents: 13,
        bytes: 15 << 20,
        ranges: 5,
    };
    assert_eq!(scan.next(used), Step::Pause { rows: Some(3) });
    assert_eq!((scan.sums.artifacts, scan.sums.transcripts), (3, 3));
}

#[test]
fn nobody_is_told_of_another_organizations_malformed_artifact() {
    let mut scan = scan_at(Range::Artifacts);
    let mut facts = vec![0; 5];
    for fact in facts.iter_mut().skip(1) {
        *fact = MALFORMED;
    }
    feed_artifacts(
        &mut scan,
        5,
        2,
        facts,
        "k1: status\nk2: status\nk3: createdAt\nk4: status",
    );
    scan.next(NOTHING_READ);
    assert_eq!(scan.asked_for(), [3, 4]);
    scan.feed_found(&Found {
        complete: 2,
        ..Found::default()
    });
    let mut told = Malformed::default();
    told.add("k3: createdAt");
    told.add("k4: status");
    assert_eq!(scan.malformed[ARTIFACTS], told);
}
