//! A change of the flags.

use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::{Transaction, decode, encode};
use crate::{FlagChangeCall, FlagPlan, FlagRoom, FurtherRowsCall, FurtherRowsPlan, KeyRows, Traces};

/// The rows of both flags, as they are before a change.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct FlagRows(pub(super) crate::ByKey<KeyRows>);

/// How far a change may read, from where its transaction is, where the rows of so many flags are read behind those of
/// this one.
#[wasm_bindgen(js_name = flagRoom)]
pub fn flag_room(
    transaction: &Transaction,
    #[wasm_bindgen(js_name = flagsBehind)] flags_behind: u32,
) -> Result<Ts<FlagRoom>, JsValue> {
    encode(&FlagRoom::of(&transaction.0, flags_behind))
}

/// What is to be done with further rows of a flag.
#[wasm_bindgen(js_name = planFurtherRows)]
pub fn plan_further_rows(call: &Ts<FurtherRowsCall>) -> Result<Ts<FurtherRowsPlan>, JsValue> {
    let call: FurtherRowsCall = decode("planFurtherRows", call)?;
    encode(&call.plan())
}

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
        transaction: &Transaction,
        traces: Option<Ts<Traces>>,
    ) -> Result<Ts<FlagPlan>, JsValue> {
        let rows = decode("FlagChange.plan", rows)?.0;
        let traces = traces
            .map(|traces| decode("FlagChange.plan", &traces))
            .transpose()?;
        encode(&self.0.plan(&rows, now, &transaction.0, traces.as_ref())?)
    }
}
