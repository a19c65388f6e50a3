//! Messages and their pieces. Put together by hand: the formatting machinery would be paid for on every call.

/// What takes the place of a `%` in a template.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece<'a> {
    /// Text as it is.
    Text(&'a str),
    /// A number in decimal digits. Forms behind it go by it.
    Count(u64),
    /// A caller's input in backticks, cut to 64 characters, control characters made visible.
    Quoted(&'a str),
    /// Text for a JSON string within single quotes of a POSIX shell.
    InShell(&'a str),
}

/// The template with each `%` replaced by the next of the values, and `[one|many]` by the form that the count
/// before it takes. So messages stay whole, and one function makes all of them.
#[inline(never)]
pub(crate) fn fill(template: &str, values: &[Piece<'_>]) -> String {
    let mut out = String::new();
    add(&mut out, template, values);
    out
}

/// Appends what [`fill`] makes.
#[inline(never)]
pub(crate) fn add(out: &mut String, template: &str, values: &[Piece<'_>]) {
    let mut rest = template;
    let mut count = 0;
    for value in values {
        let (before, behind) = cut(rest, b'%');
        rest = behind;
        add_forms(out, before, count);
        match *value {
            Piece::Text(text) => out.push_str(text),
            Piece::Count(n) => {
                count = n;
                add_decimal(out, n);
            }
            Piece::Quoted(input) => add_quoted(out, input),
            Piece::InShell(text) => add_in_shell(out, text),
        }
    }
    add_forms(out, rest, count);
}

/// The first 300 characters of a message that others wrote: the runtime's may hold whole documents.
pub(crate) fn shortened(text: &str) -> &str {
    const MOST: usize = 300;
    let end = text.char_indices().nth(MOST).map_or(text.len(), |(at, _)| at);
    text.split_at_checked(end).map_or("", |(shown, _)| shown)
}

#[inline(never)]
fn add_forms(out: &mut String, template: &str, count: u64) {
    let mut rest = template;
    while !rest.is_empty() {
        let (before, behind) = cut(rest, b'[');
        let (forms, behind) = cut(behind, b']');
        let (one, many) = cut(forms, b'|');
        out.push_str(before);
        out.push_str(if count == 1 { one } else { many });
        rest = behind;
    }
}

fn add_decimal(out: &mut String, n: u64) {
    if n > 9 {
        add_decimal(out, n / 10);
    }
    let digit = u8::try_from(n % 10).unwrap_or(0);
    out.push(char::from(b'0' + digit));
}

fn add_quoted(out: &mut String, input: &str) {
    const SHOWN: u32 = 64;
    let mut left = SHOWN;
    let mut end = "`";
    out.push_str(end);
    for c in input.chars() {
        if left == 0 {
            end = "`…";
            break;
        }
        left -= 1;
        out.push(if c.is_control() { '\u{fffd}' } else { c });
    }
    out.push_str(end);
}

fn add_in_shell(out: &mut String, text: &str) {
    for c in text.chars() {
        out.push_str(match c {
            '"' | '\\' => "\\",
            '\'' => "'\\'",
            _ => "",
        });
        out.push(c);
    }
}

/// The text before the first such byte, and the text behind it. By bytes, of ASCII: text patterns link code
/// that panics with formatted text.
#[inline(never)]
pub(crate) fn cut(text: &str, byte: u8) -> (&str, &str) {
    let at = text.bytes().position(|b| b == byte).unwrap_or(text.len());
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    (before, rest.get(1..).unwrap_or(""))
}

/// The lines of a text that are not empty.
#[derive(Debug)]
pub(crate) struct Lines<'a>(pub(crate) &'a str);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        while !self.0.is_empty() {
            let (line, rest) = cut(self.0, b'\n');
            self.0 = rest;
            if !line.is_empty() {
                return Some(line);
            }
        }
        None
    }
}

/// The gap that stands for so many numbers left out, and none that is there.
const FAR: u32 = 0xd7ff;

/// Ascending numbers as text, a character each: how many numbers are left out before it. Text is passed at once, where
/// every element of a list costs two calls. No character is a surrogate.
#[inline(never)]
pub(crate) fn gaps(numbers: &[u32]) -> String {
    let mut text = String::new();
    let mut next = 0;
    for number in numbers {
        let mut gap = number.saturating_sub(next);
        while gap >= FAR {
            push_gap(&mut text, FAR);
            gap -= FAR;
        }
        push_gap(&mut text, gap);
        next = number.saturating_add(1);
    }
    text
}

fn push_gap(text: &mut String, gap: u32) {
    text.push(char::from_u32(gap).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::Piece::{Count, InShell, Quoted, Text};
    use super::*;

    #[test]
    fn templates_are_filled_in_order() {
        for (template, values, filled) in [
            ("", &[][..], ""),
            ("ready", &[], "ready"),
            ("% of %", &[Text("a"), Text("b")], "a of b"),
            ("%", &[Text("50 % [a|b]")], "50 % [a|b]"),
            ("é%é", &[Text("ü")], "éüé"),
        ] {
            assert_eq!(fill(template, values), filled);
        }
    }

    #[test]
    fn forms_go_by_the_count_before_them() {
        for (n, filled) in [
            (0, "0 notes, x have"),
            (1, "1 note, x has"),
            (2, "2 notes, x have"),
        ] {
            let template = "% [note|notes], % [has|have]";
            assert_eq!(fill(template, &[Count(n), Text("x")]), filled);
        }
        assert_eq!(fill("% [ä|ë]% [a|b]", &[Count(1), Count(2)]), "1 ä2 b");
    }

    #[test]
    fn numbers_are_decimal() {
        for n in [0, 1, 9, 10, 12_345, u64::MAX] {
            assert_eq!(fill("%", &[Count(n)]), n.to_string());
        }
    }

    #[test]
    fn texts_are_cut_at_the_first_such_byte() {
        for (text, parts) in [
            ("", ("", "")),
            ("a", ("a", "")),
            ("a b c", ("a", "b c")),
            (" b", ("", "b")),
            ("é ü", ("é", "ü")),
        ] {
            assert_eq!(cut(text, b' '), parts);
        }
    }

    #[test]
    fn shells_get_the_json_that_was_meant() {
        assert_eq!(fill("%", &[InShell(r#"it's "{}\"#)]), r#"it'\''s \"{}\\"#);
    }

    #[test]
    fn ascending_numbers_are_told_by_their_gaps() {
        #[derive(serde::Deserialize)]
        struct Case {
            numbers: Vec<u32>,
            text: String,
        }
        let cases: Vec<Case> = serde_json::from_str(include_str!("../tests/fixtures/gaps.json")).unwrap();
        for Case { numbers, text } in cases {
            assert_eq!(gaps(&numbers), text, "{numbers:?}");
        }
    }

    #[test]
    fn input_is_cut_to_64_characters() {
        let quoted = |input: &str| fill("%", &[Quoted(input)]);
        assert_eq!(quoted("a b"), "`a b`");
        assert_eq!(quoted("line\nbreak"), "`line\u{fffd}break`");
        assert_eq!(quoted(&"é".repeat(64)), ["`", &"é".repeat(64), "`"].concat());
        assert_eq!(quoted(&"é".repeat(65)), ["`", &"é".repeat(64), "`…"].concat());
    }
}
