//! A status.

use js_sys::{Array, Uint32Array};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::{Transaction, decode, encode};
use crate::{
    CountedPage, DraftStatus, FlagValue, Found, LinkedArtifact, Millis, NoteToCount, Page, StatusAnswer,
    StatusCall, StatusRunCall, StatusRunStep, StatusStep,
};

/// The candidates of a page of artifacts, of any organization.
#[derive(Debug, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Candidates {
    /// The organizations of all candidates, artifact by artifact.
    #[tsify(type = "string[]")]
    pub(super) organization_ids: Array,
    /// How many candidates each artifact has.
    #[tsify(type = "Uint32Array")]
    pub(super) counts: Uint32Array,
}

/// The values of a page of flag rows.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct FlagPageValues(pub(super) Vec<FlagValue>);

/// A page of notes.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct Notes(pub(super) Vec<NoteToCount>);

/// The statuses of a page of drafts, null where one is no word of the schema.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct DraftStatuses(#[tsify(type = "(DraftStatus | null)[]")] pub(super) Vec<Option<DraftStatus>>);

/// Artifacts that were looked up for notes, in the order of the notes.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct LinkedArtifacts(pub(super) Vec<LinkedArtifact>);

/// The counting of one organization in one transaction.
#[wasm_bindgen]
#[derive(Debug)]
pub struct StatusScan(crate::StatusScan);

#[wasm_bindgen]
impl StatusScan {
    /// Begins a status, or goes on where the cursor says.
    #[wasm_bindgen(constructor)]
    pub fn new(call: &Ts<StatusCall>) -> Result<Self, JsValue> {
        Ok(Self(crate::StatusScan::new(decode("StatusScan", call)?)?))
    }

    /// What to do next.
    pub fn next(&mut self, transaction: &Transaction) -> Result<Ts<StatusStep>, JsValue> {
        encode(&self.0.next(&transaction.0))
    }

    /// Takes a page of flag rows.
    #[wasm_bindgen(js_name = feedFlags)]
    pub fn feed_flags(&mut self, values: &Ts<FlagPageValues>, page: &Ts<Page>) -> Result<(), JsValue> {
        let values = decode("feedFlags", values)?.0;
        Ok(self.0.feed_flags(&values, decode("feedFlags", page)?)?)
    }

    /// Takes a page of the organization's notes.
    #[wasm_bindgen(js_name = feedNotes)]
    pub fn feed_notes(&mut self, notes: &Ts<Notes>, page: &Ts<Page>) -> Result<(), JsValue> {
        let notes = decode("feedNotes", notes)?.0;
        Ok(self.0.feed_notes(notes, decode("feedNotes", page)?)?)
    }

    /// Takes a page of artifacts.
    #[wasm_bindgen(js_name = feedArtifacts)]
    pub fn feed_artifacts(&mut self, candidates: &Ts<Candidates>, page: &Ts<Page>) -> Result<(), JsValue> {
        let Candidates {
            organization_ids,
            counts,
        } = decode("feedArtifacts", candidates)?;
        // JavaScript finds a string among its own many times as fast as it hands them over.
        let organization_id = JsValue::from(self.0.organization_id());
        let mut named = Vec::new();
        let mut next = organization_ids.index_of(&organization_id, 0);
        while let Ok(at) = u32::try_from(next) {
            named.push(at);
            next = organization_ids.index_of(&organization_id, next + 1);
        }
        let page = decode("feedArtifacts", page)?;
        Ok(self
            .0
            .feed_artifacts(&named, organization_ids.length(), &counts.to_vec(), page)?)
    }

    /// Takes a page of so many of the organization's claims.
    #[wasm_bindgen(js_name = feedClaims)]
    pub fn feed_claims(&mut self, count: u32, page: &Ts<Page>) -> Result<(), JsValue> {
        Ok(self.0.feed_claims(count, decode("feedClaims", page)?)?)
    }

    /// Takes a page of the organization's drafts.
    #[wasm_bindgen(js_name = feedDrafts)]
    pub fn feed_drafts(&mut self, statuses: &Ts<DraftStatuses>, page: &Ts<Page>) -> Result<(), JsValue> {
        let statuses = decode("feedDrafts", statuses)?.0;
        Ok(self.0.feed_drafts(&statuses, decode("feedDrafts", page)?)?)
    }

    /// Takes the artifacts that were looked up for notes.
    #[wasm_bindgen(js_name = feedLinkedArtifacts)]
    pub fn feed_linked_artifacts(
        &mut self,
        artifacts: &Ts<LinkedArtifacts>,
        found: &Ts<Found>,
    ) -> Result<(), JsValue> {
        let artifacts = decode("feedLinkedArtifacts", artifacts)?.0;
        Ok(self
            .0
            .feed_linked_artifacts(&artifacts, &decode("feedLinkedArtifacts", found)?)?)
    }

    /// Takes so many transcripts that were looked up for artifacts, or resolutions for claims.
    #[wasm_bindgen(js_name = feedDocuments)]
    pub fn feed_documents(&mut self, count: u32, found: &Ts<Found>) -> Result<(), JsValue> {
        Ok(self.0.feed_documents(count, &decode("feedDocuments", found)?)?)
    }

    /// The position that was to be read behind is that of a document that is gone.
    #[wasm_bindgen(js_name = positionLost)]
    pub fn position_lost(&mut self) -> Result<(), JsValue> {
        Ok(self.0.position_lost()?)
    }

    /// The answer. `position` is what the step `pause` asks for.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "wasm-bindgen has no borrowed string that may be missing"
    )]
    pub fn answer(
        &mut self,
        position: Option<String>,
        transaction: &Transaction,
    ) -> Result<Ts<StatusAnswer>, JsValue> {
        encode(&self.0.answer(position.as_deref(), &transaction.0)?)
    }
}

/// The internal function's way through a status: page after page.
#[wasm_bindgen]
#[derive(Debug)]
pub struct StatusRun(crate::StatusRun);

#[wasm_bindgen]
impl StatusRun {
    /// Begins a status, or goes on where the cursor says.
    #[wasm_bindgen(constructor)]
    pub fn new(call: &Ts<StatusRunCall>) -> Result<Self, JsValue> {
        Ok(Self(crate::StatusRun::new(decode("StatusRun", call)?)?))
    }

    /// The first page.
    pub fn begin(&self) -> Result<Ts<StatusRunStep>, JsValue> {
        encode(&self.0.begin())
    }

    /// What to do after the page that was asked for failed with a message. `jitter` is a random number from 0 to 1.
    pub fn failed(
        &mut self,
        message: &str,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
        jitter: f64,
    ) -> Result<Ts<StatusRunStep>, JsValue> {
        encode(&self.0.failed(message, Millis(now_ms), jitter)?)
    }

    /// What to do after a page was counted.
    pub fn counted(
        &mut self,
        page: &Ts<CountedPage>,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
    ) -> Result<Ts<StatusRunStep>, JsValue> {
        encode(&self.0.counted(decode("counted", page)?, Millis(now_ms))?)
    }
}
