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

    /// What is to be done about the rows of both flags. `now` is the present as text.
    pub fn plan(&self, rows: &Ts<FlagRows>, now: &str) -> Result<Ts<FlagPlan>, JsValue> {
        encode(&self.0.plan(&decode("FlagChange.plan", rows)?.0, now))
    }

    /// What is to be done about an organization of which no flag row is stored.
    #[wasm_bindgen(js_name = planWithTraces)]
    pub fn plan_with_traces(
        &self,
        rows: &Ts<FlagRows>,
        now: &str,
        traces: &Ts<Traces>,
    ) -> Result<Ts<FlagPlan>, JsValue> {
        let rows = decode("FlagChange.planWithTraces", rows)?.0;
        encode(
            &self
                .0
                .plan_with_traces(&rows, now, &decode("FlagChange.planWithTraces", traces)?)?,
        )
    }
}
