//! The account of a transaction, and how far its readers may go.

use tsify::Ts;
use wasm_bindgen::prelude::*;

use super::{decode, encode};
use crate::units::as_u64;
use crate::{Metrics, Purpose, Room, Turn};

/// The account of one transaction: the runtime's own where it tells one, and what was counted since.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Transaction(pub(super) crate::Transaction);

#[wasm_bindgen]
impl Transaction {
    /// A transaction with Convex's limits, of which nothing is used.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the runtime's account.
    pub fn tell(&mut self, metrics: &Ts<Metrics>) -> Result<(), JsValue> {
        self.0.tell(decode("Transaction.tell", metrics)?);
        Ok(())
    }

    /// Must the runtime be asked before anything is planned by this account? Not where it tells nothing.
    #[wasm_bindgen(js_name = mustBeTold)]
    pub fn must_be_told(&self) -> bool {
        self.0.must_be_told()
    }

    /// Counts an index range.
    #[wasm_bindgen(js_name = countRange)]
    pub fn count_range(&mut self) {
        self.0.count_range();
    }

    /// Counts a document that was read, of so many bytes and so many units of text that are not measured.
    #[wasm_bindgen(js_name = countRead)]
    pub fn count_read(&mut self, bytes: f64, units: f64) {
        self.0.count_read(as_u64(bytes), as_u64(units));
    }

    /// Counts a document of so many bytes that was written.
    #[wasm_bindgen(js_name = countWrite)]
    pub fn count_write(&mut self, bytes: f64) {
        self.0.count_write(as_u64(bytes));
    }

    /// What was used so far, and what remains.
    pub fn metrics(&self) -> Result<Ts<Metrics>, JsValue> {
        encode(&self.0.metrics())
    }

    /// How much a migration may read for a purpose.
    pub fn room(&self, purpose: &Ts<Purpose>) -> Result<Ts<Room>, JsValue> {
        encode(&self.0.room(decode("Transaction.room", purpose)?))
    }
}

/// How far readers side by side may go.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Allowance(crate::Allowance);

#[wasm_bindgen]
impl Allowance {
    /// So many documents, and none once so many bytes were read. One document may always be read.
    #[wasm_bindgen(constructor)]
    pub fn new(documents: f64, bytes: f64) -> Self {
        Self(crate::Allowance::new(as_u64(documents), as_u64(bytes)))
    }

    /// Asked before each document, and answered by `read` or `foundNone`.
    pub fn turn(&mut self) -> Turn {
        self.0.turn()
    }

    /// A document was read, of so many bytes and so many units of text that are not measured.
    pub fn read(&mut self, bytes: f64, units: f64) {
        self.0.read(as_u64(bytes), as_u64(units));
    }

    /// A document was read that no reader asked for, whatever is left.
    pub fn count(&mut self, bytes: f64, units: f64) {
        self.0.count(as_u64(bytes), as_u64(units));
    }

    /// There was no document.
    #[wasm_bindgen(js_name = foundNone)]
    pub fn found_none(&mut self) {
        self.0.found_none();
    }

    /// All documents that were read have so many bytes.
    pub fn measured(&mut self, bytes: f64) {
        self.0.measured(as_u64(bytes));
    }
}
