//! What the arguments may hold beyond their types.

use crate::error::{Code, Refusal};
use crate::text::Piece::{Quoted, Text};

/// The largest number that an argument counts as.
const MOST: u64 = 1 << 53;
/// Longest organization id or name, in characters.
const LONGEST: usize = 128;

/// Accepts an organization id: 1 to 128 visible ASCII characters without spaces.
///
/// # Errors
/// - `INVALID_ARGUMENT` for anything else.
pub fn organization_id(value: &str) -> Result<(), Box<Refusal>> {
    check(
        is_name(value, false),
        "organizationId",
        value,
        "must be 1 to 128 visible ASCII characters without spaces",
    )
}

/// Accepts the name of who acts (`enabledBy`, `disabledBy`): as an organization id, but single spaces
/// between its words are allowed.
///
/// # Errors
/// - `INVALID_ARGUMENT` for anything else.
pub fn actor(argument: &str, value: &str) -> Result<(), Box<Refusal>> {
    check(
        is_name(value, true),
        argument,
        value,
        "must be 1 to 128 visible ASCII characters, with single spaces between words at most",
    )
}

fn is_name(value: &str, may_have_spaces: bool) -> bool {
    let mut before = b' ';
    for byte in value.bytes() {
        let is_space = may_have_spaces && byte == b' ' && before != b' ';
        if !is_space && !byte.is_ascii_graphic() {
            return false;
        }
        before = byte;
    }
    before != b' ' && value.len() <= LONGEST
}

/// Accepts a reason: 1 to 200 characters of any script, on one line.
///
/// # Errors
/// - `INVALID_ARGUMENT` for anything else.
pub fn reason(value: &str) -> Result<(), Box<Refusal>> {
    let mut characters = 0;
    let mut is_visible = true;
    for c in value.chars() {
        characters += 1;
        is_visible &= !c.is_control();
    }
    check(
        is_visible && characters > 0 && characters <= 200,
        "reason",
        value,
        "must be 1 to 200 characters on one line",
    )
}

/// Reads a whole number from 1 out of its JavaScript text (`String(value)`), so that the core needs no
/// code that prints or parses fractions. Numbers past 2^53 count as 2^53.
///
/// # Errors
/// - `INVALID_ARGUMENT` for a fraction, zero, a negative number, NaN and infinities.
pub fn whole_number(argument: &str, text: &str) -> Result<u64, Box<Refusal>> {
    let n = digits(text);
    check(n > 0, argument, text, "must be a whole number from 1")?;
    Ok(n)
}

/// The number that the digits make, [`MOST`] at the most; 0 where there is anything but digits.
fn digits(text: &str) -> u64 {
    let mut n = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => n = (n * 10 + u64::from(byte - b'0')).min(MOST),
            // JavaScript writes whole numbers from 1e21 on with an exponent, and fractions never with `+`.
            b'.' | b'e' if n > 0 && text.bytes().any(|byte| byte == b'+') => return MOST,
            _ => return 0,
        }
    }
    n
}

#[inline(never)]
fn check(is_fit: bool, argument: &str, value: &str, rule: &str) -> Result<(), Box<Refusal>> {
    if is_fit {
        return Ok(());
    }
    let values = &[Text(argument), Quoted(value), Text(rule)];
    Err(Refusal::new(Code::InvalidArgument, "% % %", values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organization_ids() {
        let long = "x".repeat(128);
        for good in ["a", "org_1", "k57f!~", &long] {
            assert_eq!(organization_id(good), Ok(()), "{good}");
        }
        let longer = "x".repeat(129);
        for bad in ["", " ", "a b", "a\n", "é", "\u{7f}", &longer] {
            let refusal = organization_id(bad).unwrap_err();
            assert_eq!(refusal.code, Code::InvalidArgument);
            assert!(refusal.message.starts_with("organizationId `"), "{bad}");
        }
        assert_eq!(
            organization_id("a b").unwrap_err().message,
            "organizationId `a b` must be 1 to 128 visible ASCII characters without spaces"
        );
    }

    #[test]
    fn actors() {
        for good in ["a", "Ann Lee", "ann@club.ie"] {
            assert_eq!(actor("enabledBy", good), Ok(()), "{good}");
        }
        for bad in ["", " ", "a  b", " a", "a ", "a\tb", &"x".repeat(129)] {
            assert!(actor("enabledBy", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn reasons() {
        assert_eq!(reason("Pilot ✓"), Ok(()));
        for bad in ["", "a\nb", &"é".repeat(201)] {
            assert!(reason(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn whole_numbers() {
        for (text, n) in [
            ("1", 1),
            ("50", 50),
            ("9007199254740993", 1 << 53),
            ("123456789012345680000", 1 << 53),
            ("1e+21", 1 << 53),
            ("1.5e+300", 1 << 53),
        ] {
            assert_eq!(whole_number("limit", text), Ok(n), "{text}");
        }
        for bad in [
            "",
            "0",
            "-1",
            "2.5",
            "NaN",
            "Infinity",
            "-Infinity",
            "1e-7",
            "-1e+21",
        ] {
            let message = ["limit `", bad, "` must be a whole number from 1"].concat();
            assert_eq!(whole_number("limit", bad).unwrap_err().message, message);
        }
    }
}
