//! The binding: what TypeScript calls. It only converts, and calls the core.
//!
//! Calls and answers are the core's own types; their TypeScript types are generated from them. A [`Refusal`] is thrown
//! as the `ConvexError` that the caller sees. Whatever breaks the rules of the boundary is thrown as an `Error` that
//! names the call: a defect of the shims.

#![expect(
    clippy::missing_errors_doc,
    reason = "all throw what the core refuses, and an `Error` where the call is wrong"
)]

mod read;

use core::fmt::Display;

use js_sys::{Array, Error, Uint32Array};
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use self::read::Read;
use crate::units::as_u64;
use crate::{
    ArtifactHas, ArtifactToJudge, Constants, CountedPage, DraftStatus, Fitting, FlagChangeCall, FlagPlan,
    FlagValue, Found, JudgeCall, Judgement, KeyRows, LinkedArtifact, Metrics, MigrationAnswer,
    MigrationBatch, MigrationCall, MigrationPage, MigrationStep, Millis, MissingRows, NoteFacts, NoteRows,
    NoteToJudge, NoteVerdict, Page, Purpose, Refusal, Room, StatusAnswer, StatusCall, StatusRunCall,
    StatusRunStep, StatusStep, Traces, Turn, WrongCall,
};

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

/// Throws `FORBIDDEN`.
#[wasm_bindgen(js_name = refuseCaller)]
pub fn refuse_caller(#[wasm_bindgen(js_name = functionName)] function: &str) -> Result<(), JsValue> {
    Err(Refusal::forbidden(function).into())
}

/// Throws `ORGANIZATION_NOT_FOUND`.
#[wasm_bindgen(js_name = refuseOrganization)]
pub fn refuse_organization(
    #[wasm_bindgen(js_name = organizationId)] organization_id: &str,
) -> Result<(), JsValue> {
    Err(Refusal::organization_not_found(organization_id).into())
}

/// Throws `INVALID_CURSOR`: its position is not there any more.
#[wasm_bindgen(js_name = refusePosition)]
pub fn refuse_position() -> Result<(), JsValue> {
    Err(Refusal::lost_position().into())
}

/// The account of one transaction: the runtime's own where it tells one, and what was counted since.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Transaction(crate::Transaction);

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
    pub fn ask(&mut self) -> Turn {
        self.0.ask()
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

/// The candidates of a page of artifacts, of any organization.
#[derive(Debug, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Candidates {
    /// The organizations of all candidates, artifact by artifact.
    #[tsify(type = "string[]")]
    organization_ids: Array,
    /// How many candidates each artifact has.
    #[tsify(type = "Uint32Array")]
    counts: Uint32Array,
}

/// The values of a page of flag rows.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct FlagPageValues(Vec<FlagValue>);

/// A page of notes.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct Notes(Vec<NoteFacts>);

/// The statuses of a page of drafts, null where one is no word of the schema.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct DraftStatuses(#[tsify(type = "(DraftStatus | null)[]")] Vec<Option<DraftStatus>>);

/// Artifacts that were looked up for notes, in the order of the notes.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct LinkedArtifacts(Vec<LinkedArtifact>);

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

    /// The answer. `position` is what the step `pause` asks for.
    pub fn answer(
        &mut self,
        position: Option<String>,
        transaction: &Transaction,
    ) -> Result<Ts<StatusAnswer>, JsValue> {
        encode(&self.0.answer(position, &transaction.0)?)
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

    /// What to do next.
    pub fn next(
        &mut self,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
    ) -> Result<Ts<StatusRunStep>, JsValue> {
        encode(&self.0.next(Millis(now_ms))?)
    }

    /// Takes the answer of a page.
    pub fn counted(&mut self, page: &Ts<CountedPage>) -> Result<(), JsValue> {
        self.0.counted(decode("counted", page)?);
        Ok(())
    }
}

/// Notes to be judged, with their artifacts.
#[derive(Debug, Tsify)]
pub struct NotesToJudge {
    /// Null is one that is gone.
    #[tsify(type = "(NoteToJudge | null)[]")]
    notes: Vec<Option<NoteToJudge>>,
    /// From the oldest to the newest of each note.
    artifacts: Vec<ArtifactToJudge>,
}

/// One for each note.
#[derive(Debug, Serialize, Tsify)]
#[serde(transparent)]
#[tsify(missing_as_null)]
pub struct Judgements(Vec<Judgement>);

/// Judges notes: what is to be done with each.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Judge(crate::Judge);

#[wasm_bindgen]
impl Judge {
    /// Begins to judge.
    #[wasm_bindgen(constructor)]
    pub fn new(call: &Ts<JudgeCall>) -> Result<Self, JsValue> {
        Ok(Self(crate::Judge::new(decode("Judge", call)?)?))
    }

    /// What is to be done with each of these notes.
    pub fn judge(&self, notes: &Ts<NotesToJudge>) -> Result<Ts<Judgements>, JsValue> {
        let NotesToJudge { notes, artifacts } = decode("judge", notes)?;
        encode(&Judgements(self.0.judge(&notes, &artifacts)?))
    }
}

/// Which rows are inserted for a note whose verdict says that something is written. `has` tells of the artifact that
/// is repaired.
#[wasm_bindgen(js_name = missingRows)]
pub fn missing_rows(
    verdict: &Ts<NoteVerdict>,
    has: Option<Ts<ArtifactHas>>,
) -> Result<Option<Ts<MissingRows>>, JsValue> {
    let has = has.map(|has| decode("missingRows", &has)).transpose()?;
    let missing = crate::missing_rows(decode("missingRows", verdict)?, has);
    missing.as_ref().map(encode).transpose()
}

/// What would be written for each of some notes; null where nothing.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct RowsOfNotes(#[tsify(type = "(NoteRows | null)[]")] Vec<Option<NoteRows>>);

/// How many of these notes, from the first, have room in what is left of a transaction.
#[wasm_bindgen(js_name = notesThatFit)]
pub fn notes_that_fit(transaction: &Transaction, rows: &Ts<RowsOfNotes>) -> Result<Ts<Fitting>, JsValue> {
    let rows = decode("notesThatFit", rows)?;
    encode(&crate::notes_that_fit(&transaction.0, &rows.0))
}

/// Checks the arguments of a run.
#[wasm_bindgen(js_name = checkMigrationCall)]
pub fn check_migration_call(call: &Ts<MigrationCall>) -> Result<(), JsValue> {
    Ok(decode("checkMigrationCall", call)?.check()?)
}

/// What to say where a host's own old action cannot get further.
#[wasm_bindgen(js_name = legacyWarning)]
pub fn legacy_warning(processed: f64, skipped: f64) -> Option<String> {
    crate::legacy_warning(processed, skipped).map(String::from)
}

/// One run of the migration.
#[wasm_bindgen]
#[derive(Debug)]
pub struct MigrationRun(crate::MigrationRun);

#[wasm_bindgen]
impl MigrationRun {
    /// Begins a run, or goes on where the cursor says.
    #[wasm_bindgen(constructor)]
    pub fn new(call: &Ts<MigrationCall>) -> Result<Self, JsValue> {
        Ok(Self(crate::MigrationRun::new(&decode("MigrationRun", call)?)?))
    }

    /// What to do next.
    pub fn next(
        &mut self,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
    ) -> Result<Ts<MigrationStep>, JsValue> {
        encode(&self.0.next(Millis(now_ms)))
    }

    /// The page that was asked for was read.
    #[wasm_bindgen(js_name = pageRead)]
    pub fn page_read(&mut self, page: &Ts<MigrationPage>) -> Result<(), JsValue> {
        Ok(self.0.page_read(decode("pageRead", page)?)?)
    }

    /// The batch that was asked for was written, in so many milliseconds.
    #[wasm_bindgen(js_name = batchWritten)]
    pub fn batch_written(
        &mut self,
        batch: &Ts<MigrationBatch>,
        #[wasm_bindgen(js_name = tookMs)] took_ms: f64,
    ) -> Result<(), JsValue> {
        Ok(self
            .0
            .batch_written(&decode("batchWritten", batch)?, Millis(took_ms))?)
    }

    /// The sweep that was asked for went through its notes, in so many milliseconds.
    pub fn swept(
        &mut self,
        sweep: &Ts<MigrationBatch>,
        #[wasm_bindgen(js_name = tookMs)] took_ms: f64,
    ) -> Result<(), JsValue> {
        Ok(self.0.swept(&decode("swept", sweep)?, Millis(took_ms))?)
    }

    /// The batch or the sweep that was asked for failed.
    pub fn failed(&mut self, message: &str) -> Result<(), JsValue> {
        Ok(self.0.failed(message)?)
    }

    /// Something else went wrong. False where the error itself must be the answer.
    pub fn broke(&mut self, message: &str) -> bool {
        self.0.broke(message)
    }

    /// A line for `convex logs` and the dashboard, where it is time for one.
    pub fn progress(&mut self) -> Option<String> {
        self.0.progress()
    }

    /// The answer, once the run has ended.
    pub fn answer(&mut self) -> Result<Ts<MigrationEnd>, JsValue> {
        let answer = self.0.answer();
        let summary = self.0.summary(&answer);
        encode(&MigrationEnd { answer, summary })
    }
}

/// How a run ended.
#[derive(Debug, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct MigrationEnd {
    /// Its answer.
    answer: MigrationAnswer,
    /// The last line for `convex logs` and the dashboard.
    summary: String,
}

/// The rows of both flags, as they are before a change.
#[derive(Debug, Tsify)]
#[serde(transparent)]
pub struct FlagRows(crate::ByKey<KeyRows>);

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

// std's own allocator is 7 KB larger; this one is constant in time and gives memory back as well.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
