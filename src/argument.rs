//! What the arguments may hold beyond their types.

use crate::refusal::{Code, Refusal};
use crate::text::{is_blank, is_hidden, quoted};
use crate::units::as_u64;

/// The largest number that an argument counts as.
const MOST: f64 = 9_007_199_254_740_992.0;
/// Longest organization id or name, in characters.
const LONGEST: usize = 128;

/// Accepts an organization id: 1 to 128 visible ASCII characters without spaces.
///
/// # Errors
/// - `INVALID_ARGUMENT` for anything else.
pub fn organization_id(value: &str) -> Result<(), Refusal> {
    let rule = "must be 1 to 128 visible ASCII characters without spaces";
    check(is_word(value), "organizationId", &quoted(value), rule)
        .map_err(|refusal| refusal.hint("give the organization's id, neither its name nor its slug"))
}

/// Accepts the name of who acts (`enabledBy`, `disabledBy`): as an organization id, but single spaces
/// between its words are allowed.
///
/// # Errors
/// - `INVALID_ARGUMENT` for anything else.
pub fn actor(argument: &str, value: &str) -> Result<(), Refusal> {
    let rule = "must be 1 to 128 visible ASCII characters, with single spaces between words at most";
    let is_name = value.len() <= LONGEST && value.split(' ').all(is_word);
    check(is_name, argument, &quoted(value), rule)
}

fn is_word(value: &str) -> bool {
    (1..=LONGEST).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Accepts a reason: 1 to 200 visible characters of any script, on one line.
///
/// # Errors
/// - `INVALID_ARGUMENT` for anything else.
pub fn reason(value: &str) -> Result<(), Refusal> {
    // What is no text in JavaScript (half of a pair of surrogates) has become a replacement character on its way.
    let is_lost = |c| is_hidden(c) || c == char::REPLACEMENT_CHARACTER;
    let is_fit = (1..=200).contains(&value.chars().count())
        && !value.chars().any(is_lost)
        && !value.chars().all(is_blank);
    check(
        is_fit,
        "reason",
        &quoted(value),
        "must be 1 to 200 visible characters on one line",
    )
}

/// Reads a whole number from 1. Numbers past 2^53 count as 2^53.
///
/// # Errors
/// - `INVALID_ARGUMENT` for a fraction, zero, a negative number, NaN and infinities.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is a whole number from 1 to 2^53"
)]
pub fn whole_number(argument: &str, value: f64) -> Result<u64, Refusal> {
    let is_fit = value >= 1.0 && value.is_finite() && value.fract() == 0.0;
    check(
        is_fit,
        argument,
        &quoted(&as_javascript(value)),
        "must be a whole number from 1",
    )?;
    Ok(value.min(MOST) as u64)
}

/// A number as JavaScript prints it, to six decimals. (Rust's own formatting of fractions is 10 KB of the module, and
/// this is all that needs it.)
pub(crate) fn as_javascript(value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    if value.is_nan() {
        return "NaN".into();
    } else if value.is_infinite() {
        return format!("{sign}Infinity");
    }
    let mut rest = value.abs();
    let mut exponent = 0;
    while rest >= 1e21 || (exponent > 0 && rest >= 10.0) {
        rest /= 10.0;
        exponent += 1;
    }
    let mut whole = as_u64(rest);
    let mut millionths = as_u64((rest.fract() * 1e6).round());
    if millionths == 1_000_000 {
        (whole, millionths) = (whole + 1, 0);
    }
    let decimals = format!("{whole}.{millionths:06}");
    let decimals = decimals.trim_end_matches('0').trim_end_matches('.');
    match exponent {
        0 => format!("{sign}{decimals}"),
        _ => format!("{sign}{decimals}e+{exponent}"),
    }
}

fn check(is_fit: bool, argument: &str, shown: &str, rule: &str) -> Result<(), Refusal> {
    if is_fit {
        return Ok(());
    }
    Err(Refusal::new(
        Code::InvalidArgument,
        format!("{argument} {shown} {rule}"),
    ))
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
        let name = organization_id("Port Rua GAA").unwrap_err();
        assert_eq!(
            name.message,
            "organizationId `Port Rua GAA` must be 1 to 128 visible ASCII characters without spaces"
        );
        let hint = "give the organization's id, neither its name nor its slug";
        assert_eq!(name.hint.as_deref(), Some(hint));
    }

    #[test]
    fn actors() {
        let long = "x".repeat(128);
        for good in ["a", "Ann Lee", "ann@club.ie", &long] {
            assert_eq!(actor("enabledBy", good), Ok(()), "{good}");
        }
        for bad in [
            "",
            " ",
            "a  b",
            " a",
            "a ",
            "a\tb",
            &"x".repeat(129),
            &"x ".repeat(65),
        ] {
            assert!(actor("enabledBy", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn reasons() {
        for good in ["Pilot ✓", "a\u{200d}b", " a ", &"é".repeat(200)] {
            assert_eq!(reason(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "   ",
            "\u{3000}",
            "\u{200b}",
            "\u{200b} \u{feff}",
            "a\nb",
            "a\u{0}b",
            "a\u{1}b",
            "a\u{85}b",
            "a\u{2028}b",
            "a\u{2029}b",
            "\u{202e}evil",
            "a\u{2066}b",
            "a\u{200f}b",
            "a\u{fffd}b",
            &"é".repeat(201),
        ] {
            assert!(reason(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn whole_numbers() {
        for (value, n) in [
            (1.0, 1),
            (50.0, 50),
            (9_007_199_254_740_994.0, 1 << 53),
            (1e21, 1 << 53),
            (1.5e300, 1 << 53),
        ] {
            assert_eq!(whole_number("limit", value), Ok(n), "{value}");
        }
        for (bad, shown) in [
            (0.0, "0"),
            (-1.0, "-1"),
            (2.5, "2.5"),
            (12.5, "12.5"),
            (99.999_999_9, "100"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
            (0.000_5, "0.0005"),
            (-1e21, "-1e+21"),
            (-1.5e300, "-1.5e+300"),
        ] {
            let message = format!("limit `{shown}` must be a whole number from 1");
            assert_eq!(whole_number("limit", bad).unwrap_err().message, message);
        }
    }
}
