//! Which runs exclude each other.

use super::*;

#[test]
fn one_run_per_organization_and_none_beside_a_run_of_all() {
    use RunStateWord::{Cancelled, Cancelling, Done, Paused, Pausing, Queued, Running, Stopped};
    for state in [
        Queued, Running, Pausing, Paused, Cancelling, Cancelled, Done, Stopped,
    ] {
        let is_held = matches!(state, Queued | Running | Pausing | Paused | Cancelling);
        for (one, other, meet) in [
            (Some("org_a"), Some("org_a"), true),
            (Some("org_a"), Some("org_b"), false),
            (Some("org_a"), None, true),
            (None, Some("org_a"), true),
            (None, None, true),
        ] {
            let there = Run {
                run_id: "r0".into(),
                organization_id: one.map(String::from),
                ..at(state)
            };
            let call = RunCall {
                organization_id: other.map(String::from),
                ..call()
            };
            let start = start_run(&call, std::slice::from_ref(&there), Millis(MINUTE));
            let is_refused = start.is_err_and(|refusal| refusal.code == Code::RunExists);
            assert_eq!(is_refused, is_held && meet, "{state:?} {one:?} {other:?}");
            // One that stopped must find its place free as well.
            let stopped = Run {
                organization_id: call.organization_id,
                ..at(Stopped)
            };
            let resumed = resume_run(&stopped, std::slice::from_ref(&there), Millis(MINUTE));
            assert_eq!(resumed.is_err(), is_held && meet, "{state:?} {one:?} {other:?}");
        }
    }
}

#[test]
fn a_run_in_the_way_is_named_with_what_can_be_done() {
    let command = |function: &str| format!("`npx convex run v2Rollout:{function} '{{\"runId\": \"r0\"}}'`");
    for (state, reach, message, verbs) in [
        (
            RunStateWord::Running,
            Some("org_a"),
            "run `r0` of `org_a`, started by `Ann`, is running and excludes this one",
            vec!["pause", "cancel"],
        ),
        (
            RunStateWord::Paused,
            None,
            "run `r0` of all organizations, started by `Ann`, is paused and excludes this one",
            vec!["resume", "cancel"],
        ),
        (
            RunStateWord::Cancelling,
            None,
            "run `r0` of all organizations, started by `Ann`, is cancelling and excludes this one",
            vec!["cancel"],
        ),
    ] {
        let there = Run {
            run_id: "r0".into(),
            organization_id: reach.map(String::from),
            ..at(state)
        };
        let refusal = start_run(&call(), &[there], Millis(MINUTE)).unwrap_err();
        assert_eq!((refusal.code, &*refusal.message), (Code::RunExists, message));
        let mut hint = vec![format!("watch it with {}", command("run"))];
        hint.extend(
            verbs
                .iter()
                .map(|verb| format!("{verb} it with {}", command(&format!("{verb}Run")))),
        );
        assert_eq!(refusal.hint, Some(hint.join("; ")));
    }
}

#[test]
fn a_run_whose_lease_has_expired_makes_way_where_its_watchdog_would_let_it() {
    use RunStateWord::{Cancelled, Cancelling, Pausing, Queued, Running, Stopped};
    for (state, mode, way) in [
        (Running, RunMode::Foreground, Some(Stopped)),
        (Cancelling, RunMode::Background, Some(Cancelled)),
        (Running, RunMode::Background, None),
        (Queued, RunMode::Background, None),
        (Pausing, RunMode::Background, None),
    ] {
        let there = Run {
            run_id: "r0".into(),
            mode,
            ..at(state)
        };
        let others = std::slice::from_ref(&there);
        assert!(start_run(&call(), others, Millis(5.0 * MINUTE)).is_err());
        let start = start_run(&call(), others, Millis(6.0 * MINUTE));
        let became = start.ok().flatten().map(|start| start.others[0].run.state);
        assert_eq!(became, way, "{state:?} {mode:?}");
    }
}

#[test]
fn a_run_that_is_over_beside_it_is_left_as_it_is() {
    let over = at(RunStateWord::Done);
    let next = RunCall {
        run_id: "r2".into(),
        ..call()
    };
    let start = start_run(&next, &[over], Millis(0.0)).unwrap().unwrap();
    assert_eq!(start.others, []);
}
