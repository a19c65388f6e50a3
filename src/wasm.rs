//! The binding: decodes, calls, encodes. Nothing is decided here.
//!
//! Arguments come in as plain parameters and columns, answers go out through one serializer: what else a
//! module can be made of is paid for in every function call's fresh context.

#![expect(
    clippy::needless_pass_by_value,
    reason = "wasm-bindgen hands over what it allocated"
)]

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::budget::{CONVEX_LIMITS, Headroom, Reads};
use crate::change::{Change, ChangeCall, KeyRows, Write};
use crate::flags::{self, Row};
use crate::migration::{
    Inserted, MigrationCall, Notes, PageRead as MigrationPage, Run, Share, Step as MigrationStep, Written,
    judge,
};
use crate::note::Deferral;
use crate::number::{exact, ms};
use crate::scan::{Found, PageRead, Step};
use crate::status::{Status, StatusCall};
use crate::value::Value;
use crate::{Refusal, change, cursor, error, status};

fn encode(value: &Value) -> JsValue {
    value
        .serialize(&Serializer::json_compatible())
        .unwrap_or(JsValue::NULL)
}

fn encode_refusal(result: Result<(), Refusal>) -> JsValue {
    result
        .err()
        .map_or(JsValue::NULL, |refusal| encode(&refusal.value()))
}

/// The refusal of a caller that may not use `function`.
#[wasm_bindgen]
pub fn forbidden(function: &str) -> JsValue {
    encode(&error::forbidden(function).value())
}

/// The refusal of a cursor whose position is not there any more.
#[wasm_bindgen(js_name = lostPosition)]
pub fn lost_position() -> JsValue {
    encode(&cursor::lost_position().value())
}

/// The refusal of an organization that nobody knows.
#[wasm_bindgen(js_name = organizationNotFound)]
pub fn organization_not_found(organization_id: &str) -> JsValue {
    encode(&error::organization_not_found(organization_id).value())
}

/// The refusal of an organization of which nothing is stored, for a host without a look-up.
#[wasm_bindgen(js_name = nothingStored)]
pub fn nothing_stored(organization_id: &str) -> JsValue {
    encode(&change::nothing_stored(organization_id).value())
}

/// A warning where a host's own old action cannot get further.
#[wasm_bindgen(js_name = legacyWarning)]
pub fn legacy_warning(processed: f64, skipped: f64) -> Option<String> {
    crate::migration::legacy_warning(ms(processed), ms(skipped)).map(String::from)
}

/// A change of both flags.
#[wasm_bindgen]
#[derive(Debug)]
pub struct FlagChange {
    change: Result<Change, Refusal>,
    rows: [KeyRows; 2],
}

#[wasm_bindgen]
impl FlagChange {
    /// The change that is asked for.
    #[wasm_bindgen(constructor)]
    pub fn new(
        organization_id: &str,
        wanted: bool,
        actor: Option<String>,
        reason: Option<String>,
        restore: Option<String>,
    ) -> Self {
        let call = ChangeCall {
            organization_id,
            wanted,
            actor: actor.as_deref(),
            reason: reason.as_deref(),
            restore: restore.as_deref(),
        };
        Self {
            change: Change::new(&call),
            rows: Default::default(),
        }
    }

    /// Why the arguments are refused, or null.
    pub fn refusal(&self) -> JsValue {
        encode_refusal(self.change.as_ref().map(|_| ()).map_err(Clone::clone))
    }

    /// Takes the rows of the flag with this index (platform rows and organization rows as 0 off, 1 on, else
    /// no boolean) and tells what is written, three numbers a write: 0 set, 1 delete, 2 insert; the index of
    /// the organization row; the value.
    pub fn plan(
        &mut self,
        flag: usize,
        environment: Option<String>,
        platform: &[u32],
        organization: &[u32],
        user_rows: f64,
    ) -> Vec<u32> {
        let mut rows = KeyRows {
            environment: flags::environment(environment.as_deref()),
            platform: platform.first().copied().map(Row::from_code),
            organization: Vec::new(),
            user_rows: ms(user_rows),
        };
        for code in organization {
            rows.organization.push(Row::from_code(*code));
        }
        let mut steps = Vec::new();
        let Ok(change) = &self.change else {
            return steps;
        };
        for write in change.writes(flag, &rows.organization) {
            let (kind, index, value) = match write {
                Write::Set(index, value) => (0, index, value),
                Write::Delete(index) => (1, index, false),
                Write::Insert(index, value) => (2, index, value),
            };
            steps.push(kind);
            steps.push(u32::try_from(index).unwrap_or(u32::MAX));
            steps.push(u32::from(value));
        }
        if let Some(slot) = self.rows.get_mut(flag) {
            *slot = rows;
        }
        steps
    }

    /// The row's `updatedBy`.
    #[wasm_bindgen(js_name = updatedBy)]
    pub fn updated_by(&self) -> String {
        self.change
            .as_ref()
            .map_or("", |change| change.updated_by())
            .into()
    }

    /// What the row's `notes` say of a write; `from` is the row's fact before, below 0 where there was none.
    pub fn note(&self, now: &str, from: i32, to: bool) -> String {
        let from = u32::try_from(from).ok().map(Row::from_code);
        self.change
            .as_ref()
            .map_or(String::new(), |change| change.note(now, from, to))
    }

    /// The answer, when all is written.
    pub fn answer(&self) -> JsValue {
        match &self.change {
            Ok(change) => encode(&change.answer(&self.rows)),
            Err(_) => JsValue::NULL,
        }
    }
}

/// Refuses a finished status that is not complete; null otherwise.
#[wasm_bindgen(js_name = checkComplete)]
pub fn check_complete(verdict: &str, left: f64) -> JsValue {
    encode_refusal(status::check_complete(verdict, ms(left)))
}

fn reads(column: &[f64]) -> Option<Reads> {
    match column {
        [documents, bytes, ranges] => Some(Reads {
            documents: ms(*documents),
            bytes: ms(*bytes),
            ranges: ms(*ranges),
        }),
        _ => None,
    }
}

/// One transaction of a status.
#[wasm_bindgen]
#[derive(Debug)]
pub struct StatusRun(Result<Status, Refusal>);

#[wasm_bindgen]
impl StatusRun {
    /// `limits` holds documents, bytes and ranges of one transaction, or nothing where they are not known.
    #[wasm_bindgen(constructor)]
    #[expect(
        clippy::too_many_arguments,
        reason = "plain parameters cost fewer bytes than an object"
    )]
    pub fn new(
        organization_id: &str,
        deferred_days: Option<String>,
        cursor: Option<String>,
        voice_notes_variable: Option<String>,
        entity_resolution_variable: Option<String>,
        limits: &[f64],
        now_ms: f64,
        artifacts_are_indexed: bool,
    ) -> Self {
        Self(Status::new(&StatusCall {
            organization_id,
            deferred_days: deferred_days.as_deref(),
            cursor: cursor.as_deref(),
            environment: [
                voice_notes_variable.as_deref(),
                entity_resolution_variable.as_deref(),
            ],
            limits: reads(limits),
            now_ms,
            artifacts_are_indexed,
        }))
    }

    /// Why the arguments are refused, or null.
    pub fn refusal(&self) -> JsValue {
        encode_refusal(self.0.as_ref().map(|_| ()).map_err(Clone::clone))
    }

    /// The position behind which the reader goes on.
    pub fn position(&self) -> Option<String> {
        self.0
            .as_ref()
            .ok()
            .and_then(|status| status.after())
            .map(String::from)
    }

    /// The position behind which the first look-up of a step goes on, if it broke off before.
    #[wasm_bindgen(js_name = lookUpAfter)]
    pub fn look_up_after(&mut self) -> Option<String> {
        self.0
            .as_mut()
            .ok()
            .and_then(|status| status.scan().look_up_after())
            .map(String::from)
    }

    /// The next step, after so many documents, bytes and ranges were read in this transaction, as numbers:
    /// - 0 done
    /// - 1 pause: rows of the page that are through, -1 where no page of the range was read
    /// - 2 page: range, flag, first (0 or 1), rows, bytes
    /// - 3 look-ups: range, width, documents, bytes, rows of the page ...
    pub fn next(&mut self, documents: f64, bytes: f64, ranges: f64) -> Vec<f64> {
        let used = reads(&[documents, bytes, ranges]).unwrap_or_default();
        let Ok(status) = &mut self.0 else {
            return Vec::new();
        };
        let scan = status.scan();
        match scan.next(used) {
            Step::Done => vec![0.0],
            Step::Pause { rows } => vec![1.0, rows.map_or(-1.0, f64::from)],
            Step::Page {
                range,
                flag,
                first,
                rows,
                bytes,
            } => vec![
                2.0,
                f64::from(range as u8),
                if flag == 0 { 0.0 } else { 1.0 },
                f64::from(u8::from(first)),
                exact(rows),
                exact(bytes),
            ],
            Step::LookUp {
                range,
                width,
                documents,
                bytes,
            } => {
                let mut step = vec![
                    3.0,
                    f64::from(range as u8),
                    exact(width),
                    exact(documents),
                    exact(bytes),
                ];
                for row in scan.asked_for() {
                    step.push(f64::from(*row));
                }
                step
            }
        }
    }

    /// Takes a page; see [`PageRead`] for the columns.
    pub fn page(
        &mut self,
        is_last: bool,
        first_id: &str,
        facts: Vec<u32>,
        created_ms: Vec<f64>,
        organization_ids: &[u8],
        names: &[u8],
    ) {
        if let Ok(status) = &mut self.0 {
            status.scan().feed_page(PageRead {
                is_last,
                first_id,
                facts,
                created_ms,
                organization_ids,
                names,
            });
        }
    }

    /// Takes what look-ups found; see [`Found`] for the columns.
    #[expect(
        clippy::too_many_arguments,
        reason = "plain parameters cost fewer bytes than an object"
    )]
    pub fn found(
        &mut self,
        complete: u32,
        open_id: &str,
        open_after: Option<String>,
        of: &[u32],
        facts: &[u32],
        organization_ids: &[u8],
        names: &[u8],
    ) {
        if let Ok(status) = &mut self.0 {
            status.scan().feed_found(&Found {
                complete,
                open_id,
                open_after: open_after.as_deref(),
                of,
                facts,
                organization_ids,
                names,
            });
        }
    }

    /// The answer; `position` is what the last step asks for.
    pub fn answer(&mut self, position: Option<String>) -> JsValue {
        match &mut self.0 {
            Ok(status) => encode(&status.answer(position.as_deref())),
            Err(_) => JsValue::NULL,
        }
    }
}

/// What a transaction has left, after `used` of `limits` (documents, bytes and ranges each; Convex's own
/// limits where empty): notes that take so many ranges each, documents, bytes, and reads side by side.
#[wasm_bindgen]
pub fn headroom(used: &[f64], limits: &[f64], ranges_each: u32) -> Vec<f64> {
    let limits = reads(limits).unwrap_or(CONVEX_LIMITS);
    let headroom = Headroom::after(reads(used).unwrap_or_default(), limits);
    vec![
        exact(headroom.notes(u64::from(ranges_each))),
        exact(headroom.reads.documents.max(1)),
        exact(headroom.reads.bytes.max(1)),
        exact(headroom.width()),
    ]
}

/// What a run does with each note: 0 to 5 nothing, as it is in this class; 6 migrate, 7 repair, 8 it is
/// malformed. `changed_ms` has one an artifact, below 0 where it is completed.
#[wasm_bindgen(js_name = judgeNotes)]
pub fn judge_notes(
    now_ms: f64,
    deferred_days: Option<f64>,
    repair: bool,
    facts: &[u32],
    created_ms: &[f64],
    of: &[u32],
    changed_ms: &[f64],
) -> Vec<u8> {
    let deferral = Deferral {
        now_ms,
        days: deferred_days.map(ms),
    };
    let notes = Notes {
        facts,
        created_ms,
        of,
        changed_ms,
    };
    judge(notes, &deferral, repair)
}

/// A run of the migration.
#[wasm_bindgen]
#[derive(Debug)]
pub struct MigrationRun(Result<Run, Refusal>);

#[wasm_bindgen]
impl MigrationRun {
    /// Numbers as JavaScript prints them; see [`MigrationCall`].
    #[wasm_bindgen(constructor)]
    #[expect(
        clippy::too_many_arguments,
        reason = "plain parameters cost fewer bytes than an object"
    )]
    pub fn new(
        organization_id: Option<String>,
        dry_run: bool,
        batch_size: Option<String>,
        limit: Option<String>,
        repair: bool,
        deferred_days: Option<String>,
        cursor: Option<String>,
        is_legacy: bool,
        now_ms: f64,
        deadline_ms: f64,
        bytes_per_ms: f64,
    ) -> Self {
        let call = MigrationCall {
            organization_id: organization_id.as_deref(),
            dry_run,
            batch_size: batch_size.as_deref(),
            limit: limit.as_deref(),
            repair,
            deferred_days: deferred_days.as_deref(),
            cursor: cursor.as_deref(),
            is_legacy,
        };
        Self(Run::new(&call, now_ms, deadline_ms, bytes_per_ms))
    }

    /// Why the arguments are refused, or null.
    pub fn refusal(&self) -> JsValue {
        encode_refusal(self.0.as_ref().map(|_| ()).map_err(Clone::clone))
    }

    /// The position behind which the reader begins.
    pub fn position(&self) -> Option<String> {
        self.0
            .as_ref()
            .ok()
            .and_then(|run| run.position())
            .map(String::from)
    }

    /// The next step as numbers: 0 stop (notes done), 1 page (notes), 2 batch (its notes ...), 3 wait
    /// (milliseconds), 4 mark (notes done).
    pub fn next(&mut self, now_ms: f64) -> Vec<f64> {
        let Ok(run) = &mut self.0 else {
            return Vec::new();
        };
        match run.next(now_ms) {
            MigrationStep::Stop { notes } => vec![0.0, exact(notes as u64)],
            MigrationStep::Page { notes } => vec![1.0, exact(notes)],
            MigrationStep::Batch => {
                let mut step = vec![2.0];
                for note in run.batch() {
                    step.push(f64::from(*note));
                }
                step
            }
            MigrationStep::Wait { ms } => vec![3.0, ms],
            MigrationStep::Mark { notes } => vec![4.0, exact(notes as u64)],
        }
    }

    /// Takes a page; see [`MigrationPage`].
    #[expect(
        clippy::too_many_arguments,
        reason = "plain parameters cost fewer bytes than an object"
    )]
    pub fn page(
        &mut self,
        codes: Vec<u8>,
        facts: Vec<u32>,
        claims: Vec<u32>,
        transcripts: Vec<u32>,
        bytes: Vec<f64>,
        malformed: String,
        is_last: bool,
    ) {
        if let Ok(run) = &mut self.0 {
            run.page(MigrationPage {
                codes,
                facts,
                claims,
                transcripts,
                bytes,
                malformed,
                is_last,
            });
        }
    }

    /// Takes the position at which the limit was reached.
    pub fn mark(&mut self, position: Option<String>) {
        if let Ok(run) = &mut self.0 {
            run.mark(position);
        }
    }

    /// Takes what a batch came to: codes a note, rows inserted (artifacts, transcripts, claims), what it used
    /// of each measure and the limits of those.
    pub fn written(
        &mut self,
        codes: &[u8],
        inserted: &[f64],
        used: &[f64],
        limits: &[f64],
        malformed: &str,
        took_ms: f64,
    ) {
        let Ok(run) = &mut self.0 else { return };
        let mut shares = Vec::new();
        for (used, limit) in used.iter().zip(limits) {
            shares.push(Share {
                used: *used,
                limit: *limit,
            });
        }
        let [artifacts, transcripts, claims] = inserted else {
            return;
        };
        run.written(&Written {
            codes,
            inserted: Inserted {
                artifacts: ms(*artifacts),
                transcripts: ms(*transcripts),
                claims: ms(*claims),
            },
            shares: &shares,
            malformed,
            took_ms,
        });
    }

    /// Takes the error of a batch and the id of the batch's first note.
    pub fn failed(&mut self, message: &str, id: &str) {
        if let Ok(run) = &mut self.0 {
            run.failed(message, id);
        }
    }

    /// Ends the run after an error of something else; false where the error itself must be the answer.
    pub fn error(&mut self, message: &str) -> bool {
        self.0.as_mut().is_ok_and(|run| run.error(message))
    }

    /// The answer; `position` is what the last step asks for.
    pub fn answer(&self, position: Option<String>) -> JsValue {
        match &self.0 {
            Ok(run) => encode(&run.answer(position.as_deref())),
            Err(_) => JsValue::NULL,
        }
    }
}

// std's own allocator is 7 KB larger; this one is constant in time and gives memory back as well.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
