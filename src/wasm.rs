//! The binding of [`crate::job`].
//!
//! Arguments come in as numbers and texts, answers go out through one serializer: what else a module can be
//! made of is paid for in every function call's fresh context.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::job::Given;
use crate::value::Value;

fn encode(value: &Value) -> JsValue {
    value
        .serialize(&Serializer::json_compatible())
        .unwrap_or(JsValue::NULL)
}

/// What a shim asks; see [`crate::job`] for the questions.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Core(crate::job::Core);

#[wasm_bindgen]
impl Core {
    /// Without a job.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers a question.
    pub fn ask(&mut self, question: u32, numbers: &[f64], texts: &str) -> JsValue {
        encode(&self.0.ask(question, &Given::new(numbers, texts)))
    }
}

// std's own allocator is 7 KB larger; this one is constant in time and gives memory back as well.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
