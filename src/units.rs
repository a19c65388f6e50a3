//! Units of numbers that could be mixed up.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// Milliseconds: a time since 1970, or how long something takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize, Tsify)]
#[serde(transparent)]
pub struct Millis(pub f64);

impl Millis {
    /// As many days.
    pub(crate) fn days(days: u64) -> Self {
        Self(as_f64(days) * 86_400_000.0)
    }
}

impl core::ops::Add for Millis {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl core::ops::Sub for Millis {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

/// A count as a number to reckon with.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts stay below 2^53, where it is exact"
)]
pub(crate) fn as_f64(count: u64) -> f64 {
    count as f64
}

/// A number as a count: 0 for anything below, and for NaN.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and fractions mean nothing here"
)]
pub(crate) fn as_u64(number: f64) -> u64 {
    number as u64
}

/// An index into what is held in memory.
pub(crate) fn as_index(n: impl TryInto<usize>) -> usize {
    n.try_into().unwrap_or(usize::MAX)
}
