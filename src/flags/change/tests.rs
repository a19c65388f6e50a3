use super::*;
use crate::caller::Caller;
use FlagValue::{Malformed, Off, On};
use proptest::prelude::*;
use serde_json::json;

const NOW: &str = "2026-11-25T10:00:00.000Z";

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
            bytes: 300,
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
    plan(change, rows).unwrap().answer
}

fn plan(change: &FlagChange, rows: &ByKey<KeyRows>) -> Result<FlagPlan, Refusal> {
    change.plan(rows, NOW, &Transaction::default(), None)
}

/// What is written for one flag whose rows are these.
fn writes(change: &FlagChange, rows: &[FlagRow]) -> Vec<String> {
    let rows = KeyRows {
        organization: rows.to_vec(),
        ..KeyRows::default()
    };
    let plan = change.plan_key(FlagKey::VoiceNotes, &rows, NOW, 1 << 20);
    plan.writes.iter().map(shown).collect()
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
fn user_rows_are_told_of() {
    for (user_rows, has_more_user_rows, beginning) in [
        (3, false, "voice_notes_v2: 3 user rows"),
        (1_000, true, "voice_notes_v2: 1,000 or more user rows"),
        (7, true, "voice_notes_v2: 7 or more user rows"),
    ] {
        let mut rows = keys(&[Off], &[Off]);
        rows.voice_notes.user_rows = user_rows;
        rows.voice_notes.has_more_user_rows = has_more_user_rows;
        let warnings = answer(&change(true), &rows).warnings;
        assert!(
            matches!(&warnings[..], [one] if one.starts_with(beginning)),
            "{warnings:?}"
        );
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
        let writes = writes(&change(enabled), &rows(stored));
        assert_eq!(writes, expected, "{stored:?} {enabled}");
    }
}

fn restoring(enabled: bool, first: &[FlagValue], second: &[FlagValue]) -> FlagChange {
    FlagChange::new(FlagChangeCall {
        restore: restore::previous("org_1", &keys(first, second)),
        ..call(enabled)
    })
    .unwrap()
}

#[test]
fn a_restore_writes_back() {
    for (stored, previous, expected) in [
        (&[On][..], &[][..], &["delete 0"][..]),
        (&[], &[Off, On], &["first false", "insert true"]),
        (&[On, On], &[Off], &["first false", "delete 1"]),
        // What was malformed counts as off and is no value to come back to.
        (&[On, Malformed], &[Malformed, Malformed], &["first false"]),
        (&[Malformed], &[Off], &["first false"]),
    ] {
        let writes = writes(&restoring(true, previous, previous), &rows(stored));
        assert_eq!(writes, expected, "{stored:?} {previous:?}");
    }
}

#[test]
fn a_restore_does_no_more_than_its_bearer_may() {
    let refused = |change: &FlagChange, stored| plan(change, &keys(stored, &[])).unwrap_err().message;
    assert_eq!(
        refused(&restoring(false, &[On], &[]), &[Off]),
        "restore raises a row of voice_notes_v2, which only enableV2ForOrg may do"
    );
    assert_eq!(
        refused(&restoring(true, &[Off], &[]), &[On]),
        "restore lowers a row of voice_notes_v2, which only disableV2ForOrg may do"
    );
}

#[test]
fn what_one_transaction_cannot_hold_is_left_to_others() {
    // rows behind the first, their size, are there more, rows that are written, the last that is dealt with
    for (rows_behind, bytes, has_more, written, after_row) in [
        (0, 300, false, 1, None),
        (999, 300, false, 1_000, None),
        (1_000, 300, false, 1_000, Some(999)),
        (3_000, 300, false, 1_000, Some(999)),
        (999, 300, true, 1_000, Some(999)),
        (9, 100_000, false, 10, None),
        (10, 100_000, false, 11, None),
        (11, 100_000, false, 11, Some(10)),
        (3, 2_000_000, false, 1, Some(0)),
    ] {
        let row = FlagRow {
            value: Off,
            notes: None,
            bytes,
        };
        let rows = KeyRows {
            organization: vec![row; rows_behind + 1],
            has_more_organization_rows: has_more,
            ..KeyRows::default()
        };
        let plan = change(true).plan_key(FlagKey::VoiceNotes, &rows, NOW, 1_000_000);
        let told = (plan.writes.len(), plan.further.map(|further| further.after_row));
        assert_eq!(told, (written, after_row), "{rows_behind} {bytes} {has_more}");
    }
    // Rows that have their value already take no room.
    let mut stored = vec![On; 3_000];
    stored.push(Off);
    let rows = KeyRows {
        organization: rows(&stored),
        ..KeyRows::default()
    };
    let plan = change(true).plan_key(FlagKey::VoiceNotes, &rows, NOW, 1_000_000);
    assert_eq!((plan.writes.len(), plan.further), (1, None));
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
                "half on: entity_resolution_v2 is on and voice_notes_v2 is off; run disableV2ForOrg to switch both off",
            ],
            "next": [
                {
                    "function": "scripts/v2MigrationStatus",
                    "args": {"organizationId": "org_1"},
                    "why": "tells how far the organization is",
                },
                {
                    "function": "scripts/runMigration",
                    "args": {"organizationId": "org_1", "dryRun": true},
                    "why": "tells what a migration of its old notes would do, and writes nothing",
                },
            ],
        })
    );
}

#[test]
fn warnings_tell_of_the_rows_afterwards() {
    let many = [Off; 101];
    let half = "half on: voice_notes_v2 is on and entity_resolution_v2 is off; run enableV2ForOrg or disableV2ForOrg to bring both to one value";
    for (change, first, expected) in [
        (change(true), &[Malformed][..], vec![]),
        (restoring(false, &[Malformed], &[Off]), &[On], vec![]),
        (
            restoring(false, &[On], &[Off]),
            &[On, On],
            // Of two rows one is left.
            vec![half],
        ),
        (
            change(true),
            &[Off, Off],
            vec![
                "voice_notes_v2: 2 rows for this organization; the host reads the first; delete the others",
                "voice_notes_v2: 1 further row had another value and was brought to this one",
            ],
        ),
        (
            change(false),
            &many,
            vec![
                "voice_notes_v2: 101 rows for this organization; the host reads the first; delete the others",
                "voice_notes_v2: more than 100 rows: there is no `previous` to come back to",
            ],
        ),
    ] {
        assert_eq!(
            answer(&change, &keys(first, &[On])).warnings,
            expected,
            "{first:?}"
        );
    }
    let mut more = keys(&[Off; 1_101], &[On]);
    more.voice_notes.has_more_organization_rows = true;
    let answer = answer(&change(true), &more);
    assert_eq!(
        answer.warnings,
        [
            "voice_notes_v2: more than 1100 rows for this organization; the host reads the first; delete the others",
            "voice_notes_v2: 999 further rows had another value and were brought to this one; the rows behind the first 1000 follow in transactions of their own, which `npx convex logs` shows",
            "voice_notes_v2: more than 100 rows: there is no `previous` to come back to",
        ]
    );
    assert_eq!(answer.previous, None);
}

#[test]
fn an_apostrophe_is_told() {
    let change = FlagChange::new(FlagChangeCall {
        organization_id: "it's".into(),
        ..call(false)
    });
    let answer = answer(&change.unwrap(), &keys(&[On], &[On]));
    assert_eq!(answer.warnings, [QUOTE_WARNING]);
    assert_eq!(answer.next.first().unwrap().args.organization_id, "it's");
}

#[test]
fn a_checked_change_that_has_no_effect_is_refused() {
    let check = |enabled| FlagChangeCall {
        check: true,
        ..call(enabled)
    };
    let held = |environment: Option<&str>, platform| {
        let mut rows = keys(&[Off], &[]);
        rows.voice_notes.environment = environment.map(String::from);
        rows.entity_resolution.platform = platform;
        rows
    };
    for (enabled, rows, expected) in [
        (true, held(None, None), None),
        (true, held(Some("true"), Some(On)), None),
        (true, held(Some("True"), None), None),
        (
            true,
            held(Some("false"), None),
            Some("the change would have no effect: voice_notes_v2 stays off by VOICE_NOTES_V2_GLOBAL"),
        ),
        (
            false,
            held(Some("true"), Some(On)),
            Some(
                "the change would have no effect: voice_notes_v2 stays on by VOICE_NOTES_V2_GLOBAL, entity_resolution_v2 stays on by its platform row",
            ),
        ),
    ] {
        let change = FlagChange::new(check(enabled)).unwrap();
        match (plan(&change, &rows), expected) {
            (Ok(plan), None) => assert!(plan.answer.success),
            (Err(refusal), Some(message)) => {
                assert_eq!((refusal.code, &*refusal.message), (Code::Overruled, message));
                assert!(refusal.hint.unwrap().contains("overrules the organization"));
            }
            (plan, expected) => panic!("{plan:?} is not {expected:?}"),
        }
    }
}

#[test]
fn a_restore_succeeds_where_its_values_count() {
    // enable or disable, the row, that to come back to, the environment: success
    for (enabled, stored, restored, environment, expected) in [
        (false, &[On][..], &[][..], None, true),
        (false, &[On], &[], Some("true"), false),
        (false, &[On], &[Off], Some("true"), false),
        (false, &[On], &[On], Some("true"), true),
        // Without the row that masked them, other values decide, as they did before.
        (true, &[Off], &[], Some("true"), true),
        (true, &[Off], &[], None, true),
        (true, &[Off], &[On], Some("false"), false),
    ] {
        let mut rows = keys(stored, &[]);
        rows.voice_notes.environment = environment.map(String::from);
        let answer = answer(&restoring(enabled, restored, &[]), &rows);
        assert_eq!(answer.success, expected, "{enabled} {stored:?} {restored:?}");
        let is_told = answer
            .warnings
            .iter()
            .any(|warning| warning.contains("overrules"));
        assert_eq!(is_told, !expected);
    }
}

#[test]
fn notes_of_people_are_told_where_a_restore_deletes_them() {
    let mut rows = keys(&[On], &[On]);
    let own = format!("enableV2ForOrg by script at {NOW}: none -> true");
    for (key, notes) in [
        (FlagKey::VoiceNotes, own.clone()),
        (FlagKey::EntityResolution, format!("{own}\nask Ann first")),
    ] {
        let row = rows.get_mut(key).organization.first_mut();
        row.unwrap().notes = Some(notes);
    }
    assert_eq!(
        answer(&restoring(false, &[], &[]), &rows).warnings,
        ["entity_resolution_v2: a row was deleted that held notes of a person: ask Ann first"]
    );
}

#[test]
fn who_when_what_and_why_is_noted() {
    let off = FlagChange::new(FlagChangeCall {
        caller: Some(Caller {
            token_identifier: Some("https://id|u1".into()),
            subject: None,
        }),
        actor: Some("Ann Lee".into()),
        reason: Some("pilot is over".into()),
        ..call(false)
    })
    .unwrap();
    let row = FlagRow {
        value: On,
        notes: Some("Runbook".into()),
        bytes: 0,
    };
    for (change, from, expected) in [
        (
            &change(true),
            None,
            format!("enableV2ForOrg by script at {NOW}: none -> true"),
        ),
        (
            &off,
            Some(&row),
            format!(
                "disableV2ForOrg by https://id|u1 for Ann Lee at {NOW}: true -> false; pilot is over\nRunbook"
            ),
        ),
        (
            &restoring(true, &[], &[]),
            Some(&row),
            format!("enableV2ForOrg (restore) by script at {NOW}: true -> true\nRunbook"),
        ),
    ] {
        assert_eq!(change.entry(NOW).notes(from, change.call.enabled), expected);
    }
    let plan = plan(&off, &keys(&[On], &[On])).unwrap();
    assert_eq!(plan.updated_by, "https://id|u1 for Ann Lee");
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
            "reason `a\u{fffd}b` must be 1 to 200 visible characters on one line",
        ),
        (
            FlagChangeCall {
                restore: Some("x".into()),
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
        assert_eq!(plan(&change, &rows).is_err(), expected, "{rows:?}");
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
        let plan = change.plan(&keys(&[], &[]), NOW, &Transaction::default(), Some(&traces));
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
        bytes: 300,
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

fn some_rows() -> impl Strategy<Value = Vec<FlagValue>> {
    proptest::collection::vec(prop_oneof![Just(Off), Just(On)], 0..4)
}

proptest! {
    #[test]
    fn restoring_after_any_changes_gives_the_rows_of_before(
        first in some_rows(),
        second in some_rows(),
        changes in proptest::collection::vec(any::<bool>(), 1..4),
    ) {
        let before = keys(&first, &second);
        let mut stored = before.clone();
        let mut carry_out = |change: &FlagChange| -> bool {
            if let Some(restored) = &change.restored
                && restore::check(change.call.enabled, &stored, restored).is_err()
            {
                return false;
            }
            for key in FlagKey::ALL {
                let rows = stored.get_mut(key);
                let writes = change.plan_key(key, rows, NOW, 1 << 20).writes;
                write(&mut rows.organization, &writes);
            }
            true
        };
        for enabled in &changes {
            carry_out(&change(*enabled));
        }
        // After an enable all rows are on, and the other function brings them back; and the other way round.
        let last = *changes.last().unwrap();
        prop_assert!(carry_out(&restoring(!last, &first, &second)));
        prop_assert_eq!(stored.voice_notes.organization, rows(&first));
        prop_assert_eq!(stored.entity_resolution.organization, rows(&second));
    }

    #[test]
    fn no_restore_does_what_its_bearer_may_not(
        stored in some_rows(),
        restored in some_rows(),
        enabled: bool,
    ) {
        let change = restoring(enabled, &restored, &[]);
        let mut rows = keys(&stored, &[]);
        let effective = |rows: &[FlagRow]| rows.first().is_some_and(|row| row.value == On);
        let before = effective(&rows.voice_notes.organization);
        if let Ok(plan) = plan(&change, &rows) {
            let inserted = plan.writes.iter().filter(|write| matches!(write, FlagWrite::Insert { .. })).count();
            prop_assert!(inserted <= 1);
            write(&mut rows.voice_notes.organization, &plan.writes);
            let after = effective(&rows.voice_notes.organization);
            let (lower, upper) = if enabled { (before, after) } else { (after, before) };
            prop_assert!(lower <= upper);
        }
    }
}
