use super::*;
use FlagValue::{Malformed, Off, On};
use proptest::prelude::*;
use serde_json::json;

fn call(enabled: bool) -> FlagChangeCall {
    FlagChangeCall {
        organization_id: "org_1".into(),
        enabled,
        is_known: true,
        ..FlagChangeCall::default()
    }
}

fn change(enabled: bool) -> FlagChange {
    FlagChange::new(call(enabled)).unwrap()
}

fn rows(values: &[FlagValue]) -> Vec<FlagRow> {
    values
        .iter()
        .map(|value| FlagRow {
            value: *value,
            notes: None,
        })
        .collect()
}

fn keys(first: &[FlagValue], second: &[FlagValue]) -> ByKey<KeyRows> {
    ByKey::of(|key| KeyRows {
        organization: rows(if key == FlagKey::VoiceNotes { first } else { second }),
        ..KeyRows::default()
    })
}

fn answer(change: &FlagChange, rows: &ByKey<KeyRows>) -> FlagChangeAnswer {
    change.plan(rows, "T", None).unwrap().answer
}

/// What a write is, in a few words.
fn shown(write: &FlagWrite) -> String {
    match write {
        FlagWrite::SetFeatureFlag { enabled, .. } => format!("first {enabled}"),
        FlagWrite::Patch { row, enabled, .. } => format!("patch {row} {enabled}"),
        FlagWrite::Delete { row, .. } => format!("delete {row}"),
        FlagWrite::Insert { enabled, .. } => format!("insert {enabled}"),
    }
}

#[test]
fn only_what_differs_is_written() {
    for (stored, enabled, expected) in [
        (&[][..], true, &["first true"][..]),
        (&[], false, &["first false"]),
        (&[On], true, &[]),
        (&[Off], true, &["first true"]),
        (&[Malformed], false, &["first false"]),
        (&[On, Off, On, Malformed], true, &["patch 1 true", "patch 3 true"]),
        (&[On, Off, On], false, &["first false", "patch 2 false"]),
    ] {
        let writes = change(enabled).writes(FlagKey::VoiceNotes, &rows(stored), "T");
        let writes: Vec<String> = writes.iter().map(shown).collect();
        assert_eq!(writes, expected, "{stored:?} {enabled}");
    }
}

#[test]
fn a_restore_writes_back() {
    for (stored, previous, expected) in [
        (&[On][..], &[][..], &["delete 0"][..]),
        (&[], &[Off, On], &["first false", "insert true"]),
        (&[On, On], &[Off], &["first false", "delete 1"]),
    ] {
        let restore = super::previous("org_1", &keys(previous, previous));
        let change = FlagChange::new(FlagChangeCall {
            restore: Some(restore),
            ..call(true)
        })
        .unwrap();
        let writes = change.writes(FlagKey::EntityResolution, &rows(stored), "T");
        let writes: Vec<String> = writes.iter().map(shown).collect();
        assert_eq!(writes, expected, "{stored:?} {previous:?}");
    }
}

#[test]
fn the_answer_tells_what_is_effective() {
    let mut rows = keys(&[Off], &[]);
    rows.voice_notes.environment = Some("false".into());
    let mut answer = serde_json::to_value(answer(&change(true), &rows)).unwrap();
    answer["previous"].take();
    assert_eq!(
        answer,
        json!({
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
    let off = FlagChange::new(FlagChangeCall {
        actor: Some("Ann Lee".into()),
        reason: Some("pilot is over".into()),
        ..call(false)
    })
    .unwrap();
    let row = |notes: &str| FlagRow {
        value: On,
        notes: Some(notes.into()),
    };
    let newest = "disableV2ForOrg by Ann Lee at T: true -> false; pilot is over";
    let room = MOST_NOTES - newest.len() - 1;
    for (change, from, expected) in [
        (
            &change(true),
            None,
            "enableV2ForOrg by script at T: none -> true".to_owned(),
        ),
        (
            &off,
            Some(FlagRow {
                value: On,
                notes: None,
            }),
            newest.into(),
        ),
        (&off, Some(row("b\na")), format!("{newest}\nb\na")),
        (
            &off,
            Some(row(&"b".repeat(room))),
            format!("{newest}\n{}", "b".repeat(room)),
        ),
        (&off, Some(row(&"b".repeat(room + 1))), newest.into()),
        // Nothing older than what has no room.
        (
            &off,
            Some(row(&format!("b\n{}\na", "x".repeat(room)))),
            format!("{newest}\nb"),
        ),
    ] {
        assert_eq!(change.notes("T", from.as_ref(), change.call.enabled), expected);
    }
}

#[test]
fn arguments_outside_their_rules_are_refused() {
    for (call, message) in [
        (
            FlagChangeCall {
                organization_id: "a b".into(),
                ..call(true)
            },
            "organizationId `a b` must be 1 to 128 visible ASCII characters without spaces",
        ),
        (
            FlagChangeCall {
                actor: Some(" ".into()),
                ..call(true)
            },
            "enabledBy ` ` must be 1 to 128 visible ASCII characters, with single spaces between words at most",
        ),
        (
            FlagChangeCall {
                actor: Some(" ".into()),
                ..call(false)
            },
            "disabledBy ` ` must be 1 to 128 visible ASCII characters, with single spaces between words at most",
        ),
        (
            FlagChangeCall {
                reason: Some("a\nb".into()),
                ..call(true)
            },
            "reason `a\u{fffd}b` must be 1 to 200 characters on one line",
        ),
        (
            FlagChangeCall {
                restore: Some("x".into()),
                ..call(true)
            },
            "restore is damaged, or the `previous` of another organization",
        ),
        (
            FlagChangeCall {
                restore: Some(previous("org_2", &keys(&[Off], &[]))),
                ..call(true)
            },
            "restore is damaged, or the `previous` of another organization",
        ),
    ] {
        let refusal = FlagChange::new(call).unwrap_err();
        assert_eq!(
            (refusal.code, refusal.message.as_str()),
            (Code::InvalidArgument, message)
        );
    }
}

#[test]
fn an_organization_that_nobody_knows_must_have_left_traces() {
    let unknown = FlagChangeCall {
        is_known: false,
        ..call(true)
    };
    // call, rows, must traces be looked for?
    for (call, rows, expected) in [
        (unknown.clone(), keys(&[], &[]), true),
        (unknown.clone(), keys(&[], &[Off]), false),
        (
            FlagChangeCall {
                create: true,
                ..unknown.clone()
            },
            keys(&[], &[]),
            false,
        ),
        (
            FlagChangeCall {
                enabled: false,
                ..unknown.clone()
            },
            keys(&[], &[]),
            false,
        ),
        (call(true), keys(&[], &[]), false),
    ] {
        let change = FlagChange::new(call).unwrap();
        assert_eq!(change.needs_traces(&rows), expected, "{rows:?}");
        assert_eq!(change.plan(&rows, "T", None).is_err(), expected, "{rows:?}");
    }
    let change = FlagChange::new(unknown).unwrap();
    for (has_documents, newest, is_accepted) in [
        (true, &[][..], true),
        (false, &["org_2", "org_1"], true),
        (false, &["org_2"], false),
        (false, &[], false),
    ] {
        let newest_candidates = newest.iter().copied().map(String::from).collect();
        let traces = Traces {
            has_documents,
            newest_candidates,
        };
        let plan = change.plan(&keys(&[], &[]), "T", Some(&traces));
        assert_eq!(plan.is_ok(), is_accepted, "{traces:?}");
        if let Err(refusal) = plan {
            assert_eq!(refusal.code, Code::OrganizationNotFound);
        }
    }
}

/// Carries out the writes of one flag.
fn write(rows: &mut Vec<FlagRow>, writes: &[FlagWrite]) {
    let row = |enabled: bool| FlagRow {
        value: enabled.into(),
        notes: None,
    };
    for write in writes.iter().rev() {
        if let FlagWrite::Delete { row, .. } = write {
            rows.remove(*row);
        }
    }
    for write in writes {
        match write {
            FlagWrite::SetFeatureFlag { enabled, .. } if rows.is_empty() => rows.push(row(*enabled)),
            FlagWrite::SetFeatureFlag { enabled, .. } => rows[0] = row(*enabled),
            FlagWrite::Patch { row: at, enabled, .. } => rows[*at] = row(*enabled),
            FlagWrite::Insert { enabled, .. } => rows.push(row(*enabled)),
            FlagWrite::Delete { .. } => {}
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
        let restore = super::previous("org_1", &before);
        let mut stored = before;
        let mut carry_out = |change: &FlagChange| {
            for key in FlagKey::ALL {
                let rows = &mut stored.get_mut(key).organization;
                let writes = change.writes(key, rows, "T");
                write(rows, &writes);
            }
        };
        for enabled in changes {
            carry_out(&change(enabled));
        }
        carry_out(&FlagChange::new(FlagChangeCall { restore: Some(restore), ..call(true) }).unwrap());
        prop_assert_eq!(stored.voice_notes.organization, rows(&first));
        prop_assert_eq!(stored.entity_resolution.organization, rows(&second));
    }
}
