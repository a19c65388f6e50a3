//! The binding, as JavaScript meets it: numbers, columns behind their lengths, texts behind a `=`.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::{Value, json};
use v2_rollout::wasm::Core;
use wasm_bindgen_test::wasm_bindgen_test;

/// Numbers before the columns.
const NUMBERS: usize = 7;

fn ask(core: &mut Core, question: u32, numbers: &[f64], columns: &[&[f64]], texts: &[Option<&str>]) -> Value {
    let mut all = numbers.to_vec();
    all.resize(NUMBERS, f64::NAN);
    for column in columns {
        all.push(f64::from(u32::try_from(column.len()).unwrap()));
        all.extend_from_slice(column);
    }
    let texts: Vec<String> = texts
        .iter()
        .map(|text| text.map_or(String::new(), |text| ["=", text].concat()))
        .collect();
    let answer = core.ask(question, &all, &texts.join("\0"));
    serde_json::from_str(&js_sys::JSON::stringify(&answer).unwrap().as_string().unwrap()).unwrap()
}

fn status(organization_id: &str, cursor: Option<&str>) -> (Core, Value) {
    let mut core = Core::new();
    let refusal = ask(
        &mut core,
        0,
        &[1e12, 0.0],
        &[],
        &[Some(organization_id), None, cursor],
    );
    (core, refusal)
}

/// The next step of a run, the first one of a status, after so many documents, bytes and ranges.
fn next(core: &mut Core, used: [f64; 3]) -> Value {
    ask(core, 12, &used, &[], &[])
}

/// The last page of a range, and nothing in it; what comes next.
fn empty_page(core: &mut Core) -> Value {
    ask(core, 13, &[0.0, 0.0, 0.0, 0.0, 1.0], &[&[], &[]], &[])
}

fn step(value: &Value, at: usize) -> Option<f64> {
    value.get(at).and_then(Value::as_f64)
}

#[wasm_bindgen_test]
fn refusals_are_plain_objects() {
    let forbidden = ask(&mut Core::new(), 3, &[], &[], &[Some("runMigration")]);
    assert_eq!(forbidden.get("code"), Some(&json!("FORBIDDEN")));
    let (_, refusal) = status("a b", None);
    assert_eq!(
        refusal,
        json!({
            "code": "INVALID_ARGUMENT",
            "message": "organizationId `a b` must be 1 to 128 visible ASCII characters without spaces",
        })
    );
    assert_eq!(status("org_a", None).1, Value::Null);
}

#[wasm_bindgen_test]
fn a_status_of_nothing_is_empty() {
    let (mut core, _) = status("org_a", None);
    let mut pages = 0;
    let mut todo = next(&mut core, [0.0; 3]);
    while step(&todo, 0) == Some(2.0) {
        pages += 1;
        todo = empty_page(&mut core);
    }
    assert_eq!(pages, 10);
    let answer = ask(&mut core, 15, &[0.0; 3], &[], &[]);
    assert_eq!(answer.get("verdict"), Some(&json!("empty")));
    assert_eq!(answer.get("cursor"), Some(&Value::Null));
    assert_eq!(answer.pointer("/voiceNotes/total"), Some(&json!(0)));
}

#[wasm_bindgen_test]
fn a_cursor_goes_on_where_the_scan_paused() {
    let (mut core, _) = status("org_a", None);
    let mut todo = next(&mut core, [0.0; 3]);
    for _ in 0..6 {
        todo = empty_page(&mut core);
    }
    assert_eq!(step(&todo, 1), Some(3.0), "notes, behind the flags");
    let page = ask(
        &mut core,
        13,
        &[2.0, 200.0, 1.0, 2.0, 0.0],
        &[&[195.0, 195.0], &[1.0, 2.0]],
        &[Some("n1")],
    );
    assert_eq!(step(&page, 0), Some(3.0));
    assert_eq!(
        ask(&mut core, 14, &[2.0, 16e6, 3.0, 2.0], &[&[], &[]], &[Some("")]),
        json!([1, 2]),
        "a pause behind both notes"
    );
    let used = [2.0, 16e6, 3.0];
    let answer = ask(&mut core, 15, &used, &[], &[None, Some("[2,\"n2\"]")]);
    assert_eq!(answer.pointer("/read/ranges"), Some(&json!(3)));
    assert_eq!(answer.pointer("/read/limitedBy"), Some(&json!("bytesRead")));

    let (mut rest, refusal) = status("org_a", answer.get("cursor").and_then(Value::as_str));
    assert_eq!(refusal, Value::Null);
    assert_eq!(ask(&mut rest, 11, &[], &[], &[]), json!("[2,\"n2\"]"));
    assert_eq!(
        step(&next(&mut rest, [0.0; 3]), 3),
        Some(0.0),
        "not from the range's start"
    );
    empty_page(&mut rest);
    let answer = ask(&mut rest, 15, &[0.0; 3], &[], &[]);
    assert_eq!(answer.pointer("/migration/eligible"), Some(&json!(2)));
}

#[wasm_bindgen_test]
fn runs_and_changes_cross_the_boundary() {
    let mut run = Core::new();
    let call = [1.0, 0.0, 0.0, 0.0, 1e9, 0.0];
    assert_eq!(ask(&mut run, 1, &call, &[], &[Some("org_a")]), Value::Null);
    assert_eq!(next(&mut run, [0.0; 3]), json!([1, 1_000]));
    let columns: [&[f64]; 5] = [&[6.0, 2.0], &[0.0, 0.0], &[3.0, 0.0], &[1.0, 0.0], &[9.0, 0.0]];
    ask(&mut run, 13, &[1.0], &columns, &[Some("")]);
    assert_eq!(step(&next(&mut run, [0.0; 3]), 0), Some(0.0));
    let answer = ask(&mut run, 18, &[], &[], &[]);
    assert_eq!(answer.pointer("/outcome/migrated"), Some(&json!(1)));
    assert_eq!(answer.get("claims"), Some(&json!(3)));

    let mut change = Core::new();
    assert_eq!(ask(&mut change, 2, &[1.0], &[], &[Some("org_a")]), Value::Null);
    let plan = ask(
        &mut change,
        11,
        &[0.0, 0.0],
        &[&[], &[], &[], &[0.0, 1.0]],
        &[None, None, Some("now")],
    );
    let note = |from: &str| ["enableV2ForOrg by script at now: ", from, " -> true"].concat();
    assert_eq!(plan.get(0), Some(&json!("script")));
    assert_eq!(plan.get(1), Some(&json!([2, 0, true, note("none")])));
    assert_eq!(plan.get(2), Some(&json!([0, 0, true, note("false")])));
    assert_eq!(plan.pointer("/3/changed/1"), Some(&json!("entity_resolution_v2")));
}
