//! The binding: what TypeScript calls. It only converts, and calls the core.
//!
//! Calls and answers are the core's own types; their TypeScript types are generated from them. A [`Refusal`] is thrown
//! as the `ConvexError` that the caller sees. Whatever breaks the rules of the boundary is thrown as an `Error` that
//! names the call: a defect of the shims.

#![expect(
    clippy::missing_errors_doc,
    reason = "all throw what the core refuses, and an `Error` where the call is wrong"
)]

mod flags;
mod ledger;
mod migration;
mod read;
mod status;
mod transaction;

use core::fmt::Display;

use js_sys::Error;
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use self::read::Read;
pub use self::transaction::Transaction;
use crate::{Constants, Millis, Refusal, RefusedCall, WrongCall};

#[wasm_bindgen(module = "convex/values")]
extern "C" {
    type ConvexError;

    #[wasm_bindgen(constructor)]
    fn new(data: &JsValue) -> ConvexError;
}

impl From<Refusal> for JsValue {
    fn from(refusal: Refusal) -> Self {
        match refusal.into_js() {
            Ok(data) => ConvexError::new(&data.into()).into(),
            Err(error) => error.into(),
        }
    }
}

fn wrong_call(call: &str, reason: impl Display) -> JsValue {
    Error::new(&format!("{call}: {reason}")).into()
}

impl From<WrongCall> for JsValue {
    fn from(WrongCall(message): WrongCall) -> Self {
        Error::new(&message).into()
    }
}

fn decode<T: Tsify + Read>(call: &str, value: &Ts<T>) -> Result<T, JsValue> {
    T::read(&value.js_value()).map_err(|problem| Error::new(&problem.message(call)).into())
}

fn encode<T: Tsify + Serialize>(value: &T) -> Result<Ts<T>, JsValue> {
    Ts::from_rust(value).map_err(|error| wrong_call("answer", error))
}

/// What TypeScript must know to read and to describe documents.
#[wasm_bindgen]
pub fn constants() -> Result<Ts<Constants>, JsValue> {
    encode(&Constants::default())
}

/// Throws why a call is refused.
#[wasm_bindgen]
pub fn refuse(call: &Ts<RefusedCall>) -> Result<(), JsValue> {
    Err(Refusal::from(decode::<RefusedCall>("refuse", call)?).into())
}

/// How many milliseconds to wait before a call that an action made is tried again; undefined where it is given up.
/// `failures` is how often it has failed before, `jitter` a random number from 0 to 1. No try begins at `endMs`.
#[wasm_bindgen(js_name = retryMs)]
pub fn retry_ms(
    message: &str,
    failures: u32,
    #[wasm_bindgen(js_name = sinceMs)] since_ms: f64,
    #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
    #[wasm_bindgen(js_name = endMs)] end_ms: f64,
    jitter: f64,
) -> Option<f64> {
    let [since, now, end] = [since_ms, now_ms, end_ms].map(Millis);
    crate::retry_after(message, failures, since, now, end, jitter).map(|wait| wait.0)
}

// std's own allocator is 7 KB larger; this one is constant in time and gives memory back as well.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
