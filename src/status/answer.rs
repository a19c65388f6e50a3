//! The answer of a status.

use serde::Serialize;
use tsify::Tsify;

use super::{Classes, Drafts, StatusScan, Verdict};
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
    /// Whether the organization is through; null until done.
    pub verdict: Option<Verdict>,
    /// Is this the result?
    pub done: bool,
    /// Where the counts go on, if they are not done.
    pub cursor: Option<String>,
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
    /// - `NOT_COMPLETE` where `check` was asked for, and all is counted and not through.
    pub fn answer(
        &mut self,
        position: Option<String>,
        transaction: &Transaction,
    ) -> Result<StatusAnswer, Refusal> {
        let read = self.state.read.plus(transaction.reads());
        let done = self.is_done();
        if done && self.check {
            self.state.sums.classes.check_complete()?;
        }
        let cursor = (!done).then(|| {
            self.state.read = read;
            cursor::seal(&self.binding, self.now, &(position, &self.state))
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
            verdict: done.then(|| sums.classes.verdict()),
            done,
            cursor,
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
        let mut warn = |count: u64, one: &str, many: &str, rest: &str| {
            if count > 0 {
                warnings.push(format!("{} {rest}", counted(count, one, many)));
            }
        };
        warn(
            sums.duplicates,
            "note has",
            "notes have",
            "more than one linked artifact: their v2 rows exist twice or more; keep one artifact a note and delete the others with their transcripts, claims, resolutions and drafts",
        );
        warn(
            sums.orphans(),
            "artifact belongs",
            "artifacts belong",
            "to no note of the organization: recorded by v2 alone, or their note was deleted or names another organization; look at those that should have a note",
        );
        warn(
            unfinished,
            "note is",
            "notes are",
            "unfinished: in flight, failed, or left by a run that broke off; runMigration with `\"repair\": true` finishes those that nothing has touched for 24 hours",
        );
        let them = if deferred == 1 { "it" } else { "them" };
        warn(
            deferred,
            "note is",
            "notes are",
            &format!(
                "deferred: the old pipeline is not done with {them}; wait, or give `deferredDays` for those that it left"
            ),
        );
        warn(
            blocked,
            "note is",
            "notes are",
            "blocked: without a coach, or with cancelled insights; a person must set the coach or decide that they stay in v1",
        );
        let malformed = self.state.malformed.each();
        warnings.extend(
            malformed
                .iter()
                .filter_map(|(table, malformed)| malformed.warning(table)),
        );
        warnings
    }
}
