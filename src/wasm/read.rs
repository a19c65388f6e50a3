//! Reading calls: JavaScript's values become the core's types, and what does not fit is named.
//!
//! Derived `Deserialize`s would do the same with 60 KB more in every call's bundle, and would not tell which field is
//! wrong.

use std::cell::RefCell;

use js_sys::{Array, Uint32Array};
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};
use wasm_bindgen::prelude::*;

use super::flags::FlagRows;
use super::ledger::{Failures, Runs};
use super::migration::{NotesToJudge, RowsOfNotes};
use super::status::{Candidates, DraftStatuses, FlagPageValues, LinkedArtifacts, Notes};
use crate::units::as_u64;
use crate::{
    ArtifactHas, ArtifactToJudge, ByKey, Caller, Classes, Code, CountedPage, DraftStatus, FlagChangeCall,
    FlagKey, FlagRow, FlagValue, Found, FurtherRowsCall, Inserted, InsightsStatus, JudgeCall, JudgedNote,
    KeyRows, LinkedArtifact, LoweredPace, MalformedDocument, MalformedRow, Metric, Metrics, MigrationBatch,
    MigrationCall, MigrationPage, Millis, NoteFacts, NoteFailure, NoteRows, NoteSamples, NoteToCount,
    NoteToJudge, NoteToRecord, NoteVerdict, OpenLookUp, Outcome, Page, Purpose, Reasons, Recording,
    RefusedCall, RetryCall, Run, RunArguments, RunBatch, RunError, RunEvent, RunMode, RunPace, RunStateWord,
    RunSums, StatusCall, StatusRunCall, Stopped, Traces, TranscriptionStatus,
};

/// What is wrong with a value, and where it stands, as in `[3].hasCoach`.
pub(super) struct Problem(Box<(String, String)>);

// What is rarely called stays out of the way of what is called often: inlined, it is most of the module.
impl Problem {
    #[cold]
    fn new(what: &str) -> Self {
        Self(Box::new((String::new(), what.into())))
    }

    #[cold]
    fn expected(what: &str, value: &JsValue) -> Self {
        let got = value.js_typeof().as_string().unwrap_or_default();
        Self::new(&["expected ", what, ", got ", &got].concat())
    }

    #[cold]
    fn in_field(mut self, name: &str) -> Self {
        self.0.0 = [".", &camel_case(name), &self.0.0].concat();
        self
    }

    #[cold]
    fn in_element(mut self, at: u32) -> Self {
        self.0.0 = format!("[{at}]{}", self.0.0);
        self
    }

    /// As an error's message about a call.
    #[cold]
    pub(super) fn message(&self, call: &str) -> String {
        let (path, what) = &*self.0;
        [call, path, ": ", what].concat()
    }
}

/// What can be read from a value of JavaScript's.
pub(super) trait Read: Sized {
    fn read(value: &JsValue) -> Result<Self, Problem>;
}

impl Read for bool {
    fn read(value: &JsValue) -> Result<Self, Problem> {
        value
            .as_bool()
            .ok_or_else(|| Problem::expected("a boolean", value))
    }
}

impl Read for f64 {
    fn read(value: &JsValue) -> Result<Self, Problem> {
        value.as_f64().ok_or_else(|| Problem::expected("a number", value))
    }
}

impl Read for u64 {
    fn read(value: &JsValue) -> Result<Self, Problem> {
        let number = f64::read(value)?;
        if number >= 0.0 && number.fract() == 0.0 {
            Ok(as_u64(number))
        } else {
            Err(Problem::new("expected a whole number from 0"))
        }
    }
}

impl Read for u32 {
    fn read(value: &JsValue) -> Result<Self, Problem> {
        let number = u64::read(value)?;
        Self::try_from(number).map_err(|_| Problem::new("expected a number below 2^32"))
    }
}

impl Read for String {
    fn read(value: &JsValue) -> Result<Self, Problem> {
        value
            .as_string()
            .ok_or_else(|| Problem::expected("a string", value))
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: &JsValue) -> Result<Self, Problem> {
        if value.is_null() || value.is_undefined() {
            return Ok(None);
        }
        T::read(value).map(Some)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: &JsValue) -> Result<Self, Problem> {
        let array: &Array = instance(value, "an array")?;
        let mut all = Self::new();
        for (at, element) in (0_u32..).zip(array.iter()) {
            all.push(T::read(&element).map_err(|problem| problem.in_element(at))?);
        }
        Ok(all)
    }
}

impl Read for Array {
    fn read(value: &JsValue) -> Result<Self, Problem> {
        instance(value, "an array").cloned()
    }
}

impl Read for Uint32Array {
    fn read(value: &JsValue) -> Result<Self, Problem> {
        instance(value, "a Uint32Array").cloned()
    }
}

fn instance<'a, T: JsCast>(value: &'a JsValue, what: &str) -> Result<&'a T, Problem> {
    value.dyn_ref().ok_or_else(|| Problem::expected(what, value))
}

/// Words of a closed set: the names that serde gives to their variants.
macro_rules! read_words {
    ($($type:ty),* $(,)?) => {
        $(impl Read for $type {
            fn read(value: &JsValue) -> Result<Self, Problem> {
                let word = String::read(value)?;
                Self::deserialize(StrDeserializer::<Error>::new(&word)).map_err(|error| Problem::new(&error.to_string()))
            }
        })*
    };
}

read_words!(
    Code,
    RunMode,
    RunStateWord,
    Stopped,
    DraftStatus,
    FlagKey,
    FlagValue,
    InsightsStatus,
    NoteVerdict,
    Purpose,
    TranscriptionStatus
);

/// Structs whose fields have the same names in JavaScript, but in camelCase.
macro_rules! read_fields {
    ($($type:ident { $($field:ident),* $(,)? })*) => {
        $(impl Read for $type {
            fn read(value: &JsValue) -> Result<Self, Problem> {
                let object: &Fields = object(value)?;
                Ok(Self { $($field: field(object, stringify!($field))?),* })
            }
        })*
    };
}

read_fields! {
    ArtifactHas { transcript, claims }
    ArtifactToJudge { note, is_completed, created_ms, updated_ms, organization_ids }
    Caller { token_identifier, subject }
    Candidates { organization_ids, counts }
    Classes { migrated, unfinished, not_ready, deferred, blocked, eligible }
    CountedPage { done, cursor, migration }
    FlagChangeCall { organization_id, enabled, caller, actor, reason, restore, check, create, is_known }
    FlagRow { value, notes, bytes }
    Found { complete, open, malformed }
    FurtherRowsCall { key, enabled, updated_by, reason, at, left, first, rows, is_last }
    Inserted { artifacts, transcripts, claims }
    LoweredPace { bytes_per_second, full_bytes_per_second, halved_ms, good_since_ms }
    NoteFailure { voice_note_id, code, message }
    NoteSamples { unfinished, deferred, blocked }
    NoteToRecord { id, position, verdict }
    Outcome { migrated, repaired, already_migrated, unfinished, not_ready, deferred, blocked, failed }
    Reasons {
        no_coach, insights_cancelled, unknown_status, transcribing, insights_in_progress, awaiting_confirmation,
        changed_recently, no_time_of_change,
    }
    Recording { before, notes, malformed }
    RetryCall { run_id, by, deadline_ms }
    Run {
        run_id, organization_id, by, reason, arguments, mode, state, stopped, generation, lease_ms, lease_ends_ms,
        idle_legs, commits, sums, position, limit, limit_left, tried_before, failed_before, total, pace, last_error, started_ms, updated_ms, ended_ms,
        heard_ms, worked_ms,
    }
    RunArguments { batch_size, repair, deferred_days, retry_of }
    RunBatch { number, sums, failures, position, refusals, error, recovered }
    RunError { message, at_ms }
    RunPace { configured_bytes_per_second, lowered }
    RunSums { outcome, reasons, inserted, samples, batches, bytes_written }
    JudgeCall { organization_id, now_ms, run_ms, is_retry, deferred_days, repair, ends_at_malformed }
    JudgedNote { id, position, created_ms, verdict, rows }
    KeyRows {
        environment, platform, organization, has_more_organization_rows, user_rows, has_more_user_rows,
    }
    LinkedArtifact { note, is_completed, organization_ids }
    MalformedDocument { row, id, field }
    MalformedRow { row, id, field, organization_id }
    Metric { used, remaining }
    Metrics {
        documents_read, bytes_read, database_queries, documents_written, bytes_written, functions_scheduled,
        scheduled_function_args_bytes,
    }
    MigrationBatch { verdicts, malformed, inserted, metrics, ids, position, created_ms, is_last, bytes_per_second }
    MigrationCall {
        organization_id, dry_run, batch_size, limit, repair, deferred_days, cursor, background, by, reason, total, caller,
        retry_of, has_ledger, deployment, indexes, is_legacy,
        now_ms, deadline_ms, pace_bytes_per_second,
    }
    MigrationPage { notes, malformed, is_last }
    NoteFacts { transcription_status, insights_status, has_coach, has_text, created_ms }
    NoteRows { are_written, transcripts, claims, bytes, repaired_bytes }
    NoteToCount { id, facts }
    NoteToJudge { organization_id, facts, is_malformed }
    NotesToJudge { notes, artifacts }
    OpenLookUp { id, after }
    Page { first_id, is_last, malformed }
    StatusCall {
        organization_id, deferred_days, cursor, check, accept_blocked, deployment, indexes, halvings, environment, now_ms,
        artifacts_are_indexed,
    }
    StatusRunCall {
        organization_id, deferred_days, cursor, check, accept_blocked, deployment, indexes, now_ms, deadline_ms,
    }
    Traces { has_documents, newest_candidates }
}

/// What stands for the one value in it.
macro_rules! read_transparent {
    ($($type:ident),* $(,)?) => {
        $(impl Read for $type {
            fn read(value: &JsValue) -> Result<Self, Problem> {
                Read::read(value).map(Self)
            }
        })*
    };
}

read_transparent!(
    DraftStatuses,
    FlagPageValues,
    FlagRows,
    LinkedArtifacts,
    Millis,
    Notes,
    Failures,
    RowsOfNotes,
    Runs
);

impl Read for RefusedCall {
    fn read(value: &JsValue) -> Result<Self, Problem> {
        let object = object(value)?;
        let kind: String = field(object, "kind")?;
        Ok(match &*kind {
            "strangeCaller" => Self::StrangeCaller {
                function_name: field(object, "function_name")?,
            },
            "noOrganization" => Self::NoOrganization {
                organization_id: field(object, "organization_id")?,
            },
            "failedLookup" => Self::FailedLookup {
                organization_id: field(object, "organization_id")?,
                message: field(object, "message")?,
            },
            "lostPosition" => Self::LostPosition,
            "noRun" => Self::NoRun {
                run_id: field(object, "run_id")?,
            },
            "noLedger" => Self::NoLedger {
                what: field(object, "what")?,
            },
            _ => return Err(Problem::new("expected the kind of a refused call").in_field("kind")),
        })
    }
}

impl Read for RunEvent {
    fn read(value: &JsValue) -> Result<Self, Problem> {
        let object = object(value)?;
        let kind: String = field(object, "kind")?;
        Ok(match &*kind {
            "legBegan" => Self::LegBegan {
                generation: field(object, "generation")?,
            },
            "batchAsked" => Self::BatchAsked {
                generation: field(object, "generation")?,
                number: field(object, "number")?,
            },
            "batchWritten" => Self::BatchWritten {
                generation: field(object, "generation")?,
                batch: field(object, "batch")?,
            },
            "legEnded" => Self::LegEnded {
                generation: field(object, "generation")?,
                stopped: field(object, "stopped")?,
                rest: field(object, "rest")?,
                pause_ms: field(object, "pause_ms")?,
            },
            "watched" => Self::Watched {
                generation: field(object, "generation")?,
            },
            "pause" => Self::Pause,
            "cancel" => Self::Cancel,
            "setPace" => Self::SetPace {
                bytes_per_second: field(object, "bytes_per_second")?,
            },
            _ => return Err(Problem::new("expected the kind of an event").in_field("kind")),
        })
    }
}

impl<T: Read> Read for ByKey<T> {
    fn read(value: &JsValue) -> Result<Self, Problem> {
        let object = object(value)?;
        Ok(Self {
            voice_notes: field(object, "voice_notes_v2")?,
            entity_resolution: field(object, "entity_resolution_v2")?,
        })
    }
}

#[wasm_bindgen]
extern "C" {
    type Fields;

    #[wasm_bindgen(method, structural, indexing_getter)]
    fn get(this: &Fields, name: &JsValue) -> JsValue;
}

fn object(value: &JsValue) -> Result<&Fields, Problem> {
    if value.is_object() {
        Ok(value.unchecked_ref())
    } else {
        Err(Problem::expected("an object", value))
    }
}

fn field<T: Read>(object: &Fields, name: &'static str) -> Result<T, Problem> {
    T::read(&object.get(&key(name))).map_err(|problem| problem.in_field(name))
}

thread_local! {
    /// Names of fields as JavaScript's strings, by their addresses: to make one anew for each object takes longer than
    /// to read its field.
    static KEYS: RefCell<Vec<(*const u8, JsValue)>> = const { RefCell::new(Vec::new()) };
}

fn key(name: &'static str) -> JsValue {
    KEYS.with_borrow_mut(
        |keys| match keys.binary_search_by_key(&name.as_ptr(), |(address, _)| *address) {
            Ok(at) => keys.get(at).map(|(_, key)| key.clone()),
            Err(at) => {
                let key = JsValue::from(camel_case(name));
                keys.insert(at, (name.as_ptr(), key.clone()));
                Some(key)
            }
        },
    )
    .unwrap_or_default()
}

/// The name that serde's `camelCase` gives to a field.
fn camel_case(name: &str) -> String {
    if name.ends_with("_v2") {
        return name.into();
    }
    let mut words = name.split('_');
    let mut camel: String = words.next().unwrap_or_default().into();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}
