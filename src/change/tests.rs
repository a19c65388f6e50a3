use super::*;
use Row::{Malformed, Off, On};
use proptest::prelude::*;

fn change(wanted: bool) -> Change {
    Change::new(&ChangeCall {
        organization_id: "org_1",
        wanted,
        ..ChangeCall::default()
    })
    .unwrap()
}

fn keys(first: &[Row], second: &[Row]) -> [KeyRows; 2] {
    [first, second].map(|rows| KeyRows {
        organization: rows.to_vec(),
        ..KeyRows::default()
    })
}

fn json_of(change: &Change, rows: &[KeyRows; 2]) -> serde_json::Value {
    serde_json::to_value(change.answer(rows)).unwrap()
}

#[test]
fn only_what_differs_is_written() {
    use Write::{Insert, Set};
    for (rows, wanted, writes) in [
        (vec![], true, vec![Insert(0, true)]),
        (vec![], false, vec![Insert(0, false)]),
        (vec![On], true, vec![]),
        (vec![Off], true, vec![Set(0, true)]),
        (vec![Malformed], false, vec![Set(0, false)]),
        (
            vec![On, Off, On, Malformed],
            true,
            vec![Set(1, true), Set(3, true)],
        ),
        (vec![On, Off, On], false, vec![Set(0, false), Set(2, false)]),
    ] {
        assert_eq!(change(wanted).writes(0, &rows), writes, "{rows:?} {wanted}");
    }
}

#[test]
fn the_answer_tells_what_is_effective() {
    let mut rows = keys(&[Off], &[]);
    rows[0].environment = Some(false);
    let mut answer = json_of(&change(true), &rows);
    answer["previous"].take();
    assert_eq!(
        answer,
        serde_json::json!({
            "success": false,
            "flagsSet": ["voice_notes_v2", "entity_resolution_v2"],
            "changed": ["voice_notes_v2", "entity_resolution_v2"],
            "before": {"voice_notes_v2": false, "entity_resolution_v2": null},
            "after": {"voice_notes_v2": true, "entity_resolution_v2": true},
            "effective": {
                "voice_notes_v2": {"enabled": false, "reason": "ENVIRONMENT"},
                "entity_resolution_v2": {"enabled": true, "reason": "ORGANIZATION"},
            },
            "previous": null,
            "warnings": [
                "voice_notes_v2: the environment overrules the organization: VOICE_NOTES_V2_GLOBAL is `false`; change it with `npx convex env set VOICE_NOTES_V2_GLOBAL true`, or let organizations decide with `npx convex env remove VOICE_NOTES_V2_GLOBAL`",
                "half on: entity_resolution_v2 is on and voice_notes_v2 is off; run enableV2ForOrg or disableV2ForOrg to bring both to one value",
            ],
            "next": [
                "npx convex run scripts/v2MigrationStatus '{\"organizationId\": \"org_1\"}'",
                "npx convex run scripts/runMigration '{\"organizationId\": \"org_1\", \"dryRun\": true}'",
            ],
        })
    );
}

#[test]
fn who_when_what_and_why_is_noted() {
    let call = ChangeCall {
        organization_id: "org_1",
        wanted: false,
        actor: Some("Ann Lee"),
        reason: Some("pilot is over"),
        ..ChangeCall::default()
    };
    assert_eq!(
        Change::new(&call).unwrap().note("T", Some(On), false),
        "disableV2ForOrg by Ann Lee at T: true -> false; pilot is over"
    );
    assert_eq!(
        change(true).note("T", None, true),
        "enableV2ForOrg by script at T: none -> true"
    );
    let refused = |call: ChangeCall<'_>| Change::new(&call).unwrap_err().message;
    assert!(
        refused(ChangeCall {
            actor: Some(" "),
            ..call
        })
        .starts_with("disabledBy ` `")
    );
    assert!(
        refused(ChangeCall {
            reason: Some("a\nb"),
            ..call
        })
        .starts_with("reason `")
    );
}

#[test]
fn what_was_before_belongs_to_its_organization() {
    let answer = json_of(&change(true), &keys(&[Off], &[]));
    let restore = answer["previous"].as_str();
    for (organization_id, restore) in [("org_2", restore), ("org_1", Some("x"))] {
        let call = ChangeCall {
            organization_id,
            restore,
            ..ChangeCall::default()
        };
        let refusal = Change::new(&call).unwrap_err();
        assert_eq!(refusal.code, Code::InvalidArgument);
        assert_eq!(
            refusal.message,
            "restore is damaged, or the `previous` of another organization"
        );
    }
}

/// Carries out the writes of one flag.
fn write(rows: &mut Vec<Row>, writes: &[Write]) {
    let row = |value| if value { On } else { Off };
    for write in writes.iter().rev() {
        match write {
            Write::Set(index, value) => rows[*index] = row(*value),
            Write::Delete(index) => drop(rows.remove(*index)),
            Write::Insert(..) => {}
        }
    }
    for write in writes {
        if let Write::Insert(index, value) = write {
            assert_eq!(*index, rows.len());
            rows.push(row(*value));
        }
    }
}

proptest! {
    #[test]
    fn restoring_after_any_changes_gives_the_rows_of_before(
        first in proptest::collection::vec(prop_oneof![Just(Off), Just(On)], 0..4),
        second in proptest::collection::vec(prop_oneof![Just(Off), Just(On)], 0..4),
        changes: Vec<bool>,
    ) {
        let before = keys(&first, &second);
        let previous = previous("org_1", &before);
        let mut rows = before.clone();
        for wanted in changes {
            for (flag, key) in rows.iter_mut().enumerate() {
                let writes = change(wanted).writes(flag, &key.organization);
                write(&mut key.organization, &writes);
            }
        }
        let restore = Change::new(&ChangeCall {
            organization_id: "org_1",
            restore: Some(&previous),
            ..ChangeCall::default()
        })
        .unwrap();
        for (flag, key) in rows.iter_mut().enumerate() {
            let writes = restore.writes(flag, &key.organization);
            write(&mut key.organization, &writes);
        }
        prop_assert_eq!(&rows[0].organization, &first);
        prop_assert_eq!(&rows[1].organization, &second);
    }
}
