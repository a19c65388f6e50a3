//! A change of the flags.

use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::{decode, encode};
use crate::{FlagChangeCall, FlagPlan, KeyRows, Traces};

/// The rows of both flags, as they are before a change.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct FlagRows(pub(super) crate::ByKey<KeyRows>);

/// A change of both flags.
#[wasm_bindgen]
#[derive(Debug)]
pub struct FlagChange(crate::FlagChange);

#[wasm_bindgen]
impl FlagChange {
    /// Accepts the arguments.
    #[wasm_bindgen(constructor)]
    pub fn new(call: &Ts<FlagChangeCall>) -> Result<Self, JsValue> {
        Ok(Self(crate::FlagChange::new(decode("FlagChange", call)?)?))
    }

    /// Must `plan` be told what else is stored of the organization?
    #[wasm_bindgen(js_name = needsTraces)]
    pub fn needs_traces(&self, rows: &Ts<FlagRows>) -> Result<bool, JsValue> {
        Ok(self.0.needs_traces(&decode("FlagChange.needsTraces", rows)?.0))
    }

    /// What is to be done about the rows of both flags. `now` is the present as text.
    pub fn plan(
        &self,
        rows: &Ts<FlagRows>,
        now: &str,
        traces: Option<Ts<Traces>>,
    ) -> Result<Ts<FlagPlan>, JsValue> {
        let rows = decode("FlagChange.plan", rows)?.0;
        let traces = traces
            .map(|traces| decode("FlagChange.plan", &traces))
            .transpose()?;
        encode(&self.0.plan(&rows, now, traces.as_ref())?)
    }
}
