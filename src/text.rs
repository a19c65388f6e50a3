//! Pieces of messages.

/// A count and its noun, as in `1 note is` and `2 notes are`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Is it a character that nobody sees, or that changes how the others are seen: a control character, a line or
/// paragraph separator, or a bidirectional control?
pub(crate) fn is_hidden(c: char) -> bool {
    let is_separator = matches!(c, '\u{2028}' | '\u{2029}');
    let is_bidi =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || is_separator || is_bidi
}

/// Does it take up room without showing anything: a space, a character of no width, or a filler?
pub(crate) fn is_blank(c: char) -> bool {
    let has_no_width = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}');
    let is_filler = matches!(
        c,
        '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
    );
    c.is_whitespace() || has_no_width || is_filler
}

/// Adds a part behind a separator, but for the first one.
pub(crate) fn add(text: &mut String, separator: &str, part: &str) {
    if !text.is_empty() {
        text.push_str(separator);
    }
    text.push_str(part);
}

/// A caller's input in backticks, cut to 64 characters, hidden characters made visible.
pub(crate) fn quoted(input: &str) -> String {
    const SHOWN: usize = 64;
    let shown: String = input
        .chars()
        .take(SHOWN)
        .map(|c| if is_hidden(c) { '\u{fffd}' } else { c })
        .collect();
    let more = if input.chars().nth(SHOWN).is_some() {
        "…"
    } else {
        ""
    };
    format!("`{shown}`{more}")
}

/// The first 300 characters of a message that others wrote: the runtime's may hold whole documents.
pub(crate) fn shortened(message: &str) -> &str {
    const SHOWN: usize = 300;
    let end = message.char_indices().nth(SHOWN).map(|(at, _)| at);
    end.and_then(|end| message.get(..end)).unwrap_or(message)
}

/// What to say where a value of `next` holds a `'`. A backslash or a double quote of its own would be doubled, or get one
/// before it, where it is printed as JSON.
pub(crate) const QUOTE_WARNING: &str = "organizationId holds a single quote: where `args` of `next` are pasted, end the quoted text before it, write a backslash and the quote, and begin the quoted text again";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_go_by_their_count() {
        for (count, expected) in [(0, "0 notes have"), (1, "1 note has"), (2, "2 notes have")] {
            assert_eq!(counted(count, "note has", "notes have"), expected);
        }
    }

    #[test]
    fn the_warning_of_a_quote_is_printed_as_it_is() {
        let printed = serde_json::to_string(QUOTE_WARNING).unwrap();
        assert_eq!(printed, format!("\"{QUOTE_WARNING}\""));
    }

    #[test]
    fn input_is_cut_to_64_characters() {
        for (input, expected) in [
            ("a b".to_owned(), "`a b`".to_owned()),
            ("line\nbreak".to_owned(), "`line\u{fffd}break`".to_owned()),
            (
                "\u{202e}evil\u{2028}".to_owned(),
                "`\u{fffd}evil\u{fffd}`".to_owned(),
            ),
            ("é".repeat(64), format!("`{}`", "é".repeat(64))),
            ("é".repeat(65), format!("`{}`…", "é".repeat(64))),
        ] {
            assert_eq!(quoted(&input), expected);
        }
    }

    #[test]
    fn messages_of_others_are_cut_to_300_characters() {
        assert_eq!(shortened(&"é".repeat(300)), "é".repeat(300));
        assert_eq!(shortened(&"é".repeat(301)), "é".repeat(300));
        assert_eq!(shortened("short"), "short");
    }

    #[test]
    fn characters_that_nobody_sees() {
        for (c, hidden, blank) in [
            ('a', false, false),
            ('é', false, false),
            ('✓', false, false),
            (' ', false, true),
            ('\u{3000}', false, true),
            ('\u{0}', true, false),
            ('\n', true, true),
            ('\u{85}', true, true),
            ('\u{2028}', true, true),
            ('\u{2029}', true, true),
            ('\u{202e}', true, false),
            ('\u{2066}', true, true),
            ('\u{61c}', true, false),
            ('\u{200b}', false, true),
            ('\u{200d}', false, true),
            ('\u{feff}', false, true),
            ('\u{3164}', false, true),
        ] {
            assert_eq!((is_hidden(c), is_blank(c)), (hidden, blank), "{c:?}");
        }
    }
}
