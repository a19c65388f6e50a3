//! Rows of a flag beyond what one transaction holds: they are brought to the value in transactions of their own, one
//! after the other, until none is left or a later change of the flag took over.

use serde::Serialize;
use tsify::Tsify;

use super::cascade::FlagKey;
use super::notes::Entry;
use super::plan::{FlagRow, FlagWrite};

/// Further rows of a flag, and the change whose value they are to be brought to.
#[derive(Clone, Debug, PartialEq, Eq, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FurtherRowsCall {
    /// The flag.
    pub key: FlagKey,
    /// The value.
    pub enabled: bool,
    /// The rows' `updatedBy`.
    pub updated_by: String,
    /// Why, where they said so.
    #[tsify(optional)]
    pub reason: Option<String>,
    /// When the change was, as text.
    pub at: String,
    /// What identifies the first row and its last write, as the change left it: by it a later change is told.
    pub left: String,
    /// The same as it is now.
    #[tsify(optional)]
    pub first: Option<String>,
    /// The rows behind those that are dealt with.
    pub rows: Vec<FlagRow>,
    /// The last rows are among them.
    pub is_last: bool,
}

/// Rows of a flag that a change has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FurtherRows {
    /// The flag.
    pub key: FlagKey,
    /// The last of the organization's rows that it has dealt with.
    pub after_row: usize,
}

/// What is done with further rows.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FurtherRowsPlan {
    /// What is written.
    pub writes: Vec<FlagWrite>,
    /// A later change has written the flag, which is left to it.
    pub is_overtaken: bool,
    /// There are more rows, which the next transaction deals with.
    pub goes_on: bool,
}

impl FurtherRowsCall {
    /// What is to be done with the rows.
    ///
    /// ```
    /// use v2_rollout::{FlagKey, FlagRow, FlagValue, FurtherRowsCall};
    ///
    /// let call = FurtherRowsCall {
    ///     key: FlagKey::VoiceNotes,
    ///     enabled: true,
    ///     updated_by: "script".into(),
    ///     reason: None,
    ///     at: "2026-11-25T10:00:00.000Z".into(),
    ///     left: "k1 on 1790000000000".into(),
    ///     first: Some("k1 on 1790000000000".into()),
    ///     rows: vec![FlagRow { value: FlagValue::Off, notes: None, bytes: 200 }],
    ///     is_last: true,
    /// };
    /// let plan = call.plan();
    /// assert_eq!((plan.writes.len(), plan.goes_on), (1, false));
    /// ```
    pub fn plan(&self) -> FurtherRowsPlan {
        let is_overtaken = self.first.as_ref() != Some(&self.left);
        let mut writes = Vec::new();
        for (row, present) in self.rows.iter().enumerate() {
            if !is_overtaken && present.value != self.enabled.into() {
                writes.push(self.write(row, present));
            }
        }
        FurtherRowsPlan {
            writes,
            is_overtaken,
            goes_on: !is_overtaken && !self.is_last,
        }
    }

    /// Brings a row to the value.
    fn write(&self, row: usize, present: &FlagRow) -> FlagWrite {
        FlagWrite::Patch {
            key: self.key,
            row,
            enabled: self.enabled,
            notes: self.entry().notes(Some(present), self.enabled),
        }
    }

    fn entry(&self) -> Entry<'_> {
        Entry {
            enabled: self.enabled,
            is_restore: false,
            by: &self.updated_by,
            at: &self.at,
            reason: self.reason.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FlagValue::{Malformed, Off, On};

    #[test]
    fn what_differs_is_written_until_another_change_took_over() {
        let row = |value| FlagRow {
            value,
            notes: Some("Runbook".into()),
            bytes: 1,
        };
        let call = FurtherRowsCall {
            key: FlagKey::EntityResolution,
            enabled: true,
            updated_by: "Ann Lee".into(),
            reason: Some("pilot".into()),
            at: "2026-11-25T10:00:00.000Z".into(),
            left: "1 on 5".into(),
            first: None,
            rows: vec![row(Off), row(On), row(Malformed)],
            is_last: false,
        };
        // the first row, is it the last page, the rows that are written, does it go on?
        for (first, is_last, written, goes_on) in [
            (Some("1 on 5"), false, &[0, 2][..], true),
            (Some("1 on 5"), true, &[0, 2], false),
            (Some("1 off 5"), false, &[], false),
            (None, false, &[], false),
        ] {
            let plan = FurtherRowsCall {
                first: first.map(String::from),
                is_last,
                ..call.clone()
            }
            .plan();
            let at: Vec<usize> = plan
                .writes
                .iter()
                .map(|write| match write {
                    FlagWrite::Patch { row, .. } => *row,
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!((&*at, plan.goes_on), (written, goes_on), "{first:?}");
            assert_eq!(plan.is_overtaken, written.is_empty());
        }
        assert_eq!(
            call.entry().notes(Some(&row(Malformed)), true),
            "enableV2ForOrg by Ann Lee at 2026-11-25T10:00:00.000Z: false -> true; pilot\nRunbook"
        );
    }
}
