//! What is to be done with each of some notes.

use super::outcome::Fate;
use crate::note::{Class, Deferral, Facts, Linked, classify, classify_unlinked};

/// For how long nothing must have touched the artifacts of a note that is repaired, in milliseconds.
const QUIET_MS: f64 = 24.0 * 3_600_000.0;

/// What a run does with a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: it is in this class.
    Leave(Class),
    /// Give it its v2 rows.
    Migrate,
    /// Give its oldest artifact what that lacks, and complete it.
    Repair,
    /// It would be migrated or repaired, but its document is malformed.
    Malformed,
}

impl Verdict {
    /// As a number: 0 to 5 a class, 6 migrate, 7 repair, 8 malformed.
    pub fn code(self) -> u32 {
        match self {
            Self::Leave(class) => class as u32,
            Self::Migrate => 6,
            Self::Repair => 7,
            Self::Malformed => 8,
        }
    }

    /// From its number.
    pub fn from_code(code: u32) -> Self {
        match code {
            0 => Self::Leave(Class::Migrated),
            1 => Self::Leave(Class::Unfinished),
            2 => Self::Leave(Class::NotReady),
            3 => Self::Leave(Class::Deferred),
            4 => Self::Leave(Class::Blocked),
            6 => Self::Migrate,
            7 => Self::Repair,
            _ => Self::Malformed,
        }
    }

    /// Is a row written for it?
    pub(crate) fn writes(self) -> bool {
        matches!(self, Self::Migrate | Self::Repair)
    }

    /// What becomes of the note when that is done.
    pub(crate) fn fate(self) -> Fate {
        match self {
            Self::Migrate => Fate::Migrated,
            Self::Repair => Fate::Repaired,
            Self::Malformed => Fate::Failed,
            Self::Leave(Class::Migrated) => Fate::AlreadyMigrated,
            Self::Leave(Class::Unfinished) => Fate::Unfinished,
            Self::Leave(Class::NotReady) => Fate::NotReady,
            Self::Leave(Class::Deferred) => Fate::Deferred,
            Self::Leave(Class::Blocked | Class::Eligible) => Fate::Blocked,
        }
    }
}

/// Notes and their artifacts as columns.
#[derive(Clone, Copy, Debug)]
pub struct Notes<'a> {
    /// [`Facts`], one a note.
    pub facts: &'a [u32],
    /// When each was created, in milliseconds since 1970.
    pub created_ms: &'a [f64],
    /// One an artifact: of which note, as an index, ascending.
    pub of: &'a [u32],
    /// One an artifact: when it last changed, in milliseconds since 1970; below 0 where it is completed.
    pub changed_ms: &'a [f64],
}

/// What is to be done with each note: 0 to 4 nothing, as it is in this [`Class`]; 6 migrate it, 7 repair it, 8 report
/// it as malformed. In a sweep the first malformed note is the last that is judged: what is written behind it is
/// decided once it is known whether the run stops there.
pub fn judge(notes: Notes<'_>, deferral: &Deferral, repair: bool, is_sweep: bool) -> Vec<u32> {
    let mut verdicts = Vec::new();
    let mut artifacts = notes.of.iter().zip(notes.changed_ms);
    let mut artifact = artifacts.next();
    for (nth, (facts, created_ms)) in (0..).zip(notes.facts.iter().zip(notes.created_ms)) {
        let mut linked = Linked::default();
        let mut changed_ms = 0.0_f64;
        while let Some((of, changed)) = artifact {
            if *of != nth {
                break;
            }
            linked.artifacts += 1;
            linked.completed |= *changed < 0.0;
            // An artifact without a time of change (NaN) counts as changed just now.
            changed_ms = if changed.is_nan() {
                f64::INFINITY
            } else {
                changed_ms.max(*changed)
            };
            artifact = artifacts.next();
        }
        let facts = Facts(*facts);
        let mut verdict = Verdict::Leave(classify(facts, linked, *created_ms, deferral));
        if verdict == Verdict::Leave(Class::Eligible) {
            verdict = Verdict::Migrate;
        }
        let is_quiet = deferral.now_ms - changed_ms >= QUIET_MS;
        if verdict == Verdict::Leave(Class::Unfinished)
            && repair
            && is_quiet
            && classify_unlinked(facts, *created_ms, deferral) == Class::Eligible
        {
            verdict = Verdict::Repair;
        }
        if verdict.writes() && facts.is_malformed() {
            verdict = Verdict::Malformed;
        }
        verdicts.push(verdict.code());
        if is_sweep && verdict == Verdict::Malformed {
            break;
        }
    }
    verdicts
}
