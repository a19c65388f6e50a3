//! What the arguments may hold beyond their types.

use crate::error::{Code, Refusal};
use crate::text::quoted;

/// Longest organization id or name, in characters.
const LONGEST: usize = 128;

/// Accepts an organization id: 1 to 128 visible ASCII characters without spaces.
///
/// # Errors
/// - `INVALID_ARGUMENT` for anything else.
pub fn organization_id(value: &str) -> Result<(), Refusal> {
    if (1..=LONGEST).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(());
    }
    Err(refused(
        "organizationId",
        value,
        "must be 1 to 128 visible ASCII characters without spaces",
    ))
}

/// Accepts the name of who acts (`enabledBy`, `disabledBy`): as an organization id, but single spaces
/// between its words are allowed.
///
/// # Errors
/// - `INVALID_ARGUMENT` for anything else.
pub fn actor(argument: &str, value: &str) -> Result<(), Refusal> {
    let visible = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_graphic);
    if value.len() <= LONGEST && value.as_bytes().split(|byte| *byte == b' ').all(visible) {
        return Ok(());
    }
    Err(refused(
        argument,
        value,
        "must be 1 to 128 visible ASCII characters, with single spaces between words at most",
    ))
}

/// Accepts a reason: 1 to 200 characters of any script, on one line.
///
/// # Errors
/// - `INVALID_ARGUMENT` for anything else.
pub fn reason(value: &str) -> Result<(), Refusal> {
    let mut characters = 0;
    let mut is_visible = true;
    for c in value.chars() {
        characters += 1;
        is_visible &= !c.is_control();
    }
    if is_visible && (1..=200).contains(&characters) {
        return Ok(());
    }
    Err(refused(
        "reason",
        value,
        "must be 1 to 200 characters on one line",
    ))
}

/// Reads a whole number from 1 out of its JavaScript text (`String(value)`), so that the core needs no
/// code that prints or parses fractions. Numbers past 2^53 count as 2^53.
///
/// # Errors
/// - `INVALID_ARGUMENT` for a fraction, zero, a negative number, NaN and infinities.
pub fn whole_number(argument: &str, text: &str) -> Result<u64, Refusal> {
    const MOST: u64 = 1 << 53;
    let value = digits(text).map(|n| n.min(MOST));
    match value {
        Some(n) if n >= 1 => Ok(n),
        _ => Err(refused(argument, text, "must be a whole number from 1")),
    }
}

fn digits(text: &str) -> Option<u64> {
    let mut n = 0_u64;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => n = n.saturating_mul(10).saturating_add(u64::from(byte - b'0')),
            // JavaScript writes whole numbers from 1e21 on with an exponent, and fractions never with `e+`.
            b'.' | b'e' | b'+' if at > 0 && is_huge(text) => return Some(u64::MAX),
            _ => return None,
        }
    }
    (!text.is_empty()).then_some(n)
}

fn is_huge(text: &str) -> bool {
    text.bytes()
        .zip(text.bytes().skip(1))
        .any(|pair| pair == (b'e', b'+'))
}

fn refused(argument: &str, value: &str, rule: &str) -> Refusal {
    Refusal::new(Code::InvalidArgument, &[argument, " ", &quoted(value), " ", rule])
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
