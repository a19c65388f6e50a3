//! Between JavaScript's numbers and whole ones. Everything counted here stays below 2^53.

/// A count as JavaScript's number.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts stay below 2^53, where it is exact"
)]
pub(crate) fn exact(n: u64) -> f64 {
    n as f64
}

/// Milliseconds since 1970 as a whole number; 0 for anything before, and for NaN.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and fractions of a millisecond mean nothing here"
)]
pub(crate) fn ms(time: f64) -> u64 {
    time as u64
}

/// A column of numbers below 2^32.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates"
)]
#[inline(never)]
pub(crate) fn codes(column: &[f64]) -> Vec<u32> {
    column.iter().map(|number| *number as u32).collect()
}
