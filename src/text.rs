//! Pieces of messages.

/// A count and its noun, as in `1 note is` and `2 notes are`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A caller's input in backticks, cut to 64 characters, control characters made visible.
pub(crate) fn quoted(input: &str) -> String {
    const SHOWN: usize = 64;
    let shown: String = input
        .chars()
        .take(SHOWN)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
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

/// Text for a JSON string within the single quotes of a POSIX shell.
pub(crate) fn in_shell(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        out.push_str(match c {
            '"' | '\\' => "\\",
            '\'' => "'\\'",
            _ => "",
        });
        out.push(c);
    }
    out
}

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
    fn input_is_cut_to_64_characters() {
        for (input, expected) in [
            ("a b".to_owned(), "`a b`".to_owned()),
            ("line\nbreak".to_owned(), "`line\u{fffd}break`".to_owned()),
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
    fn shells_get_the_json_that_was_meant() {
        assert_eq!(in_shell(r#"it's "{}\"#), r#"it'\''s \"{}\\"#);
    }
}
