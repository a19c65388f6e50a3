//! Rows of a flag beyond what one transaction holds: they are brought to the value in transactions of their own, one
//! after the other, until none is left or a later change of the flag took over.

use serde::Serialize;
use tsify::Tsify;

use super::cascade::FlagKey;
use super::notes::Entry;
use super::plan::{FlagRow, FlagWrite};

/// A change whose further rows are to be brought to its value.
#[derive(Clone, Debug, PartialEq, Eq, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FurtherRowsCall {
    /// The organization.
    pub organization_id: String,
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
    /// What is to be done with `rows`, which follow those that are dealt with. By the first row a later change is told:
    /// `left` is what identifies it and its last write as the change left it, `first` the same as it is now.
    ///
    /// ```
    /// use v2_rollout::{FlagKey, FlagRow, FlagValue, FurtherRowsCall};
    ///
    /// let call = FurtherRowsCall {
    ///     organization_id: "org_1".into(),
    ///     key: FlagKey::VoiceNotes,
    ///     enabled: true,
    ///     updated_by: "script".into(),
    ///     reason: None,
    ///     at: "2026-11-25T10:00:00.000Z".into(),
    /// };
    /// let row = FlagRow { value: FlagValue::Off, notes: None, bytes: 200 };
    /// let plan = call.plan("1", Some("1"), &[row], true);
    /// assert_eq!((plan.writes.len(), plan.goes_on), (1, false));
    /// ```
    pub fn plan(&self, left: &str, first: Option<&str>, rows: &[FlagRow], is_last: bool) -> FurtherRowsPlan {
        let is_overtaken = first != Some(left);
        let writes: Vec<FlagWrite> = if is_overtaken {
            Vec::new()
        } else {
            let differs = |(_, row): &(usize, &FlagRow)| row.value != self.enabled.into();
            rows.iter()
                .enumerate()
                .filter(differs)
                .map(|(at, row)| self.write(at, row))
                .collect()
        };
        FurtherRowsPlan {
            writes,
            is_overtaken,
            goes_on: !is_overtaken && !is_last,
        }
    }

    /// Brings a row to the value.
    pub(super) fn write(&self, row: usize, present: &FlagRow) -> FlagWrite {
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
        let call = FurtherRowsCall {
            organization_id: "org_1".into(),
            key: FlagKey::EntityResolution,
            enabled: true,
            updated_by: "Ann Lee".into(),
            reason: Some("pilot".into()),
            at: "2026-11-25T10:00:00.000Z".into(),
        };
        let row = |value| FlagRow {
            value,
            notes: Some("Runbook".into()),
            bytes: 1,
        };
        let rows = [row(Off), row(On), row(Malformed)];
        // the first row, is it the last page, the rows that are written, does it go on?
        for (first, is_last, written, goes_on) in [
            (Some("1 on 5"), false, &[0, 2][..], true),
            (Some("1 on 5"), true, &[0, 2], false),
            (Some("1 off 5"), false, &[], false),
            (None, false, &[], false),
        ] {
            let plan = call.plan("1 on 5", first, &rows, is_last);
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
            call.entry().notes(Some(&rows[2]), true),
            "enableV2ForOrg by Ann Lee at 2026-11-25T10:00:00.000Z: false -> true; pilot\nRunbook"
        );
    }
}
