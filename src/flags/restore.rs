//! Going back to the rows of before.

use super::cascade::{ByKey, FlagKey, FlagValue};
use super::plan::KeyRows;
use crate::cursor;
use crate::refusal::{Code, Refusal};
use crate::units::Millis;

/// Rows of a key that are brought back at most.
pub(super) const MOST_ROWS: usize = 100;

/// Longest `restore` that is decoded, in bytes.
const LONGEST: usize = 8 << 10;

/// What the `previous` of an organization belongs to.
fn binding(organization_id: &str) -> String {
    format!("previous {organization_id}")
}

/// Has a key more rows than are brought back?
pub(super) fn has_too_many(rows: &KeyRows) -> bool {
    rows.organization.len() > MOST_ROWS || rows.has_more_organization_rows
}

/// How many rows a key has that has too many.
pub(super) fn how_many(rows: &KeyRows) -> String {
    let read = rows.organization.len();
    if read > MOST_ROWS {
        format!("more than {MOST_ROWS} rows")
    } else {
        format!("at least {read} rows, too many or too large to be read at once")
    }
}

/// The rows of both flags as text; none where a key has too many. It does not age.
pub(super) fn previous(organization_id: &str, rows: &ByKey<KeyRows>) -> Option<String> {
    if FlagKey::ALL.iter().any(|key| has_too_many(rows.get(*key))) {
        return None;
    }
    let values = ByKey::of(|key| -> Vec<FlagValue> {
        rows.get(key).organization.iter().map(|row| row.value).collect()
    });
    Some(cursor::seal(&binding(organization_id), Millis(0.0), &values))
}

/// Reads a `previous`.
///
/// # Errors
/// - `INVALID_ARGUMENT` for anything else.
pub(super) fn read_previous(organization_id: &str, previous: &str) -> Result<ByKey<Vec<FlagValue>>, Refusal> {
    let refuse = |message: &str| Err(Refusal::new(Code::InvalidArgument, message));
    if previous.len() > LONGEST {
        return refuse("restore is longer than 8 KiB, which no `previous` is");
    }
    let read = cursor::open::<ByKey<Vec<FlagValue>>>(previous, &binding(organization_id), Millis(0.0));
    match read {
        Ok(rows) if FlagKey::ALL.iter().all(|key| rows.get(*key).len() <= MOST_ROWS) => Ok(rows),
        _ => refuse("restore is damaged, or the `previous` of another organization"),
    }
}

/// A `previous` can be forged, so that it may do no more than its bearer: enabling only raises rows, disabling only
/// lowers them. An absent row is above one that is off, which masks users' rows.
fn height(row: Option<FlagValue>) -> u8 {
    match row {
        Some(FlagValue::Off | FlagValue::Malformed) => 0,
        None => 1,
        Some(FlagValue::On) => 2,
    }
}

/// Accepts a way back from `rows` to `restored`.
///
/// # Errors
/// - `INVALID_ARGUMENT` where it lowers a row that is to be enabled, or raises one that is to be disabled; where it
///   inserts more than one row per key, or would delete rows of more than may be brought back.
pub(super) fn check(
    enabled: bool,
    rows: &ByKey<KeyRows>,
    restored: &ByKey<Vec<FlagValue>>,
) -> Result<(), Refusal> {
    let (mut raised, mut lowered) = (None, None);
    for key in FlagKey::ALL {
        let (rows, restored) = (rows.get(key), restored.get(key));
        let name = key.word();
        if has_too_many(rows) {
            let message = format!(
                "restore cannot bring {name} back, which has {} now",
                how_many(rows)
            );
            return Err(Refusal::new(Code::InvalidArgument, message)
                .hint("delete the rows behind the first, or call without `restore`"));
        }
        let stored = |row: usize| rows.organization.get(row).map(|row| row.value);
        if restored.len() > rows.organization.len() + 1 {
            let message = format!(
                "restore would insert {} rows of {name}, and inserts one at most",
                restored.len() - rows.organization.len()
            );
            return Err(Refusal::new(Code::InvalidArgument, message)
                .hint("the host reads the first row only: call without `restore`"));
        }
        for row in 0..restored.len().max(rows.organization.len()) {
            let (from, to) = (height(stored(row)), height(restored.get(row).copied()));
            if to > from {
                raised.get_or_insert(name);
            } else if to < from {
                lowered.get_or_insert(name);
            }
        }
    }
    let (against, verb, other) = if enabled {
        (lowered, "lowers", "disableV2ForOrg")
    } else {
        (raised, "raises", "enableV2ForOrg")
    };
    let Some(name) = against else { return Ok(()) };
    let message = format!("restore {verb} a row of {name}, which only {other} may do");
    let hint = if raised.is_some() && lowered.is_some() {
        "it raises some rows and lowers others (off, absent, on), which no function may do at once: run disableV2ForOrg without `restore`, then enableV2ForOrg with it".into()
    } else {
        format!("give it to {other}")
    };
    Err(Refusal::new(Code::InvalidArgument, message).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::super::plan::FlagRow;
    use super::*;
    use FlagValue::{Malformed, Off, On};

    fn keys(first: &[FlagValue], second: &[FlagValue]) -> ByKey<KeyRows> {
        let row = |value: &FlagValue| FlagRow {
            value: *value,
            notes: None,
            bytes: 0,
        };
        ByKey::of(|key| KeyRows {
            organization: if key == FlagKey::VoiceNotes { first } else { second }
                .iter()
                .map(row)
                .collect(),
            ..KeyRows::default()
        })
    }

    #[test]
    fn what_was_given_is_read() {
        for rows in [&[][..], &[Off, On, Malformed], &[On; MOST_ROWS]] {
            let previous = previous("org_1", &keys(rows, &[On])).unwrap();
            let read = read_previous("org_1", &previous).unwrap();
            assert_eq!((&*read.voice_notes, &*read.entity_resolution), (rows, &[On][..]));
        }
        assert_eq!(previous("org_1", &keys(&[On; MOST_ROWS + 1], &[])), None);
        let mut more = keys(&[On], &[]);
        more.entity_resolution.has_more_organization_rows = true;
        assert_eq!(previous("org_1", &more), None);
    }

    #[test]
    fn rows_that_are_too_many_or_too_large_are_told_apart() {
        for (rows, has_more, expected) in [
            (
                18,
                true,
                "at least 18 rows, too many or too large to be read at once",
            ),
            (
                1,
                true,
                "at least 1 rows, too many or too large to be read at once",
            ),
            (
                100,
                true,
                "at least 100 rows, too many or too large to be read at once",
            ),
            (101, false, "more than 100 rows"),
            (101, true, "more than 100 rows"),
        ] {
            let mut rows = keys(&vec![On; rows], &[]).voice_notes;
            rows.has_more_organization_rows = has_more;
            assert!(has_too_many(&rows));
            assert_eq!(how_many(&rows), expected);
        }
    }

    #[test]
    fn what_no_call_gave_is_refused() {
        let too_many = ByKey::of(|_| vec![On; MOST_ROWS + 1]);
        let forged = cursor::seal(&binding("org_1"), Millis(0.0), &too_many);
        let foreign = previous("org_2", &keys(&[Off], &[])).unwrap();
        let damaged = "restore is damaged, or the `previous` of another organization";
        for (previous, message) in [
            ("", damaged),
            ("x", damaged),
            (&*forged, damaged),
            (&*foreign, damaged),
            (&*"A".repeat(8_192), damaged),
            (
                &*"A".repeat(8_193),
                "restore is longer than 8 KiB, which no `previous` is",
            ),
        ] {
            let refusal = read_previous("org_1", previous).unwrap_err();
            assert_eq!(
                (refusal.code, &*refusal.message),
                (Code::InvalidArgument, message)
            );
        }
    }

    #[test]
    fn enabling_raises_and_disabling_lowers() {
        // The rows of voice_notes_v2, those to come back to, may enabling do it, may disabling?
        for (stored, restored, by_enabling, by_disabling) in [
            (&[][..], &[][..], true, true),
            (&[Off], &[Off], true, true),
            (&[Malformed], &[Off], true, true),
            (&[Off], &[Malformed], true, true),
            (&[Off], &[On], true, false),
            (&[Off], &[], true, false),
            (&[Malformed], &[], true, false),
            (&[], &[On], true, false),
            (&[On], &[Off], false, true),
            (&[On], &[], false, true),
            (&[], &[Off], false, true),
            (&[On, Off], &[On], true, false),
            (&[On, On], &[On], false, true),
            (&[On], &[On, On], true, false),
            // Some are raised, others lowered.
            (&[On, Off], &[Off, On], false, false),
            (&[Off, On], &[On], false, false),
            // Two are inserted.
            (&[], &[On, On], false, false),
            (&[Off], &[Off, Off, Off], false, false),
        ] {
            let may = |enabled| {
                let restored = ByKey::of(|key| {
                    if key == FlagKey::VoiceNotes {
                        restored.to_vec()
                    } else {
                        vec![]
                    }
                });
                check(enabled, &keys(stored, &[]), &restored).is_ok()
            };
            let told = (may(true), may(false));
            assert_eq!(told, (by_enabling, by_disabling), "{stored:?} {restored:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_function_that_may() {
        let refused = |enabled, stored: &[FlagValue], restored: &[FlagValue]| {
            let restored = ByKey::of(|_| restored.to_vec());
            let refusal = check(enabled, &keys(stored, stored), &restored).unwrap_err();
            assert_eq!(refusal.code, Code::InvalidArgument);
            (refusal.message, refusal.hint.unwrap())
        };
        let mixed = "it raises some rows and lowers others (off, absent, on), which no function may do at once: run disableV2ForOrg without `restore`, then enableV2ForOrg with it";
        for (enabled, stored, restored, message, hint) in [
            (
                false,
                &[Off][..],
                &[On][..],
                "restore raises a row of voice_notes_v2, which only enableV2ForOrg may do",
                "give it to enableV2ForOrg",
            ),
            (
                true,
                &[On],
                &[],
                "restore lowers a row of voice_notes_v2, which only disableV2ForOrg may do",
                "give it to disableV2ForOrg",
            ),
            (
                true,
                &[On, Off],
                &[Off, On],
                "restore lowers a row of voice_notes_v2, which only disableV2ForOrg may do",
                mixed,
            ),
            (
                true,
                &[],
                &[On; 3],
                "restore would insert 3 rows of voice_notes_v2, and inserts one at most",
                "the host reads the first row only: call without `restore`",
            ),
            (
                true,
                &[Off; MOST_ROWS + 1],
                &[],
                "restore cannot bring voice_notes_v2 back, which has more than 100 rows now",
                "delete the rows behind the first, or call without `restore`",
            ),
        ] {
            assert_eq!(refused(enabled, stored, restored), (message.into(), hint.into()));
        }
    }
}
