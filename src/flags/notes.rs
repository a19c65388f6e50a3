//! What a change writes into a row's `notes`.

use super::plan::FlagRow;
use crate::text::add;

/// Characters that this library's own lines may have in a row's notes, with their line breaks.
const MOST_OWN_NOTES: usize = 1_000;

/// A change, as rows tell it.
pub(super) struct Entry<'a> {
    pub(super) enabled: bool,
    pub(super) is_restore: bool,
    pub(super) by: &'a str,
    /// When it was, as text.
    pub(super) at: &'a str,
    pub(super) reason: Option<&'a str>,
}

impl Entry<'_> {
    /// The notes of a row that gets a value: what ran, who, when, from what to what, and why; and the notes of before.
    pub(super) fn notes(&self, from: Option<&FlagRow>, to: bool) -> String {
        let Self { by, at, .. } = self;
        let function = function(self.enabled);
        let restore = if self.is_restore { " (restore)" } else { "" };
        let value = |is_on| if is_on { "true" } else { "false" };
        let from_value = from.map_or("none", |row| value(row.value.is_on()));
        let (separator, reason) = self.reason.map_or(("", ""), |reason| ("; ", reason));
        let line = [
            function,
            restore,
            " by ",
            by,
            " at ",
            at,
            ": ",
            from_value,
            " -> ",
            value(to),
            separator,
            reason,
        ]
        .concat();
        with_line(line, from.and_then(|row| row.notes.as_deref()).unwrap_or(""))
    }
}

/// The function that sets both flags to a value.
pub(super) fn function(enabled: bool) -> &'static str {
    if enabled {
        "enableV2ForOrg"
    } else {
        "disableV2ForOrg"
    }
}

/// Puts a line before the notes that a row has. What a person wrote is kept whole; of this library's own lines the
/// oldest give way.
fn with_line(mut notes: String, older: &str) -> String {
    if older.is_empty() {
        return notes;
    }
    let mut own = notes.chars().count();
    for line in older.split('\n') {
        if is_own(line) {
            own = own.saturating_add(line.chars().count() + 1);
            if own > MOST_OWN_NOTES {
                // Nothing older than what has no room.
                own = usize::MAX;
                continue;
            }
        }
        notes.push('\n');
        notes.push_str(line);
    }
    notes
}

/// The lines that a person wrote.
pub(super) fn of_people(notes: &str) -> Option<String> {
    let mut text = String::new();
    for line in notes.split('\n') {
        if !is_own(line) && !line.trim().is_empty() {
            add(&mut text, "\n", line);
        }
    }
    (!text.is_empty()).then_some(text)
}

/// Is it a line that a change of this library wrote, as in
/// `enableV2ForOrg by Ann Lee at 2026-11-25T10:00:00.000Z: none -> true; pilot`?
fn is_own(line: &str) -> bool {
    let rest = [true, false]
        .into_iter()
        .find_map(|enabled| line.strip_prefix(function(enabled)));
    let rest = rest.map(|rest| rest.strip_prefix(" (restore)").unwrap_or(rest));
    let Some(mut rest) = rest.and_then(|rest| rest.strip_prefix(" by ")) else {
        return false;
    };
    // A name may hold spaces, and the word `at`.
    while let Some((_, behind)) = rest.split_once(' ') {
        if behind.strip_prefix("at ").is_some_and(is_change) {
            return true;
        }
        rest = behind;
    }
    false
}

/// `2026-11-25T10:00:00.000Z: none -> true`, and nothing behind it but a reason.
fn is_change(text: &str) -> bool {
    let Some((time, change)) = text.split_once(' ') else {
        return false;
    };
    let Some(time) = time.strip_suffix("Z:") else {
        return false;
    };
    let is_time = time
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"-T:.".contains(&byte));
    let reason = ["none", "true", "false"]
        .into_iter()
        .find_map(|from| change.strip_prefix(from))
        .and_then(|change| change.strip_prefix(" -> "))
        .and_then(|to| to.strip_prefix("true").or_else(|| to.strip_prefix("false")));
    is_time && reason.is_some_and(|reason| reason.is_empty() || reason.starts_with("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "enableV2ForOrg by Ann Lee at 2026-11-25T10:00:00.000Z: none -> true";

    #[test]
    fn own_lines_are_told_from_those_of_people() {
        for (line, expected) in [
            (OWN, true),
            (
                "disableV2ForOrg (restore) by script at 2026-11-25T10:00:00.000Z: true -> false; it's over",
                true,
            ),
            (
                "enableV2ForOrg by a at b at 2026-11-25T10:00:00.000Z: false -> true",
                true,
            ),
            (
                "enableV2ForOrg by Ann at 2026-11-25T10:00:00.000Z: none -> true, as agreed",
                false,
            ),
            ("enableV2ForOrg by Ann on Monday: none -> true", false),
            ("enableV2ForOrg at noon, please", false),
            (
                "Runbook: enableV2ForOrg by Ann at 2026-11-25T10:00:00.000Z: none -> true",
                false,
            ),
            ("", false),
        ] {
            assert_eq!(is_own(line), expected, "{line}");
        }
    }

    #[test]
    fn people_s_lines_are_kept_and_the_oldest_own_ones_give_way() {
        let own = |filler: usize| format!("{OWN}; {}", "x".repeat(filler));
        let length = OWN.len() + 1;
        let room = MOST_OWN_NOTES - OWN.len() - length - 2;
        let person = "Runbook: é".repeat(1_000);
        for (older, expected) in [
            (String::new(), OWN.to_owned()),
            (person.clone(), format!("{OWN}\n{person}")),
            ("a\n\nb\n".into(), format!("{OWN}\na\n\nb\n")),
            (own(room), format!("{OWN}\n{}", own(room))),
            (own(room + 1), OWN.into()),
            (
                format!("{person}\n{}\n{OWN}\nlast", own(room + 1)),
                format!("{OWN}\n{person}\nlast"),
            ),
            (
                format!("{OWN}\n{}\n{OWN}\nlast", own(room)),
                format!("{OWN}\n{OWN}\nlast"),
            ),
        ] {
            assert_eq!(with_line(OWN.into(), &older), expected);
        }
    }

    #[test]
    fn what_people_wrote() {
        for (notes, expected) in [
            ("", None),
            (OWN, None),
            ("a\nb", Some("a\nb")),
            (&*format!("{OWN}\na\n{OWN}\nb"), Some("a\nb")),
            (&*format!("{OWN}\n \n"), None),
        ] {
            assert_eq!(of_people(notes).as_deref(), expected);
        }
    }
}
