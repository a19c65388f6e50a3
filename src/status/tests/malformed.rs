//! Which malformed documents an answer may name.

use super::*;

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
