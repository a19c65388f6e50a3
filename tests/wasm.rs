//! The binding, as JavaScript meets it.

#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_cmp,
    reason = "a test may panic, and steps are exact"
)]

use v2_rollout::wasm::{FlagChange, MigrationRun, StatusRun, forbidden};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn json(value: &JsValue) -> serde_json::Value {
    let text = js_sys::JSON::stringify(value).unwrap().as_string().unwrap();
    serde_json::from_str(&text).unwrap()
}

fn status(organization_id: &str, cursor: Option<&str>) -> StatusRun {
    let cursor = cursor.map(String::from);
    StatusRun::new(organization_id, None, cursor, None, None, &[], 1e12, false)
}

#[wasm_bindgen_test]
fn refusals_are_plain_objects() {
    assert_eq!(json(&forbidden("runMigration"))["code"], "FORBIDDEN");
    let refusal = json(&status("a b", None).refusal());
    assert_eq!(refusal["code"], "INVALID_ARGUMENT");
    assert_eq!(
        refusal["message"],
        "organizationId `a b` must be 1 to 128 visible ASCII characters without spaces"
    );
    assert!(status("org_a", None).refusal().is_null());
}

#[wasm_bindgen_test]
fn a_status_of_nothing_is_empty() {
    let mut run = status("org_a", None);
    let mut pages = 0;
    loop {
        let step = run.next(0.0, 0.0, 0.0);
        if step[0] != 2.0 {
            assert_eq!(step, [0.0]);
            break;
        }
        pages += 1;
        run.page(true, "", Vec::new(), Vec::new(), &[], &[]);
    }
    assert_eq!(pages, 10);
    let answer = json(&run.answer(None));
    assert_eq!(answer["verdict"], "empty");
    assert_eq!(answer["done"], true);
    assert_eq!(answer["cursor"], serde_json::Value::Null);
    assert_eq!(answer["voiceNotes"]["total"], 0);
}

#[wasm_bindgen_test]
fn a_cursor_goes_on_where_the_scan_paused() {
    let mut run = status("org_a", None);
    // The flags, then a page of notes after which nothing more fits.
    for _ in 0..6 {
        run.next(0.0, 0.0, 0.0);
        run.page(true, "", Vec::new(), Vec::new(), &[], &[]);
    }
    assert_eq!(run.next(0.0, 0.0, 0.0)[..2], [2.0, 3.0]);
    run.page(false, "n1", vec![195, 195], vec![1.0, 2.0], &[], &[]);
    assert_eq!(run.next(2.0, 200.0, 1.0)[0], 3.0);
    run.found(2, "", None, &[], &[], &[], &[]);
    assert_eq!(run.next(2.0, 16e6, 3.0), [1.0, 2.0]);
    let answer = json(&run.answer(Some("[2,\"n2\"]".into())));
    assert_eq!(answer["read"]["limitedBy"], "bytesRead");
    let mut rest = status("org_a", answer["cursor"].as_str());
    assert!(rest.refusal().is_null());
    assert_eq!(rest.position().as_deref(), Some("[2,\"n2\"]"));
    // Notes again, behind the position.
    assert_eq!(rest.next(0.0, 0.0, 0.0)[1..4], [3.0, 0.0, 0.0]);
    rest.page(true, "", Vec::new(), Vec::new(), &[], &[]);
    assert_eq!(json(&rest.answer(None))["migration"]["eligible"], 2);
}

#[wasm_bindgen_test]
fn runs_and_changes_cross_the_boundary() {
    let mut run = MigrationRun::new(
        Some("org_a".into()),
        true,
        None,
        None,
        false,
        None,
        None,
        false,
        0.0,
        1e9,
        0.0,
    );
    assert_eq!(run.next(0.0), [1.0, 1_000.0]);
    run.page(
        vec![6, 2],
        vec![0, 0],
        vec![3, 0],
        vec![1, 0],
        vec![9.0, 0.0],
        String::new(),
        true,
    );
    assert_eq!(run.next(0.0)[0], 0.0);
    let answer = json(&run.answer(None));
    assert_eq!(answer["outcome"]["migrated"], 1);
    assert_eq!(answer["claims"], 3);

    let mut change = FlagChange::new("org_a", true, None, None, None);
    assert_eq!(change.plan(0, None, &[], &[], 0.0), [2, 0, 1]);
    assert_eq!(change.plan(1, None, &[], &[0, 1], 0.0), [0, 0, 1]);
    assert_eq!(json(&change.answer())["changed"][1], "entity_resolution_v2");
}
