//! Rows of a flag beyond what one transaction holds: they are brought to the value in transactions of their own, one
//! after the other, until none is left or a later change of the flag took over.

use serde::Serialize;
use tsify::Tsify;

use super::cascade::{FlagKey, FlagValue};
use super::notes::Entry;
use super::plan::{FlagRow, FlagWrite};
use crate::units::Millis;

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

/// The first row of a flag: by it a later change is told.
#[derive(Clone, Debug, PartialEq, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FirstRow {
    /// Its id.
    pub id: String,
    /// Its value.
    pub value: FlagValue,
    /// When it was written last.
    #[tsify(optional)]
    pub updated_at_ms: Option<Millis>,
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
    /// What is to be done with `rows`, which follow those that are dealt with. `left` is the first row as the change
    /// left it, `first` as it is now.
    ///
    /// ```
    /// use v2_rollout::{FirstRow, FlagKey, FlagRow, FlagValue, FurtherRowsCall};
    ///
    /// let call = FurtherRowsCall {
    ///     organization_id: "org_1".into(),
    ///     key: FlagKey::VoiceNotes,
    ///     enabled: true,
    ///     updated_by: "script".into(),
    ///     reason: None,
    ///     at: "2026-11-25T10:00:00.000Z".into(),
    /// };
    /// let first = FirstRow { id: "1".into(), value: FlagValue::On, updated_at_ms: None };
    /// let row = FlagRow { value: FlagValue::Off, notes: None, bytes: 200 };
    /// let plan = call.plan(&first, Some(&first), &[row], true);
    /// assert_eq!((plan.writes.len(), plan.goes_on), (1, false));
    /// ```
    pub fn plan(
        &self,
        left: &FirstRow,
        first: Option<&FirstRow>,
        rows: &[FlagRow],
        is_last: bool,
    ) -> FurtherRowsPlan {
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
    use FlagValue::{Malformed, Off, On};

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
        let left = FirstRow {
            id: "1".into(),
            value: On,
            updated_at_ms: Some(Millis(5.0)),
        };
        let other = |change: &dyn Fn(&mut FirstRow)| {
            let mut other = left.clone();
            change(&mut other);
            Some(other)
        };
        // the first row, is it the last page, the rows that are written, does it go on?
        for (first, is_last, written, goes_on) in [
            (Some(left.clone()), false, &[0, 2][..], true),
            (Some(left.clone()), true, &[0, 2], false),
            (None, false, &[], false),
            (other(&|row| row.value = Off), false, &[], false),
            (other(&|row| row.id = "2".into()), false, &[], false),
            (
                other(&|row| row.updated_at_ms = Some(Millis(6.0))),
                false,
                &[],
                false,
            ),
            (other(&|row| row.updated_at_ms = None), false, &[], false),
        ] {
            let plan = call.plan(&left, first.as_ref(), &rows, is_last);
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
