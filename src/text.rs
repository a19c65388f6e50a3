//! Pieces of messages. Joined by hand: the formatting machinery would be paid for on every call.

/// The pieces one after the other. One function for all messages: generic joins are compiled anew at each
/// place.
#[inline(never)]
pub(crate) fn join(pieces: &[&str]) -> String {
    let mut out = String::new();
    for piece in pieces {
        out.push_str(piece);
    }
    out
}

/// `n` in decimal digits.
#[inline(never)]
pub(crate) fn decimal(n: u64) -> String {
    let mut out = if n < 10 { String::new() } else { decimal(n / 10) };
    let digit = u8::try_from(n % 10).unwrap_or(0);
    out.push(char::from(b'0' + digit));
    out
}

/// The caller's input in backticks, cut to 64 characters, control characters made visible.
#[inline(never)]
pub(crate) fn quoted(input: &str) -> String {
    const SHOWN: usize = 64;
    let mut out = String::from("`");
    for (at, c) in input.chars().enumerate() {
        if at == SHOWN {
            out.push_str("`…");
            return out;
        }
        out.push(if c.is_control() { '\u{fffd}' } else { c });
    }
    out.push('`');
    out
}

/// The first characters of a text that others wrote.
#[inline(never)]
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == most {
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

/// `1 note`, `2 notes`.
#[inline(never)]
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    let noun = if n == 1 { one } else { many };
    join(&[&decimal(n), " ", noun])
}

/// The text as a JSON string.
#[inline(never)]
pub(crate) fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if c == '"' || c == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// The text as one word of a POSIX shell.
#[inline(never)]
pub(crate) fn shell(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        if c == '\'' {
            out.push_str("'\\'");
        }
        out.push(c);
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decimal() {
        for n in [0, 1, 9, 10, 12_345, u64::MAX] {
            assert_eq!(decimal(n), n.to_string());
        }
        assert_eq!(counted(1, "note", "notes"), "1 note");
        assert_eq!(counted(0, "note", "notes"), "0 notes");
    }

    #[test]
    fn quoting() {
        assert_eq!(json(r#"a"b\c"#), r#""a\"b\\c""#);
        assert_eq!(shell("it's {}"), r"'it'\''s {}'");
    }

    #[test]
    fn input_is_cut_to_64_characters() {
        assert_eq!(quoted("a b"), "`a b`");
        assert_eq!(quoted("line\nbreak"), "`line\u{fffd}break`");
        assert_eq!(quoted(&"é".repeat(64)), ["`", &"é".repeat(64), "`"].concat());
        assert_eq!(quoted(&"é".repeat(65)), ["`", &"é".repeat(64), "`…"].concat());
    }
}
