//! The answer of a status.

use serde::Serialize;
use tsify::Tsify;

use super::{Classes, Drafts, StatusSamples, StatusScan, StatusStopped, Verdict};
use crate::cursor;
use crate::flags::{ByKey, Effective, FlagValue, warnings as flag_warnings};
use crate::refusal::Refusal;
use crate::table::ByTable;
use crate::text::counted;
use crate::transaction::{Limit, Transaction};
use crate::units::as_f64;

/// How many documents of a kind there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Count {
    /// All of them.
    pub total: u64,
}

/// How a table is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Route {
    /// By an index on the organization.
    OrganizationIndex,
    /// All of the table is read.
    TableScan,
    /// By a lookup for each of the organization's artifacts.
    LookUpPerArtifact,
    /// By a lookup for each of the organization's claims.
    LookUpPerClaim,
    /// By the flags' keys.
    FlagKey,
}

/// What an answer cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct ReadAccount {
    /// Documents scanned.
    pub documents: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Index ranges.
    pub ranges: u64,
    /// Transactions so far.
    pub transactions: u64,
    /// What ended the answer.
    pub limited_by: Option<Limit>,
    /// How each table was counted.
    pub routes: ByTable<Route>,
}

/// What `v2MigrationStatus` answers: the result where it is done, else the sums so far and a cursor.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct StatusAnswer {
    /// The organization's notes, whatever their state.
    pub voice_notes: Count,
    /// Artifacts with the organization among their candidates.
    pub artifacts: Count,
    /// Notes less artifacts.
    pub gap: f64,
    /// Transcripts of those artifacts.
    pub transcripts: u64,
    /// Claims of the organization.
    pub claims: u64,
    /// Resolutions of those claims.
    pub entity_resolutions: Count,
    /// Drafts of the organization.
    pub drafts: Drafts,
    /// The first organization row's value of each flag.
    pub feature_flags: ByKey<bool>,
    /// The values that count.
    pub effective: ByKey<Effective>,
    /// Notes by class.
    pub migration: Classes,
    /// Notes with more than one linked artifact.
    pub duplicates: u64,
    /// Artifacts of the organization that no note of it is linked to.
    pub orphans: u64,
    /// The first notes of each kind that a person may want to look at.
    pub samples: StatusSamples,
    /// Whether the organization is through; null until done.
    pub verdict: Option<Verdict>,
    /// Is this the result?
    pub done: bool,
    /// Where the counts go on, if they are not done.
    pub cursor: Option<String>,
    /// Why the internal function ended before it was done.
    pub stopped: Option<StatusStopped>,
    /// Each with what to do.
    pub warnings: Vec<String>,
    /// What this answer cost.
    pub read: ReadAccount,
}

impl StatusScan {
    /// The answer. `position` is what [`StatusStep::Pause`](super::StatusStep::Pause) asks for, `transaction` the
    /// account of this transaction in the end.
    ///
    /// # Errors
    /// - `NOT_COMPLETE` where `check` was asked for, and all is counted and not complete.
    pub fn answer(
        &mut self,
        position: Option<&str>,
        transaction: &Transaction,
    ) -> Result<StatusAnswer, Refusal> {
        let read = self.state.read.plus(transaction.reads());
        let done = self.is_done();
        if done && self.check {
            self.state.sums.classes.check_complete(self.accept_blocked)?;
        }
        let cursor = (!done).then(|| {
            self.state.read = read;
            self.cursor(position)
        });
        let sums = &self.state.sums;
        let notes = sums.classes.total();
        let flags = &self.state.flags;
        Ok(StatusAnswer {
            voice_notes: Count { total: notes },
            artifacts: Count {
                total: sums.artifacts,
            },
            gap: as_f64(notes) - as_f64(sums.artifacts),
            transcripts: sums.transcripts,
            claims: sums.claims,
            entity_resolutions: Count {
                total: sums.resolutions,
            },
            drafts: sums.drafts,
            feature_flags: ByKey::of(|key| flags.get(key).organization == Some(FlagValue::On)),
            effective: ByKey::of(|key| flags.get(key).effective()),
            migration: sums.classes,
            duplicates: sums.duplicates,
            orphans: sums.orphans(),
            samples: sums.samples.clone(),
            verdict: done.then(|| sums.classes.verdict()),
            done,
            cursor,
            stopped: None,
            warnings: if done {
                self.warnings()
            } else {
                vec!["these are sums so far, not the result: call again with `cursor` to go on".into()]
            },
            read: ReadAccount {
                documents: read.documents,
                bytes: read.bytes,
                ranges: read.ranges,
                transactions: self.state.transactions,
                limited_by: self.limited_by,
                routes: self.routes(),
            },
        })
    }

    /// The cursor behind a position. Keys that it has no room for are represented by their documents.
    fn cursor(&mut self, position: Option<&str>) -> String {
        let cursor = self.seal(position);
        if cursor.len() <= cursor::LONGEST {
            return cursor;
        }
        if let Some(open) = &mut self.state.open {
            open.after = by_document(&open.after).into();
        }
        self.seal(position.map(by_document))
    }

    fn seal(&self, position: Option<&str>) -> String {
        cursor::seal(&self.binding, self.now, &(position, &self.state))
    }

    fn routes(&self) -> ByTable<Route> {
        ByTable {
            voice_notes: Route::OrganizationIndex,
            voice_note_artifacts: if self.artifacts_are_indexed {
                Route::OrganizationIndex
            } else {
                Route::TableScan
            },
            voice_note_transcripts: Route::LookUpPerArtifact,
            voice_note_claims: Route::OrganizationIndex,
            voice_note_entity_resolutions: Route::LookUpPerClaim,
            insight_drafts: Route::OrganizationIndex,
            feature_flags: Route::FlagKey,
        }
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = flag_warnings(&self.state.flags, None);
        let sums = &self.state.sums;
        let Classes {
            unfinished,
            deferred,
            blocked,
            ..
        } = sums.classes;
        let mut warn = |count: u64, one: &str, many: &str| {
            if count > 0 {
                warnings.push(counted(count, one, many));
            }
        };
        warn(
            sums.duplicates,
            "note has more than one linked artifact (see `samples`): its v2 rows exist twice or more; keep one artifact and delete the others with their transcripts, claims, resolutions and drafts",
            "notes have more than one linked artifact (see `samples`): their v2 rows exist twice or more; keep one artifact per note and delete the others with their transcripts, claims, resolutions and drafts",
        );
        warn(
            sums.orphans(),
            "artifact belongs to no note of the organization: recorded by v2 alone, or its note was deleted or names another organization; look whether it should have a note",
            "artifacts belong to no note of the organization: recorded by v2 alone, or their notes were deleted or name another organization; look at those that should have a note",
        );
        warn(
            unfinished,
            "note is unfinished (see `samples`): in flight, failed, or left by a run that broke off; runMigration with `repair: true` finishes it if it would otherwise be eligible and nothing has touched its artifact for 24 hours",
            "notes are unfinished (see `samples`): in flight, failed, or left by a run that broke off; runMigration with `repair: true` finishes those that would otherwise be eligible and whose artifacts nothing has touched for 24 hours",
        );
        warn(
            deferred,
            "note is deferred (see `samples`): the old pipeline is not done with it; wait, or give `deferredDays` if the pipeline has abandoned it",
            "notes are deferred (see `samples`): the old pipeline is not done with them; wait, or give `deferredDays` if the pipeline has abandoned them",
        );
        warn(
            blocked,
            "note is blocked (see `samples`): without a coach, with cancelled insights, or with a status that is no word of the schema; a person must mend it, or decide that it stays in v1 (`acceptBlocked`)",
            "notes are blocked (see `samples`): without a coach, with cancelled insights, or with a status that is no word of the schema; a person must mend them, or decide that they stay in v1 (`acceptBlocked`)",
        );
        let artifacts = &self.state.malformed.voice_note_artifacts;
        let artifacts = artifacts.with(&self.state.malformed_linked);
        for (table, malformed) in self.state.malformed.each() {
            let malformed = match table {
                "voiceNoteArtifacts" => &artifacts,
                _ => malformed,
            };
            warnings.extend(malformed.warning(table));
        }
        warnings
    }
}

/// A key of nothing but a time and an id is no longer than this, and stays as it is.
const SHORT: usize = 128;

/// A position, as its document's id: the last field of every key.
fn by_document(position: &str) -> &str {
    if position.len() <= SHORT {
        return position;
    }
    let comma = position.bytes().rposition(|byte| byte == b',');
    let last = comma.and_then(|comma| position.get(comma + 1..));
    last.and_then(|last| last.strip_suffix(']')).unwrap_or(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_stands_for_its_key() {
        let long = "a,]".repeat(SHORT);
        let key = format!(r#"["{long}",1.5,"k1"]"#);
        for (position, expected) in [
            (&*key, r#""k1""#),
            (r#"[1.5,"k1"]"#, r#"[1.5,"k1"]"#),
            (r#""k1""#, r#""k1""#),
            ("", ""),
        ] {
            assert_eq!(by_document(position), expected);
        }
    }
}
