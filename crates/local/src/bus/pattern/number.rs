//! Numbers as EventBridge compares them.

use std::ops::{Bound, RangeBounds};

use serde_json::Number;

/// The farthest from zero a number may be to be compared by value.
const FARTHEST: f64 = 5e9;

/// A number within ±5·10⁹, in millionths: two numbers that agree in six decimals are equal.
///
/// So `300`, `300.0` and `3e2` are one number, as in Event Ruler (`ComparableNumber.java`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Millionths(i64);

impl Millionths {
    /// The number, or `None` where EventBridge does not compare by value (an account id, say).
    pub(super) fn of(number: &Number) -> Option<Self> {
        let value = number.as_f64().filter(|value| value.abs() <= FARTHEST)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "at most 5·10¹⁵, which an i64 holds exactly"
        )]
        Some(Self((value * 1e6).round() as i64))
    }
}

/// One number asked for by value, or letter by letter where it is too large for that.
#[derive(Debug, Clone)]
pub(super) struct Exactly {
    value: Option<Millionths>,
    written: String,
}

impl Exactly {
    pub(super) fn new(number: &Number) -> Self {
        Self { value: Millionths::of(number), written: number.to_string() }
    }

    pub(super) fn fits(&self, number: &Number) -> bool {
        match (self.value, Millionths::of(number)) {
            (Some(ours), Some(theirs)) => ours == theirs,
            (None, None) => self.written == number.to_string(),
            _ => false,
        }
    }
}

/// An interval of numbers.
#[derive(Debug, Clone)]
pub(super) struct Range(pub(super) Bound<Millionths>, pub(super) Bound<Millionths>);

impl Range {
    pub(super) fn fits(&self, number: &Number) -> bool {
        Millionths::of(number).is_some_and(|value| (self.0, self.1).contains(&value))
    }
}
