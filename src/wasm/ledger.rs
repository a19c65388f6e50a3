//! Runs in the ledger.

use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::{decode, encode};
use crate::units::{as_f64, as_u64};
use crate::{
    MigrationBatch, MigrationCall, Millis, NextRunCall, NoteFailure, Recording, RetryCall, Run, RunAnswer,
    RunCall, RunDecision, RunEvent, RunStart,
};

/// Runs beside one.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct Runs(pub(super) Vec<Run>);

/// Notes that failed.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct Failures(pub(super) Vec<NoteFailure>);

/// A whole number from 1, or `INVALID_ARGUMENT`, which names the argument.
#[wasm_bindgen(js_name = wholeNumber)]
pub fn whole_number(argument: &str, value: f64) -> Result<f64, JsValue> {
    Ok(as_f64(crate::argument::whole_number(argument, value)?))
}

/// Begins a run; undefined where it is not registered. `others` are those that may exclude it.
#[wasm_bindgen(js_name = startRun)]
pub fn start_run(
    #[wasm_bindgen(js_name = runId)] run_id: &str,
    call: &Ts<MigrationCall>,
    others: &Ts<Runs>,
) -> Result<Option<Ts<RunStart>>, JsValue> {
    let call: MigrationCall = decode("startRun", call)?;
    let others = decode("startRun", others)?;
    let start = crate::start_run(&RunCall::new(run_id, &call)?, &others.0, call.now_ms)?;
    start.as_ref().map(encode).transpose()
}

/// Resumes a run. `others` are those that may exclude it.
#[wasm_bindgen(js_name = resumeRun)]
pub fn resume_run(
    run: &Ts<Run>,
    others: &Ts<Runs>,
    #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
) -> Result<Ts<RunStart>, JsValue> {
    let others = decode("resumeRun", others)?;
    encode(&crate::resume_run(
        &decode("resumeRun", run)?,
        &others.0,
        Millis(now_ms),
    )?)
}

/// Begins a run of the notes that failed in another one. `others` are those that may exclude it.
#[wasm_bindgen(js_name = retryRun)]
pub fn retry_run(
    run: &Ts<Run>,
    call: &Ts<RetryCall>,
    others: &Ts<Runs>,
    #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
) -> Result<Ts<RunStart>, JsValue> {
    let others = decode("retryRun", others)?;
    let call = decode("retryRun", call)?;
    let start = crate::retry_run(&decode("retryRun", run)?, &call, &others.0, Millis(now_ms))?;
    encode(&start)
}

/// What an event means for a run.
#[wasm_bindgen(js_name = decideRun)]
pub fn decide_run(
    run: &Ts<Run>,
    event: &Ts<RunEvent>,
    #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
) -> Result<Ts<RunDecision>, JsValue> {
    let run: Run = decode("decideRun", run)?;
    encode(&run.on(&decode("decideRun", event)?, Millis(now_ms))?)
}

/// What a transaction that wrote means for its run.
#[wasm_bindgen(js_name = recordBatch)]
pub fn record_batch(
    run: &Ts<Run>,
    generation: f64,
    recording: &Ts<Recording>,
    written: &Ts<MigrationBatch>,
    #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
) -> Result<Ts<RunDecision>, JsValue> {
    let run: Run = decode("recordBatch", run)?;
    let recording: Recording = decode("recordBatch", recording)?;
    let event = RunEvent::BatchWritten {
        generation: as_u64(generation),
        batch: recording.with(&decode("recordBatch", written)?),
    };
    encode(&run.on(&event, Millis(now_ms))?)
}

/// A run, as operators are told of it.
#[wasm_bindgen(js_name = describeRun)]
pub fn describe_run(run: &Ts<Run>) -> Result<Ts<RunAnswer>, JsValue> {
    encode(&decode("describeRun", run)?.answer()?)
}

/// What an organization is told of the current one among these runs, else of the last; undefined where there is none.
#[wasm_bindgen(js_name = describeLast)]
pub fn describe_last(runs: &Ts<Runs>) -> Result<Option<Ts<RunAnswer>>, JsValue> {
    let runs = decode("describeLast", runs)?;
    crate::last_run(&runs.0)?.as_ref().map(encode).transpose()
}

/// How to look at a run.
#[wasm_bindgen(js_name = watchRun)]
pub fn watch_run(run: &Ts<Run>) -> Result<Ts<NextRunCall>, JsValue> {
    encode(&decode("watchRun", run)?.watch())
}
