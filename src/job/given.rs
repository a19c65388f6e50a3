//! What a shim passes with a question.

use crate::number::ms;
use crate::text::cut;

/// Numbers, columns of numbers, and texts, each in the order that the question says. What is not passed is 0,
/// empty or missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    pub(super) numbers: [f64; 7],
    pub(super) columns: [&'a [f64]; 5],
    pub(super) texts: [Option<&'a str>; 5],
}

impl<'a> Given<'a> {
    /// Takes apart what was passed: the numbers, NaN where one is missing, and behind them the columns, each
    /// behind its length; the texts, separated by NUL, which none of them holds, each behind a `=` unless it
    /// is missing.
    pub fn new(numbers: &'a [f64], texts: &'a str) -> Self {
        let mut given = Self::default();
        let mut rest = numbers;
        for number in &mut given.numbers {
            if let Some((first, behind)) = rest.split_first() {
                *number = *first;
                rest = behind;
            }
        }
        for column in &mut given.columns {
            if let Some((length, behind)) = rest.split_first() {
                let length = usize::try_from(ms(*length)).unwrap_or(usize::MAX);
                (*column, rest) = behind.split_at_checked(length).unwrap_or((behind, &[]));
            }
        }
        let mut rest = texts;
        for text in &mut given.texts {
            let (first, behind) = cut(rest, 0);
            *text = first.get(1..);
            rest = behind;
        }
        given
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "what is passed is taken as it is")]
mod tests {
    use super::*;

    #[test]
    fn what_is_passed_is_taken_apart() {
        let numbers = [
            3.0,
            f64::NAN,
            1.0,
            0.0,
            0.0,
            0.0,
            9.5,
            2.0,
            7.0,
            8.0,
            0.0,
            1.0,
            5.5,
        ];
        let given = Given::new(&numbers, "=a\0\0=\0=ü\nb");
        let [three, missing, one, .., last] = given.numbers;
        assert_eq!((three, one, last), (3.0, 1.0, 9.5));
        assert!(missing.is_nan());
        assert_eq!(given.columns, [&[7.0, 8.0][..], &[], &[5.5], &[], &[]]);
        assert_eq!(given.texts, [Some("a"), None, Some(""), Some("ü\nb"), None]);
    }

    #[test]
    fn what_is_not_passed_is_nothing() {
        let given = Given::new(&[], "");
        assert_eq!(given.numbers, [0.0; 7]);
        assert_eq!(given.columns, [&[0.0; 0]; 5]);
        assert_eq!(given.texts, [None; 5]);
        let too_short = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 9.0, 1.0];
        assert_eq!(Given::new(&too_short, "").columns[0], [1.0]);
    }
}
