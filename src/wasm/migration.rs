//! A run of the migration, and what its transactions ask.

use js_sys::JsString;
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::ledger::Failures;
use super::{Transaction, decode, encode};
use crate::{
    ArtifactHas, ArtifactToJudge, Fitting, Judge, JudgeCall, Judgement, LegEnd, MigrationAnswer,
    MigrationBatch, MigrationCall, MigrationPage, MigrationStep, Millis, MissingRows, NoteRows, NoteToJudge,
    NoteVerdict, Run,
};

/// Notes to be judged, with their artifacts.
#[derive(Debug, Tsify)]
pub struct NotesToJudge {
    /// Null is one that is gone.
    #[tsify(type = "(NoteToJudge | null)[]")]
    pub(super) notes: Vec<Option<NoteToJudge>>,
    /// From the oldest to the newest of each note.
    pub(super) artifacts: Vec<ArtifactToJudge>,
}

/// One for each note.
#[derive(Debug, Serialize, Tsify)]
#[serde(transparent)]
#[tsify(missing_as_null)]
pub struct Judgements(pub(super) Vec<Judgement>);

/// What is to be done with each of these notes.
#[wasm_bindgen]
pub fn judge(call: &Ts<JudgeCall>, notes: &Ts<NotesToJudge>) -> Result<Ts<Judgements>, JsValue> {
    let judge = Judge::new(decode("judge", call)?)?;
    let NotesToJudge { notes, artifacts } = decode("judge", notes)?;
    encode(&Judgements(judge.judge(&notes, &artifacts)?))
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
pub struct RowsOfNotes(#[tsify(type = "(NoteRows | null)[]")] pub(super) Vec<Option<NoteRows>>);

/// How many of these notes, from the first, have room in what is left of a transaction.
#[wasm_bindgen(js_name = notesThatFit)]
pub fn notes_that_fit(transaction: &Transaction, rows: &Ts<RowsOfNotes>) -> Result<Ts<Fitting>, JsValue> {
    let rows = decode("notesThatFit", rows)?;
    encode(&crate::notes_that_fit(&transaction.0, &rows.0))
}

/// Checks the arguments of a run, and answers who runs it.
#[wasm_bindgen(js_name = checkMigrationCall)]
pub fn check_migration_call(call: &Ts<MigrationCall>) -> Result<JsString, JsValue> {
    let call: MigrationCall = decode("checkMigrationCall", call)?;
    call.check()?;
    Ok(call.actor().into())
}

/// What to say where a host's own old action cannot get further.
#[wasm_bindgen(js_name = legacyWarning)]
pub fn legacy_warning(processed: f64, skipped: f64) -> Option<JsString> {
    crate::legacy_warning(processed, skipped).map(JsString::from)
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

    /// The transaction that was asked for failed with a message. `jitter` is a random number from 0 to 1.
    pub fn failed(
        &mut self,
        message: &str,
        #[wasm_bindgen(js_name = nowMs)] now_ms: f64,
        jitter: f64,
    ) -> Result<(), JsValue> {
        Ok(self.0.failed(message, Millis(now_ms), jitter)?)
    }

    /// Goes on from the row of a run in the ledger. `failures` are its first ones.
    pub fn join(&mut self, run: &Ts<Run>, failures: &Ts<Failures>) -> Result<(), JsValue> {
        let failures = decode("MigrationRun.join", failures)?;
        self.0.join(&decode("MigrationRun.join", run)?, failures.0);
        Ok(())
    }

    /// Ends where the row of a run says, because someone paused or cancelled it.
    pub fn interrupt(&mut self, run: &Ts<Run>, failures: &Ts<Failures>) -> Result<(), JsValue> {
        let failures = decode("MigrationRun.interrupt", failures)?;
        self.0
            .interrupt(&decode("MigrationRun.interrupt", run)?, failures.0);
        Ok(())
    }

    /// What to tell the ledger, once the run has ended.
    #[wasm_bindgen(js_name = legEnd)]
    pub fn leg_end(&self) -> Result<Ts<LegEnd>, JsValue> {
        encode(&self.0.leg_end())
    }

    /// A line for `convex logs` and the dashboard, where it is time for one.
    pub fn progress(&mut self) -> Option<JsString> {
        self.0.progress().map(JsString::from)
    }

    /// The answer, once the run has ended.
    pub fn answer(&mut self) -> Result<Ts<MigrationEnd>, JsValue> {
        let answer = self.0.answer()?;
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
