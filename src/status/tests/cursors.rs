//! What a cursor holds, and which ones are refused.

use super::*;

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
